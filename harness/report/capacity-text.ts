/** A capacity in words: the same on the page and on the terminal. */
import type { Capacity } from '../../contract/record/capacity.ts';
import { countText } from '../records/number-text.ts';

const ENDINGS: Readonly<Record<Capacity['ended'], string>> = {
  narrow: '',
  'at-least': '; nothing above it could be tried',
  'at-most': '; nothing below it could be tried',
  unfinished: '; the search ended before it was narrow',
  interrupted: '; the search was interrupted',
};

/** `11.2 to 12.1 alerts per wall second (99% interval).` */
export function capacityText({ lower, upper, unit, confidence, ended, generatorLimited }: Capacity): string {
  const sure = `${countText(100 * confidence)}% interval`;
  const why = generatorLimited ? '; generator-limited' : ENDINGS[ended];
  if (lower !== null && upper !== null) return `${loadText(lower)} to ${loadText(upper)} ${unit} (${sure}${why}).`;
  if (lower !== null) return `At least ${loadText(lower)} ${unit} (${sure}${why}).`;
  if (upper !== null) return `At most ${loadText(upper)} ${unit} (${sure}${why}).`;
  return `Not found${why}.`;
}

/** Four digits of a load, or of what was found at one. */
export function loadText(value: number): string {
  if (Math.abs(value) >= 1000 || Number.isInteger(value)) return countText(value);
  return String(Number(value.toPrecision(4)));
}
