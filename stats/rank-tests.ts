/**
 * Tests of two samples by ranks: Mann and Whitney's for independent samples, Wilcoxon's for pairs, each with Hodges and Lehmann's
 * estimate of the shift and the interval that belongs to the test.
 */
import { medianOfAscending } from './median.ts';
import { doubledRanks, lowerCount, sizedSubsetSums, subsetSums, twoSided } from './ranks.ts';

/** How far one sample is shifted from another. */
export interface Shift {
  /** Two-sided p of no shift. */
  p: number;
  /** Shift of the second sample from the first. */
  estimate: number;
  /** Interval at the level asked for; infinite if the samples are too small for one. */
  low: number;
  high: number;
}

/** Mann and Whitney's test of `b` against `a`, with the median of all differences. `level`: confidence of the interval, such as 0.95. */
export function independentShift(a: readonly number[], b: readonly number[], level: number): Shift {
  const differences = b.flatMap((y) => a.map((x) => y - x)).sort(byValue);
  const exact = a.length + b.length <= INDEPENDENT_EXACT_MAX;
  const k = exact
    ? lowerCount(rankSumWays(a.length, b.length), (1 - level) / 2)
    : normalCount((a.length * b.length) / 2, (a.length * b.length * (a.length + b.length + 1)) / 12, level);
  return { p: exact ? rankSumExact(a, b) : rankSumNormal(a, b), ...between(differences, k) };
}

/**
 * Wilcoxon's signed-rank test of pairs' differences, with the median of the averages of every two of them (each with itself too).
 * `level`: confidence of the interval, such as 0.95.
 */
export function pairedShift(differences: readonly number[], level: number): Shift {
  const n = differences.length;
  const averages = differences.flatMap((x, i) => differences.slice(i).map((y) => (x + y) / 2)).sort(byValue);
  const k =
    n <= PAIRED_EXACT_MAX
      ? lowerCount(signedRankWays(n), (1 - level) / 2)
      : normalCount((n * (n + 1)) / 4, (n * (n + 1) * (2 * n + 1)) / 24, level);
  const moved = differences.filter((d) => d !== 0);
  const p = moved.length === 0 ? 1 : moved.length <= PAIRED_EXACT_MAX ? signedExact(moved) : signedNormal(moved);
  return { p, ...between(averages, k) };
}

/** Cliff's delta: the share of pairs in which a value of `b` is above one of `a`, less the share in which it is below; from -1 to 1. */
export function cliffsDelta(a: readonly number[], b: readonly number[]): number {
  let score = 0;
  for (const x of a) for (const y of b) score += Math.sign(y - x);
  return score / (a.length * b.length);
}

/** p values after Holm's step-down correction, in their order: the chance of any false alarm among them is that of a single test. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((i, j) => ps[i] - ps[j]);
  const adjusted = Array.from<number>({ length: ps.length });
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (ps.length - rank) * ps[i]));
    adjusted[i] = least;
  }
  return adjusted;
}

// --- internal ---

/** For larger samples the normal approximation is as good, and counting all cases would take seconds. */
const INDEPENDENT_EXACT_MAX = 80;
const PAIRED_EXACT_MAX = 60;

function byValue(x: number, y: number): number {
  return x - y;
}

/** The median of the values, and the interval from the k-th least to the k-th greatest of them. */
function between(sorted: readonly number[], k: number): Omit<Shift, 'p'> {
  const estimate = medianOfAscending(sorted);
  if (k < 1) return { estimate, low: -Infinity, high: Infinity };
  return { estimate, low: sorted[k - 1], high: sorted[sorted.length - k] };
}

const signedWays = new Map<number, Float64Array>();

/** Number of ways to reach each value of Wilcoxon's sum of positive ranks, without ties. */
function signedRankWays(n: number): Float64Array {
  let ways = signedWays.get(n);
  if (ways === undefined) {
    ways = subsetSums(Array.from({ length: n }, (_, i) => i + 1));
    signedWays.set(n, ways);
  }
  return ways;
}

const waysBySize = new Map<string, Float64Array>();

/** Number of ways to reach each value of Mann and Whitney's U, without ties. */
function rankSumWays(m: number, n: number): Float64Array {
  const key = `${m} ${n}`;
  let ways = waysBySize.get(key);
  if (ways === undefined) {
    const plain = Array.from({ length: m + n }, (_, i) => i + 1);
    ways = sizedSubsetSums(plain, n).slice((n * (n + 1)) / 2, (n * (n + 1)) / 2 + m * n + 1);
    waysBySize.set(key, ways);
  }
  return ways;
}

function rankSumExact(a: readonly number[], b: readonly number[]): number {
  const ranks = doubledRanks([...a, ...b]);
  const found = ranks.slice(a.length).reduce((sum, rank) => sum + rank, 0);
  const isTied = ranks.some((rank, i) => rank % 2 === 1 || ranks.indexOf(rank) !== i);
  if (!isTied) return twoSided(rankSumWays(a.length, b.length), found / 2 - (b.length * (b.length + 1)) / 2);
  return twoSided(sizedSubsetSums(ranks, b.length), found);
}

function rankSumNormal(a: readonly number[], b: readonly number[]): number {
  const [m, n] = [a.length, b.length];
  const ranks = doubledRanks([...a, ...b]);
  const u = ranks.slice(m).reduce((sum, rank) => sum + rank / 2, 0) - (n * (n + 1)) / 2;
  const all = m + n;
  const variance = ((m * n) / 12) * (all + 1 - tieSum(ranks) / (all * (all - 1)));
  return normalTwoSided(u - (m * n) / 2, variance);
}

function signedExact(moved: readonly number[]): number {
  const ranks = doubledRanks(moved.map(Math.abs));
  const found = ranks.reduce((sum, rank, i) => sum + (moved[i] > 0 ? rank : 0), 0);
  return twoSided(subsetSums(ranks), found);
}

function signedNormal(moved: readonly number[]): number {
  const n = moved.length;
  const ranks = doubledRanks(moved.map(Math.abs));
  const found = ranks.reduce((sum, rank, i) => sum + (moved[i] > 0 ? rank / 2 : 0), 0);
  return normalTwoSided(found - (n * (n + 1)) / 4, (n * (n + 1) * (2 * n + 1)) / 24 - tieSum(ranks) / 48);
}

/** Sum of t^3 - t over the groups of tied ranks. */
function tieSum(ranks: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const rank of ranks) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  return [...sizes.values()].reduce((sum, t) => sum + t ** 3 - t, 0);
}

/** Two-sided p of a statistic's distance from its mean, with the correction for a statistic that comes in steps. */
function normalTwoSided(distance: number, variance: number): number {
  if (variance <= 0) return 1;
  return Math.min(1, 2 * normalTail(Math.max(0, Math.abs(distance) - 0.5) / Math.sqrt(variance)));
}

function normalCount(mean: number, variance: number, level: number): number {
  return Math.max(0, Math.floor(mean - normalQuantile((1 + level) / 2) * Math.sqrt(variance)));
}

/** Chance of a normal value above z, for z from 0: the continued fraction of Mills' ratio, or the series near 0. */
function normalTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && k < 200; k += 1) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = 60; k >= 1; k -= 1) fraction = z + k / fraction;
  return density / fraction;
}

/** Bisection is fast enough: a comparison needs a few quantiles. */
function normalQuantile(probability: number): number {
  let [low, high] = [0, 40];
  while (high - low > 1e-12) {
    const z = (low + high) / 2;
    if (1 - normalTail(z) < probability) low = z;
    else high = z;
  }
  return low;
}
