/**
 * How long a soak and its parts are: the days that its scenario needs, and the warm-up that is cut off before slopes are fitted. The
 * warm-up is a fixed rule, stated in every report: a rule that looks at the series itself (MSER and its like) takes a leak for a long
 * warm-up and cuts it away.
 */
import type { Scenario } from '../../../contract/scenario.ts';
import type { Settling } from './series.ts';

const DAY_MS = 86_400_000;
/** Minutes: `cutMin` at the least and `cutShare` of the soak are cut off, and `leftMin` must be left. */
const WARM_UP: Readonly<Record<Settling, { cutMin: number; cutShare: number; leftMin: number }>> = {
  heap: { cutMin: 1.5, cutShare: 0.15, leftMin: 6 },
  memory: { cutMin: 3, cutShare: 0.25, leftMin: 6 },
  other: { cutMin: 1, cutShare: 0.1, leftMin: 3 },
};
const WARM_UP_MIN_MAX = 30;
const SLACK_MIN = 0.1;

/** Days that the scenario must last, so that its window, at its speed, does not end before the soak does. */
export function daysFor({ durationDays, load }: Pick<Scenario, 'durationDays' | 'load'>): number {
  const neededDays = (load.fromMs + load.durationMs * load.speed) / DAY_MS;
  return neededDays <= durationDays ? durationDays : Math.ceil(neededDays);
}

/** Minutes to cut off the beginning of a soak of `lengthMin` minutes, because they say nothing yet. */
export function warmUpMin(settles: Settling, lengthMin: number): number {
  const { cutMin, cutShare } = WARM_UP[settles];
  return Math.min(WARM_UP_MIN_MAX, Math.max(cutMin, cutShare * lengthMin));
}

/** Whether a soak of `lengthMin` minutes is long enough for this kind of series to be judged. */
export function isLongEnough(settles: Settling, lengthMin: number): boolean {
  // Sampling begins a second late, and a run may end one early.
  return lengthMin + SLACK_MIN - warmUpMin(settles, lengthMin) >= WARM_UP[settles].leftMin;
}
