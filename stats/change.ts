/**
 * From two samples of a measure, of which less is better, to an answer. The second sample is worse if it is greater beyond chance and
 * by at least the effect that matters. `same` is said only if the interval leaves no room for such an effect; if neither holds, the
 * answer is that it can't be told. Tests are by ranks, on logarithms, so that the effect is a ratio.
 */
import { median } from './median.ts';
import { cliffsDelta, holm, independentShift, pairedShift } from './rank-tests.ts';

/** Confidence of the interval of the ratio. */
const LEVEL = 0.95;
const TRIALS_NEEDED_MAX = 500;

/** How the second sample compares with the first. */
export type Answer = 'worse' | 'better' | 'same' | 'unclear';

/** When a change counts. */
export interface Thresholds {
  /** Chance of any false alarm, over all measures. */
  alpha: number;
  /** Least effect that matters, as a share: 0.1 is a tenth more. */
  minEffect: number;
}

/** Values above 0. */
export interface SamplePair {
  a: readonly number[];
  b: readonly number[];
  /** ln(b / a) pair by pair; null if the samples are independent. */
  differences: readonly number[] | null;
}

/** How the second sample differs from the first. */
export interface Change {
  answer: Answer;
  /** Number of values in each sample. */
  trials: { a: number; b: number };
  median: { a: number; b: number };
  /** b over a (Hodges and Lehmann's estimate on logarithms), with its 95% interval; null if the trials are too few for one. */
  ratio: number;
  low: number | null;
  high: number | null;
  /** p after Holm's correction for all measures. */
  pAdjusted: number;
  /** From -1 (all of b below all of a) to 1. */
  cliffsDelta: number;
  /** Two-sided. */
  p: number;
  /** If it can't be told: trials a side that would tell, judging by the spread of these; null if it would take more than 500. */
  trialsNeeded: number | null;
}

/** One change for each pair of samples. Their number counts: more are corrected more. */
export function judgeChanges(samples: readonly SamplePair[], limits: Thresholds): Change[] {
  const shifts = samples.map(({ a, b, differences }) =>
    differences === null ? independentShift(a.map(Math.log), b.map(Math.log), LEVEL) : pairedShift(differences, LEVEL),
  );
  const adjusted = holm(shifts.map(({ p }) => p));
  return samples.map(({ a, b }, i) => {
    const { p, estimate, low, high } = shifts[i];
    const effect = { ratio: Math.exp(estimate), low: boundOf(low), high: boundOf(high), pAdjusted: adjusted[i] };
    const answer = answerOf(effect, limits);
    return {
      answer,
      trials: { a: a.length, b: b.length },
      median: { a: median(a), b: median(b) },
      ...effect,
      cliffsDelta: cliffsDelta(a, b),
      p,
      trialsNeeded:
        answer === 'unclear' ? trialsNeeded(effect, Math.min(a.length, b.length), limits, samples.length) : null,
    };
  });
}

/** Worse if any answer is; else unclear if any is, or if there is none; else better if any is; else the same. */
export function overall(answers: readonly Answer[]): Answer {
  if (answers.includes('worse')) return 'worse';
  if (answers.includes('unclear') || answers.length === 0) return 'unclear';
  return answers.includes('better') ? 'better' : 'same';
}

// --- internal ---

type Effect = Pick<Change, 'ratio' | 'low' | 'high' | 'pAdjusted'>;

function boundOf(logarithm: number): number | null {
  return Number.isFinite(logarithm) ? Math.exp(logarithm) : null;
}

function answerOf({ ratio, low, high, pAdjusted }: Effect, { alpha, minEffect }: Thresholds): Answer {
  const most = 1 + minEffect;
  if (pAdjusted <= alpha && ratio >= most) return 'worse';
  if (pAdjusted <= alpha && ratio <= 1 / most) return 'better';
  return low !== null && high !== null && low > 1 / most && high < most ? 'same' : 'unclear';
}

/**
 * The interval shrinks with the square root of the trials. Answers how many would make it fit between the estimate and the nearer edge
 * of what matters, and at least as many as can be significant at all.
 */
function trialsNeeded(
  { ratio, low, high }: Effect,
  trials: number,
  { alpha, minEffect }: Thresholds,
  measures: number,
): number | null {
  const least = Math.ceil(Math.log2((2 * measures) / alpha));
  if (low === null || high === null) return Math.max(least, 2 * trials);
  const half = Math.log(high / low) / 2;
  const room = Math.abs(Math.log(1 + minEffect) - Math.abs(Math.log(ratio)));
  const needed = Math.max(least, Math.ceil(trials * (half / room) ** 2), trials + 1);
  return needed > TRIALS_NEEDED_MAX ? null : needed;
}
