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
