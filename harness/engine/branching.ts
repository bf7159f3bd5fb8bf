/**
 * The branching ratio n of the loop: how many further calls to 911 each call causes. If each event causes Poisson(n) further ones and the loop is in
 * equilibrium, others caused a share n of all events; the rate is that of the first causes times 1 / (1 - n), and the variance of counts in long windows is
 * their mean times 1 / (1 - n)^2.
 *
 * Calls that alerts caused may cause more, or fewer, further calls than others do. Whether the loop ends depends on them alone, so their ratio is estimated
 * separately.
 */
import type { Branching } from '../../contract/record/branching.ts';
import { ratioOfSums } from '../../stats/ratio.ts';
import { rateOf } from '../../stats/quantiles.ts';
import { countText } from '../records/number-text.ts';

/** The callers of an agency on a day. A caller counts once, however many attempts it took. */
export interface LoopBlock {
  calls: number;
  /** How many of them called because of an alert or a post, and how many of those because of one about a call that was itself caused so. */
  caused: number;
  further: number;
}

/** From this ratio on, a loop is near the point at which it would never end. With fewer calls than CALLS_MIN the ratio is not judged. */
const NEAR_RATIO = 0.9;
const CALLS_MIN = 100;

/** `stopped` lists the agencies whose loop was stopped as unstable; `blocks` must not hold days after that. */
export function estimateBranching(blocks: readonly LoopBlock[], stopped: Branching['stopped']): Branching {
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
    'The loop is unstable: within a day, alerts about calls that alerts had caused led to nine times as many calls as all other alerts. It was stopped there, and from then on nobody reacts.',
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
  // If every block holds 0, their spread is 0 too: use the interval of 0 in `below` calls instead.
  const ends = above === 0 ? rateOf(0, below) : { low: clamp(low), high: clamp(high) };
  return { above, below, ratio: value, low: ends.low, high: ends.high, blocks: used };
}

function clamp(end: number | null): number | null {
  return end === null ? null : Math.min(1, Math.max(0, end));
}
