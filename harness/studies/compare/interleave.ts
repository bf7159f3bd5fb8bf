/** Trials of two sides in turn, so that whatever the machine does hits both alike; more of them until it can be told. */
import seedrandom from 'seedrandom';
import type { Yardstick } from '../../judge/judge.ts';
import { compareSides, type Comparison } from './comparison.ts';
import { memberOfTrial } from './members.ts';
import { runSide } from './run-side.ts';
import type { Side } from './side.ts';
import type { Trial, TrialsHead } from './trials.ts';
import type { Thresholds } from '../../../stats/change.ts';

export interface InterleaveOptions {
  a: Side;
  b: Side;
  yardstick: Yardstick;
  head: TrialsHead;
  speed: number;
  /** Trials a side at each look; the first look that can tell is the last. */
  looks: readonly number[];
  /** `alpha` is that of all looks together. */
  limits: Thresholds;
  /** Of the order within blocks. */
  orderSeed: number;
  signal?: AbortSignal;
  onTrial?: (done: number, most: number) => void;
}

export interface Interleaved {
  comparison: Comparison;
  trials: Trial[];
}

/** Throws HB_TARGET where a target does not last a trial. */
export async function interleave(o: InterleaveOptions): Promise<Interleaved> {
  const most = o.looks[o.looks.length - 1];
  const order = blockOrders(most, o.orderSeed);
  const limits = { ...o.limits, alpha: o.limits.alpha / o.looks.length };
  const run = (side: 'a' | 'b') => runSide({ side: o[side], yardstick: o.yardstick, speed: o.speed, signal: o.signal });
  // The first trial of each side finds files that no cache holds yet.
  await run('a');
  await run('b');
  const trials: Trial[] = [];
  for (let block = 0; ; block += 1) {
    for (const side of order[block]) {
      trials.push({ side, block, ...(await run(side)) });
      o.onTrial?.(trials.length, 2 * most);
    }
    if (!o.looks.includes(block + 1)) continue;
    const comparison = compareTrials(o, trials, limits);
    if (comparison.answer !== 'unclear' || block + 1 === most) return { comparison, trials };
  }
}

/** Which side goes first in each block: of each two blocks one this way and one that, in an order drawn by the seed. */
export function blockOrders(blocks: number, seed: number): ('a' | 'b')[][] {
  const random = seedrandom.alea(`compare ${seed}`);
  const orders: ('a' | 'b')[][] = [];
  while (orders.length < blocks) {
    const first: ('a' | 'b')[] = random() < 0.5 ? ['a', 'b'] : ['b', 'a'];
    orders.push(first, first.toReversed());
  }
  return orders.slice(0, blocks);
}

/** `trials` alone is one look; with a cap it is looked at each time that so many more were run. */
export function looksOf(trials: number, trialsMax: number): number[] {
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
