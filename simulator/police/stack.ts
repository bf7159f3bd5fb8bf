/**
 * The stack: jobs that wait without a unit. In time they rise by a priority, are settled by telephone, or bring a neighbour's unit. A job that
 * is served at once costs no event.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import type { Job } from './job.ts';

/** The rules for jobs that wait. */
export interface StackRules {
  /** Wait after which a job of priority 3 rises to 2, and one of 4 to 3, ms; null: they stay. */
  escalation: { priority3Ms: number; priority4Ms: number } | null;
  /** Wait after which a job of priority 4 is settled by telephone, if a report can settle it, ms; null: it waits for a unit. */
  phoneAfterMs: number | null;
  /** Wait after which a job of priority 1 asks a neighbour for a unit, and asks again each time that none is left, ms; null: never. */
  aidAfterMs: number | null;
}

/** Carries out what the rules demand. */
export interface StackHost {
  /** True if the job is in hand and has no unit. */
  isWaiting: (job: Job) => boolean;
  /** The job rises by a priority. */
  rise: (job: Job) => void;
  /** The job is settled by telephone. */
  settle: (job: Job) => void;
  /** The job asks a neighbour for a unit. */
  help: (job: Job) => void;
}

/** Names of a job's timers; with the number of its wait they make an event's ordinal. */
const TIMER = { rise: 0, phone: 1, aid: 2 } as const;
const TIMERS = 4;
/** Waits are counted modulo this, so that ordinals stay below the kernel's bound. */
const WAITS_MAX = 16_384;

/** The timers of jobs that wait. */
export class Stack {
  readonly #kernel: Kernel;
  readonly #rules: StackRules;

  constructor(kernel: Kernel, rules: StackRules, host: StackHost) {
    this.#kernel = kernel;
    this.#rules = rules;
    kernel.on(KIND.jobWaited, (_id, payload, ordinal) => {
      const job = payload as Job;
      if (!host.isWaiting(job) || Math.floor(ordinal / TIMERS) !== job.waits % WAITS_MAX) return;
      const timer = ordinal % TIMERS;
      if (timer === TIMER.rise) host.rise(job);
      else if (timer === TIMER.phone) host.settle(job);
      else {
        host.help(job);
        if (host.isWaiting(job)) this.wait(job);
      }
    });
  }

  /** The job begins to wait, or its priority has changed while it waits: its time counts anew. */
  wait(job: Job): void {
    job.waits += 1;
    const { nowMs } = this.#kernel;
    const { escalation, phoneAfterMs, aidAfterMs } = this.#rules;
    if (job.priority === 1 && aidAfterMs !== null) this.#schedule(job, TIMER.aid, nowMs + aidAfterMs);
    if (job.priority === 3 && escalation !== null) this.#schedule(job, TIMER.rise, nowMs + escalation.priority3Ms);
    if (job.priority === 4 && escalation !== null) this.#schedule(job, TIMER.rise, nowMs + escalation.priority4Ms);
    if (job.request.priority === 4 && job.request.byPhone === true && phoneAfterMs !== null && !job.wasSent)
      this.#schedule(job, TIMER.phone, job.requestedMs + phoneAfterMs);
  }

  #schedule(job: Job, timer: number, atMs: number): void {
    const ordinal = (job.waits % WAITS_MAX) * TIMERS + timer;
    this.#kernel.schedule(Math.max(this.#kernel.nowMs, atMs), KIND.jobWaited, job.request.id, ordinal, job);
  }
}
