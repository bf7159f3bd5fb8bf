/** The result of an experiment in words, for the terminal and the report. */
import { nounText } from '../../records/number-text.ts';
import { short } from './plots.ts';
import { MEASURES } from './measures.ts';
import type { ExperimentResult } from './result.ts';

/** A sentence on the tipping point; null if the experiment looks for none. */
export function tippingText({ tipping, points }: ExperimentResult): string | null {
  if (tipping === null) return null;
  const { measure, share, tried, point } = tipping;
  const beyond = `more than ${short(100 * share)}% above its reference beyond chance (paired, Holm-corrected, 95%)`;
  const subject = `${MEASURES[measure].title} (${MEASURES[measure].unit})`;
  return point === null
    ? `No tipping point within the levels tried: at none of ${tried.length} is ${subject} ${beyond}.`
    : `Tipping point: ${points[point].title} is the first of ${nounText(tried.length, 'level')} at which ${subject} is ${beyond}.`;
}

/** The result in lines for the terminal: sensitivities, or means by point and the tipping point. */
export function summaryLines(result: ExperimentResult): string[] {
  const { experiment, points, runs } = result;
  const heading = `${experiment.title}: ${nounText(points.length, 'point')}, ${nounText(runs.length, 'run')}`;
  if (result.sensitivity.length > 0) return [heading, ...sensitivityLines(result)];
  const tipping = tippingText(result);
  return [heading, ...pointLines(result), ...(tipping === null ? [] : ['', `  ${tipping}`])];
}

// --- internal ---

const POINTS_SHOWN = 20;

/** The influence of each factor on each measure, the greatest first: over the factor's whole range, or as a share of all variance. */
function sensitivityLines({ experiment, sensitivity }: ExperimentResult): string[] {
  const width = Math.max(...experiment.factors.map(({ title }) => title.length));
  return experiment.measures.flatMap((measure) => {
    const { title, unit } = MEASURES[measure];
    const rows = sensitivity
      .filter((row) => row.measure === measure && (row.figure === 'mu-star' || row.figure === 'total-order'))
      .sort((a, b) => b.value.value - a.value.value);
    if (rows.length === 0) return [];
    const heading =
      rows[0].figure === 'mu-star' ? `mean absolute effect of the whole range, ${unit}` : 'total-order index';
    return [
      '',
      `  ${title}: ${heading}`,
      ...rows.map(({ factor, value }) => {
        const name = experiment.factors.find((one) => one.name === factor)?.title ?? factor;
        return `    ${name.padEnd(width)}  ${short(value.value).padStart(9)}  (${short(value.low)} to ${short(value.high)})`;
      }),
    ];
  });
}

function pointLines({ experiment, points, summary }: ExperimentResult): string[] {
  const width = Math.max(...points.map(({ title }) => title.length), 10);
  const lines: string[] = [];
  const shown = points.slice(0, POINTS_SHOWN);
  for (const measure of experiment.measures) {
    const { title, unit } = MEASURES[measure];
    lines.push('', `  ${title}, ${unit}`);
    for (const { index, title: point } of shown) {
      const row = summary.find((one) => one.point === index && one.measure === measure);
      if (row === undefined || row.mean === null) continue;
      const interval = row.low === null || row.high === null ? '' : `  (${short(row.low)} to ${short(row.high)})`;
      lines.push(`    ${point.padEnd(width)}  ${short(row.mean).padStart(9)}${interval}`);
    }
  }
  if (shown.length < points.length) lines.push('', `  and ${nounText(points.length - shown.length, 'more point')}`);
  return lines;
}
