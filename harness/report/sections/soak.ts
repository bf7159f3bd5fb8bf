/** The section on a soak: every series of both processes, with its slope. */
import * as Plot from '@observablehq/plot';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import type { Soak, SoakSeries } from '../../../contract/record/soak.ts';
import { countText, durationText, shareText } from '../../records/number-text.ts';
import { drawSmallPlot, legend } from '../plot.ts';
import { html, joinLines, type Html } from '../html.ts';
import { banner, heading, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { slopeText, soakText, verdictText } from '../study-text.ts';

/** Empty if the run is not a soak. */
export function soakSection({ soak }: RunRecord): PageSection[] {
  if (soak === undefined) return [];
  const body = [
    verdictBanner(soak),
    paragraph(howText(soak)),
    legend([
      { colour: 'var(--blue)', shape: 'circle', label: 'median of a stretch' },
      { colour: 'var(--street)', shape: 'square', label: 'range of a stretch' },
      { colour: 'var(--orange)', shape: 'diamond', label: 'the line whose slope is judged' },
    ]),
    html`<div class="multiples">${joinLines(soak.series.map((series) => seriesPlot(series, soak.lengthMin)))}</div>`,
    slopeTable(soak),
  ];
  return [{ id: 'soak', title: 'Soak', body: joinLines(body) }];
}

// --- internal ---

const BANNERS: Readonly<Record<Soak['verdict'], [kind: 'ok' | 'bad' | 'note', words: string]>> = {
  within: ['ok', 'Steady.'],
  beyond: ['bad', 'Not steady.'],
  'too short': ['note', 'Too short to tell.'],
};

function verdictBanner(soak: Soak): Html {
  const [kind, words] = BANNERS[soak.verdict];
  return banner(kind, html`<strong>${words}</strong> ${capital(soakText(soak))}.`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function howText({ lengthMin, everyMs, samples, gaps, samplerCpuShare, confidence }: Soak): string {
  const sampling = `Both processes were sampled every ${durationText(everyMs)} for ${durationText(60_000 * lengthMin)}: ${countText(samples)} samples, of which ${countText(gaps.missed)} are missing and ${countText(gaps.unscraped)} lack the target's metrics. Sampling took ${shareText(samplerCpuShare)} of a processor.`;
  return `${sampling} A slope is the median of the slopes between batches of values after the warm-up. Its interval is widened by the correlation of the batches and holds the true slope with ${countText(100 * confidence, 2)}% confidence at either end, so that all series together raise a false alarm in at most one soak of a hundred.`;
}

function seriesPlot(series: SoakSeries, lengthMin: number): Html {
  const rows = series.shown.map(([minute, median, least, greatest]) => ({ minute, median, least, greatest }));
  const lede = `${slopeText(series)}: ${verdictText(series)}.`;
  if (rows.length === 0)
    return html`<figure><figcaption><h3>${series.title}</h3><p>Not measured.</p></figcaption></figure>`;
  const most = Math.max(...rows.map((row) => row.greatest));
  const least = Math.min(...rows.map((row) => row.least));
  const unit = series.unit === '' ? 'number' : series.unit;
  const decimals = most - least < 1 ? 2 : most - least < 10 ? 1 : 0;
  return drawSmallPlot({
    title: series.title,
    lede,
    alt: `${series.title}: from ${countText(rows[0].median, decimals)} to ${countText(rows[rows.length - 1].median, decimals)} ${unit} in ${countText(rows.length)} stretches; ${lede}`,
    draw: () => ({
      height: 150,
      marginLeft: 54,
      marginRight: 12,
      marginTop: 22,
      marginBottom: 36,
      x: {
        label: 'minutes',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: 5,
        domain: [0, lengthMin],
        tickFormat: (v: number) => countText(v, lengthMin < 5 ? 1 : 0),
      },
      y: {
        label: unit,
        labelArrow: 'none',
        ticks: 4,
        domain: most > least ? [least, most] : [least - 1, most + 1],
        tickFormat: (v: number) => countText(v, decimals),
      },
      marks: [
        Plot.gridY({ ticks: 4, stroke: 'var(--line)', strokeOpacity: 1 }),
        Plot.areaY(rows, { x: 'minute', y1: 'least', y2: 'greatest', fill: 'var(--street)', fillOpacity: 0.6 }),
        rows.length <= FEW
          ? Plot.dot(rows, { x: 'minute', y: 'median', fill: 'var(--blue)', r: 3 })
          : Plot.lineY(rows, { x: 'minute', y: 'median', stroke: 'var(--blue)', strokeWidth: 1.5 }),
        Plot.line(series.line ?? [], {
          x: (end: number[]) => end[0],
          y: (end: number[]) => end[1],
          stroke: 'var(--orange)',
          strokeWidth: 2,
          strokeDasharray: '6 4',
          clip: true,
        }),
      ],
    }),
  });
}

/** Up to this number, points are drawn one by one. */
const FEW = 40;

function slopeTable({ series }: Soak): Html {
  const rows = series.map((one) => [
    one.name,
    slopeText(one),
    verdictText(one),
    one.slope === null ? 'none' : `${countText(one.points)}, worth ${countText(one.pointsEffective, 1)}`,
    durationText(60_000 * one.warmUpMin),
  ]);
  const columns = [
    { head: 'Series' },
    { head: 'Slope and interval' },
    { head: 'Verdict' },
    { head: 'Points', numeric: true },
    { head: 'Left out', numeric: true },
  ];
  return html`${heading('All slopes')}${table('Slope of each series per minute, its interval, and the warm-up that is left out', columns, rows)}`;
}
