/** Which unit goes to a job. */
import type { Kernel } from '../kernel/kernel.ts';
import type { ServerPool } from '../queue/server-pool.ts';
import type { Areas } from './areas.ts';
import type { Duty } from './duty.ts';
import type { Job } from './job.ts';
import type { JobPriority } from './parameters.ts';
import type { Patrol } from './patrol.ts';
import type { Units } from './units.ts';

/** The parts of dispatch that a choice looks at. */
export interface ChoiceOptions {
  kernel: Kernel;
  pool: ServerPool<Job>;
  units: Units;
  patrol: Patrol;
  duty: Duty;
  /** Null if the nearest unit goes. */
  areas: Areas | null;
  /** True if a job of priority 1 may take units off calls of priority 3 and 4. */
  preempts: boolean;
}

/** Chooses units. It changes nothing. */
export class UnitChoice {
  readonly #kernel: Kernel;
  readonly #pool: ServerPool<Job>;
  readonly #units: Units;
  readonly #patrol: Patrol;
  readonly #duty: Duty;
  readonly #areas: Areas | null;
  readonly #preempts: boolean;

  // Rules for which units may be sent, each made once: a closure made for each job costs as much as all the rest of choosing. A crew that
  // works on after the end of its shift goes home then.
  readonly #isIdle = (unit: number): boolean => this.#pool.isIdle(unit);
  readonly #isIdleOrYields = (unit: number): boolean =>
    this.#pool.isIdle(unit) || (this.#units.job(unit)?.request.tags.cause === 'self' && this.#duty.isRostered(unit));
  readonly #isAtPriority4 = (unit: number): boolean => this.#isAtCall(unit, 4);
  readonly #isAtPriority3 = (unit: number): boolean => this.#isAtCall(unit, 3);

  constructor({ kernel, pool, units, patrol, duty, areas, preempts }: ChoiceOptions) {
    this.#kernel = kernel;
    this.#pool = pool;
    this.#units = units;
    this.#patrol = patrol;
    this.#duty = duty;
    this.#areas = areas;
    this.#preempts = preempts;
  }

  /** The unit to send, which may still have to be taken off what it does; -1 if no unit may be sent. */
  choose(job: Job): number {
    if (job.priority !== 1) return this.#pool.idleCount() === 0 ? -1 : this.#available(job, this.#isIdle);
    const unit = this.#available(job, this.#units.onOwnWork > 0 ? this.#isIdleOrYields : this.#isIdle);
    return unit < 0 ? this.#takenOff(job) : unit;
  }

  /** The idle unit nearest to (x, y), dm; the lower index among equals; -1 if none is idle. */
  nearestIdle(x: number, y: number): number {
    const pool = this.#pool;
    const patrol = this.#patrol;
    const { nowMs } = this.#kernel;
    let best = -1;
    let bestDm = Infinity;
    for (let i = pool.idleCount() - 1; i >= 0; i -= 1) {
      const unit = pool.idleAt(i);
      const dm = patrol.distance(unit, x, y, nowMs);
      if (dm > bestDm || (dm === bestDm && unit > best)) continue;
      best = unit;
      bestDm = dm;
    }
    return best;
  }

  /** The first of the preferred units, else of the area's list, else the nearest; the lower index among equals. */
  #available(job: Job, maySend: (unit: number) => boolean): number {
    const { preferred, x, y } = job.request;
    if (preferred !== undefined) for (const unit of preferred) if (maySend(unit)) return unit;
    if (this.#areas !== null) return this.#areas.choose(x, y, this.#duty.isRostered, maySend);
    return maySend === this.#isIdle ? this.nearestIdle(x, y) : this.#nearest(x, y, maySend);
  }

  /** The unit that something urgent takes off its break, or, if the agency pre-empts, off a call of lower priority. */
  #takenOff(job: Job): number {
    const { x, y } = job.request;
    const resting = this.#nearest(x, y, this.#duty.isOnBreak);
    if (resting >= 0 || !this.#preempts || job.units.length >= job.unitsMin) return resting;
    const least = this.#nearest(x, y, this.#isAtPriority4);
    return least >= 0 ? least : this.#nearest(x, y, this.#isAtPriority3);
  }

  #isAtCall(unit: number, priority: JobPriority): boolean {
    const job = this.#units.job(unit);
    return (
      job !== null && job.priority === priority && job.request.tags.cause === 'call' && this.#duty.isRostered(unit)
    );
  }

  #nearest(x: number, y: number, maySend: (unit: number) => boolean): number {
    const patrol = this.#patrol;
    const { nowMs } = this.#kernel;
    let best = -1;
    let bestDm = Infinity;
    for (let unit = 0; unit < this.#units.own; unit += 1) {
      if (!maySend(unit)) continue;
      const dm = patrol.distance(unit, x, y, nowMs);
      if (dm >= bestDm) continue;
      best = unit;
      bestDm = dm;
    }
    return best;
  }
}
