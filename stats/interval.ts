/** Confidence intervals of a mean over independent replications. */

/** A two-sided confidence interval of a mean. */
export interface Interval {
  mean: number;
  /** Half the width of the two-sided interval. */
  halfWidth: number;
  low: number;
  high: number;
}

/** The t interval of the mean of independent samples, with two-sided confidence such as 0.999. Throws a RangeError for fewer than 2. */
export function meanInterval(samples: readonly number[], confidence: number): Interval {
  const n = samples.length;
  if (n < 2) throw new RangeError(`meanInterval: expected at least 2 samples, found ${n}`);
  const mean = samples.reduce((sum, x) => sum + x, 0) / n;
  const variance = samples.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (n - 1);
  const halfWidth = tQuantile(1 - (1 - confidence) / 2, n - 1) * Math.sqrt(variance / n);
  return { mean, halfWidth, low: mean - halfWidth, high: mean + halfWidth };
}

/**
 * The same interval, sharpened by control variates: row i of `controls` holds those of sample i, each with true mean 0. The mean is the
 * intercept of the linear regression of the samples on their controls, with n - controls - 1 degrees of freedom (Lavenberg & Welch
 * 1981). Throws a RangeError if no degree of freedom is left.
 */
export function controlledInterval(
  samples: readonly number[],
  controls: readonly (readonly number[])[],
  confidence: number,
): Interval {
  const columns = [samples.map(() => 1), ...controls[0].map((_, k) => controls.map((row) => row[k]))];
  const n = samples.length;
  const df = n - columns.length;
  if (df < 1) throw new RangeError(`controlledInterval: expected more than ${columns.length} samples, found ${n}`);
  const scales = columns.map((column) => Math.sqrt(column.reduce((sum, x) => sum + x * x, 0)) || 1);
  const scaled = columns.map((column, k) => column.map((x) => x / scales[k]));
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const normal = scaled.map((a) => scaled.map((b) => dot(a, b)));
  const coefficients = solve(
    normal,
    scaled.map((a) => dot(a, samples)),
  );
  const residual = samples.reduce((sum, y, i) => {
    const fit = coefficients.reduce((total, c, k) => total + c * scaled[k][i], 0);
    return sum + (y - fit) * (y - fit);
  }, 0);
  const inverse = solve(
    normal,
    scaled.map((_, k) => (k === 0 ? 1 : 0)),
  );
  const halfWidth = (tQuantile(1 - (1 - confidence) / 2, df) * Math.sqrt((residual / df) * inverse[0])) / scales[0];
  const mean = coefficients[0] / scales[0];
  return { mean, halfWidth, low: mean - halfWidth, high: mean + halfWidth };
}

/** Quantile of Student's t with `df` degrees of freedom (a whole number from 1), for p from 0.5 up: bisection on its distribution. */
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

/** P(T < t) for t from 0 up: a finite sum over the angle atan(t / sqrt(df)) (Abramowitz & Stegun 26.7.3 and 26.7.4). */
export function tBelow(t: number, df: number): number {
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

// --- internal ---

/** Solves a symmetric positive definite system by elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const size = rows.length;
  for (let i = 0; i < size; i += 1) {
    for (let j = i + 1; j < size; j += 1) {
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= size; k += 1) rows[j][k] -= factor * rows[i][k];
    }
  }
  const x = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i -= 1) {
    let rest = rows[i][size];
    for (let k = i + 1; k < size; k += 1) rest -= rows[i][k] * x[k];
    x[i] = rest / rows[i][i];
  }
  return x;
}
