/**
 * How unevenly calls lie over blocks: the calls of a block are Poisson, and the weights of blocks lognormal. The spread of that
 * lognormal is fitted by likelihood to the blocks that have any call: blocks without one are not in a file, and are not needed.
 */

/** Calls of one block that count: a hospital or a station is no hot spot. */
const CALLS_MAX = 30;
const SIGMA_MIN = 0.05;
const SIGMA_MAX = 3.5;
/** Step in sigma by which the curvature of the likelihood is measured. */
const STEP = 0.03;
/** Points of the integral over the lognormal. */
const NODES = 41;

/** A fitted spread of weights. */
export interface Unevenness {
  /** Standard deviation of the logarithm of blocks' weights. */
  sigma: number;
  /** Half-width of sigma's interval. */
  halfWidth: number;
  /** Blocks with calls from which it was fitted. */
  blocks: number;
}

/** `block`: the block of each call, below 0 if it has none. `quantile`: of the normal distribution, for the interval (1.96 for 95%). */
export function fitUnevenness(block: Int32Array, quantile: number): Unevenness {
  const perBlock = new Map<number, number>();
  for (const b of block) if (b >= 0) perBlock.set(b, (perBlock.get(b) ?? 0) + 1);
  const blocksWith = new Map<number, number>();
  for (const n of perBlock.values())
    blocksWith.set(Math.min(n, CALLS_MAX), (blocksWith.get(Math.min(n, CALLS_MAX)) ?? 0) + 1);
  const best = maximum((sigma) => profileLikelihood(blocksWith, sigma), SIGMA_MIN, SIGMA_MAX);
  const curvature =
    (profileLikelihood(blocksWith, best + STEP) +
      profileLikelihood(blocksWith, best - STEP) -
      2 * profileLikelihood(blocksWith, best)) /
    (STEP * STEP);
  return { sigma: best, halfWidth: quantile / Math.sqrt(Math.max(1e-9, -curvature)), blocks: perBlock.size };
}

// --- internal ---

/** The logarithm of the likelihood at the best mean for this spread. `blocksWith`: number of blocks by calls. */
function profileLikelihood(blocksWith: ReadonlyMap<number, number>, sigma: number): number {
  const at = (logMean: number): number => {
    let sum = 0;
    const none = chance(0, logMean, sigma);
    for (const [n, blocks] of blocksWith) {
      let p = chance(n, logMean, sigma);
      // The last class holds all blocks with as many calls or more.
      if (n === CALLS_MAX) for (let k = n + 1; k < 3 * CALLS_MAX; k += 1) p += chance(k, logMean, sigma);
      sum += blocks * Math.log(Math.max(1e-300, p / (1 - none)));
    }
    return sum;
  };
  return at(maximum(at, -9, 4));
}

/** P(n calls) of a block whose log mean is normal: the trapezoidal rule over four standard deviations. */
function chance(n: number, logMean: number, sigma: number): number {
  let logFactorial = 0;
  for (let k = 2; k <= n; k += 1) logFactorial += Math.log(k);
  let sum = 0;
  let weights = 0;
  for (let i = 0; i < NODES; i += 1) {
    const z = -4 + (8 * i) / (NODES - 1);
    const weight = Math.exp((-z * z) / 2);
    const log = logMean + sigma * z;
    sum += weight * Math.exp(n * log - Math.exp(log) - logFactorial);
    weights += weight;
  }
  return sum / weights;
}

/** The argument from `low` to `high` at which a function with a single peak is highest, by golden sections. */
function maximum(f: (x: number) => number, low: number, high: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let a = low;
  let b = high;
  let x = b - golden * (b - a);
  let y = a + golden * (b - a);
  let fx = f(x);
  let fy = f(y);
  while (b - a > 1e-3) {
    if (fx < fy) {
      a = x;
      x = y;
      fx = fy;
      y = a + golden * (b - a);
      fy = f(y);
    } else {
      b = y;
      y = x;
      fy = fx;
      x = b - golden * (b - a);
      fx = f(x);
    }
  }
  return (a + b) / 2;
}
