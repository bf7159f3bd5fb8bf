/** The answer of a comparison in words, for the terminal and its report. */
import { countText, latencyText, nounText } from '../../records/number-text.ts';
import type { Comparison, ExactCheck } from './comparison.ts';
import type { Answer } from '../../../stats/change.ts';
import type { MeasureVerdict } from './verdict.ts';

/** Words for each answer. */
export const ANSWER_WORDS: Readonly<Record<Answer, string>> = {
  worse: 'worse',
  better: 'better',
  same: 'same',
  unclear: "can't tell",
};

/** The answer in one line, with what decided it. */
export function headline({ answer, a, b, exact, measures, measuresCount }: Comparison): string {
  const failed = exact.filter(({ ok }) => !ok);
  switch (answer) {
    case 'worse': {
      const reasons = [...failed.map(({ name }) => name), ...named(measures, 'worse', measuresCount)];
      return `Worse: ${b.label} against ${a.label}: ${reasons.join(', ')}.`;
    }
    case 'better':
      return `Better: ${b.label} against ${a.label}: ${named(measures, 'better', measuresCount).join(', ')}.`;
    case 'same': {
      const timing = measuresCount
        ? 'all exact fields are equal, and no measure changed by an effect that matters'
        : 'all exact fields are equal; measures were not compared';
      return `Same: ${b.label} and ${a.label}: ${timing}.`;
    }
    case 'unclear':
      return `Can't tell whether ${b.label} is worse than ${a.label}: ${unclearText(measures)}.`;
  }
}

/** Such as `delivery latency, median +23.0% (95% interval +15.0% to +31.0%), 4.1 ms to 5.0 ms; n = 12 and 12, p = 0.0005`. */
export function measureText(m: MeasureVerdict): string {
  const change = (ratio: number): string => `${ratio >= 1 ? '+' : '-'}${countText(100 * Math.abs(ratio - 1), 1)}%`;
  const interval =
    m.low === null || m.high === null
      ? 'too few trials for an interval'
      : `95% interval ${change(m.low)} to ${change(m.high)}`;
  const needed = m.answer !== 'unclear' ? '' : neededText(m);
  return `${m.label} ${change(m.ratio)} (${interval}), ${valueText(m, m.median.a)} to ${valueText(m, m.median.b)}; n = ${m.trials.a} and ${m.trials.b}, p = ${pText(m.pAdjusted)}${needed}`;
}

/** A check in one line: its name, and what was expected and found if it failed. */
export function exactText({ name, ok, detail }: ExactCheck): string {
  return ok ? `${name} as expected` : `${name}: ${detail}`;
}

/** The whole answer in lines for a terminal: headline, failed checks, measures, notes. */
export function comparisonLines(comparison: Comparison): string[] {
  const { exact, measures, measuresCount, notes, scenario, seed, paired, minEffect, alpha } = comparison;
  const failed = exact.filter(({ ok }) => !ok);
  const held = exact.length - failed.length;
  return [
    headline(comparison),
    '',
    `  scenario ${scenario}, seed ${seed}; ${paired ? 'pairs of trials, one soon after the other' : 'independent trials'}; worse is a change of ${countText(100 * minEffect, 1)}% or more that chance gives at most once in ${countText(1 / alpha)}`,
    ...failed.map((check) => `  worse       ${exactText(check)}`),
    `  exact       ${nounText(held, 'check')} of ${exact.length} as expected`,
    ...measures.map((m) => `  ${(measuresCount ? ANSWER_WORDS[m.answer] : 'shown').padEnd(11)} ${measureText(m)}`),
    ...notes.map((note) => `  note        ${note}`),
  ];
}

/** A value of a measure with its unit. */
export function valueText({ unit }: Pick<MeasureVerdict, 'unit'>, value: number): string {
  return unit === 'ms' ? latencyText(value) : `${countText(value, 1)} MiB`;
}

/** A p value with four digits. */
export function pText(p: number): string {
  return p < 0.0001 ? 'below 0.0001' : countText(p, 4);
}

// --- internal ---

function named(measures: readonly MeasureVerdict[], answer: Answer, count: boolean): string[] {
  if (!count) return [];
  const change = (ratio: number): string =>
    `${ratio >= 1 ? 'rose' : 'fell'} by ${countText(100 * Math.abs(ratio - 1), 0)}%`;
  return measures.filter((m) => m.answer === answer).map((m) => `${m.label} ${change(m.ratio)}`);
}

function unclearText(measures: readonly MeasureVerdict[]): string {
  const open = measures.filter(({ answer }) => answer === 'unclear');
  if (open.length === 0) return 'nothing was measured on both sides';
  const worst = Math.max(...open.map(({ trialsNeeded }) => trialsNeeded ?? Infinity));
  const needed = Number.isFinite(worst)
    ? `about ${worst} trials a side would tell`
    : 'on a machine this noisy more than 500 trials a side would be needed';
  return `${open.map(({ label }) => label).join('; ')} varied too much; ${needed}`;
}

function neededText({ trialsNeeded }: MeasureVerdict): string {
  return trialsNeeded === null
    ? '; more than 500 trials a side would be needed'
    : `; about ${trialsNeeded} trials a side would tell`;
}
