/** A capacity and a soak in words: the same on the page and on the terminal. */
import type { Capacity } from '../../contract/record/capacity.ts';
import type { Soak, SoakSeries } from '../../contract/record/soak.ts';
import { countText } from '../records/number-text.ts';

const ENDINGS: Readonly<Record<Capacity['ended'], string>> = {
  narrow: '',
  'at-least': '; nothing above it could be tried',
  'at-most': '; nothing below it could be tried',
  unfinished: '; the search ended before it was narrow',
  interrupted: '; the search was interrupted',
};

/** `11.2 to 12.1 alerts per wall second (99% interval).` Says which end is unknown, and why, if one is. */
export function capacityText({ lower, upper, unit, confidence, ended, generatorLimited }: Capacity): string {
  const sure = `${countText(100 * confidence)}% interval`;
  const why = generatorLimited ? '; generator-limited' : ENDINGS[ended];
  if (lower !== null && upper !== null) return `${loadText(lower)} to ${loadText(upper)} ${unit} (${sure}${why}).`;
  if (lower !== null) return `At least ${loadText(lower)} ${unit} (${sure}${why}).`;
  if (upper !== null) return `At most ${loadText(upper)} ${unit} (${sure}${why}).`;
  return `Not found${why}.`;
}

/** A load, or a measure found at one, to four digits. */
export function loadText(value: number): string {
  if (Math.abs(value) >= 1000 || Number.isInteger(value)) return countText(value);
  return String(Number(value.toPrecision(4)));
}

/** `+0.02 MiB/min (-0.10 to 0.14)`; `no line` if there were too few points. */
export function slopeText({ slope, low, high, slopeUnit }: SoakSeries): string {
  if (slope === null || low === null || high === null) return 'no line';
  return `${slope > 0 ? '+' : ''}${numberText(slope)} ${unitText(slopeUnit)} (${numberText(low)} to ${numberText(high)})`;
}

/** The verdict on one series. */
export function verdictText({ verdict, budget, slopeUnit }: SoakSeries): string {
  const allowed = budget === null ? '' : `${numberText(budget)} ${unitText(slopeUnit)}`;
  switch (verdict) {
    case 'within':
      return `within its budget of ${allowed}`;
    case 'beyond':
      return `beyond its budget of ${allowed}`;
    case 'inconclusive':
      return `inconclusive: it varies too much to tell whether it is within its budget of ${allowed}`;
    case 'too short':
      return 'too short to tell';
    case 'filling':
      return 'not judged: the target had not yet kept things for as long as it keeps them';
    case 'no data':
      return 'not judged: too few values';
    case 'not judged':
      return 'shown only';
  }
}

/** The whole soak in one sentence. */
export function soakText({ verdict, series }: Soak): string {
  const withVerdict = (which: SoakSeries['verdict']): SoakSeries[] => series.filter((one) => one.verdict === which);
  switch (verdict) {
    case 'beyond':
      return `growing: ${withVerdict('beyond')
        .map((one) => `${one.name} ${slopeText(one)}, ${verdictText(one)}`)
        .join('; ')}`;
    case 'within':
      return `nothing grew beyond its budget: ${withVerdict('within').length} series within, ${withVerdict('inconclusive').length} inconclusive, ${withVerdict('too short').length + withVerdict('filling').length + withVerdict('no data').length} not to be judged`;
    case 'too short':
      return 'too short to tell a slope: only losses, leaks and other violations could fail it';
  }
}

// --- internal ---

/** Two significant digits, with at most three decimals. */
function numberText(value: number): string {
  const size = Math.abs(value);
  return countText(value, size === 0 || size >= 100 ? 0 : size >= 1 ? 1 : size >= 0.1 ? 2 : 3);
}

/** A series without a unit counts things. */
function unitText(slopeUnit: string): string {
  return slopeUnit.startsWith('/') ? `a minute` : slopeUnit;
}
