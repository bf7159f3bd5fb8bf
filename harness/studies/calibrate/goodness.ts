/**
 * Goodness of fit of a profile: compares statistics of the calls with those of processes that are drawn from the fit and fitted again
 * (parametric bootstrap), so that p-values allow for the parameters that were estimated.
 */
import { HOUR_MS } from '../../../contract/time.ts';
import { counterDraw, poisson } from '../../../simulator/kernel/random.ts';
import { hourlyCounts, type CallSet } from './calls.ts';
import {
  byHourOfWeek,
  dispersion,
  expectedCalls,
  fitProfile,
  type HourlyCounts,
} from '../../../stats/weekly-profile.ts';

/** A statistic with its p-value. */
export interface Tested {
  value: number;
  /** Share of the processes drawn from the fit whose statistic is as large. */
  p: number;
}

/** Statistics of how well the profile fits. */
export interface Goodness {
  /** Chi-square of the hours of the week against rate x hour x weekday. */
  chiSquare: Tested;
  /** Dispersion of single hours; 1 for a Poisson process. */
  dispersion: Tested;
  /** Largest distance of the distribution of gaps, in units of expected calls, from the exponential distribution. */
  gaps: Tested;
  /** Quantiles of those gaps, expected and found, from the 1st percentile to the 99th. */
  quantiles: { share: number; expected: number; found: number }[];
  draws: number;
}

/** `draws`: number of processes drawn; the smallest possible p-value is 1 / (draws + 1). */
export function goodnessOf(set: CallSet, seed: number, draws: number): Goodness {
  const hourly = hourlyCounts(set);
  const found = statisticsOf(hourly, set.atMs);
  const atLeast = { chiSquare: 1, dispersion: 1, gaps: 1 };
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = statisticsOf(...drawnFrom(hourly, found.expected, seed, draw));
    for (const name of ['chiSquare', 'dispersion', 'gaps'] as const) if (drawn[name] >= found[name]) atLeast[name] += 1;
  }
  const tested = (name: keyof typeof atLeast): Tested => ({ value: found[name], p: atLeast[name] / (draws + 1) });
  return {
    chiSquare: tested('chiSquare'),
    dispersion: tested('dispersion'),
    gaps: tested('gaps'),
    quantiles: SHARES.map((share) => ({
      share,
      expected: -Math.log(1 - share),
      found: found.sorted[Math.floor(share * found.sorted.length)],
    })),
    draws,
  };
}

// --- internal ---

const SHARES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99];

function statisticsOf(hourly: HourlyCounts, atMs: Float64Array) {
  const { hours, calls } = byHourOfWeek(hourly);
  const expected = expectedCalls(fitProfile(hours, calls));
  const chiSquare = calls.reduce((sum, n, i) => {
    const mean = hours[i] * expected[i];
    return mean > 0 ? sum + (n - mean) ** 2 / mean : sum;
  }, 0);
  const sorted = rescaledGaps(hourly, atMs, expected).sort();
  let gaps = 0;
  for (let i = 0; i < sorted.length; i += 1) {
    const below = 1 - Math.exp(-sorted[i]);
    gaps = Math.max(gaps, Math.abs(below - i / sorted.length), Math.abs(below - (i + 1) / sorted.length));
  }
  return { chiSquare, dispersion: dispersion(hourly, expected), gaps, sorted, expected };
}

/** Gaps between calls in units of expected calls: exponential with mean 1 for a Poisson process of that rate. */
function rescaledGaps(hourly: HourlyCounts, atMs: Float64Array, expected: readonly number[]): Float64Array {
  const before = new Float64Array(hourly.counts.length + 1);
  hourly.hourOfWeek.forEach((hour, i) => (before[i + 1] = before[i] + expected[hour]));
  const at = (ms: number): number => {
    const hour = Math.floor((ms - hourly.fromMs) / HOUR_MS);
    return before[hour] + expected[hourly.hourOfWeek[hour]] * ((ms - hourly.fromMs) / HOUR_MS - hour);
  };
  const gaps = new Float64Array(atMs.length - 1);
  for (let i = 1; i < atMs.length; i += 1) gaps[i - 1] = at(atMs[i]) - at(atMs[i - 1]);
  return gaps;
}

/** Draws a Poisson process over the same hours. */
function drawnFrom(
  hourly: HourlyCounts,
  expected: readonly number[],
  seed: number,
  draw: number,
): [HourlyCounts, Float64Array] {
  const uniform = counterDraw({ seed, replication: draw }, 'calibrate/bootstrap');
  let index = 0;
  const next = (): number => {
    index += 1;
    return uniform(0, index);
  };
  const counts = hourly.counts.map((_, i) => poisson(next, expected[hourly.hourOfWeek[i]]));
  const total = counts.reduce((sum, n) => sum + n, 0);
  const atMs = new Float64Array(total);
  let i = 0;
  counts.forEach((n, hour) => {
    for (let k = 0; k < n; k += 1) atMs[i + k] = hourly.fromMs + (hour + next()) * HOUR_MS;
    atMs.subarray(i, i + n).sort();
    i += n;
  });
  return [{ ...hourly, counts }, atMs];
}
