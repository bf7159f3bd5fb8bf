/** The section on the load: second by second, on both sides, and what was refused. */
import * as Plot from '@observablehq/plot';
import type { Load } from '../../../contract/record/load.ts';
import type { Tail } from '../../../contract/record/measures.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, durationText, latencyText, shareText, tailText } from '../../records/number-text.ts';
import { drawPlot, legend, type Shape } from '../plot.ts';
import { html, joinLines, type Html, type HtmlValue } from '../html.ts';
import { banner, heading, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';

/** Empty for a run in virtual time. */
export function loadSection(record: RunRecord): PageSection[] {
  const { load, generatorLagMs } = record;
  if (load === undefined || generatorLagMs === undefined) return [];
  const body = [
    bottleneckBanner(load),
    paragraph(whatText(load, generatorLagMs)),
    timelinePlots(load),
    processTable(load, generatorLagMs),
    inputTable(load),
    refusalTable(load),
    closesText(load),
    notesList(load),
  ];
  return [{ id: 'load', title: 'Load', body: joinLines(body) }];
}

// --- internal ---

const BOTTLENECK_WORDS: Readonly<Record<Load['bottleneck']['verdict'], string>> = {
  neither: 'Neither side held the run back.',
  target: 'The target was the bottleneck.',
  generator: "The generator was the bottleneck, so its measurements do not show the target's limits.",
};

function bottleneckBanner({ bottleneck }: Load): Html {
  const kind = bottleneck.verdict === 'neither' ? 'ok' : 'note';
  return banner(kind, html`<strong>${BOTTLENECK_WORDS[bottleneck.verdict]}</strong> ${bottleneck.why}.`);
}

function whatText(load: Load, lag: Tail): string {
  const target = load.startedTarget ? 'the reference service, which was started for the run' : load.target;
  const { received, repeated, gaps } = load.deliveries;
  const loop = load.closedLoop
    ? ' The loop was closed: residents reacted to what they really received, so the seed alone does not repeat this run. The trace beside this page holds everything that was sent.'
    : '';
  return `The target was ${target}; the driver was ${load.driver}. ${countText(load.connected.residents)} residents and ${countText(load.connected.doorbells)} doorbells connected within ${durationText(load.connected.rampMs)}; ${countText(load.connected.refused)} were refused. Half of the inputs were sent within ${tailText(lag, 'p50')} after they were due, and 99% within ${tailText(lag, 'p99')}. Residents received ${countText(received)} messages, posts included; ${countText(repeated)} of them came again after a resumption, and ${countText(gaps)} numbers were missing.${loop}`;
}

interface Line {
  label: string;
  colour: string;
  shape: Shape;
  /** Null if it was not measured. */
  value: (second: Load['timeline'][number]) => number | null;
}

interface TimePlot {
  title: string;
  lede: string;
  axis: string;
  lines: Line[];
}

const TIME_PLOTS: readonly TimePlot[] = [
  {
    title: 'Sent and acknowledged, second by second',
    lede: 'Inputs are sent when they are due, whether or not the target keeps up. If the lines part, it does not.',
    axis: 'inputs in the second',
    lines: [
      { label: 'sent', colour: 'var(--blue)', shape: 'circle', value: (s) => s.sent },
      { label: 'acknowledged', colour: 'var(--orange)', shape: 'diamond', value: (s) => s.acknowledged },
    ],
  },
  {
    title: 'Deliveries, second by second',
    lede: 'An alert counts once for each of its recipients.',
    axis: 'deliveries in the second',
    lines: [{ label: 'deliveries', colour: 'var(--green)', shape: 'circle', value: (s) => s.deliveries }],
  },
  {
    title: 'Delivery latency and generator lag, second by second',
    lede: 'Latency counts from the intended moment, so it includes the lag of the generator.',
    axis: 'milliseconds',
    lines: [
      { label: 'delivery, p99', colour: 'var(--red)', shape: 'circle', value: (s) => s.deliveryP99Ms },
      { label: 'generator lag, greatest', colour: 'var(--purple)', shape: 'diamond', value: (s) => s.lagMaxMs },
    ],
  },
  {
    title: 'Processor time, second by second',
    lede: '100% is one processor. Each side is a process of its own, and both may share the machine.',
    axis: 'of a processor, %',
    lines: [
      { label: 'generator', colour: 'var(--purple)', shape: 'diamond', value: (s) => percent(s.generatorCpu) },
      { label: 'target', colour: 'var(--blue)', shape: 'circle', value: (s) => percent(s.targetCpu) },
    ],
  },
];

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}

function timelinePlots({ timeline }: Load): Html {
  if (timeline.length === 0) return paragraph('The window never opened.');
  return joinLines(TIME_PLOTS.map((plot) => timePlot(plot, timeline)));
}

/** Greatest number of points of a line. In a longer window, a point shows the greatest of several seconds. */
const POINTS_MAX = 400;

function timePlot({ title, lede, axis, lines }: TimePlot, timeline: Load['timeline']): Html {
  const step = Math.ceil(timeline.length / POINTS_MAX);
  const series = lines.map((line) => ({ line, points: greatest(timeline, line, step) }));
  const all = series.flatMap(({ points }) => points.filter((p) => !Number.isNaN(p.value)));
  if (all.length === 0) return html`${heading(title)}${paragraph('Not measured.')}`;
  const most = Math.max(1, ...all.map((p) => p.value));
  const topOf = (points: { value: number }[]): number =>
    Math.max(0, ...points.map((p) => (Number.isNaN(p.value) ? 0 : p.value)));
  const tops = series.map(({ line, points }) => `${line.label} at most ${countText(topOf(points), 1)}`);
  return drawPlot({
    title,
    lede: step === 1 ? lede : `${lede} Each point is the greatest of ${step} seconds.`,
    alt: `${title}: ${timeline.length} seconds, ${tops.join(', ')} (${axis})`,
    legend: legend(lines.map(({ label, colour, shape }) => ({ label, colour, shape }))),
    draw: (narrow) => ({
      height: narrow ? 190 : 200,
      marginLeft: 62,
      marginRight: 14,
      marginTop: 26,
      marginBottom: 42,
      x: {
        domain: [0, timeline.length],
        label: 'seconds since the window opened',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: narrow ? 5 : 12,
        tickFormat: (v: number) => countText(v, Number.isInteger(v) ? 0 : 1),
      },
      y: {
        domain: [0, most],
        label: axis,
        labelArrow: 'none',
        ticks: 4,
        tickFormat: (v: number) => countText(v, Number.isInteger(v) ? 0 : 1),
      },
      marks: [
        Plot.gridY({ ticks: 4, stroke: 'var(--line)', strokeOpacity: 1 }),
        ...series.flatMap(({ line, points }) => [
          Plot.lineY(points, { x: 'second', y: 'value', stroke: line.colour, strokeWidth: 1.6 }),
          Plot.dot(points, { x: 'second', y: 'value', fill: line.colour, symbol: line.shape, r: narrow ? 1.6 : 2.4 }),
        ]),
        Plot.ruleY([0], { stroke: 'var(--soft)' }),
      ],
    }),
  });
}

/** If nothing was measured in a second, its value is NaN, so that the line breaks. */
function greatest(timeline: Load['timeline'], line: Line, step: number): { second: number; value: number }[] {
  const points: { second: number; value: number }[] = [];
  for (let i = 0; i < timeline.length; i += step) {
    const values = timeline.slice(i, i + step).flatMap((s) => line.value(s) ?? []);
    points.push({ second: timeline[i].second + 0.5, value: values.length === 0 ? NaN : Math.max(...values) });
  }
  return points;
}

function processTable({ generator, targetProcess }: Load, lag: Tail): Html {
  const row = (name: string, p: Load['generator'], lagText: string) => [
    name,
    p.cpuShare === null ? 'unknown' : shareText(p.cpuShare),
    p.eventLoopDelayMs === null ? 'unknown' : tailText(p.eventLoopDelayMs, 'p99'),
    p.rssMiB === null ? 'unknown' : `${countText(p.rssMiB.before)} to ${countText(p.rssMiB.peak)} MiB`,
    p.memoryPerResidentKiB === null ? 'unknown' : `${countText(p.memoryPerResidentKiB, 1)} KiB`,
    lagText,
  ];
  const columns = [
    { head: 'Process' },
    { head: 'Of a processor', numeric: true },
    { head: 'Event-loop delay p99', numeric: true },
    { head: 'Memory', numeric: true },
    { head: 'Per resident', numeric: true },
    { head: 'Lag p99, longest', numeric: true },
  ];
  const rows = [
    row('generator', generator, `${tailText(lag, 'p99')}, ${latencyText(lag.max)}`),
    row('target', targetProcess, 'none'),
  ];
  return html`${heading('Both sides')}${table('Both processes over the window; memory before anyone connected, and its greatest value', columns, rows)}`;
}

function inputTable({ inputs }: Load): Html {
  const rows = Object.entries(inputs).map(([kind, n]) => [
    kind,
    countText(n.meant),
    countText(n.sent),
    countText(n.acknowledged),
    n.meant === 0 ? 'none' : shareText(n.acknowledged / n.meant),
  ]);
  const columns = [
    { head: 'Input' },
    { head: 'Meant', numeric: true },
    { head: 'Sent', numeric: true },
    { head: 'Acknowledged', numeric: true },
    { head: 'Share', numeric: true },
  ];
  return html`${heading('Inputs')}${table('Inputs of the window by kind', columns, rows)}`;
}

function refusalTable({ refusals, retries, shed }: Load): Html {
  const byDriver = Object.entries(refusals).map(([why, n]) => ['driver', why, countText(n)]);
  const byTarget = Object.entries(shed ?? {})
    .filter(([, n]) => n > 0)
    .map(([why, n]) => ['target', why, countText(n)]);
  const title = heading('Refused and shed');
  const unknown = shed === null ? ' The target gives no counts of its own.' : '';
  if (byDriver.length + byTarget.length === 0)
    return html`${title}${paragraph(`Every input was acknowledged at once.${unknown}`)}`;
  const columns = [{ head: 'Counted by' }, { head: 'Reason' }, { head: 'Inputs', numeric: true }];
  const caption = `Inputs that were not acknowledged at once, as the driver and the target count them; ${countText(retries)} were sent again`;
  return html`${title}${table(caption, columns, [...byDriver, ...byTarget])}${unknown === '' ? '' : paragraph(unknown.trim())}`;
}

function closesText({ closes }: Load): HtmlValue {
  const parts = Object.entries(closes).map(([how, n]) => `${how} ${countText(n)}`);
  return parts.length === 0 ? '' : paragraph(`Streams closed, by code: ${parts.join(', ')}.`);
}

function notesList({ notes }: Load): HtmlValue {
  if (notes.length === 0) return '';
  return html`${heading('Notes')}<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
}
