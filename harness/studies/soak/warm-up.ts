/**
 * What is cut off the beginning of a soak before slopes are fitted. A fixed rule, stated in every report: one that looks at the series itself
 * (MSER and its like) takes a leak for a long warm-up and cuts it away.
 */
import type { Settling } from './series.ts';

/** Minutes at the beginning that say nothing yet, of a soak of so many. */
export function warmUpMin(settles: Settling, lengthMin: number): number {
  const { least, share } = WARM_UP[settles];
  return Math.min(WARM_UP_MIN_MAX, Math.max(least, share * lengthMin));
}

/** Whether a soak of so many minutes is long enough for this kind of series to be judged. */
export function isLongEnough(settles: Settling, lengthMin: number): boolean {
  // Sampling begins a second late, and a run may end one early.
  return lengthMin + SLACK_MIN - warmUpMin(settles, lengthMin) >= WARM_UP[settles].left;
}

// --- internal ---

/** Minutes: at least so many are cut, and so many must be left. */
const WARM_UP: Readonly<Record<Settling, { least: number; share: number; left: number }>> = {
  heap: { least: 1.5, share: 0.15, left: 6 },
  memory: { least: 3, share: 0.25, left: 6 },
  other: { least: 1, share: 0.1, left: 3 },
};
const WARM_UP_MIN_MAX = 30;
const SLACK_MIN = 0.1;
