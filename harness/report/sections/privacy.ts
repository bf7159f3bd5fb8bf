/** The section on privacy: private strings that got out, and the number of households behind each published place. */
import * as Plot from '@observablehq/plot';
import type { AlertLine } from '../../../contract/record/lines.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, shareText } from '../../records/number-text.ts';
import { drawPlot } from '../plot.ts';
import { html, joinLines, type Html, type HtmlValue } from '../html.ts';
import { paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { PLACE_KIND_WORDS } from '../words.ts';

export function privacySection(record: RunRecord, alerts: AlertLine[]): PageSection {
  const body = [
    leakTable(record),
    reviewText(record),
    householdText(record),
    householdPlot(alerts),
    placeTable(record),
  ];
  return { id: 'privacy', title: 'Privacy', body: joinLines(body) };
}

// --- internal ---

function leakTable(record: RunRecord): Html {
  const { framesScanned, leaks, leaksPerMillionFrames } = record.privacy;
  const scanned = `${countText(framesScanned)} frames to residents were searched for every private string of the record behind them, and so was all other output of the pipeline.`;
  if (leaks.length === 0) return paragraph(`${scanned} Nothing private was found.`);
  const rows = leaks.map((leak) => [leak.egress, leak.kind, countText(leak.count)]);
  const columns = [{ head: 'Way out' }, { head: 'Kind of string' }, { head: 'Times', numeric: true }];
  const rate = `${countText(leaksPerMillionFrames, 2)} leaked strings per million frames to residents.`;
  return html`${paragraph(`${scanned} ${rate}`)}${table('Leaked strings by way out and by kind', columns, rows)}`;
}

function reviewText(record: RunRecord): Html {
  const { review } = record.privacy;
  if (review.words === 0) return paragraph('Reviewers read no text.');
  const share = shareText(review.blanked / review.words);
  return paragraph(
    `Reviewers read ${countText(review.texts)} texts of ${countText(review.words)} words, of which ${countText(review.blanked)} (${share}) were blanked.`,
  );
}

function householdText(record: RunRecord): Html {
  const { max, min, p10, p50 } = record.privacy.householdsPerPlace;
  return paragraph(
    `Households that share the published place of an alert: fewest ${countText(min)}, tenth percentile ${countText(p10)}, median ${countText(p50)}, most ${countText(max)}.`,
  );
}

/** Lower edges of the bins. A bin ends below the next edge. */
const EDGES = [0, 1, 5, 10, 20, 50, 100, 1000, 10_000];

function binLabel(i: number): string {
  const next = EDGES[i + 1];
  if (next === undefined) return `${countText(EDGES[i])}+`;
  return next - 1 === EDGES[i] ? countText(EDGES[i]) : `${countText(EDGES[i])}-${countText(next - 1)}`;
}

function householdPlot(alerts: AlertLine[]): Html {
  const bins = EDGES.map((_, i) => ({ label: binLabel(i), alerts: 0 }));
  for (const { households } of alerts) {
    if (households !== null) bins[EDGES.findLastIndex((edge) => households >= edge)].alerts++;
  }
  const known = bins.reduce((sum, bin) => sum + bin.alerts, 0);
  const unknown = alerts.length - known;
  if (known === 0) return paragraph('No alert has a place whose households are known.');
  const note = unknown > 0 ? ` ${countText(unknown)} alerts at places whose households are unknown are left out.` : '';
  return drawPlot({
    title: 'Households behind each published place',
    lede: `If few households share a place, its alert comes close to naming one of them: watch the bars on the left.${note}`,
    alt: `Alerts by households that share the place: ${bins.map((bin) => `${bin.label}: ${countText(bin.alerts)}`).join('; ')}`,
    draw: (narrow) => ({
      height: narrow ? 250 : 240,
      marginLeft: 44,
      marginRight: 8,
      marginTop: 26,
      marginBottom: narrow ? 84 : 44,
      x: {
        domain: bins.map((bin) => bin.label),
        label: 'households that share the place',
        labelAnchor: 'center',
        labelArrow: 'none',
        tickRotate: narrow ? -50 : 0,
        tickSize: 0,
      },
      y: {
        label: 'alerts',
        labelArrow: 'none',
        ticks: 4,
        tickFormat: (v: number) => (Number.isInteger(v) ? countText(v) : ''),
      },
      marks: [
        Plot.gridY({ ticks: 4, stroke: 'var(--line)', strokeOpacity: 1 }),
        Plot.barY(bins, { x: 'label', y: 'alerts', fill: 'var(--blue)' }),
        Plot.text(bins, { x: 'label', y: 'alerts', text: (d) => (d.alerts === 0 ? '' : countText(d.alerts)), dy: -8 }),
        Plot.ruleY([0], { stroke: 'var(--soft)' }),
      ],
    }),
  });
}

function placeTable(record: RunRecord): HtmlValue {
  const entries = Object.entries(record.privacy.placeKinds).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return '';
  const rows = entries.map(([kind, count]) => [PLACE_KIND_WORDS[kind] ?? kind, countText(count)]);
  return table('Alerts by kind of published place', [{ head: 'Place' }, { head: 'Alerts', numeric: true }], rows);
}
