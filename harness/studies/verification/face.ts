/**
 * Face validity: does a simulated city's file look like a real agency's? Computes the same statistics of both. Nothing here was fitted
 * to the real file, and no single call is kept.
 */
import { PRESETS } from '../../../contract/catalogue.ts';
import { HOUR_MS } from '../../../contract/time.ts';
import { GROUPS, groupCounts, hourlyCounts, OTHER, type CallSet } from '../calibrate/calls.ts';
import { fitUnevenness } from '../../../stats/unevenness.ts';
import { byHourOfWeek, dispersion, expectedCalls, fitProfile } from '../../../stats/weekly-profile.ts';

/** Statistics of a file of calls. */
export interface Face {
  calls: number;
  days: number;
  /** Shares in %, of 24 hours and of 7 weekdays from Monday. */
  byHour: number[];
  byWeekday: number[];
  /** Share of calls in the eight categories that alerts are for, %. */
  eligibleShare: number;
  /** Shares of those calls by category, %. */
  byCategory: Record<string, number>;
  /** Variance over mean of single hours about their profile; 1 for a Poisson process. */
  dispersion: number;
  /** Standard deviation over mean of the gaps between calls, each in units of the calls expected in it; 1 for a Poisson process. */
  gapCv: number;
  /** Standard deviation of the logarithm of blocks' weights, for calls that have a category. */
  spread: number;
}

/** `set`: at least two calls. */
export function faceOf(set: CallSet): Face {
  const hourly = hourlyCounts(set);
  const { hours, calls } = byHourOfWeek(hourly);
  const profile = fitProfile(hours, calls);
  const expected = expectedCalls(profile);
  const counts = groupCounts(set);
  const eligible = PRESETS['us-eight'].map((category) => counts[GROUPS.indexOf(category)]);
  const eligibleSum = eligible.reduce((sum, n) => sum + n, 0);
  const named = GROUPS.indexOf(OTHER);
  return {
    calls: set.atMs.length,
    days: hourly.counts.length / 24,
    byHour: profile.byHour,
    byWeekday: profile.byWeekday,
    eligibleShare: (100 * eligibleSum) / set.atMs.length,
    byCategory: Object.fromEntries(
      PRESETS['us-eight'].map((category, i) => [category, eligibleSum === 0 ? 0 : (100 * eligible[i]) / eligibleSum]),
    ),
    dispersion: dispersion(hourly, expected),
    gapCv: gapCv(set, expected, hourly),
    spread: fitUnevenness(
      set.block.filter((_, i) => set.group[i] !== named),
      2,
    ).sigma,
  };
}

/** Distance of two profiles in %: the share of one that would have to move to make it the other, half the sum of absolute differences. */
export function profileDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, share, i) => sum + Math.abs(share - b[i]), 0) / 2;
}

// --- internal ---

function gapCv(set: CallSet, expected: readonly number[], hourly: ReturnType<typeof hourlyCounts>): number {
  let sum = 0;
  let squares = 0;
  for (let i = 1; i < set.atMs.length; i += 1) {
    const hour = Math.floor((set.atMs[i - 1] - hourly.fromMs) / HOUR_MS);
    const gap = ((set.atMs[i] - set.atMs[i - 1]) / HOUR_MS) * expected[hourly.hourOfWeek[hour]];
    sum += gap;
    squares += gap * gap;
  }
  const n = set.atMs.length - 1;
  const mean = sum / n;
  return Math.sqrt(squares / n - mean * mean) / mean;
}
