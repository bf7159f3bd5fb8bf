/** Means over independent replications, and their paired differences under common random numbers. */
import { meanInterval, tBelow } from './interval.ts';

/** Two-sided confidence of all intervals of experiments. */
export const CONFIDENCE = 0.95;

/** A mean with its t interval. With fewer than two values there is no interval. */
export interface Estimate {
  n: number;
  mean: number | null;
  sd: number | null;
  low: number | null;
  high: number | null;
}

/** The paired difference of a level and its reference: level less reference, replication by replication. */
export interface Difference extends Estimate {
  /** Mean difference over the mean of the reference in the same replications; null if that mean is 0. */
  share: number | null;
  /** Two-sided p of no difference. */
  p: number | null;
}

/** The mean of values over replications. Values that are null were not measured: they are left out and not counted. */
export function estimate(values: readonly (number | null)[], confidence = CONFIDENCE): Estimate {
  const measured = values.filter((value) => value !== null);
  const n = measured.length;
  if (n === 0) return { n, mean: null, sd: null, low: null, high: null };
  if (n === 1) return { n, mean: measured[0], sd: null, low: null, high: null };
  const { mean, low, high } = meanInterval(measured, confidence);
  return { n, mean, sd: deviation(measured, mean), low, high };
}

/** `level[r]` and `reference[r]` had the same seed. A pair is left out if one of its values is null or missing. */
export function pairedDifference(
  level: readonly (number | null)[],
  reference: readonly (number | null)[],
  confidence = CONFIDENCE,
): Difference {
  const pairs = pairsOf(level, reference);
  const differences = pairs.map(([a, b]) => a - b);
  const result = estimate(differences, confidence);
  const base = pairs.reduce((sum, [, b]) => sum + b, 0) / pairs.length;
  return {
    ...result,
    share: result.mean === null || base === 0 ? null : result.mean / base,
    p: twoSided(result),
  };
}

/**
 * One-sided p of the hypothesis that the level is not above the reference by more than `share` of it, so that a small p says that it is.
 * A t test of level less (1 + share) times reference, pair by pair. Null with fewer than two pairs.
 */
export function exceedsBy(
  level: readonly (number | null)[],
  reference: readonly (number | null)[],
  share: number,
): number | null {
  const result = estimate(pairsOf(level, reference).map(([a, b]) => a - (1 + share) * b));
  const t = tOf(result);
  if (t === null) return null;
  return t >= 0 ? 1 - tBelow(t, result.n - 1) : tBelow(-t, result.n - 1);
}

/** Half the width of an estimate's interval over its mean: 0 if the width is 0, infinite if there is no interval or the mean is 0. */
export function relativeHalfWidth({ mean, low, high }: Estimate): number {
  if (mean === null || low === null || high === null) return Infinity;
  const half = (high - low) / 2;
  return half === 0 ? 0 : half / Math.abs(mean);
}

// --- internal ---

function pairsOf(level: readonly (number | null)[], reference: readonly (number | null)[]): [number, number][] {
  return level.flatMap((a, r): [number, number][] => {
    const b = reference[r] ?? null;
    return a === null || b === null ? [] : [[a, b]];
  });
}

function deviation(values: readonly number[], mean: number): number {
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (values.length - 1));
}

/** Student's t of a mean: infinite if all values are the same and not 0; 0 if all are 0; null if there is no interval. */
function tOf({ n, mean, sd }: Estimate): number | null {
  if (mean === null || sd === null) return null;
  if (sd === 0) return mean === 0 ? 0 : Math.sign(mean) * Infinity;
  return mean / (sd / Math.sqrt(n));
}

function twoSided(result: Estimate): number | null {
  const t = tOf(result);
  return t === null ? null : 2 * (1 - tBelow(Math.abs(t), result.n - 1));
}
