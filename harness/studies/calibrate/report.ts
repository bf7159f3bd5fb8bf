/** The result of a calibration in lines for a terminal, and on a page with plots. Both show aggregates only, no single call. */
import * as Plot from '@observablehq/plot';
import { html, joinLines, type Html } from '../../report/html.ts';
import { drawPlot } from '../../report/plot.ts';
import { paragraph, table } from '../../report/markup.ts';
import { renderPage } from '../../report/page.ts';
import type { Calibration, Fitted } from './calibrate.ts';
import type { Tested } from './goodness.ts';

/** A calibration with the mapping and the counts of the files that it read. */
export interface CalibrationRecord extends Calibration {
  mapping: string;
  read: { rows: number; rejected: number; unexpressed: number; unmapped: number; zone: string };
}

/** The result in lines for a terminal. */
export function calibrationLines(record: CalibrationRecord): string[] {
  const { read, goodness } = record;
  return [
    `${record.name}: ${whole(record.calls)} calls of ${record.days.toFixed(1)} days, ${whole(record.persons)} people`,
    `  read           ${whole(read.rows)} rows, ${whole(read.rejected)} rejected; ${whole(read.unmapped)} of natures that the mapping does not name`,
    `  rate           ${intervalText(record.callsForServicePer1000PersonsYear)} calls for service per 1,000 people a year`,
    `  hot spots      spread ${intervalText(record.hotSpotSigma)} of the logarithm of blocks' weights`,
    `  per thousand   ${Object.entries(record.perThousandByGroup)
      .filter(([, { value }]) => value > 0)
      .map(([group, { value }]) => `${group} ${number(value)}`)
      .join(', ')}`,
    `  fit            ${testText('hours of the week, chi-square', goodness.chiSquare)}`,
    `                 ${testText('gaps between calls, largest distance', goodness.gaps)}`,
    `                 ${testText('dispersion of single hours', goodness.dispersion)}`,
    ...record.warnings.map((warning) => `  note           ${warning}`),
    `                 ${burstText(goodness.dispersion)}`,
  ];
}

/** The result as a whole HTML page. */
export function calibrationPage(record: CalibrationRecord): string {
  return renderPage({
    title: `Calibration: ${record.name}`,
    sections: [
      { id: 'fit', title: 'Fitted values', body: fittedSection(record) },
      { id: 'profile', title: 'Hours and weekdays', body: profileSection(record) },
      { id: 'goodness', title: 'How well it fits', body: goodnessSection(record) },
    ],
    footer: 'Numbers come from the calls of the files that were read; no single call is shown.',
  });
}

// --- internal ---

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function burstText({ value, p }: Tested): string {
  return p < 0.01
    ? `calls come in bursts that the model does not have: their counts vary ${value.toFixed(2)} times as much as the model's`
    : 'no test tells the calls from those of the fitted model';
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}

function intervalText({ value, low, high }: Fitted): string {
  return `${number(value)} (95% interval ${number(low)} to ${number(high)})`;
}

function testText(name: string, { value, p }: Tested): string {
  return `${name} ${Number(value.toPrecision(4))} (p = ${p.toFixed(3)})`;
}

function fittedSection(record: CalibrationRecord): Html {
  const { read, warnings } = record;
  const cells = (name: string, { value, low, high }: Fitted): string[] => [
    name,
    number(value),
    number(low),
    number(high),
  ];
  const rows = [
    cells('calls for service per 1,000 people a year', record.callsForServicePer1000PersonsYear),
    cells("spread of the logarithm of blocks' weights", record.hotSpotSigma),
    ...Object.entries(record.perThousandByGroup).map(([group, fitted]) =>
      cells(`${group}, per thousand calls of residents`, fitted),
    ),
  ];
  return joinLines([
    paragraph(
      `${whole(record.calls)} calls of ${record.days.toFixed(1)} days, from ${whole(read.rows)} rows read with the mapping ${record.mapping}: ${whole(read.rejected)} rejected, ${whole(read.unmapped)} of natures that it does not name, ${whole(read.unexpressed)} of groups that no simulated type stands for. Both of the latter count as other.`,
    ),
    table(
      'Values with 95% intervals',
      [{ head: 'value' }, ...['fitted', 'from', 'to'].map((head) => ({ head, numeric: true }))],
      rows,
    ),
    ...warnings.map((warning) => paragraph(warning)),
    paragraph(
      'A file does not show the share of work that officers start (an option of the command), hoaxes, incidents found hours later, repeats, and the outcome of each call: these are as by default.',
    ),
  ]);
}

function profileSection(record: CalibrationRecord): Html {
  const hours = record.shareByHour.map((fitted, hour) => ({ hour, ...fitted }));
  const plot = drawPlot({
    title: 'Share of calls by local hour',
    lede: "Bars are the scenario's shareByHour in percent; lines their 95% intervals.",
    alt: `Shares by hour from midnight, percent: ${hours.map(({ value }) => number(value)).join(', ')}.`,
    draw: (narrow) => ({
      height: 260,
      x: { label: 'hour', ticks: narrow ? [0, 6, 12, 18] : undefined },
      y: { label: '%' },
      marks: [
        Plot.ruleY([0]),
        Plot.barY(hours, { x: 'hour', y: 'value', fill: 'var(--blue)' }),
        Plot.ruleX(hours, { x: 'hour', y1: 'low', y2: 'high', stroke: 'var(--ink)' }),
      ],
    }),
  });
  const days = record.shareByWeekday.map((fitted, day) => [
    DAYS[day],
    ...[fitted.value, fitted.low, fitted.high].map(number),
  ]);
  const columns = [{ head: 'day' }, ...['fitted', 'from', 'to'].map((head) => ({ head, numeric: true }))];
  return html`${plot}${table('By weekday, %', columns, days)}`;
}

function goodnessSection({ goodness }: CalibrationRecord): Html {
  const quantiles = goodness.quantiles.map(({ expected, found }) => ({ expected, found }));
  const plot = drawPlot({
    title: 'Gaps between calls against the model',
    lede: 'Each point is a quantile from the 1st to the 99th percentile, in units of expected calls; on the line both are equal.',
    alt: `Quantiles of the gaps, expected and found: ${quantiles.map((q) => `${number(q.expected)} and ${number(q.found)}`).join('; ')}.`,
    draw: () => ({
      height: 320,
      grid: true,
      x: { label: 'expected', type: 'sqrt' },
      y: { label: 'found', type: 'sqrt' },
      marks: [
        Plot.line(quantiles, { x: 'expected', y: 'expected', stroke: 'var(--soft)' }),
        Plot.dot(quantiles, { x: 'expected', y: 'found', fill: 'var(--blue)', r: 4 }),
      ],
    }),
  });
  const rows = (
    [
      ['hours of the week, chi-square', goodness.chiSquare],
      ['gaps between calls, largest distance from exponential', goodness.gaps],
      ['dispersion of single hours, 1 for a Poisson process', goodness.dispersion],
    ] as const
  ).map(([name, { value, p }]) => [name, String(Number(value.toPrecision(4))), p.toFixed(3)]);
  const columns = [{ head: 'statistic' }, { head: 'value', numeric: true }, { head: 'p', numeric: true }];
  return html`${[
    plot,
    table(`Tests against ${goodness.draws} processes drawn from the fit and fitted again`, columns, rows),
    paragraph(burstText(goodness.dispersion)),
  ]}`;
}
