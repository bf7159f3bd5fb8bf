/** Measures of police and call-takers: how busy they were, how long people waited for them, and how they handled their work. */
import { POLICE_PRIORITIES } from '../../contract/record/kinds.ts';
import type { PoliceWork } from '../../contract/record/police-work.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { HOUR_MS } from '../../contract/time.ts';
import type { WorkloadHour } from '../../simulator/police/workload.ts';
import { joined, quantilesOf, shareWithin } from '../../stats/quantiles.ts';
import type { ShardResult } from './shard-result.ts';

type Staff = Pick<ShardResult, 'police' | 'centre'>;
type Police = ShardResult['police'];
type Priority = 1 | 2 | 3 | 4;

/** `warmUpMs` is left out of everything except the hours. */
export function measurePolice(shards: readonly ShardResult[], warmUpMs: number): RunRecord['police'] {
  const police = shards.map((shard) => shard.police);
  const sum = (value: (of: Police) => number): number => police.reduce((total, one) => total + value(one), 0);
  // Traces recorded before version 1.3 of run records hold no time on duty: in them all units always were.
  const onDutyMs = sum((p) => p.tallies?.onDutyMs ?? p.units * p.elapsedMs);
  const elapsedMs = Math.max(1, ...police.map((p) => p.elapsedMs));
  const quantiles = (samples: (of: Police) => Record<Priority, Float64Array>) =>
    Object.fromEntries(
      POLICE_PRIORITIES.map((name) => [
        name,
        quantilesOf(joined(police.map((p) => samples(p)[Number(name) as Priority]))),
      ]),
    );
  return {
    units: sum((p) => p.units),
    utilisation: onDutyMs === 0 ? 0 : sum((p) => p.busyMs.total) / onDutyMs,
    responseMs: quantiles((p) => p.responseMs),
    queueMs: quantiles((p) => p.queueMs),
    callsWaitingMean: sum((p) => p.waitingMs) / elapsedMs,
    callsWaitingMax: Math.max(0, ...police.map((p) => p.waitingMax)),
    unitHours: {
      total: sum((p) => p.busyMs.total) / HOUR_MS,
      selfInitiated: sum((p) => p.busyMs.self) / HOUR_MS,
      unfounded: sum((p) => p.busyMs.unfounded) / HOUR_MS,
      alertInduced: sum((p) => p.busyMs.induced) / HOUR_MS,
    },
    callTakers: measureAnswers(shards),
    hourly: measureHours(shards, warmUpMs + elapsedMs),
  };
}

/** Null if an agency's measures hold none of it, as in traces recorded before version 1.3 of run records. */
export function measurePoliceWork(shards: readonly Staff[]): PoliceWork | null {
  if (shards.some(({ police, centre }) => police.tallies === undefined || centre.tallies === undefined)) return null;
  const sum = (value: (of: Staff) => number): number => shards.reduce((total, staff) => total + value(staff), 0);
  const hours = (value: (of: Staff) => number): number => sum(value) / HOUR_MS;
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

// --- internal ---

function measureAnswers(shards: readonly ShardResult[]): RunRecord['police']['callTakers'] {
  const answerMs = joined(shards.map((shard) => shard.centre.answerMs));
  return {
    positions: shards.reduce((n, { centre }) => n + centre.positions, 0),
    answerMs: quantilesOf(answerMs),
    answeredWithin15sShare: shareWithin(answerMs, 15_000),
    answeredWithin20sShare: shareWithin(answerMs, 20_000),
    abandoned: shards.reduce((n, { centre }) => n + centre.abandoned, 0),
    redials: shards.reduce((n, { centre }) => n + centre.redials, 0),
  };
}

/** Every hour of a run of `lengthMs`; the last one may be shorter. */
function measureHours(shards: readonly ShardResult[], lengthMs: number): RunRecord['police']['hourly'] {
  const units = shards.reduce((n, { police }) => n + police.units, 0);
  const hours = Math.max(0, ...shards.map(({ police }) => police.hourly.length));
  return Array.from({ length: hours }, (_, hour) => {
    const hourMs = Math.min(HOUR_MS, lengthMs - hour * HOUR_MS);
    const sum = (value: (of: WorkloadHour) => number): number =>
      shards.reduce((n, { police }) => n + (police.hourly[hour] === undefined ? 0 : value(police.hourly[hour])), 0);
    const onDutyMs = sum((one) => one.onDutyMs ?? 0) || units * hourMs;
    return {
      utilisation: onDutyMs === 0 ? 0 : sum((one) => one.busyMs) / onDutyMs,
      waiting: sum((one) => one.waitingMs) / hourMs,
      calls: shards.reduce((n, shard) => n + (shard.hourlyCalls[hour] ?? 0), 0),
    };
  });
}
