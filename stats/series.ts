/** The mean of one long run: the length of its transient beginning, and the uncertainty of the rest. */
import { meanInterval, type Interval } from './interval.ts';

const BATCH = 5;

/**
 * Number of values to leave out at the start by MSER-5 (White 1997; White, Cobb & Spratt 2000): of all cuts within the first half, in
 * batches of five, the one after which the standard error of the mean is least. A multiple of 5; 0 for fewer than ten values.
 */
export function mser5(series: readonly number[]): number {
  const means = batched(series, BATCH);
  const most = Math.floor(means.length / 2);
  let sum = 0;
  let squares = 0;
  let best = { cut: 0, statistic: Infinity };
  // From the end, so that each step adds one batch to the sums of those that are kept.
  for (let cut = means.length - 1; cut >= 0; cut -= 1) {
    sum += means[cut];
    squares += means[cut] * means[cut];
    const kept = means.length - cut;
    const statistic = (squares - (sum * sum) / kept) / (kept * kept);
    // Rounding must not prefer a later cut to an equal earlier one.
    if (cut <= most && statistic <= best.statistic + Number.EPSILON * squares) best = { cut, statistic };
  }
  return best.cut * BATCH;
}

/**
 * The interval of a stationary series' mean from the means of batches of `length` values, which are nearly independent if batches are
 * much longer than the series' memory. Values beyond the last whole batch are left out. Null with fewer than ten batches.
 */
export function batchMeans(series: readonly number[], length: number, confidence: number): Interval | null {
  const means = batched(series, length);
  return means.length < BATCHES_MIN ? null : meanInterval(means, confidence);
}

// --- internal ---

const BATCHES_MIN = 10;

function batched(series: readonly number[], length: number): number[] {
  return Array.from({ length: Math.floor(series.length / length) }, (_, i) => {
    let sum = 0;
    for (let k = i * length; k < (i + 1) * length; k += 1) sum += series[k];
    return sum / length;
  });
}
