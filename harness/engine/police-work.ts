/** What became of jobs, patrol's time and calls, as the record tells it. */
import type { PoliceWork } from '../../contract/record/police-work.ts';
import { HOUR_MS } from '../../contract/time.ts';
import type { ShardResult } from './shard.ts';

type Staff = Pick<ShardResult, 'police' | 'centre'>;

/** Null where an agency's figures tell nothing of it: traces recorded before run records of version 1.3. */
export function policeWorkOf(shards: readonly Staff[]): PoliceWork | null {
  if (shards.some(({ police, centre }) => police.tallies === undefined || centre.tallies === undefined)) return null;
  const sum = (of: (staff: Staff) => number): number => shards.reduce((total, staff) => total + of(staff), 0);
  const hours = (of: (staff: Staff) => number): number => sum(of) / HOUR_MS;
  const onPhoneMs = sum((s) => s.centre.tallies.onDutyMs);
  const offered = sum((s) => s.centre.offered);
  return {
    unitHours: {
      onDuty: hours((s) => s.police.tallies.onDutyMs),
      founded: hours(({ police: { busyMs } }) => busyMs.total - busyMs.self - busyMs.unfounded),
      unfounded: hours((s) => s.police.busyMs.unfounded),
      selfInitiated: hours((s) => s.police.busyMs.self),
      alertInduced: hours((s) => s.police.busyMs.induced),
      breaks: hours((s) => s.police.tallies.breakMs),
      overrun: hours((s) => s.police.tallies.overrunMs),
      lent: hours((s) => s.police.tallies.lentMs),
    },
    jobs: {
      requested: sum((s) => s.police.tallies.requested),
      cancelled: sum((s) => s.police.tallies.cancelled),
      escalated: sum((s) => s.police.tallies.escalated),
      byPhone: sum((s) => s.police.tallies.byPhone),
      preempted: sum((s) => s.police.tallies.preempted),
    },
    aid: { lent: sum((s) => s.police.tallies.lent), refused: sum((s) => s.police.tallies.lentRefused) },
    selfInitiated: {
      started: sum((s) => s.police.self.started),
      missed: sum((s) => s.police.self.missed),
      yielded: sum((s) => s.police.self.yielded),
    },
    breaks: {
      due: sum((s) => s.police.tallies.breaksDue),
      taken: sum((s) => s.police.tallies.breaksTaken),
      brokenOff: sum((s) => s.police.tallies.breaksBrokenOff),
      missed: sum((s) => s.police.tallies.breaksMissed),
    },
    overruns: sum((s) => s.police.tallies.overruns),
    callTakers: {
      hoursOnDuty: onPhoneMs / HOUR_MS,
      utilisation: onPhoneMs === 0 ? 0 : sum((s) => s.centre.busyMs) / onPhoneMs,
      offered,
      answered: sum((s) => s.centre.answerMs.length),
      overflowed: sum((s) => s.centre.tallies.overflowed),
      overflowRefused: sum((s) => s.centre.tallies.overflowRefused),
      abandonedShare: offered === 0 ? 0 : sum((s) => s.centre.abandoned) / offered,
    },
  };
}
