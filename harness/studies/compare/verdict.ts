/**
 * From two sets of trials to an answer. A regression is a figure that is worse beyond chance and by at least the effect that matters; `same` is said
 * only where the interval leaves no room for such an effect, and where neither holds the answer is that it can't be told.
 */
import type { Measure } from './figures.ts';
import { cliffsDelta, holm, independentShift, medianOf, pairedShift } from '../../../stats/rank-tests.ts';

export type Answer = 'worse' | 'better' | 'same' | 'unclear';

export interface MeasureVerdict extends Measure {
  answer: Answer;
  trials: { a: number; b: number };
  median: { a: number; b: number };
  /** Of b over a (Hodges and Lehmann's estimate on logarithms), with its 95% interval; null where the trials are too few for one. */
  ratio: number;
  low: number | null;
  high: number | null;
  /** From -1 (all of b below all of a) to 1. */
  cliffsDelta: number;
  /** Two-sided, and after Holm's correction for all measures. */
  p: number;
  pAdjusted: number;
  /** Where it can't be told: trials a side that would, judging by the spread of these; null where it would take more than 500. */
  trialsNeeded: number | null;
}

/** Figures of one side, by trial. In pairs: place i of both sides is of one block. */
export interface Sides {
  a: readonly Record<string, number>[];
  b: readonly Record<string, number>[];
  paired: boolean;
}

export interface Thresholds {
  /** Chance of any false alarm, over all measures. */
  alpha: number;
  /** Least effect that matters, as a share: 0.1 is a tenth more. */
  minEffect: number;
}

export const DEFAULT_LIMITS: Readonly<Thresholds> = { alpha: 0.01, minEffect: 0.1 };

/** One verdict for each measure that both sides have. */
export function judgeMeasures(measures: readonly Measure[], sides: Sides, limits: Thresholds): MeasureVerdict[] {
  const samples = measures.flatMap((measure) => sampleOf(measure, sides) ?? []);
  const shifts = samples.map(({ a, b, differences }) =>
    differences === null ? independentShift(a.map(Math.log), b.map(Math.log), LEVEL) : pairedShift(differences, LEVEL),
  );
  const adjusted = holm(shifts.map(({ p }) => p));
  return samples.map(({ measure, a, b }, i) => {
    const { p, estimate, low, high } = shifts[i];
    const effect = { ratio: Math.exp(estimate), low: boundOf(low), high: boundOf(high), pAdjusted: adjusted[i] };
    const answer = answerOf(effect, limits);
    return {
      ...measure,
      answer,
      trials: { a: a.length, b: b.length },
      median: { a: medianOf(a), b: medianOf(b) },
      ...effect,
      cliffsDelta: cliffsDelta(a, b),
      p,
      trialsNeeded:
        answer === 'unclear' ? trialsNeeded(effect, Math.min(a.length, b.length), limits, samples.length) : null,
    };
  });
}

/** Worse where any is; else what all say, `same` being no objection to `better`; else it can't be told. */
export function overall(answers: readonly Answer[]): Answer {
  if (answers.includes('worse')) return 'worse';
  if (answers.includes('unclear') || answers.length === 0) return 'unclear';
  return answers.includes('better') ? 'better' : 'same';
}

// --- internal ---

const LEVEL = 0.95;
const TRIALS_NEEDED_MAX = 500;

interface Sample {
  measure: Measure;
  a: number[];
  b: number[];
  /** Of logarithms, by pair; null where the sides are independent. */
  differences: number[] | null;
}

/** Only of trials that measured it; a pair needs both. Null where a side has none. */
function sampleOf(measure: Measure, { a, b, paired }: Sides): Sample | null {
  const { name } = measure;
  const of = (figures: Record<string, number> | undefined): number => {
    const value = figures?.[name];
    return value !== undefined && value > 0 ? value : NaN;
  };
  if (!paired) {
    const [own, other] = [a.map(of).filter(isNumber), b.map(of).filter(isNumber)];
    return own.length === 0 || other.length === 0 ? null : { measure, a: own, b: other, differences: null };
  }
  const pairs = a.map((figures, i) => [of(figures), of(b[i])] as const).filter(([x, y]) => isNumber(x) && isNumber(y));
  if (pairs.length === 0) return null;
  return {
    measure,
    a: pairs.map(([x]) => x),
    b: pairs.map(([, y]) => y),
    differences: pairs.map(([x, y]) => Math.log(y / x)),
  };
}

function isNumber(value: number): boolean {
  return !Number.isNaN(value);
}

function boundOf(logarithm: number): number | null {
  return Number.isFinite(logarithm) ? Math.exp(logarithm) : null;
}

type Effect = Pick<MeasureVerdict, 'ratio' | 'low' | 'high' | 'pAdjusted'>;

function answerOf({ ratio, low, high, pAdjusted }: Effect, { alpha, minEffect }: Thresholds): Answer {
  const most = 1 + minEffect;
  if (pAdjusted <= alpha && ratio >= most) return 'worse';
  if (pAdjusted <= alpha && ratio <= 1 / most) return 'better';
  return low !== null && high !== null && low > 1 / most && high < most ? 'same' : 'unclear';
}

/**
 * The interval shrinks with the square root of the trials: so many, until it would fit between the estimate and the nearer edge of what
 * matters; and at least as many as can be significant at all.
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
