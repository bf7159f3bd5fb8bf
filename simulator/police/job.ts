/** A job for patrol: what is asked for, and how far it has got. */
import type { JobTags } from './load.ts';
import type { JobPriority } from './parameters.ts';

export interface JobRequest {
  /** Integer, unique among jobs in hand, self-initiated ones included. */
  id: number;
  priority: JobPriority;
  /** Where, dm. */
  x: number;
  y: number;
  unitsWanted: number;
  /** Of those, how many are for the officers' safety: they are found before anybody of the same priority gets help. 1 where left out. */
  unitsMin?: number;
  /** From the first unit's arrival until the job is cleared, integer ms. */
  serviceMs: number;
  /** A telephone report can settle it, where the agency takes those. */
  byPhone?: boolean;
  tags: JobTags;
  /** Units (indices) in the order in which they are asked, before the nearest of the others. */
  preferred?: readonly number[];
}

/** A job in hand. */
export class Job {
  readonly request: JobRequest;
  readonly requestedMs: number;
  /** As dispatch sees it: a job that waits long rises. Measures go by the priority asked for. */
  priority: JobPriority;
  /** Units on the way or at the scene. */
  readonly units: number[] = [];
  /** A unit has been sent, whatever became of it. */
  wasSent = false;
  wasReached = false;
  /** Work that is left to do there, ms, while nobody does it. */
  leftMs: number;
  /** The unit whose event clears the job, -1 while nobody is at the scene; and the moment. */
  clearedBy = -1;
  clearMs = 0;
  /** How often it has been in line without a unit: tells its timers of one wait from those of another. */
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

  wantsMore(): boolean {
    return this.units.length < this.request.unitsWanted || this.units.length < this.unitsMin;
  }

  /** Its place in the line: by priority, and within one those that lack a unit they must have before those that want back-up. */
  rank(): number {
    return 2 * this.priority + (this.units.length < this.unitsMin ? 0 : 1);
  }

  drop(unit: number): void {
    this.units.splice(this.units.indexOf(unit), 1);
  }
}
