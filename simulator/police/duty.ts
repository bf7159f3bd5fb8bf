/**
 * Crews on and off duty. By a plan, each shift has crews of its own, each with a beat. A crew whose shift ends finishes its job first. Each
 * crew is due one meal break, about the middle of its shift, when it is idle and nobody waits. Something of priority 1 may break a break
 * off; the crew does not make up for it.
 *
 * Without a plan every unit is on duty all the time, and nothing here happens.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { startRoster, type Shift } from '../queue/roster.ts';
import type { ServerPool } from '../queue/server-pool.ts';

/** Meal breaks, ms. */
export interface BreakRules {
  lengthMs: number;
  /** Earliest and latest begin of a break, counted from the start of its shift, ms. */
  fromMs: number;
  untilMs: number;
}

/** The crews of one agency, their shifts and breaks. */
export interface DutyOptions {
  kernel: Kernel;
  zone: string;
  units: number;
  /** Null if all units are always on duty. */
  shifts: readonly Shift[] | null;
  /** Null if there are no breaks. */
  breaks: BreakRules | null;
  /** Its idle servers are the idle units: a unit that is off duty or on a break is none of them. */
  pool: ServerPool<unknown>;
  hasJob: (unit: number) => boolean;
  /** A unit comes on duty, at home. */
  arrived: (unit: number) => void;
  /** Somebody came on duty, or back, or left: jobs that wait may be served, and counts have changed. */
  changed: () => void;
}

/** Sums since the start. */
export interface DutyTallies {
  /** Meal breaks that crews should have had by now. */
  breaksDue: number;
  /** Breaks that were taken in full, broken off, and not begun in time. */
  breaksTaken: number;
  breaksBrokenOff: number;
  breaksMissed: number;
  /** Unit time on breaks, ms. */
  breakMs: number;
  /** Jobs that outlasted a shift, and unit time worked after its end, ms. */
  overruns: number;
  overrunMs: number;
}

/**
 * Breaks of a shift's crews begin one after the other: those of two consecutive crews, whose beats lie side by side, are this share of the
 * time for breaks apart.
 */
const GOLDEN = 0.618_033_988_749_895;

const OFF = 0;
const ON = 1;
const BREAK = 2;
/** The shift is over, the job is not. */
const LATE = 3;

/** Keeps count of which units are on duty, on a break, or late. */
export class Duty {
  /** True for a unit on the roster now, on a break or not: it has an area of its own. */
  readonly isRostered = (unit: number): boolean => this.#state[unit] === ON || this.#state[unit] === BREAK;
  readonly isOnBreak = (unit: number): boolean => this.#state[unit] === BREAK;
  readonly #options: DutyOptions;
  readonly #kernel: Kernel;
  readonly #pool: ServerPool<unknown>;
  readonly #state: Uint8Array;
  /** By unit: when its break, or its work after the end of its shift, began. */
  readonly #sinceMs: Float64Array;
  /** By unit: until when the break that it is due may begin; -1 while it is due none. */
  readonly #dueUntilMs: Float64Array;
  /** By unit: how many breaks it has begun. */
  readonly #breaksBegun: Uint16Array;
  readonly #due = new Set<number>();
  #onDuty: number;
  readonly #sums: DutyTallies = {
    breaksDue: 0,
    breaksTaken: 0,
    breaksBrokenOff: 0,
    breaksMissed: 0,
    breakMs: 0,
    overruns: 0,
    overrunMs: 0,
  };

  constructor(options: DutyOptions) {
    const { kernel, pool, units, shifts } = options;
    this.#options = options;
    this.#kernel = kernel;
    this.#pool = pool;
    this.#state = new Uint8Array(units).fill(shifts === null ? ON : OFF);
    this.#sinceMs = new Float64Array(units);
    this.#dueUntilMs = new Float64Array(units).fill(-1);
    this.#breaksBegun = new Uint16Array(units);
    this.#onDuty = shifts === null ? units : 0;
    kernel.on(KIND.unitBreak, (unit, payload, ordinal) => {
      if (ordinal === 0) this.#breakIsDue(unit, payload as number);
      else if (!this.#breakIsOver(unit, ordinal)) return;
      options.changed();
    });
  }

  /** Brings the crews whose shift is under way on duty. Call it once, when everything else stands. */
  start(): void {
    const { kernel, zone, units, shifts } = this.#options;
    if (shifts === null) return;
    for (let unit = 0; unit < units; unit += 1) this.#pool.occupy(unit);
    startRoster({
      kernel,
      kind: KIND.patrolShift,
      zone,
      shifts,
      begin: (shift, startMs) => this.#begin(shift, startMs),
      end: (shift) => this.#end(shift),
    });
  }

  /** Units on duty now: on the roster, or still at a job. */
  count(): number {
    return this.#onDuty;
  }

  /** The unit has ended a job. True if it went off duty; otherwise it must be made idle. */
  leaves(unit: number): boolean {
    if (this.#state[unit] !== LATE) return false;
    this.#state[unit] = OFF;
    this.#onDuty -= 1;
    this.#sums.overrunMs += this.#kernel.nowMs - this.#sinceMs[unit];
    return true;
  }

  /** Idle units that are due a break begin it. Call it when as many waiting jobs as possible have been served. */
  rest(): void {
    for (const unit of this.#due) {
      if (this.#kernel.nowMs > this.#dueUntilMs[unit]) this.#miss(unit);
      else if (this.#pool.isIdle(unit)) this.#beginBreak(unit);
    }
  }

  /** Something urgent ends the unit's break, and the unit is idle. */
  breakOff(unit: number): void {
    this.#sums.breaksBrokenOff += 1;
    this.#countBreak(unit);
    this.#state[unit] = ON;
    this.#pool.free(unit);
  }

  /** Sums until now, breaks and work in progress included. */
  tallies(): DutyTallies {
    const { nowMs } = this.#kernel;
    const now = { ...this.#sums };
    for (let unit = 0; unit < this.#options.units; unit += 1) {
      if (this.#state[unit] === BREAK) now.breakMs += nowMs - this.#sinceMs[unit];
      if (this.#state[unit] === LATE) now.overrunMs += nowMs - this.#sinceMs[unit];
    }
    for (const unit of this.#due) if (nowMs > this.#dueUntilMs[unit]) now.breaksMissed += 1;
    return now;
  }

  #begin(shift: Shift, startMs: number): void {
    for (let i = 0; i < shift.count; i += 1) {
      const unit = shift.first + i;
      if (this.#state[unit] === OFF) {
        this.#onDuty += 1;
        this.#pool.free(unit);
        this.#options.arrived(unit);
      } else if (this.#state[unit] === LATE) this.#sums.overrunMs += this.#kernel.nowMs - this.#sinceMs[unit];
      if (this.#state[unit] !== BREAK) this.#state[unit] = ON;
      this.#planBreak(unit, i, startMs);
    }
    this.#options.changed();
  }

  #end(shift: Shift): void {
    for (let unit = shift.first; unit < shift.first + shift.count; unit += 1) {
      this.#miss(unit);
      if (this.#options.hasJob(unit)) {
        this.#state[unit] = LATE;
        this.#sinceMs[unit] = this.#kernel.nowMs;
        this.#sums.overruns += 1;
        continue;
      }
      if (this.#state[unit] === BREAK) {
        // Only a clock change makes a shift so short.
        this.#sums.breaksTaken += 1;
        this.#countBreak(unit);
      } else this.#pool.occupy(unit);
      this.#state[unit] = OFF;
      this.#onDuty -= 1;
    }
    this.#options.changed();
  }

  /** `turn`: the crew's number within its shift. */
  #planBreak(unit: number, turn: number, startMs: number): void {
    if (this.#options.breaks === null) return;
    const { fromMs, untilMs } = this.#options.breaks;
    // Planned breaks fall into the first half of the time for breaks; the second half is for crews that can't go yet.
    const offsetMs = Math.round(((turn * GOLDEN) % 1) * ((untilMs - fromMs) / 2));
    const atMs = startMs + fromMs + offsetMs;
    if (atMs >= this.#kernel.nowMs) this.#kernel.schedule(atMs, KIND.unitBreak, unit, 0, startMs + untilMs);
  }

  #breakIsDue(unit: number, untilMs: number): void {
    this.#sums.breaksDue += 1;
    this.#dueUntilMs[unit] = untilMs;
    this.#due.add(unit);
  }

  /** False if the unit's break of this number was broken off before. */
  #breakIsOver(unit: number, number: number): boolean {
    if (this.#state[unit] !== BREAK || this.#breaksBegun[unit] !== number) return false;
    this.#sums.breaksTaken += 1;
    this.#countBreak(unit);
    this.#pool.free(unit);
    this.#state[unit] = ON;
    return true;
  }

  #beginBreak(unit: number): void {
    const { lengthMs } = this.#options.breaks as BreakRules;
    this.#due.delete(unit);
    this.#pool.occupy(unit);
    this.#state[unit] = BREAK;
    this.#sinceMs[unit] = this.#kernel.nowMs;
    this.#breaksBegun[unit] = (this.#breaksBegun[unit] % 65_535) + 1;
    this.#kernel.schedule(this.#kernel.nowMs + lengthMs, KIND.unitBreak, unit, this.#breaksBegun[unit]);
  }

  #countBreak(unit: number): void {
    this.#sums.breakMs += this.#kernel.nowMs - this.#sinceMs[unit];
  }

  /** If the unit is still due a break, that break is missed. */
  #miss(unit: number): void {
    if (this.#due.delete(unit)) this.#sums.breaksMissed += 1;
  }
}
