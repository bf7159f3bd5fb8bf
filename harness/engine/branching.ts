/**
 * The branching ratio of the loop: how many further calls to 911 each call causes. In a loop in equilibrium in which each event causes Poisson(n) further ones,
 * a share n of all events is caused by others; the rate is that of the first causes times 1 / (1 - n), and the variance of counts in long windows is their mean
 * times 1 / (1 - n)^2.
 *
 * Calls that alerts caused may cause more, or fewer, than others do. Whether the loop ends depends on them alone: their own ratio is told apart.
 */
import type { Branching } from '../../contract/record/branching.ts';
import { ratioOfSums } from '../../stats/ratio.ts';
import { rateOf } from '../../stats/quantiles.ts';
import { countText } from '../records/number-text.ts';

/** Callers of an agency on a day, whatever the number of their attempts. */
export interface LoopBlock {
  calls: number;
  /** Of them, those that alerts caused, and of those the ones that alerts about caused calls caused. */
  caused: number;
  further: number;
}

/** From here on, a loop counts as near the point at which it would go on for ever; of fewer calls nothing is said. */
const NEAR_RATIO = 0.9;
const CALLS_MIN = 100;

/** `stopped`: agencies whose loop was stopped as unstable. Days after that don't belong to the blocks. */
export function branchingOf(blocks: readonly LoopBlock[], stopped: Branching['stopped']): Branching {
  const all = estimate(blocks.map((b) => ({ above: b.caused, below: b.calls })));
  const loop = estimate(blocks.map((b) => ({ above: b.further, below: b.caused })));
  const isNear = [all, loop].some(({ below, ratio, high }) => below >= CALLS_MIN && (high ?? ratio ?? 0) >= NEAR_RATIO);
  const state = stopped.length > 0 ? 'unstable' : isNear ? 'near' : 'stable';
  const rest = all.ratio === null || all.ratio >= 1 ? null : 1 - all.ratio;
  return {
    calls: all.below,
    caused: all.above,
    further: loop.above,
    ratio: all.ratio,
    low: all.low,
    high: all.high,
    blocks: all.blocks,
    ofCaused: { ratio: loop.ratio, low: loop.low, high: loop.high },
    gain: rest === null ? null : 1 / rest,
    dispersion: rest === null ? null : 1 / (rest * rest),
    state,
    stopped,
    message: MESSAGES[state],
  };
}

/** `0.021 (95% interval 0.010 to 0.032)`, or `none`. */
export function branchingText({ ratio, low, high }: Pick<Branching, 'ratio' | 'low' | 'high'>): string {
  if (ratio === null) return 'none';
  const interval = low === null || high === null ? '' : ` (95% interval ${countText(low, 3)} to ${countText(high, 3)})`;
  return `${countText(ratio, 3)}${interval}`;
}

// --- internal ---

const MESSAGES: Readonly<Record<Branching['state'], string | null>> = {
  stable: null,
  near: 'The loop is near the point at which alerts feed on themselves without end: each call causes nearly one further call.',
  unstable:
    'The loop is unstable: within a day, calls caused by alerts about caused calls were nine times the others that alerts caused. It was stopped there, and from then on nobody reacts.',
};

interface Estimate {
  above: number;
  below: number;
  ratio: number | null;
  low: number | null;
  high: number | null;
  blocks: number;
}

function estimate(blocks: readonly { above: number; below: number }[]): Estimate {
  const above = blocks.reduce((n, b) => n + b.above, 0);
  const below = blocks.reduce((n, b) => n + b.below, 0);
  const { value, low, high, blocks: used } = ratioOfSums(blocks);
  // Blocks that agree on none say nothing of the rare: then the interval is that of a share of so many calls.
  const ends = above === 0 ? rateOf(0, below) : { low: clamp(low), high: clamp(high) };
  return { above, below, ratio: value, low: ends.low, high: ends.high, blocks: used };
}

function clamp(end: number | null): number | null {
  return end === null ? null : Math.min(1, Math.max(0, end));
}
