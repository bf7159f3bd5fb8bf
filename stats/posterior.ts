/**
 * The posterior distribution of a capacity after full-length trials. A trial at load x passes with probability
 *
 *   g + (1 - g - f) / (1 + exp((ln x - ln capacity) / s))
 *
 * so that the capacity is the load at which as many trials pass as fail, flukes aside: a share f fails and a share g passes whatever the
 * load. The steepness (s) of the response and the share f are not known, and are averaged over; before the trials every capacity on the
 * grid is equally likely. If a machine's host gave processors to others, the target carried less, by a multiple of the stolen share; that
 * multiple is averaged over too.
 */

/** A trial that counts. */
export interface Counted {
  load: number;
  passed: boolean;
  /** Share of all processors' time that was stolen from the trial; null if it is not known. */
  stolen?: number | null;
}

/** Probabilities of capacities. */
export interface Posterior {
  /** Natural logarithms of capacities, evenly spaced, ascending. */
  grid: Float64Array;
  /** Probability of each capacity. */
  weights: Float64Array;
  /** Probability of each pair of capacity and response: `grid.length * RESPONSES.length` values, by capacity. */
  joint: Float64Array;
}

/** `trials`: at least one. The grid extends beyond the loads that were tried. */
export function posteriorOf(trials: readonly Counted[]): Posterior {
  const logs = trials.map(({ load }) => Math.log(load));
  const low = Math.min(...logs) - BEYOND;
  const cells = Math.ceil((Math.max(...logs) + BEYOND - low) / STEP) + 1;
  const grid = Float64Array.from({ length: cells }, (_, i) => low + i * STEP);
  const joint = new Float64Array(cells * RESPONSES.length);
  for (let i = 0; i < cells; i += 1)
    for (const [k, response] of RESPONSES.entries()) {
      let likelihood = response.prior;
      for (const [t, { passed, stolen }] of trials.entries()) {
        const p = stolenPassShare(logs[t], grid[i], stolen ?? 0, response);
        likelihood *= passed ? p : 1 - p;
      }
      joint[i * RESPONSES.length + k] = likelihood;
    }
  normalise(joint);
  return { grid, joint, weights: marginal(joint, cells) };
}

/** The load below which the capacity lies with this probability. */
export function quantile({ grid, weights }: Posterior, share: number): number {
  let sum = 0;
  for (let i = 0; i < grid.length; i += 1) {
    if (weights[i] > 0 && sum + weights[i] >= share)
      return Math.exp(grid[i] + STEP * ((share - sum) / weights[i] - 0.5));
    sum += weights[i];
  }
  return Math.exp(grid[grid.length - 1] + STEP / 2);
}

/** Probability that the capacity is above this load. */
export function shareAbove({ grid, weights }: Posterior, load: number): number {
  const log = Math.log(load);
  let sum = 0;
  for (let i = 0; i < grid.length; i += 1)
    sum += weights[i] * Math.min(1, Math.max(0, (grid[i] + STEP / 2 - log) / STEP));
  return sum;
}

/**
 * The load whose trial is expected to tell most about the capacity, because it leaves the least entropy. `stolen`: the share of all
 * processors' time that is expected to be stolen from the trial.
 */
export function mostTelling(posterior: Posterior, loads: readonly number[], stolen: number): number {
  let best = loads[0];
  let least = Infinity;
  for (const load of loads) {
    const entropy = expectedEntropy(posterior, Math.log(load), stolen);
    if (entropy >= least) continue;
    least = entropy;
    best = load;
  }
  return best;
}

// --- internal ---

/** Distance between points of the grid, in logarithms: half a percent. */
const STEP = 0.005;
/** The grid extends beyond the loads that were tried by this factor. */
const BEYOND = Math.log(1.5);
const FLUKE_PASS = 0.005;
/**
 * Pairs [multiple, probability]: by what multiple of the stolen share the target carries less. It is not always 1: caches are lost too,
 * and some moments matter more than others.
 */
const COSTS: readonly (readonly [number, number])[] = [
  [0, 0.1],
  [1, 0.3],
  [2, 0.35],
  [4, 0.2],
  [Infinity, 0.05],
];

interface Response {
  steepness: number;
  flukeFail: number;
  prior: number;
}

/**
 * Responses with their probability. The capacity of a service is mostly sharp, on a noisy machine less so; trials rarely fail for no
 * reason, on a busy machine more often.
 */
const RESPONSES: readonly Response[] = [
  [0.005, 0.4],
  [0.012, 0.3],
  [0.025, 0.25],
  [0.045, 0.05],
].flatMap(([steepness, share]) =>
  [
    [0.005, 0.7],
    [0.06, 0.3],
  ].map(([flukeFail, flukeShare]) => ({ steepness, flukeFail, prior: share * flukeShare })),
);

function passShare(load: number, capacity: number, { steepness, flukeFail }: Response): number {
  return FLUKE_PASS + (1 - FLUKE_PASS - flukeFail) / (1 + Math.exp((load - capacity) / steepness));
}

function stolenPassShare(load: number, capacity: number, stolen: number, response: Response): number {
  if (stolen <= 0) return passShare(load, capacity, response);
  let p = 0;
  for (const [times, share] of COSTS) p += share * passShare(load, capacity - times * stolen, response);
  return p;
}

function normalise(values: Float64Array): void {
  let sum = 0;
  for (const value of values) sum += value;
  for (let i = 0; i < values.length; i += 1) values[i] /= sum;
}

function marginal(joint: Float64Array, cells: number): Float64Array {
  const weights = new Float64Array(cells);
  for (let i = 0; i < joint.length; i += 1) weights[Math.floor(i / RESPONSES.length)] += joint[i];
  return weights;
}

function expectedEntropy({ grid, joint }: Posterior, load: number, stolen: number): number {
  const pass = new Float64Array(grid.length);
  const fail = new Float64Array(grid.length);
  for (let i = 0; i < grid.length; i += 1)
    for (const [k, response] of RESPONSES.entries()) {
      const weight = joint[i * RESPONSES.length + k];
      const p = stolenPassShare(load, grid[i], stolen, response);
      pass[i] += weight * p;
      fail[i] += weight * (1 - p);
    }
  return entropyOf(pass) + entropyOf(fail);
}

/** Entropy of weights that add up to the probability of their outcome, multiplied by that probability. */
function entropyOf(weights: Float64Array): number {
  let sum = 0;
  let entropy = 0;
  for (const weight of weights) {
    if (weight <= 0) continue;
    sum += weight;
    entropy -= weight * Math.log(weight);
  }
  return sum === 0 ? 0 : entropy + sum * Math.log(sum);
}
