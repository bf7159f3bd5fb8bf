/** A job for patrol: the request, and how far units have got with it. */
import type { JobTags } from './workload.ts';
import type { JobPriority } from './parameters.ts';

/** Somebody asks for police. */
export interface JobRequest {
  /** Integer, unique among jobs in hand, self-initiated ones included. */
  id: number;
  priority: JobPriority;
  /** The place of the job, dm. */
  x: number;
  y: number;
  unitsWanted: number;
  /** Units that the officers' safety demands. They are found before any job of the same priority gets back-up. 1 if left out. */
  unitsMin?: number;
  /** From the first unit's arrival until the job is cleared, integer ms. */
  serviceMs: number;
  /** True if a telephone report can settle it, in an agency that takes those. */
  byPhone?: boolean;
  tags: JobTags;
  /** Units (indices) that are asked first, in this order, before the nearest of the others. */
  preferred?: readonly number[];
}

/** A job in hand. */
export class Job {
  readonly request: JobRequest;
  readonly requestedMs: number;
  /** Priority now: a job that waits long rises. Measures go by the priority of the request. */
  priority: JobPriority;
  /** Units on the way or at the scene. */
  readonly units: number[] = [];
  /** True once a unit has set out, even if it was taken away again. */
  wasSent = false;
  /** True once a unit has come to the scene. */
  wasReached = false;
  /** Work that is left to do at the scene, ms. It is up to date while no unit works there. */
  leftMs: number;
  /** The unit whose event clears the job; -1 while none works at the scene. */
  clearedBy = -1;
  /** When that event is due, ms. */
  clearMs = 0;
  /** How often the job has begun to wait without a unit: the number tells the timers of one wait from those of another. */
  waits = 0;

  constructor(request: JobRequest, nowMs: number) {
    this.request = request;
    this.requestedMs = nowMs;
    this.priority = request.priority;
    this.leftMs = request.serviceMs;
  }

  get unitsMin(): number {
    return this.request.unitsMin ?? 1;
  }

  /** True while the job lacks units, back-up included. */
  wantsMore(): boolean {
    return this.units.length < this.request.unitsWanted || this.units.length < this.unitsMin;
  }

  /** Its rank in the line, lowest first: by priority; within one, jobs that lack a unit they must have come before those that want back-up. */
  rank(): number {
    return 2 * this.priority + (this.units.length < this.unitsMin ? 0 : 1);
  }

  /** A unit leaves the job before it is cleared. */
  drop(unit: number): void {
    this.units.splice(this.units.indexOf(unit), 1);
  }
}
