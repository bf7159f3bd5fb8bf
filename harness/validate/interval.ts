/** Confidence intervals of a mean over independent replications. */

export interface Interval {
  mean: number;
  /** Half the width of the two-sided interval. */
  halfWidth: number;
  low: number;
  high: number;
}

/** The t interval of the mean of independent samples (at least 2), with two-sided confidence such as 0.999. */
export function meanInterval(samples: readonly number[], confidence: number): Interval {
  const n = samples.length;
  if (n < 2) throw new RangeError(`an interval needs at least 2 samples, found ${n}`);
  const mean = samples.reduce((sum, x) => sum + x, 0) / n;
  const variance = samples.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (n - 1);
  const halfWidth = tQuantile(1 - (1 - confidence) / 2, n - 1) * Math.sqrt(variance / n);
  return { mean, halfWidth, low: mean - halfWidth, high: mean + halfWidth };
}

/** Quantile of Student's t for p above 0.5: bisection on its distribution. */
export function tQuantile(p: number, df: number): number {
  let low = 0;
  let high = 1;
  while (tBelow(high, df) < p) high *= 2;
  for (let i = 0; i < 60; i += 1) {
    const mid = (low + high) / 2;
    if (tBelow(mid, df) < p) low = mid;
    else high = mid;
  }
  return high;
}

// --- internal ---

/**
 * P(T < t) for t >= 0 as a finite sum over the angle atan(t / sqrt(df)) (Abramowitz & Stegun 26.7.3 and 26.7.4).
 */
function tBelow(t: number, df: number): number {
  const angle = Math.atan(t / Math.sqrt(df));
  const cos2 = Math.cos(angle) * Math.cos(angle);
  const odd = df % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = 0;
  for (let k = odd ? 1 : 0; k <= df - 2; k += 2) {
    sum += term;
    term *= (cos2 * (k + 1)) / (k + 2);
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return 0.5 + within / 2;
}
