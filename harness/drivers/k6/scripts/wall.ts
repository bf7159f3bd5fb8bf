/** Waiting for moments on the wall. */
import { setTimeout } from 'k6/timers';

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(), Math.max(0, ms));
  });
}

/** Resolves at a wall time with the time that it is then; at once where that is past. */
export async function reach(wallMs: number): Promise<number> {
  const nowMs = Date.now();
  if (nowMs >= wallMs) return nowMs;
  await sleep(wallMs - nowMs);
  return Date.now();
}

/** A number in [0, 1) by entity and attempt, so that those that come back don't all come at once, and in every run in the same way. */
export function spread(entity: number, attempt: number): number {
  return ((Math.imul(entity + 1, 0x9e3779b1) ^ Math.imul(attempt, 0x85ebca77)) >>> 0) / 2 ** 32;
}
