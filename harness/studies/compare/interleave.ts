/** Runs trials of two sides in turn, so that whatever happens on the machine hits both alike, until there is an answer. */
import seedrandom from 'seedrandom';
import type { Yardstick } from '../../judge/judge.ts';
import { compareSides, type Comparison } from './comparison.ts';
import { memberOfTrial } from './members.ts';
import { runSide } from './run-side.ts';
import type { Side } from './side.ts';
import type { Trial, TrialsHead } from './trials.ts';
import type { Thresholds } from '../../../stats/change.ts';

/** The two sides, the trace that both are sent, and when to look at the trials. */
export interface InterleaveOptions {
  a: Side;
  b: Side;
  yardstick: Yardstick;
  head: TrialsHead;
  speed: number;
  /** Trials a side after which both sides are compared; the first comparison that is not `unclear` is the last. */
  looks: readonly number[];
  /** `alpha` holds for all looks together. */
  limits: Thresholds;
  /** Seed of the order of the two sides within each block. */
  orderSeed: number;
  signal?: AbortSignal;
  onTrial?: (done: number, most: number) => void;
}

/** The last comparison, with every trial. */
export interface Interleaved {
  comparison: Comparison;
  trials: Trial[];
}

/** Throws HB_TARGET if a target does not last a trial. */
export async function interleave(options: InterleaveOptions): Promise<Interleaved> {
  const { looks, yardstick, speed, signal, onTrial } = options;
  const most = looks[looks.length - 1];
  const order = blockOrders(most, options.orderSeed);
  const limits = { ...options.limits, alpha: options.limits.alpha / looks.length };
  const run = (side: 'a' | 'b') => runSide({ side: options[side], yardstick, speed, signal });
  // The first trial of each side is thrown away: it reads files that no cache holds yet.
  await run('a');
  await run('b');
  const trials: Trial[] = [];
  for (let block = 0; ; block += 1) {
    for (const side of order[block]) {
      trials.push({ side, block, ...(await run(side)) });
      onTrial?.(trials.length, 2 * most);
    }
    if (!looks.includes(block + 1)) continue;
    const comparison = compareTrials(options, trials, limits);
    if (comparison.answer !== 'unclear' || block + 1 === most) return { comparison, trials };
  }
}

/**
 * The order of the sides in each block, drawn by the seed so that each side begins one block of blocks 0 and 1, one of 2 and 3, and so
 * on.
 */
export function blockOrders(blocks: number, seed: number): ('a' | 'b')[][] {
  const random = seedrandom.alea(`compare ${seed}`);
  const orders: ('a' | 'b')[][] = [];
  while (orders.length < blocks) {
    const first: ('a' | 'b')[] = random() < 0.5 ? ['a', 'b'] : ['b', 'a'];
    orders.push(first, first.toReversed());
  }
  return orders.slice(0, blocks);
}

/** Trials a side at each look: `trials`, twice `trials` and so on below `trialsMax`, then `trialsMax`. */
export function planLooks(trials: number, trialsMax: number): number[] {
  const looks: number[] = [];
  for (let n = trials; n < trialsMax; n += trials) looks.push(n);
  return [...looks, trialsMax];
}

// --- internal ---

function compareTrials({ a, b, head }: InterleaveOptions, trials: readonly Trial[], limits: Thresholds): Comparison {
  const members = (side: 'a' | 'b') =>
    trials.filter((trial) => trial.side === side).map((trial) => memberOfTrial('trials', head, trial));
  return compareSides({ label: a.label, members: members('a') }, { label: b.label, members: members('b') }, limits);
}
