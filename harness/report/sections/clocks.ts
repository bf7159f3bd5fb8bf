/** The section that compares both clocks: delays in virtual time come from source and policy, latencies in wall time from the code. */
import * as Plot from '@observablehq/plot';
import { DELAY_STAGES, VERDICTS } from '../../../contract/record/kinds.ts';
import type { Load } from '../../../contract/record/load.ts';
import type { Tail } from '../../../contract/record/measures.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, durationText, momentText, quantileText, tailText } from '../../records/number-text.ts';
import { drawPlot, legend } from '../plot.ts';
import { html, joinLines, type Html } from '../html.ts';
import { details, heading, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { rowPlot } from '../row-plot.ts';
import { LATENCY_WORDS, STAGE_WORDS } from '../words.ts';

/** Empty for a run in virtual time. */
export function clocksSection(record: RunRecord): PageSection[] {
  const { load, latencyMs, sameOutcome } = record;
  if (load === undefined || latencyMs === undefined || sameOutcome === undefined) return [];
  const body = [
    paragraph(intensityText(load)),
    outcomeTable(record, load),
    heading('Same world, same outcome'),
    sameOutcomePart(sameOutcome),
    heading('Delays of source and policy, latencies of the code'),
    paragraph(
      'Delays are in simulated time, from the incident to the alert. Latencies are in wall time, from the moment at which the cause was meant to be sent; waiting that the model simulates is no part of them.',
    ),
    latencyPlot(latencyMs),
    costTable(load, latencyMs),
  ];
  return [{ id: 'clocks', title: 'Both clocks', body: joinLines(body) }];
}

// --- internal ---

type Latency = NonNullable<RunRecord['latencyMs']>;
type SameOutcome = NonNullable<RunRecord['sameOutcome']>;

/** Real rates are low, so the page says how much they were turned up before it shows any number. */
function intensityText(load: Load): string {
  const { speed, intensity, fromMs, untilMs, windowMs } = load;
  const turned = Object.entries(intensity).map(
    ([stream, factor]) => `${stream} x${countText(factor, decimals(factor))}`,
  );
  const clock = load.platformClock
    ? `${countText(speed, decimals(speed))} simulated seconds a wall second, on the target's clock as well`
    : 'in real time, since the target knows no other';
  return `${momentText(fromMs)} to ${momentText(untilMs)} passed in ${durationText(windowMs)}: ${clock}. Event rates compared with real life: ${turned.join(', ')}.`;
}

function decimals(value: number): number {
  return Number.isInteger(value) ? 0 : 2;
}

function outcomeTable(record: RunRecord, { virtual }: Load): Html {
  const { counts, duty, verdicts } = record;
  const row = (name: string, onVirtual: number, onWall: number) => [name, countText(onVirtual), countText(onWall)];
  const rows = [
    row('alerts', virtual.alerts, counts.alerts),
    row('updates', virtual.updates, counts.updates),
    row('cancels', virtual.cancels, counts.cancels),
    row('alerts owed', virtual.duty.alerts, duty.alerts),
    row('alerts owed, never sent', virtual.duty.alertsNeverSent, duty.alertsNeverSent),
    ...VERDICTS.filter((v) => virtual.verdicts[v] + verdicts[v] > 0 || v === 'lost').map((v) =>
      row(`deliveries ${v}`, virtual.verdicts[v], verdicts[v]),
    ),
  ];
  const columns = [
    { head: 'Outcome' },
    { head: 'Virtual clock', numeric: true },
    { head: 'Wall clock', numeric: true },
  ];
  return table(
    "The same trace through the reference pipeline in virtual time and through the target on the wall clock. On the wall clock, an alert that lies within the tolerance of a rule's edge may be sent or not.",
    columns,
    rows,
  );
}

function sameOutcomePart(s: SameOutcome): Html {
  const compared = `A triple is an alert, a recipient and a message type. The virtual clock has ${countText(s.virtual)} of them and the wall clock ${countText(s.wall)}; ${countText(s.onlyVirtual)} are on the virtual clock only and ${countText(s.onlyWall)} on the wall clock only. ${countText(s.withinBand)} of the differences lie within ${durationText(s.toleranceMs)} (simulated) of a rule's edge, which is the generator's lag plus 100 ms. ${s.unexplained === 0 ? 'No difference is unexplained.' : `${countText(s.unexplained)} are unexplained.`} Residents who were not connected are left out.`;
  if (s.differences.length === 0) return paragraph(compared);
  const rows = s.differences.map((d) => [
    html`<code>${d.incidents}</code>`,
    d.msgType,
    countText(d.resident).replaceAll(',', ''),
    d.side === 'virtual' ? 'virtual clock' : 'wall clock',
    d.withinBand ? 'yes' : html`<strong>no</strong>`,
  ]);
  const columns = [
    { head: 'Alert' },
    { head: 'Type' },
    { head: 'Resident', numeric: true },
    { head: 'Only on the' },
    { head: 'Within the band' },
  ];
  const total = s.onlyVirtual + s.onlyWall;
  const caption =
    total > rows.length ? `The first ${rows.length} of ${countText(total)} differences` : 'Every difference';
  return html`${paragraph(compared)}${details(caption, table(caption, columns, rows))}`;
}

const MARKS = [
  { which: 'p50', label: 'half within (p50)', colour: 'var(--blue)', shape: 'circle' },
  { which: 'p99', label: '99% within (p99)', colour: 'var(--orange)', shape: 'diamond' },
  { which: 'max', label: 'longest', colour: 'var(--red)', shape: 'square' },
] as const;

/** A logarithmic axis has no zero: a shorter latency is drawn here. */
const FLOOR_MS = 0.1;

function latencyPlot(latency: Latency): Html {
  const rows = Object.entries(latency)
    .filter(([, tail]) => tail.count > 0)
    .map(([stage, tail]) => ({
      label: `${LATENCY_WORDS[stage]?.label ?? stage} (n = ${countText(tail.count)})`,
      tail,
      p50: Math.max(FLOOR_MS, tail.p50),
      p99: Math.max(FLOOR_MS, tail.p99),
      max: Math.max(FLOOR_MS, tail.max),
    }));
  if (rows.length === 0) return paragraph('Nothing was timed on the wall.');
  const most = Math.max(10, ...rows.map((row) => row.max));
  return drawPlot({
    title: 'Latency by stage, wall time',
    lede: 'Each row is a stage of the code. The further right a mark lies, the slower the stage. The axis is logarithmic.',
    alt: `Latency by stage, median and 99th percentile: ${rows.map(({ label, tail }) => `${label} ${tailText(tail, 'p50')} and ${tailText(tail, 'p99')}`).join('; ')}`,
    legend: legend([...MARKS]),
    draw: (narrow) =>
      rowPlot(
        rows.map((row) => row.label),
        narrow,
        {
          type: 'log',
          domain: [FLOOR_MS / 1.4, most * 1.3],
          label: 'milliseconds',
          ticks: [0.1, 1, 10, 100, 1000, 10_000, 100_000].filter((tick) => tick <= most * 1.3),
          tickFormat: (v: number) => (v < 1 ? String(v) : countText(v)),
        },
        [
          Plot.ruleY(rows, {
            y: 'label',
            x1: 'p50',
            x2: 'max',
            stroke: 'var(--soft)',
            strokeWidth: 1.5,
            dy: narrow ? 9 : 0,
          }),
          ...MARKS.map(({ which, colour, shape }) =>
            Plot.dot(rows, { y: 'label', x: which, fill: colour, symbol: shape, r: 5, dy: narrow ? 9 : 0 }),
          ),
        ],
      ),
  });
}

function costTable({ virtual }: Load, latency: Latency): Html {
  const none = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
  const delays = DELAY_STAGES.map((stage) => {
    const q = virtual.delayMs[stage] ?? none;
    return [
      STAGE_WORDS[stage]?.label ?? stage,
      'virtual',
      countText(q.count),
      ...(['p50', 'p90', 'p99', 'max'] as const).map((which) => quantileText(q, which)),
      STAGE_WORDS[stage]?.means ?? '',
    ];
  });
  const latencies = Object.entries(latency).map(([stage, tail]: [string, Tail]) => [
    LATENCY_WORDS[stage]?.label ?? stage,
    'wall',
    countText(tail.count),
    ...(['p50', 'p90', 'p99', 'max'] as const).map((which) => tailText(tail, which)),
    LATENCY_WORDS[stage]?.means ?? '',
  ]);
  const columns = [
    { head: 'Stage' },
    { head: 'Clock' },
    { head: 'Timed', numeric: true },
    { head: 'p50', numeric: true },
    { head: 'p90', numeric: true },
    { head: 'p99', numeric: true },
    { head: 'Longest', numeric: true },
    { head: 'Meaning' },
  ];
  return table('Delay in simulated time, latency in wall time', columns, [...delays, ...latencies]);
}
