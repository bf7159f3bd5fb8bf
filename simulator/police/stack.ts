/**
 * What becomes of jobs that wait without a unit: they rise by a priority, are settled by telephone, or bring a unit of a neighbour. A job that is
 * served at once costs no event.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import type { Job } from './job.ts';

export interface StackRules {
  /** Wait after which a job of priority 3 rises to 2, and one of 4 to 3, ms; null: they stay. */
  escalation: { priority3Ms: number; priority4Ms: number } | null;
  /** Wait after which a job of priority 4 that a telephone report can settle is settled so, ms; null: it waits for a unit. */
  phoneAfterMs: number | null;
  /** Wait after which a neighbour is asked for a unit for a job of priority 1, and asked again each time that it has none, ms; null: never. */
  aidAfterMs: number | null;
}

export interface StackHost {
  /** It is in hand and has no unit. */
  isWaiting: (job: Job) => boolean;
  rise: (job: Job) => void;
  settle: (job: Job) => void;
  help: (job: Job) => void;
}

/** Names of a job's timers; with the number of its wait they make an event's ordinal. */
const TIMER = { rise: 0, phone: 1, aid: 2 } as const;
const TIMERS = 4;
/** Waits are counted modulo this, so that ordinals stay below the kernel's bound. */
const WAITS_MAX = 16_384;

/** `waits` is to be called when a job begins to wait, and when its priority has changed while it does: its time then counts anew. */
export function createStack(kernel: Kernel, rules: StackRules, host: StackHost): { waits: (job: Job) => void } {
  function schedule(job: Job, timer: number, atMs: number): void {
    const ordinal = (job.waits % WAITS_MAX) * TIMERS + timer;
    kernel.schedule(Math.max(kernel.nowMs, atMs), KIND.jobWaited, job.request.id, ordinal, job);
  }

  function waits(job: Job): void {
    job.waits += 1;
    const { nowMs } = kernel;
    const { escalation, phoneAfterMs, aidAfterMs } = rules;
    if (job.priority === 1 && aidAfterMs !== null) schedule(job, TIMER.aid, nowMs + aidAfterMs);
    if (job.priority === 3 && escalation !== null) schedule(job, TIMER.rise, nowMs + escalation.priority3Ms);
    if (job.priority === 4 && escalation !== null) schedule(job, TIMER.rise, nowMs + escalation.priority4Ms);
    if (job.request.priority === 4 && job.request.byPhone === true && phoneAfterMs !== null && !job.wasSent)
      schedule(job, TIMER.phone, job.requestedMs + phoneAfterMs);
  }

  kernel.on(KIND.jobWaited, (_id, payload, ordinal) => {
    const job = payload as Job;
    if (!host.isWaiting(job) || Math.floor(ordinal / TIMERS) !== job.waits % WAITS_MAX) return;
    const timer = ordinal % TIMERS;
    if (timer === TIMER.rise) host.rise(job);
    else if (timer === TIMER.phone) host.settle(job);
    else {
      host.help(job);
      if (host.isWaiting(job)) waits(job);
    }
  });

  return { waits };
}
