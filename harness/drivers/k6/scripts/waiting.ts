/** Waiting for moments on the wall. */
import { setTimeout } from 'k6/timers';

/** Resolves after a time, in ms; at once if it is not above 0. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(), Math.max(0, ms));
  });
}

/** Resolves at a wall time (Unix ms) with the time that it is then; at once if that time is past. */
export async function reach(wallMs: number): Promise<number> {
  const nowMs = Date.now();
  if (nowMs >= wallMs) return nowMs;
  await sleep(wallMs - nowMs);
  return Date.now();
}
