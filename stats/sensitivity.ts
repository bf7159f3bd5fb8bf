/** Which factor moves a measure: Morris' elementary effects and Sobol indices, with bootstrap intervals. */
import seedrandom from 'seedrandom';

/** A statistic with its 95% percentile interval over resampled trajectories or base points. */
export interface Bounded {
  value: number;
  low: number;
  high: number;
}

/** Morris' statistics of one factor. Effects are per whole range of the factor. */
export interface MorrisEffect {
  /** Mean of absolute effects: how much the factor matters. */
  muStar: Bounded;
  /** Mean effect: in which direction. */
  mu: Bounded;
  /** Standard deviation of effects: how much it bends, or depends on others. */
  sigma: Bounded;
}

/** Sobol indices of one factor. */
export interface SobolIndex {
  /** Share of the variance that the factor explains alone. */
  first: Bounded;
  /** Share of the variance that it explains alone and in interactions with other factors. */
  total: Bounded;
}

/** One entry a factor. `unit`: the points of the design (morrisTrajectories); `values`: the measure at each point. */
export function morrisEffects(unit: readonly (readonly number[])[], values: readonly number[]): MorrisEffect[] {
  const factors = unit[0].length;
  const trajectories = Math.floor(unit.length / (factors + 1));
  const effects: number[][] = Array.from({ length: factors }, () => []);
  for (let trajectory = 0; trajectory < trajectories; trajectory += 1) {
    for (let step = 1; step <= factors; step += 1) {
      const at = trajectory * (factors + 1) + step;
      const factor = unit[at].findIndex((x, k) => x !== unit[at - 1][k]);
      effects[factor][trajectory] = (values[at] - values[at - 1]) / (unit[at][factor] - unit[at - 1][factor]);
    }
  }
  return effects.map((own) => {
    const of = (statistic: (sample: readonly number[]) => number): Bounded =>
      bootstrapped(trajectories, (rows) => statistic(rows.map((row) => own[row])));
    return {
      muStar: of((sample) => mean(sample.map(Math.abs))),
      mu: of(mean),
      sigma: of((sample) => Math.sqrt(variance(sample))),
    };
  });
}

/**
 * One entry a factor; NaN if the measure does not vary. `values`: the measure at each point of saltelliPoints, in their order. First
 * order after Saltelli et al. 2010, total order after Jansen 1999.
 */
export function sobolIndices(factors: number, values: readonly number[]): SobolIndex[] {
  const width = factors + 2;
  const size = Math.floor(values.length / width);
  // Values less their mean make the error of the first order far smaller.
  const centre = mean(values);
  const column = (k: number): number[] => Array.from({ length: size }, (_, i) => values[i * width + k] - centre);
  const [a, b] = [column(0), column(1)];
  return Array.from({ length: factors }, (_, factor) => {
    const ab = column(2 + factor);
    const over = (of: (i: number) => number, rows: readonly number[]): number =>
      meanOver(rows, of) / varianceOver(rows, a, b);
    return {
      first: bootstrapped(size, (rows) => over((i) => b[i] * (ab[i] - a[i]), rows)),
      total: bootstrapped(size, (rows) => over((i) => ((a[i] - ab[i]) * (a[i] - ab[i])) / 2, rows)),
    };
  });
}

// --- internal ---

const RESAMPLES = 200;

/** A statistic of all rows, with its interval over resamples. The resamples of one size are the same for every statistic and machine. */
function bootstrapped(size: number, statistic: (rows: readonly number[]) => number): Bounded {
  const draw = seedrandom.alea(`bootstrap ${size}`);
  const whole = statistic(Array.from({ length: size }, (_, i) => i));
  const others = Array.from({ length: RESAMPLES }, () =>
    statistic(Array.from({ length: size }, () => Math.floor(draw() * size))),
  ).sort((x, y) => x - y);
  const at = (share: number): number => others[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))];
  return { value: whole, low: at(0.025), high: at(0.975) };
}

function meanOver(rows: readonly number[], of: (i: number) => number): number {
  let sum = 0;
  for (const i of rows) sum += of(i);
  return sum / rows.length;
}

/** Variance of both samples together. */
function varianceOver(rows: readonly number[], a: readonly number[], b: readonly number[]): number {
  const centre = meanOver(rows, (i) => (a[i] + b[i]) / 2);
  const squares = (x: number): number => (x - centre) * (x - centre);
  return (2 * rows.length * meanOver(rows, (i) => (squares(a[i]) + squares(b[i])) / 2)) / (2 * rows.length - 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, x) => sum + (x - centre) * (x - centre), 0) / (values.length - 1);
}
