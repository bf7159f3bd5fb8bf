/** The units of an agency, lent ones included, and how far each has got with its job. Columns by unit: looking at units makes no objects. */
import type { Job } from './job.ts';

/** Which job each unit has. */
export class Units {
  /** The agency's own units come first, lent ones after them. */
  readonly own: number;
  /** Own units with a job. */
  busy = 0;
  /** Own units whose job is self-initiated. */
  onOwnWork = 0;
  readonly #jobs: (Job | null)[];
  /** When the unit set out for its job, ms. */
  readonly #sinceMs: Float64Array;
  readonly #isAtScene: Uint8Array;
  /** How many jobs the unit has had. An event that names an earlier one is out of date. */
  readonly #assignments: Uint16Array;
  /** Time spent on jobs that the unit has ended, ms. */
  readonly #busyMs: Float64Array;

  constructor(own: number, lent: number) {
    this.own = own;
    this.#jobs = new Array<Job | null>(own + lent).fill(null);
    this.#sinceMs = new Float64Array(own + lent);
    this.#isAtScene = new Uint8Array(own + lent);
    this.#assignments = new Uint16Array(own + lent);
    this.#busyMs = new Float64Array(own + lent);
  }

  job(unit: number): Job | null {
    return this.#jobs[unit];
  }

  /** The job that an event of this assignment is about; null if the unit has left it. */
  jobOfAssignment(unit: number, assignment: number): Job | null {
    return this.#assignments[unit] === assignment ? this.#jobs[unit] : null;
  }

  /** Number of the unit's present assignment. */
  assignment(unit: number): number {
    return this.#assignments[unit];
  }

  isAtScene(unit: number): boolean {
    return this.#isAtScene[unit] === 1;
  }

  setAtScene(unit: number): void {
    this.#isAtScene[unit] = 1;
  }

  /** The unit joins a job. */
  join(unit: number, job: Job, nowMs: number): void {
    job.units.push(unit);
    this.#jobs[unit] = job;
    this.#sinceMs[unit] = nowMs;
    this.#isAtScene[unit] = 0;
    this.#assignments[unit] += 1;
    if (unit >= this.own) return;
    this.busy += 1;
    if (job.request.tags.cause === 'self') this.onOwnWork += 1;
  }

  /** The unit has done with its job, which may go on without it. Returns the time that the unit spent on it, ms. */
  leave(unit: number, job: Job, nowMs: number): number {
    const spentMs = nowMs - this.#sinceMs[unit];
    this.#jobs[unit] = null;
    if (unit < this.own) {
      this.#busyMs[unit] += spentMs;
      this.busy -= 1;
      if (job.request.tags.cause === 'self') this.onOwnWork -= 1;
    }
    return spentMs;
  }

  /** Every unit that has a job, and the time since it set out for it, ms. */
  *inProgress(nowMs: number): Iterable<{ unit: number; job: Job; ms: number }> {
    for (const [unit, job] of this.#jobs.entries())
      if (job !== null) yield { unit, job, ms: nowMs - this.#sinceMs[unit] };
  }

  /** Busy time of each own unit, jobs in progress included, ms. */
  busyMsByUnit(nowMs: number): Float64Array {
    const byUnit = this.#busyMs.slice(0, this.own);
    for (const { unit, ms } of this.inProgress(nowMs)) if (unit < this.own) byUnit[unit] += ms;
    return byUnit;
  }
}
