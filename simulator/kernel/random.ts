/**
 * Randomness as an argument. A draw is a function that returns uniform numbers in [0, 1). Every decision has its own, keyed by (seed, replication,
 * concern, entity), so that adding a model or an alert never shifts the draws of another.
 *
 * `keyedDraw` is seedrandom's Alea (J. Baagøe). `counterDraw` is Philox2x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011), for places at which a stream for each decision would be too slow, such as doorbells' motions and persons' columns.
 */
import alea from 'seedrandom/lib/alea.js';
import exp from '@stdlib/math-base-special-exp';
import ln from '@stdlib/math-base-special-ln';

/** Uniform in [0, 1), 32 random bits. */
export type Draw = () => number;

/** A run's seed, and the number of the replication with that seed. */
export interface Seeds {
  seed: number;
  replication: number;
}

/** A stream for one decision or process. Making one costs about 1.5 us. */
export function keyedDraw(seeds: Seeds, concern: string, entity: number | string): Draw {
  return alea(`${seeds.seed}|${seeds.replication}|${concern}|${entity}`);
}

/** A counter-based generator for one concern. It maps (entity, index) to a uniform in [0, 1), the same in any order of calls. */
export function counterDraw(seeds: Seeds, concern: string): (entity: number, index: number) => number {
  const key = textKey(`${seeds.seed}|${seeds.replication}|${concern}`);
  return (entity, index) => philox2x32(entity, index, key) / 4_294_967_296;
}

/** FNV-1a of a text, finished with murmur3's mixer, as an unsigned 32-bit number: a key of the counter-based generator, or an index of something that has a name. */
export function textKey(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** First word of Philox2x32-10 for counter (c0, c1) and key, all unsigned 32-bit. */
export function philox2x32(c0: number, c1: number, key: number): number {
  let x = c0 >>> 0;
  let y = c1 >>> 0;
  let k = key >>> 0;
  for (let round = 0; round < 10; round += 1) {
    const low = x & 0xffff;
    const high = x >>> 16;
    const carry = high * 0xd193 + ((low * 0xd193) >>> 16);
    const middle = low * 0xd256 + (carry & 0xffff);
    const top = high * 0xd256 + (carry >>> 16) + (middle >>> 16);
    const bottom = Math.imul(x, 0xd256d193);
    x = (top ^ k ^ y) >>> 0;
    y = bottom >>> 0;
    k = (k + 0x9e3779b9) >>> 0;
  }
  return x;
}

/** Exponential with the given mean. */
export function exponential(draw: Draw, mean: number): number {
  return -mean * ln(1 - draw());
}

/** Standard normal, by Marsaglia's polar method (takes two or more uniforms). */
export function normal(draw: Draw): number {
  for (;;) {
    const u = 2 * draw() - 1;
    const v = 2 * draw() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * ln(s)) / s);
  }
}

/** Lognormal with the given mean and coefficient of variation (standard deviation / mean). */
export function lognormal(draw: Draw, mean: number, cv: number): number {
  const variance = ln(1 + cv * cv);
  return mean * exp(Math.sqrt(variance) * normal(draw) - variance / 2);
}

/** Poisson: by multiplication in chunks of mean 16, so that exp never underflows. */
export function poisson(draw: Draw, mean: number): number {
  let count = 0;
  for (let rest = mean; rest > 0; rest -= 16) {
    const limit = exp(-Math.min(rest, 16));
    let product = draw();
    while (product > limit) {
      count += 1;
      product *= draw();
    }
  }
  return count;
}

/** Running sums of weights, for `pick`. Throws RangeError if they don't add up to a positive, finite number. */
export function cumulative(weights: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i += 1) {
    total += weights[i];
    sums[i] = total;
  }
  if (!(total > 0 && total < Infinity))
    throw new RangeError(`weights must add up to a positive number, found ${total}`);
  return sums;
}

/** The index that a uniform u in [0, 1) picks from running sums. */
export function pick(sums: Float64Array, u: number): number {
  const target = u * sums[sums.length - 1];
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (sums[mid] > target) high = mid;
    else low = mid + 1;
  }
  return low;
}
