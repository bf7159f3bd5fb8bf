/** What a soak found of a series, in words: the same on the page and in the summary. */
import type { Soak, SoakSeries } from '../../contract/record/soak.ts';
import { countText } from '../records/number-text.ts';

/** `+0.02 MiB/min (-0.10 to 0.14)`; `no line` where there was too little. */
export function slopeText({ slope, low, high, slopeUnit }: SoakSeries): string {
  if (slope === null || low === null || high === null) return 'no line';
  return `${slope > 0 ? '+' : ''}${numberText(slope)} ${unitText(slopeUnit)} (${numberText(low)} to ${numberText(high)})`;
}

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

/** The whole, in a sentence. */
export function soakText({ verdict, series }: Soak): string {
  const of = (which: SoakSeries['verdict']): SoakSeries[] => series.filter((one) => one.verdict === which);
  switch (verdict) {
    case 'beyond':
      return `growing: ${of('beyond')
        .map((one) => `${one.name} ${slopeText(one)}, ${verdictText(one)}`)
        .join('; ')}`;
    case 'within':
      return `nothing grew beyond its budget: ${of('within').length} series within, ${of('inconclusive').length} inconclusive, ${of('too short').length + of('filling').length + of('no data').length} not to be judged`;
    case 'too short':
      return 'too short to tell a slope: only losses, leaks and other violations could fail it';
  }
}

// --- internal ---

/** Two figures that count, as far as they are worth showing. */
function numberText(value: number): string {
  const size = Math.abs(value);
  return countText(value, size === 0 || size >= 100 ? 0 : size >= 1 ? 1 : size >= 0.1 ? 2 : 3);
}

/** What has no unit is counted. */
function unitText(slopeUnit: string): string {
  return slopeUnit.startsWith('/') ? `a minute` : slopeUnit;
}
