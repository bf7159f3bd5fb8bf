/**
 * Shifts: a plan by local hours of the day, and the events by which shifts begin and end. Call-takers and patrol both work by it. Shifts follow
 * the wall clock through clock changes: the shift of that night is an hour longer or shorter.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../contract/time.ts';
import { localToUtc, zoneOffsetMin } from '../../contract/zones.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Kind } from '../kernel/kinds.ts';

/** A plan that is the same every day. */
export interface ShiftPlan {
  lengthHours: number;
  /** Whole local hours, ascending. */
  startHours: readonly number[];
  /** One for each start: the staff of that shift, relative to the others'. */
  relativeStaff: readonly number[];
}

/** One shift of a plan. The servers `first` to `first + count - 1` work it every day. */
export interface Shift {
  startHour: number;
  lengthHours: number;
  first: number;
  count: number;
}

/**
 * The shifts of a plan that keeps `meanStaff` on duty on average, as closely as whole servers allow. A shift with any staff has at least one
 * server. Servers are numbered in the order of shifts.
 */
export function planShifts(plan: ShiftPlan, meanStaff: number): Shift[] {
  const total = plan.relativeStaff.reduce((sum, relative) => sum + relative, 0);
  const shares = plan.relativeStaff.map((relative) => (meanStaff * 24 * relative) / (plan.lengthHours * total));
  let first = 0;
  return plan.startHours.map((startHour, i) => {
    const count = plan.relativeStaff[i] > 0 ? Math.max(1, Math.round(shares[i])) : 0;
    const shift = { startHour, lengthHours: plan.lengthHours, first, count };
    first += count;
    return shift;
  });
}

/** Local hours of the day in which no shift of the plan has staff. */
export function uncoveredHours({ startHours, relativeStaff, lengthHours }: ShiftPlan): number[] {
  const covered = (hour: number): boolean =>
    startHours.some((start, i) => relativeStaff[i] > 0 && (hour - start + 24) % 24 < lengthHours);
  return Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => !covered(hour));
}

/** The most servers on duty at once, by the plan. */
export function mostOnDuty(shifts: readonly Shift[]): number {
  const at = (hour: number): number =>
    shifts.reduce((n, s) => n + ((hour - s.startHour + 24) % 24 < s.lengthHours ? s.count : 0), 0);
  return Math.max(0, ...Array.from({ length: 24 }, (_, hour) => at(hour)));
}

/** Shifts, and the functions that hear of their begins and ends. */
export interface RosterOptions {
  kernel: Kernel;
  /** Kind of the events that begin and end shifts. */
  kind: Kind;
  /** IANA zone of the plan's hours. */
  zone: string;
  shifts: readonly Shift[];
  /** A shift begins, or is under way at the start, from `startMs` until `endMs`. A shift of 24 hours begins anew each day without an end. */
  begin: (shift: Shift, startMs: number, endMs: number) => void;
  end: (shift: Shift) => void;
}

/**
 * Begins the shifts that are under way now, and schedules the others for ever. If a shift ends at the moment when another begins, the begin comes
 * first, so that nobody is missing in between.
 */
export function startRoster({ kernel, kind, zone, shifts, begin, end }: RosterOptions): void {
  const utc = (shift: Shift, day: number, hours: number): number =>
    localToUtc(zone, day * DAY_MS + (shift.startHour + hours) * HOUR_MS).ms;
  /** By shift: the local day, counted from 1970, on which it begins next. */
  const nextDay: number[] = [];

  function beginShift(index: number, startMs: number): void {
    const shift = shifts[index];
    const day = nextDay[index];
    nextDay[index] = day + 1;
    const endMs = utc(shift, day, shift.lengthHours);
    if (shift.lengthHours < 24) kernel.schedule(endMs, kind, shifts.length + index, 0);
    kernel.schedule(utc(shift, day + 1, 0), kind, index, 0);
    begin(shift, startMs, endMs);
  }

  kernel.on(kind, (entity) => {
    if (entity < shifts.length) beginShift(entity, kernel.nowMs);
    else end(shifts[entity - shifts.length]);
  });

  const today = Math.floor((kernel.nowMs + zoneOffsetMin(zone, kernel.nowMs) * MINUTE_MS) / DAY_MS);
  for (const [index, shift] of shifts.entries()) {
    const under = [today, today - 1].find(
      (day) => utc(shift, day, 0) <= kernel.nowMs && kernel.nowMs < utc(shift, day, shift.lengthHours),
    );
    if (under !== undefined) {
      nextDay[index] = under;
      beginShift(index, utc(shift, under, 0));
      continue;
    }
    const next = utc(shift, today, 0) > kernel.nowMs ? today : today + 1;
    nextDay[index] = next;
    kernel.schedule(utc(shift, next, 0), kind, index, 0);
  }
}
