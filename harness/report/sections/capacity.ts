/** The section on a search for capacity: the capacity itself, what broke first, and every trial. */
import * as Plot from '@observablehq/plot';
import type { Capacity, CapacityTrial } from '../../../contract/record/capacity.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { capacityText, loadText } from '../study-text.ts';
import { countText, latencyText, shareText } from '../../records/number-text.ts';
import { drawPlot, legend, type Shape } from '../plot.ts';
import { html, joinLines, type Html, type HtmlValue } from '../html.ts';
import { banner, heading, paragraph, table } from '../markup.ts';
import type { PageSection } from '../page.ts';

/** Empty if the run is not a search for capacity. */
export function capacitySection({ capacity }: RunRecord): PageSection[] {
  if (capacity === undefined) return [];
  const body = [
    answerBanner(capacity),
    brokeText(capacity),
    plots(capacity),
    uslText(capacity),
    trialTable(capacity),
    html`<ul>${capacity.conditions.map((text) => html`<li>${text}</li>`)}</ul>`,
    paragraph(
      'Everything else on this page shows the best trial that passed or, if none did, the one at the lowest load.',
    ),
  ];
  return [{ id: 'capacity', title: 'Capacity', body: joinLines(body) }];
}

// --- internal ---

function answerBanner(capacity: Capacity): Html {
  const objectives = capacity.objectives.join(', ');
  const content = html`<strong>${capacityText(capacity)}</strong> Objectives: ${objectives}.`;
  return banner(capacity.ended === 'narrow' ? 'ok' : 'note', content);
}

function brokeText({ brokeFirst, unit }: Capacity): Html {
  if (brokeFirst === null) return paragraph('No trial failed.');
  const { stage, objective, load, grewMost } = brokeFirst;
  const grown =
    grewMost === null
      ? ''
      : ` The latency that grew most was ${grewMost.stage}: its p99 rose from ${latencyText(grewMost.fromMs)} in the best trial that passed to ${latencyText(grewMost.toMs)}.`;
  return paragraph(
    `As load rises, ${stage} breaks first: ${objective} was not met at ${loadText(load)} ${unit}.${grown}`,
  );
}

type Outcome = 'passed' | 'failed' | 'disturbed' | 'limited';

/** `result` is the word for the table of trials, `label` the one for the legend. */
const OUTCOMES: Readonly<Record<Outcome, { result: string; label: string; colour: string; shape: Shape }>> = {
  passed: { result: 'passed', label: 'passed', colour: 'var(--green)', shape: 'circle' },
  failed: { result: 'failed', label: 'failed', colour: 'var(--red)', shape: 'diamond' },
  disturbed: {
    result: 'failed, disturbed',
    label: "failed, disturbed by the machine's host",
    colour: 'var(--orange)',
    shape: 'triangle',
  },
  limited: {
    result: 'limited by the generator',
    label: 'limited by the generator, not counted',
    colour: 'var(--grey)',
    shape: 'square',
  },
};

function trialOutcome({ passed, limited, disturbed }: CapacityTrial): Outcome {
  if (limited) return 'limited';
  if (passed) return 'passed';
  return disturbed === true ? 'disturbed' : 'failed';
}

interface LoadPlot {
  title: string;
  lede: string;
  axis: string;
  /** Null if the trial did not measure it. */
  value: (trial: CapacityTrial) => number | null;
}

const LOAD_PLOTS: readonly LoadPlot[] = [
  {
    title: 'Latency against load',
    lede: 'Time in which 99% of messages reached the last phone of their audience, in each trial. The capacity lies in the grey band.',
    axis: 'completion p99, s',
    value: ({ latencyMs }) => (latencyMs.completion === undefined ? null : latencyMs.completion.p99 / 1000),
  },
  {
    title: 'Loss against load',
    lede: 'Share of owed deliveries that were lost or shed, in each trial.',
    axis: 'lost or shed, %',
    value: ({ lost, deliveries }) => (lost + deliveries === 0 ? null : (100 * lost) / (lost + deliveries)),
  },
];

function plots(capacity: Capacity): Html {
  return joinLines(LOAD_PLOTS.map((plot) => loadPlot(plot, capacity)));
}

function loadPlot({ title, lede, axis, value: valueIn }: LoadPlot, capacity: Capacity): Html {
  const points = capacity.trials.flatMap((trial) => {
    const value = valueIn(trial);
    return value === null
      ? []
      : [{ load: trial.load, value, outcome: trialOutcome(trial), isFull: trial.phase === 'confirm' }];
  });
  if (points.length === 0) return html`${heading(title)}${paragraph('Not measured.')}`;
  const { lower, upper, unit } = capacity;
  const loads = points.map(({ load }) => load);
  const [least, most] = [Math.min(...loads) / 1.05, Math.max(...loads) * 1.05];
  const band = lower === null && upper === null ? [] : [{ x1: lower ?? least, x2: Math.min(upper ?? most, most) }];
  const shown = (Object.keys(OUTCOMES) as Outcome[]).filter((name) => points.some(({ outcome }) => outcome === name));
  const symbols = new Map(shown.map((outcome) => [outcome, OUTCOMES[outcome]]));
  return drawPlot({
    title,
    lede,
    alt: `${title}: ${points.length} trials from ${loadText(Math.min(...loads))} to ${loadText(Math.max(...loads))} ${unit}; ${capacityText(capacity)}`,
    legend: legend(
      shown.flatMap((outcome) => [
        { ...OUTCOMES[outcome], label: `${OUTCOMES[outcome].label}, full trial` },
        { ...OUTCOMES[outcome], label: `${OUTCOMES[outcome].label}, short trial`, outline: true },
      ]),
    ),
    draw: (narrow) => ({
      height: narrow ? 230 : 280,
      marginLeft: 58,
      marginRight: 16,
      marginTop: 26,
      marginBottom: 42,
      x: {
        type: 'log',
        domain: [least, most],
        label: unit,
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: narrow ? 4 : 10,
        tickFormat: (v: number) => loadText(v),
      },
      y: {
        domain: [0, Math.max(...points.map(({ value }) => value), 0.001)],
        label: axis,
        labelArrow: 'none',
        ticks: 4,
        tickFormat: (v: number) => countText(v, Number.isInteger(v) ? 0 : 2),
      },
      marks: [
        Plot.rectX(band, { x1: 'x1', x2: 'x2', fill: 'var(--line)', fillOpacity: 0.8 }),
        Plot.gridY({ ticks: 4, stroke: 'var(--line)', strokeOpacity: 1 }),
        ...[...symbols].flatMap(([outcome, { colour, shape }]) => [
          Plot.dot(
            points.filter((p) => p.outcome === outcome && p.isFull),
            { x: 'load', y: 'value', fill: colour, symbol: shape, r: narrow ? 3.4 : 4.4 },
          ),
          Plot.dot(
            points.filter((p) => p.outcome === outcome && !p.isFull),
            { x: 'load', y: 'value', stroke: colour, strokeWidth: 1.5, symbol: shape, r: narrow ? 3 : 4 },
          ),
        ]),
        Plot.ruleY([0], { stroke: 'var(--soft)' }),
      ],
    }),
  });
}

function uslText({ usl, knee, unit }: Capacity): HtmlValue {
  if (usl === null) return '';
  const peak =
    knee === null
      ? 'It has no peak.'
      : `Its peak, the knee, would be at ${countText(knee)} ${unit}, which may lie beyond the trials.`;
  return paragraph(
    `Universal Scalability Law: a single connection carries ${loadText(usl.lambda)} a second, sigma is ${usl.sigma.toPrecision(3)} and kappa ${usl.kappa.toPrecision(3)}; the law explains ${shareText(usl.r2)} of the variance. ${peak}`,
  );
}

function trialTable({ trials, unit }: Capacity): Html {
  const p99 = (trial: CapacityTrial, stage: string): string =>
    trial.latencyMs[stage] === undefined ? 'none' : latencyText(trial.latencyMs[stage].p99);
  const rows = trials.map((trial, i) => [
    String(i + 1),
    loadText(trial.load),
    `${countText(trial.seconds, 1)} s`,
    resultText(trial),
    p99(trial, 'accept'),
    p99(trial, 'delivery'),
    p99(trial, 'completion'),
    countText(trial.lost),
    countText(trial.throughput),
    trial.targetCpu === null ? 'unknown' : shareText(trial.targetCpu),
    typeof trial.stolen === 'number' ? shareText(trial.stolen) : 'unknown',
    latencyText(trial.lagP99Ms),
  ]);
  const columns = [
    { head: 'Trial', numeric: true },
    { head: 'Load', numeric: true },
    { head: 'Window', numeric: true },
    { head: 'Result' },
    { head: 'Accept p99', numeric: true },
    { head: 'Delivery p99', numeric: true },
    { head: 'Completion p99', numeric: true },
    { head: 'Lost, shed', numeric: true },
    { head: 'A second', numeric: true },
    { head: 'Target', numeric: true },
    { head: 'Stolen', numeric: true },
    { head: 'Lag p99', numeric: true },
  ];
  return html`${heading('Trials')}${table(`Every trial, in order; load in ${unit}`, columns, rows)}`;
}

function resultText(trial: CapacityTrial): string {
  const outcome = OUTCOMES[trialOutcome(trial)].result;
  const why = trial.failed.map(({ objective, found }) => `${objective} (${foundText(objective, found)})`);
  const all = trial.stopped === null ? why : [...why, trial.stopped];
  return all.length === 0 ? outcome : `${outcome}: ${all.join(', ')}`;
}

/** A latency is in ms, whatever the unit of its limit. */
function foundText(objective: string, found: number | null): string {
  if (found === null) return 'not measured';
  return /^\w+\.(p\d+|max)/.test(objective) ? latencyText(found) : loadText(found);
}
