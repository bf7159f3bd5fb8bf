/** The section on false alerts: how often alerts were false, by agency, category and kind of feed. */
import * as Plot from '@observablehq/plot';
import { CATEGORY_LABELS } from '../../../contract/catalogue.ts';
import type { Rate } from '../../../contract/record/measures.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, durationText, intervalText, rateText, shareText } from '../../records/number-text.ts';
import { drawPlot } from '../plot.ts';
import { html, joinLines, type Html, type HtmlValue } from '../html.ts';
import { details, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { rowPlot } from '../row-plot.ts';
import { FEED_KIND_WORDS } from '../words.ts';

/** Number of agencies that plots and maps show. The record holds all of them. */
export const AGENCIES_SHOWN_MAX = 12;

export function rateSection(record: RunRecord): PageSection {
  const { falseAlerts } = record;
  const agencyNames = new Map(record.agencies.map((a) => [a.id, a.name]));
  const shown = falseAlerts.byAgency.slice(0, AGENCIES_SHOWN_MAX);
  const left = falseAlerts.byAgency.length - shown.length;
  const some = left > 0 ? ` The first ${shown.length} agencies of ${falseAlerts.byAgency.length} are shown.` : '';
  const labels = CATEGORY_LABELS as Readonly<Record<string, string>>;
  const plots = [
    ratePlot(
      'by agency',
      some,
      named(shown, (key) => agencyNames.get(key) ?? key),
    ),
    ratePlot(
      'by category',
      '',
      named(falseAlerts.byCategory, (key) => labels[key] ?? key),
    ),
    ratePlot(
      'by kind of feed',
      '',
      named(falseAlerts.byFeedKind, (key) => FEED_KIND_WORDS[key] ?? key),
    ),
  ];
  const intro =
    'An alert is founded if something of its category had happened, at its place, and recently enough. Every other alert is false. Intervals are 95% Wilson intervals.';
  return {
    id: 'rates',
    title: 'False alerts',
    body: html`${paragraph(intro)}${wholeTable(record)}${joinLines(plots)}`,
  };
}

// --- internal ---

interface RateRow {
  label: string;
  rate: Rate;
}

/** Rows with equal names get their keys beside the names. */
function named(rates: { key: string; rate: Rate }[], nameOf: (key: string) => string): RateRow[] {
  const names = rates.map(({ key }) => nameOf(key));
  return rates.map(({ key, rate }, i) => ({
    label: names.indexOf(names[i]) === names.lastIndexOf(names[i]) ? names[i] : `${names[i]} (${key})`,
    rate,
  }));
}

function wholeTable(record: RunRecord): Html {
  const { afterCorrections, byDelivery, correctionMs } = record.falseAlerts;
  const row = (label: string, rate: Rate) => [label, rateText(rate), intervalText(rate)];
  const rows = [
    row('of all alerts', record.falseAlertRate),
    row('of all deliveries (an alert to 5,000 phones counts 5,000 times)', byDelivery),
    row('of all alerts, uncorrected at the end', afterCorrections),
  ];
  const corrections =
    correctionMs.count === 0
      ? 'No false alert was corrected.'
      : `${countText(correctionMs.count)} false alerts were corrected, half of them within ${durationText(correctionMs.p50)}, 90% within ${durationText(correctionMs.p90)}.`;
  const columns = [{ head: 'Share that was false' }, { head: 'Rate', numeric: true }, { head: 'Interval' }];
  return html`${table('False-alert rate of the whole run', columns, rows)}${paragraph(corrections)}`;
}

function ratePlot(by: string, note: string, all: RateRow[]): HtmlValue {
  if (all.length === 0) return '';
  const rows = all.map(({ label, rate }) => ({
    label: `${label} (n = ${countText(rate.n)})`,
    percent: (rate.value ?? 0) * 100,
    low: (rate.low ?? 0) * 100,
    high: (rate.high ?? 0) * 100,
    text: rate.value === null ? 'no alerts' : shareText(rate.value),
    some: rate.value !== null,
  }));
  const measured = rows.filter((row) => row.some);
  const empty = rows.filter((row) => !row.some);
  const plot = drawPlot({
    title: `False-alert rate ${by}`,
    lede: `Each dot is the share of alerts that were false, each bar its interval. If bars overlap widely, the run can't tell the rows apart.${note}`,
    alt: `False-alert rate ${by}: ${rows.map((row) => `${row.label} ${row.text}`).join('; ')}`,
    draw: (narrow) =>
      rowPlot(
        rows.map((row) => row.label),
        narrow,
        { domain: [0, 100], label: 'alerts that were false, %', ticks: narrow ? 5 : 10 },
        [
          Plot.ruleX([0], { stroke: 'var(--soft)' }),
          Plot.ruleY(measured, {
            y: 'label',
            x1: 'low',
            x2: 'high',
            stroke: 'var(--blue)',
            strokeWidth: 3,
            strokeOpacity: 0.45,
            dy: narrow ? 9 : 0,
          }),
          Plot.dot(measured, { y: 'label', x: 'percent', r: 5, fill: 'var(--blue)', dy: narrow ? 9 : 0 }),
          Plot.text(empty, {
            y: 'label',
            x: 0,
            text: 'text',
            textAnchor: 'start',
            dx: 8,
            dy: narrow ? 9 : 0,
            fill: 'var(--soft)',
          }),
        ],
      ),
  });
  const columns = [{ head: 'Row' }, { head: 'Rate', numeric: true }, { head: 'Interval' }];
  const cells = all.map(({ label, rate }) => [
    label,
    rate.value === null ? 'no alerts' : rateText(rate),
    intervalText(rate),
  ]);
  return html`${plot}${details('The same as numbers', table(`False-alert rate ${by}`, columns, cells))}`;
}
