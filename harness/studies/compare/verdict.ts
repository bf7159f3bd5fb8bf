/** A verdict on each measure that both sides of a comparison have. */
import { judgeChanges, type Change, type SamplePair, type Thresholds } from '../../../stats/change.ts';
import type { Measure, MeasuredValues } from './measures.ts';

/** Chance of any false alarm 1%; a change of less than 10% does not matter. */
export const DEFAULT_LIMITS: Readonly<Thresholds> = { alpha: 0.01, minEffect: 0.1 };

/** A measure and how it changed. */
export type MeasureVerdict = Measure & Change;

/** Values of both sides by trial. If `paired`, place i of both sides is of one block. */
export interface Sides {
  a: readonly MeasuredValues[];
  b: readonly MeasuredValues[];
  paired: boolean;
}

/** One verdict for each measure that both sides have. */
export function judgeMeasures(measures: readonly Measure[], sides: Sides, limits: Thresholds): MeasureVerdict[] {
  const measured = measures.flatMap((measure) => {
    const sample = samplePair(measure, sides);
    return sample === null ? [] : [{ measure, sample }];
  });
  const changes = judgeChanges(
    measured.map(({ sample }) => sample),
    limits,
  );
  return measured.map(({ measure }, i) => ({ ...measure, ...changes[i] }));
}

// --- internal ---

/** Only trials that measured it count; of a pair both must have. Null if a side has none. */
function samplePair({ name }: Measure, { a, b, paired }: Sides): SamplePair | null {
  const valueOf = (values: MeasuredValues | undefined): number => {
    const value = values?.[name];
    return value !== undefined && value > 0 ? value : NaN;
  };
  if (!paired) {
    const [own, other] = [a.map(valueOf).filter(isNumber), b.map(valueOf).filter(isNumber)];
    return own.length === 0 || other.length === 0 ? null : { a: own, b: other, differences: null };
  }
  const pairs = a
    .map((values, i) => [valueOf(values), valueOf(b[i])] as const)
    .filter(([x, y]) => isNumber(x) && isNumber(y));
  if (pairs.length === 0) return null;
  return {
    a: pairs.map(([x]) => x),
    b: pairs.map(([, y]) => y),
    differences: pairs.map(([x, y]) => Math.log(y / x)),
  };
}

function isNumber(value: number): boolean {
  return !Number.isNaN(value);
}
