/** A ratio of sums over blocks, such as calls caused per call over agencies and days, with its interval. */
import { tQuantile } from './interval.ts';

/** One block of a ratio of sums. */
export interface RatioBlock {
  /** Numerator and denominator of the block. */
  above: number;
  below: number;
}

/** A ratio with its interval. */
export interface Ratio {
  /** Null if there is no block. */
  value: number | null;
  /** 95% interval; null if there are fewer than two blocks. */
  low: number | null;
  high: number | null;
  /** Blocks whose `below` is above 0: the others are left out. */
  blocks: number;
}

/**
 * The sum of `above` over the sum of `below`. The interval takes blocks as independent: it has the linearised variance of a ratio, and
 * Student's t with one degree of freedom less than blocks.
 */
export function ratioOfSums(blocks: readonly RatioBlock[]): Ratio {
  const used = blocks.filter((b) => b.below > 0);
  const above = used.reduce((sum, b) => sum + b.above, 0);
  const below = used.reduce((sum, b) => sum + b.below, 0);
  const n = used.length;
  if (n === 0) return { value: null, low: null, high: null, blocks: 0 };
  const value = above / below;
  if (n === 1) return { value, low: null, high: null, blocks: n };
  const squares = used.reduce((sum, b) => sum + (b.above - value * b.below) ** 2, 0);
  const half = (tQuantile(0.975, n - 1) * Math.sqrt((n / (n - 1)) * squares)) / below;
  return { value, low: value - half, high: value + half, blocks: n };
}
