/** Jobs in hand, and the line of those that lack a unit: by priority, without the units they must have before back-up, arrival, id. */
import type { ServerPool } from '../queue/server-pool.ts';
import { Job, type JobRequest } from './job.ts';
import type { JobPriority } from './parameters.ts';

/** The jobs of one agency until they are done. */
export class JobLine {
  /** Jobs without a unit. Jobs that want back-up stand in the pool's line too, but do not count here. */
  waiting = 0;
  readonly #pool: ServerPool<Job>;
  readonly #jobs = new Map<number, Job>();

  constructor(pool: ServerPool<Job>) {
    this.#pool = pool;
  }

  /** Takes a job in hand. It has no unit and stands in no line yet. Throws if the id is in hand already. */
  add(request: JobRequest, nowMs: number): Job {
    if (this.#jobs.has(request.id)) throw new Error(`job ${request.id} is in hand already`);
    const job = new Job(request, nowMs);
    this.#jobs.set(request.id, job);
    return job;
  }

  get(jobId: number): Job | undefined {
    return this.#jobs.get(jobId);
  }

  /** True if this job, and no later one of its id, is in hand. */
  isInHand(job: Job): boolean {
    return this.#jobs.get(job.request.id) === job;
  }

  isWaiting(job: Job): boolean {
    return job.units.length === 0 && this.isInHand(job);
  }

  /** True if no job stands in line, for a first unit or for back-up. */
  isEmpty(): boolean {
    return this.#pool.waiting() === 0;
  }

  /** The job to be served next; null if nobody stands in line. */
  head(): Job | null {
    return this.#pool.head()?.what ?? null;
  }

  /** The job stands in line where it belongs now, wherever it stood before. */
  enqueue(job: Job): void {
    this.#pool.abandon(job.request.id);
    this.#pool.offer(job.request.id, job.rank(), job.requestedMs, job);
  }

  leave(job: Job): void {
    this.#pool.abandon(job.request.id);
  }

  /** Gives a job another priority. True if it stands in line, where its place has changed. */
  reprioritise(job: Job, priority: JobPriority): boolean {
    job.priority = priority;
    if (!this.#pool.isWaiting(job.request.id)) return false;
    this.enqueue(job);
    return true;
  }

  /** Takes the job out of hand. Its units keep it until they are released. */
  remove(job: Job): void {
    this.#jobs.delete(job.request.id);
    if (job.units.length === 0) this.waiting -= 1;
    if (!this.isEmpty()) this.leave(job);
  }
}
