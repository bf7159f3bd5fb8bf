/** How often a comparison errs: a pool of real trials of one build is compared with itself, as it is and with a slow-down planted. */
import seedrandom from 'seedrandom';
import type { Rate } from '../../../contract/record/measures.ts';
import { rateOf } from '../../../stats/quantiles.ts';
import { compareSides } from './comparison.ts';
import { blockOrders } from './interleave.ts';
import { memberOfTrial, type Member } from './members.ts';
import type { Trial, Trials } from './trials.ts';
import type { Answer, Thresholds } from '../../../stats/change.ts';

/** How many comparisons to draw, and the slow-down to plant. */
export interface ResampleOptions {
  comparisons: number;
  /** Trials a side after which both sides are compared; the first comparison that is not `unclear` is the last. */
  looks: readonly number[];
  /** Factor by which every latency and the processor time of one side are multiplied; 1 plants nothing. */
  factor: number;
  limits: Thresholds;
  seed: number;
}

/** Answers of the comparisons, with the options that gave them. */
export interface Resampled extends ResampleOptions {
  answers: Record<Answer, number>;
  /** Share of comparisons that answered `worse`: false alarms if the factor is 1, else power. */
  worse: Rate;
}

/**
 * Each comparison draws a place in the pool, takes the trials that ran one after the other from there, and deals them to the two sides
 * in the order in which an interleaved comparison runs them, so that they hold the machine's drift as real ones do. Throws a RangeError
 * if the pool is too small.
 */
export function resample(pool: Trials, options: ResampleOptions): Resampled {
  const { comparisons, looks, seed } = options;
  const most = looks[looks.length - 1];
  const places = pool.trials.length - 2 * most + 1;
  if (places < 1) throw new RangeError(`resample: expected ${2 * most} trials or more, found ${pool.trials.length}`);
  const random = seedrandom.alea(`resample ${seed}`);
  const answers: Record<Answer, number> = { worse: 0, better: 0, same: 0, unclear: 0 };
  for (let i = 0; i < comparisons; i += 1) {
    const from = Math.floor(random() * places);
    const orders = blockOrders(most, Math.floor(random() * 2 ** 31));
    answers[compareDealt(pool, from, orders, options)] += 1;
  }
  return { ...options, answers, worse: rateOf(answers.worse, comparisons) };
}

// --- internal ---

function compareDealt(
  { head, trials }: Trials,
  from: number,
  orders: readonly ('a' | 'b')[][],
  { looks, factor, limits }: ResampleOptions,
): Answer {
  const dealt = orders
    .flatMap((order, block) => order.map((side) => ({ side, block })))
    .map((place, k) => ({ ...trials[from + k], ...place }));
  const side = (which: 'a' | 'b', blocks: number, by: number): Member[] =>
    dealt
      .filter((trial) => trial.side === which && trial.block < blocks)
      .map((trial) => memberOfTrial('pool', head, slowed(trial, by)));
  for (const blocks of looks) {
    const { answer } = compareSides(
      { label: 'a', members: side('a', blocks, 1) },
      { label: 'b', members: side('b', blocks, factor) },
      { ...limits, alpha: limits.alpha / looks.length },
    );
    if (answer !== 'unclear') return answer;
  }
  return 'unclear';
}

/** A slow-down multiplies times alone: memory stays as it is. */
function slowed(trial: Trial, factor: number): Trial {
  const figures = Object.fromEntries(
    Object.entries(trial.figures).map(([name, value]) => [name, name.endsWith('Ms') ? factor * value : value]),
  );
  return { ...trial, figures };
}
