/**
 * Wall time with a fraction, on which all threads and processes of a host agree: `Date` counts whole milliseconds, and each thread's
 * `performance.timeOrigin` is its own. There is one monotonic clock for all: its distance from the wall is measured once and handed on.
 */

/** Answers the wall time, Unix ms. */
export type WallClock = () => number;

/**
 * Measures Unix ms minus monotonic ms. This takes some ms: `Date` shows the last whole millisecond, so that the greatest distance seen is
 * the true one. `Date` is read first: a pause between the two readings can only make a distance smaller.
 */
export function measureWallOffset(): number {
  let offset = -Infinity;
  const end = monotonicMs() + MEASURE_MS;
  for (let now = 0; now < end;) {
    const wallMs = Date.now();
    now = monotonicMs();
    offset = Math.max(offset, wallMs - now);
  }
  return offset;
}

/** A clock of this thread, by the offset that was measured. */
export function wallClock(offsetMs: number): WallClock {
  let base = 0;
  let least = Infinity;
  // A pause between two readings shows as a gap around them: the narrowest counts.
  for (let i = 0; i < READINGS; i += 1) {
    const before = performance.now();
    const monotonic = monotonicMs();
    const gap = performance.now() - before;
    if (gap >= least) continue;
    least = gap;
    base = offsetMs + monotonic - before - gap / 2;
  }
  return () => base + performance.now();
}

// --- internal ---

const MEASURE_MS = 5;
const READINGS = 20;

function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
