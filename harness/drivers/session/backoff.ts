/** How long a client waits before it tries again. */

/** The shortest and the longest wait. */
export interface BackoffBounds {
  baseMs: number;
  maxMs: number;
}

/** The wait after `attempt` failed attempts, ms: `baseMs`, doubled for each of them, and at most `maxMs`. */
export function backoff(attempt: number, { baseMs, maxMs }: BackoffBounds): number {
  return Math.min(baseMs * (1 << Math.min(attempt, DOUBLINGS_MAX)), maxMs);
}

/**
 * A number in [0, 1) by entity and attempt. It spreads clients that come back, so that they don't all come at once, and in every run in
 * the same way: multiples of the golden ratio fill the interval evenly.
 */
export function spread(entity: number, attempt: number): number {
  return ((Math.imul(entity + 1, 0x9e3779b1) ^ Math.imul(attempt, 0x85ebca77)) >>> 0) / 0x1_0000_0000;
}

/** The wait that a Retry-After header of this number of seconds asks for, ms, within what a run can afford. */
export function retryAfterMs(seconds: number): number {
  return 1000 * Math.min(seconds, RETRY_AFTER_S_MAX);
}

// --- internal ---

/** The highest power of two that the shift operator can reach; any `maxMs` in use is reached long before. */
const DOUBLINGS_MAX = 30;
const RETRY_AFTER_S_MAX = 10;
