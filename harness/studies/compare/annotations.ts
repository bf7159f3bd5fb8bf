/** A comparison as workflow commands, which GitHub shows beside a pull request. */
import type { Comparison } from './comparison.ts';
import { exactText, headline, measureText } from './words.ts';

/** One line each: what is worse as errors, what can't be told as warnings, and the answer. */
export function annotations(comparison: Comparison): string[] {
  const { exact, measures, measuresCount, answer } = comparison;
  const counted = measuresCount ? measures : [];
  return [
    ...exact.filter(({ ok }) => !ok).map((check) => line('error', check.name, exactText(check))),
    ...counted.filter((m) => m.answer === 'worse').map((m) => line('error', m.label, measureText(m))),
    ...counted.filter((m) => m.answer === 'unclear').map((m) => line('warning', m.label, measureText(m))),
    ...(answer === 'worse' ? [] : [line('notice', 'hundredblock compare', headline(comparison))]),
  ];
}

// --- internal ---

function line(level: 'error' | 'warning' | 'notice', title: string, message: string): string {
  return `::${level} title=${property(title)}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
