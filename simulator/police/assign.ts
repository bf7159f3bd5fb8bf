/** Units set out for jobs, work there, and leave them. */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import type { ServerPool } from '../queue/server-pool.ts';
import type { LentUnits } from './aid.ts';
import type { Duty } from './duty.ts';
import type { Job } from './job.ts';
import type { JobLine } from './line.ts';
import type { MeasuresBook } from './measures.ts';
import type { JobPriority } from './parameters.ts';
import type { Patrol } from './patrol.ts';
import type { Stack } from './stack.ts';
import type { Units } from './units.ts';

/** The parts of dispatch that an assignment touches. */
export interface AssignmentOptions {
  kernel: Kernel;
  /** Speed of units in dm a ms; Infinity: they are there at once. */
  dmPerMs: number;
  /** Factor by which a travel time is multiplied now. */
  travelFactor: (priority: JobPriority) => number;
  units: Units;
  pool: ServerPool<Job>;
  line: JobLine;
  patrol: Patrol;
  lent: LentUnits;
  duty: Duty;
  stack: Stack;
  measures: MeasuresBook;
}

/** Moves units to jobs and from them. */
export class Assignments {
  readonly #kernel: Kernel;
  readonly #dmPerMs: number;
  readonly #travelFactor: (priority: JobPriority) => number;
  readonly #units: Units;
  readonly #pool: ServerPool<Job>;
  readonly #line: JobLine;
  readonly #patrol: Patrol;
  readonly #lent: LentUnits;
  readonly #duty: Duty;
  readonly #stack: Stack;
  readonly #measures: MeasuresBook;

  constructor(options: AssignmentOptions) {
    this.#kernel = options.kernel;
    this.#dmPerMs = options.dmPerMs;
    this.#travelFactor = options.travelFactor;
    this.#units = options.units;
    this.#pool = options.pool;
    this.#line = options.line;
    this.#patrol = options.patrol;
    this.#lent = options.lent;
    this.#duty = options.duty;
    this.#stack = options.stack;
    this.#measures = options.measures;
  }

  /** The unit sets out for the job. `extraMs` comes on top of its travel. */
  assign(job: Job, unit: number, extraMs: number): void {
    const { x, y, priority } = job.request;
    const { nowMs } = this.#kernel;
    if (job.units.length === 0) this.#line.waiting -= 1;
    if (!job.wasSent) {
      job.wasSent = true;
      this.#measures.queueMs[priority].push(nowMs - job.requestedMs);
    }
    this.#units.join(unit, job, nowMs);
    const speed = this.#dmPerMs === Infinity ? Infinity : this.#dmPerMs / this.#travelFactor(job.priority);
    const travelMs = this.#patrol.drive(unit, x, y, speed, nowMs);
    this.#kernel.schedule(nowMs + travelMs + extraMs, KIND.unitOnScene, unit, this.#units.assignment(unit));
  }

  /** The unit starts a job of its own, at the scene. */
  startOwn(job: Job, unit: number): void {
    job.wasSent = true;
    job.wasReached = true;
    this.#units.join(unit, job, this.#kernel.nowMs);
    this.#units.setAtScene(unit);
    this.#work(job, unit);
  }

  /** The unit comes to the scene. True if it is the job's first. */
  arrive(job: Job, unit: number): boolean {
    const { x, y, priority } = job.request;
    this.#patrol.place(unit, x, y);
    this.#units.setAtScene(unit);
    const isFirst = !job.wasReached;
    if (isFirst) {
      job.wasReached = true;
      this.#measures.responseMs[priority].push(this.#kernel.nowMs - job.requestedMs);
    }
    if (job.clearedBy < 0) this.#work(job, unit);
    return isFirst;
  }

  /** Takes the job out of hand and makes its units idle. */
  end(job: Job): void {
    this.#line.remove(job);
    for (const unit of job.units) this.#release(job, unit);
  }

  /** Takes the unit off what it does. If that was a job of its own, the job ends, and its id joins `yielded`. */
  makeIdle(unit: number, yielded: number[]): void {
    if (this.#duty.isOnBreak(unit)) {
      this.#duty.breakOff(unit);
      return;
    }
    const job = this.#units.job(unit) as Job;
    if (job.request.tags.cause === 'call') {
      this.#interrupt(job, unit);
      return;
    }
    this.#measures.self.yielded += 1;
    this.end(job);
    yielded.push(job.request.id);
  }

  /** The call loses a unit to a more urgent one. */
  #interrupt(job: Job, unit: number): void {
    this.#measures.sums.preempted += 1;
    this.#release(job, unit);
    job.drop(unit);
    if (job.clearedBy === unit) {
      job.leftMs = job.clearMs - this.#kernel.nowMs;
      job.clearedBy = -1;
      const other = job.units.find((each) => this.#units.isAtScene(each));
      if (other !== undefined) this.#work(job, other);
    }
    this.#line.enqueue(job);
    if (job.units.length > 0) return;
    this.#line.waiting += 1;
    this.#stack.wait(job);
  }

  /** The rest of the job is worked off from now on, and this unit's event clears it. */
  #work(job: Job, unit: number): void {
    job.clearedBy = unit;
    job.clearMs = this.#kernel.nowMs + job.leftMs;
    this.#kernel.schedule(job.clearMs, KIND.unitCleared, unit, this.#units.assignment(unit));
  }

  /** The unit has done with the job, which may go on without it. */
  #release(job: Job, unit: number): void {
    const { nowMs } = this.#kernel;
    const spentMs = this.#units.leave(unit, job, nowMs);
    if (unit >= this.#units.own) {
      this.#measures.sums.lentMs += spentMs;
      this.#lent.giveBack(unit);
      return;
    }
    this.#measures.workload.spend(spentMs, job.request.tags);
    if (this.#duty.leaves(unit)) return;
    this.#pool.free(unit);
    this.#patrol.driveHome(unit, this.#dmPerMs, nowMs);
  }
}
