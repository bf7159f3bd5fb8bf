/**
 * Slopes of samples that are neither normal nor independent: Theil and Sen's median of slopes over the medians of consecutive batches,
 * with a t interval from the residuals. Autocorrelation that remains between batches widens the interval: the residuals' lag-1
 * correlation, corrected for its bias in short series, says how many independent points the batches are worth. If those are few, the
 * range of the residuals bounds the slope that wandering noise could have made. (Sen's own interval, by ranks, is infinite at the
 * confidence that many series at once need, however plain the slope.)
 */
import { tQuantile } from './interval.ts';
import { medianOfAscending } from './median.ts';

/** A fitted line with the interval of its slope. */
export interface Trend {
  /** Units of y per unit of x. */
  slope: number;
  /** Ends of the two-sided interval. */
  low: number;
  high: number;
  /** Value of the line midway between the first point and the last. */
  level: number;
  /** Number of points that the slope was fitted to, and the number of independent points that they are worth. */
  points: number;
  pointsEffective: number;
}

/** More points than this are merged into this number of batches. */
export const BATCHES = 20;

/** How the interval is made, and what stands for a batch. */
export interface TrendOptions {
  /** The chance allowed for the true slope to lie below the interval, and likewise above it. */
  alpha: number;
  /** True if the points are few and known to be far apart: no correlation is then supposed beyond the one found. */
  apart?: boolean;
  /** Quantile that stands for a batch; its median if left out. */
  quantile?: number;
}

/** The trend of y over ascending x. Points with a NaN are left out. Null with fewer than 4 points. */
export function trendOf(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { alpha, apart = false, quantile = 0.5 }: TrendOptions,
): Trend | null {
  const points = batchesOf(known(x, y), quantile);
  const n = points.length;
  if (n < POINTS_MIN) return null;
  const slopes = slopesOf(points);
  const slope = medianOfAscending(slopes);
  const intercept = medianOfAscending(points.map(([at, value]) => value - slope * at).sort(ascending));
  const residuals = points.map(([at, value]) => value - slope * at - intercept);
  const correlation = correlationOf(residuals, apart);
  const pointsEffective = (n * (1 - correlation)) / (1 + correlation);
  const half =
    apart || pointsEffective >= EFFECTIVE_MIN
      ? tHalfOf(points, residuals, pointsEffective, alpha)
      : (WANDERS * (Math.max(...residuals) - Math.min(...residuals))) / (points[n - 1][0] - points[0][0]);
  const middle = (points[0][0] + points[n - 1][0]) / 2;
  return {
    slope,
    low: slope - half,
    high: slope + half,
    level: intercept + slope * middle,
    points: n,
    pointsEffective,
  };
}

// --- internal ---

type Point = readonly [number, number];

const POINTS_MIN = 4;
/** Number of independent points that the batches must be worth for a t interval. */
const EFFECTIVE_MIN = 10;
/**
 * Noise that wanders without bounds (a sum of independent steps) has a slope, over its length, of less than this multiple of the range
 * of its residuals, except one time in 2,000 at either end (found with 20,000 series).
 */
const WANDERS = 6;
/** A correlation nearer to 1 can't be told from 1. */
const CORRELATION_MAX = 0.95;

function ascending(a: number, b: number): number {
  return a - b;
}

function known(x: ArrayLike<number>, y: ArrayLike<number>): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < x.length; i += 1) if (!Number.isNaN(x[i]) && !Number.isNaN(y[i])) points.push([x[i], y[i]]);
  return points;
}

/** Divides x into stretches of equal length and makes one point of each. */
function batchesOf(points: Point[], quantile: number): Point[] {
  if (points.length <= BATCHES) return points;
  const first = points[0][0];
  const length = (points[points.length - 1][0] - first) / BATCHES;
  const batches = Array.from({ length: BATCHES }, (): Point[] => []);
  for (const point of points) batches[Math.min(BATCHES - 1, Math.floor((point[0] - first) / length))].push(point);
  return batches
    .filter((batch) => batch.length > 0)
    .map((batch) => [
      medianOfAscending(batch.map(([at]) => at)),
      quantileOf(batch.map(([, value]) => value).sort(ascending), quantile),
    ]);
}

function quantileOf(ascendingValues: readonly number[], quantile: number): number {
  return quantile === 0.5
    ? medianOfAscending(ascendingValues)
    : ascendingValues[Math.floor(quantile * (ascendingValues.length - 1))];
}

/** Slopes of all pairs of points, ascending. */
function slopesOf(points: readonly Point[]): number[] {
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i += 1)
    for (let j = i + 1; j < points.length; j += 1)
      slopes.push((points[j][1] - points[i][1]) / (points[j][0] - points[i][0]));
  return slopes.sort(ascending);
}

/**
 * Half the width of the t interval. Correlated residuals are smaller than the noise that they come from; the few degrees of freedom that
 * they are worth make up for that. Infinite if no degree of freedom is left.
 */
function tHalfOf(
  points: readonly Point[],
  residuals: readonly number[],
  pointsEffective: number,
  alpha: number,
): number {
  const df = Math.floor(pointsEffective) - 2;
  if (df < 1) return Infinity;
  const mean = points.reduce((sum, [at]) => sum + at, 0) / points.length;
  const spread = points.reduce((sum, [at]) => sum + (at - mean) * (at - mean), 0);
  const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0);
  const variance = squares / points.length / (1 - 2 / pointsEffective);
  return tQuantile(1 - alpha, df) * Math.sqrt((variance / spread) * (points.length / pointsEffective));
}

/**
 * Lag-1 correlation of residuals, 0 or more: alternating residuals do not count as more than independent ones. An estimate from n
 * residuals of a line is too small by (2 + 4 rho) / n (Kendall 1954, for a series whose trend is removed).
 */
function correlationOf(residuals: readonly number[], apart: boolean): number {
  const n = residuals.length;
  let square = 0;
  let product = 0;
  for (let i = 0; i < n; i += 1) {
    square += residuals[i] * residuals[i];
    if (i > 0) product += residuals[i] * residuals[i - 1];
  }
  if (square === 0) return 0;
  const estimate = product / square;
  const bias = apart ? 0 : (2 + 4 * Math.max(0, estimate)) / n;
  return Math.min(CORRELATION_MAX, Math.max(0, estimate + bias));
}
