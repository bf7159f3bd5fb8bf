/** Shares with intervals and nearest-rank quantiles, as run records hold them. */

/** A share with its 95% interval; all null if nothing was counted. */
export interface Rate {
  value: number | null;
  n: number;
  low: number | null;
  high: number | null;
}

/** Quantiles by nearest rank, in the unit of the values; all 0 if `count` is 0. */
export interface Quantiles {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** z of a two-sided 95% interval. */
const Z = 1.959963984540054;

/** A share with its Wilson score interval (Wilson 1927): sensible at 0, at n and for small n. */
export function rateOf(hits: number, n: number): Rate {
  if (n === 0) return { value: null, n: 0, low: null, high: null };
  const p = hits / n;
  const z2 = (Z * Z) / n;
  const centre = (p + z2 / 2) / (1 + z2);
  const half = (Z / (1 + z2)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n));
  return { value: p, n, low: hits === 0 ? 0 : centre - half, high: hits === n ? 1 : centre + half };
}

/** Nearest-rank quantiles of samples in any order; all 0 if there are none. */
export function quantilesOf(samples: ArrayLike<number>): Quantiles {
  const sorted = Float64Array.from(samples).sort();
  const n = sorted.length;
  if (n === 0) return { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
  const at = (q: number): number => sorted[Math.max(0, Math.ceil(q * n) - 1)];
  return { count: n, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: sorted[n - 1] };
}

/** Share of samples at or below a limit; 1 if there are none. */
export function shareWithin(samples: ArrayLike<number>, limit: number): number {
  if (samples.length === 0) return 1;
  let within = 0;
  for (let i = 0; i < samples.length; i += 1) if (samples[i] <= limit) within += 1;
  return within / samples.length;
}

/** Several sets of samples as one, in their order. */
export function joined(sets: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(sets.reduce((n, s) => n + s.length, 0));
  let at = 0;
  for (const set of sets) {
    all.set(set, at);
    at += set.length;
  }
  return all;
}
