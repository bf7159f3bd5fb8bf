/**
 * Crews on and off duty. By a plan, each shift has crews of its own with a beat each; a crew whose shift ends finishes its job first, and is to have
 * one meal break, about the middle of its shift, when it is idle and nobody waits. Priority 1 may break a break off; it is not made up for.
 *
 * Without a plan every unit is on duty all the time, and nothing here happens.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { startRoster, type Shift } from '../queue/roster.ts';
import type { ServerPool } from '../queue/server-pool.ts';

export interface BreakRules {
  lengthMs: number;
  /** A break may begin so long after the start of its shift, at the earliest and at the latest. */
  fromMs: number;
  untilMs: number;
}

export interface DutyOptions {
  kernel: Kernel;
  zone: string;
  units: number;
  /** Null: all units, always. */
  shifts: readonly Shift[] | null;
  breaks: BreakRules | null;
  /** A unit that is off duty or on a break is none of the idle ones. */
  pool: ServerPool<unknown>;
  hasJob: (unit: number) => boolean;
  /** The unit comes on duty, at home. */
  arrived: (unit: number) => void;
  /** Somebody came on duty, or back, or left: those who wait may be served, and counts have changed. */
  changed: () => void;
}

export interface DutyTallies {
  /** Meal breaks that crews should have had by now, those taken in full, broken off, and not begun in time. */
  breaksDue: number;
  breaksTaken: number;
  breaksBrokenOff: number;
  breaksMissed: number;
  breakMs: number;
  /** Jobs that outlasted a shift, and unit time worked after its end. */
  overruns: number;
  overrunMs: number;
}

export interface Duty {
  /** To be called once, when everything else stands: crews whose shift is under way come on duty. */
  start(): void;
  /** On the roster now, a break included: it has an area of its own. */
  isRostered(unit: number): boolean;
  isOnBreak(unit: number): boolean;
  /** Units on duty now: on the roster, or still at a job. */
  count(): number;
  /** The unit has ended a job. True where it went off duty; otherwise it is to be made idle. */
  leaves(unit: number): boolean;
  /** Idle units that are due a break begin it. To be called when all who wait have been served, as far as that goes. */
  rest(): void;
  /** The unit's break ends for something urgent, and it is idle. */
  breakOff(unit: number): void;
  tallies(): DutyTallies;
}

/** Crews of a shift take turns: consecutive ones, whose beats lie side by side, are this share of the time apart. */
const GOLDEN = 0.618_033_988_749_895;

const OFF = 0;
const ON = 1;
const BREAK = 2;
/** The shift is over, the job is not. */
const LATE = 3;

export function createDuty(o: DutyOptions): Duty {
  const { kernel, pool } = o;
  const state = new Uint8Array(o.units).fill(o.shifts === null ? ON : OFF);
  const sinceMs = new Float64Array(o.units);
  /** By unit: until when the break that it is due may begin, -1 while it is due none; how many breaks it began. */
  const dueUntilMs = new Float64Array(o.units).fill(-1);
  const begun = new Uint16Array(o.units);
  const due = new Set<number>();
  let onDuty = o.shifts === null ? o.units : 0;
  const sums: DutyTallies = {
    breaksDue: 0,
    breaksTaken: 0,
    breaksBrokenOff: 0,
    breaksMissed: 0,
    breakMs: 0,
    overruns: 0,
    overrunMs: 0,
  };

  // --- shifts ---

  function begin(shift: Shift, startMs: number): void {
    for (let i = 0; i < shift.count; i += 1) {
      const unit = shift.first + i;
      if (state[unit] === OFF) {
        onDuty += 1;
        pool.free(unit);
        o.arrived(unit);
      } else if (state[unit] === LATE) sums.overrunMs += kernel.nowMs - sinceMs[unit];
      if (state[unit] !== BREAK) state[unit] = ON;
      planBreak(unit, i, startMs);
    }
    o.changed();
  }

  function end(shift: Shift): void {
    for (let unit = shift.first; unit < shift.first + shift.count; unit += 1) {
      forget(unit);
      if (o.hasJob(unit)) {
        state[unit] = LATE;
        sinceMs[unit] = kernel.nowMs;
        sums.overruns += 1;
        continue;
      }
      if (state[unit] === BREAK) {
        // Only a clock change makes a shift so short.
        sums.breaksTaken += 1;
        endBreak(unit);
      } else pool.occupy(unit);
      state[unit] = OFF;
      onDuty -= 1;
    }
    o.changed();
  }

  function leaves(unit: number): boolean {
    if (state[unit] !== LATE) return false;
    state[unit] = OFF;
    onDuty -= 1;
    sums.overrunMs += kernel.nowMs - sinceMs[unit];
    return true;
  }

  // --- breaks ---

  function planBreak(unit: number, turn: number, startMs: number): void {
    if (o.breaks === null) return;
    const { fromMs, untilMs } = o.breaks;
    // The first half of the time has room for all turns, the second for those who can't go yet.
    const offsetMs = Math.round(((turn * GOLDEN) % 1) * ((untilMs - fromMs) / 2));
    const atMs = startMs + fromMs + offsetMs;
    if (atMs >= kernel.nowMs) kernel.schedule(atMs, KIND.unitBreak, unit, 0, startMs + untilMs);
  }

  kernel.on(KIND.unitBreak, (unit, payload, ordinal) => {
    if (ordinal > 0) {
      if (state[unit] !== BREAK || begun[unit] !== ordinal) return;
      sums.breaksTaken += 1;
      endBreak(unit);
      pool.free(unit);
      state[unit] = ON;
    } else {
      sums.breaksDue += 1;
      dueUntilMs[unit] = payload as number;
      due.add(unit);
    }
    o.changed();
  });

  function rest(): void {
    for (const unit of due) {
      if (kernel.nowMs > dueUntilMs[unit]) forget(unit);
      else if (pool.isIdle(unit)) beginBreak(unit);
    }
  }

  function beginBreak(unit: number): void {
    due.delete(unit);
    pool.occupy(unit);
    state[unit] = BREAK;
    sinceMs[unit] = kernel.nowMs;
    begun[unit] = (begun[unit] % 65_535) + 1;
    kernel.schedule(kernel.nowMs + (o.breaks as BreakRules).lengthMs, KIND.unitBreak, unit, begun[unit]);
  }

  function endBreak(unit: number): void {
    sums.breakMs += kernel.nowMs - sinceMs[unit];
  }

  function breakOff(unit: number): void {
    sums.breaksBrokenOff += 1;
    endBreak(unit);
    state[unit] = ON;
    pool.free(unit);
  }

  /** A break that did not begin in time is missed. */
  function forget(unit: number): void {
    if (due.delete(unit)) sums.breaksMissed += 1;
  }

  function tallies(): DutyTallies {
    const now = { ...sums };
    for (let unit = 0; unit < o.units; unit += 1) {
      if (state[unit] === BREAK) now.breakMs += kernel.nowMs - sinceMs[unit];
      if (state[unit] === LATE) now.overrunMs += kernel.nowMs - sinceMs[unit];
    }
    for (const unit of due) if (kernel.nowMs > dueUntilMs[unit]) now.breaksMissed += 1;
    return now;
  }

  function start(): void {
    if (o.shifts === null) return;
    for (let unit = 0; unit < o.units; unit += 1) pool.occupy(unit);
    startRoster({ kernel, kind: KIND.patrolShift, zone: o.zone, shifts: o.shifts, begin, end });
  }

  return {
    start,
    isRostered: (unit) => state[unit] === ON || state[unit] === BREAK,
    isOnBreak: (unit) => state[unit] === BREAK,
    count: () => onDuty,
    leaves,
    rest,
    breakOff,
    tallies,
  };
}
