/** Plots of an experiment: each measure over what was varied, its differences from the reference, and the influence of each factor. */
import * as Plot from '@observablehq/plot';
import { countText } from '../../records/number-text.ts';
import { plotFile, type PlotSpec } from '../../report/plot.ts';
import { rowPlot } from '../../report/row-plot.ts';
import { MEASURES } from './measures.ts';
import { measureText, type ExperimentResult, type PointResult } from './result.ts';

/** A plot and the name of its file. */
export interface NamedPlot {
  /** Name of its file, without the ending. */
  name: string;
  spec: PlotSpec;
}

/** All plots, in the order of the report. */
export function experimentPlots(result: ExperimentResult): NamedPlot[] {
  return [
    ...result.experiment.measures.flatMap((measure) => levelPlot(result, measure)),
    ...result.experiment.measures.flatMap((measure) => differencePlot(result, measure)),
    ...result.experiment.measures.flatMap((measure) => sensitivityPlot(result, measure)),
  ];
}

/** The same plots as SVG files. */
export function plotFiles(result: ExperimentResult): { name: string; svg: string }[] {
  return experimentPlots(result).map(({ name, spec }) => ({ name, svg: plotFile(spec) }));
}

// --- internal ---

/** A mean with its 95% interval, at a place on an axis of numbers or of names. */
interface Dot {
  label: string;
  series: string;
  x: number;
  xLow: number;
  xHigh: number;
  y: number;
  low: number;
  high: number;
}

const INTERVAL = 'Dots are means over replications, bars their 95% intervals.';

function levelPlot(result: ExperimentResult, measure: string): NamedPlot[] {
  const { over } = result.experiment.figures;
  if (measure === over) return [];
  const isOverNumbers =
    over in MEASURES || result.experiment.factors.some((f) => f.name === over && f.paths.length > 0);
  const dots = result.points.flatMap((point) => dotOf(result, point, measure));
  if (dots.length === 0) return [];
  const { title } = MEASURES[measure];
  const overTitle = axisText(result, over);
  const spec: PlotSpec = {
    title: isOverNumbers ? `${title} over ${overTitle.split(',')[0].toLowerCase()}` : title,
    lede: INTERVAL,
    alt: `${measureText(measure)}: ${dots.map((dot) => `${dot.label} ${short(dot.y)}`).join(', ')}`,
    draw: (narrow) =>
      isOverNumbers
        ? numberPlot(dots, measureText(measure), overTitle, narrow)
        : rowsOf(dots, measureText(measure), narrow),
  };
  return [{ name: fileName(measure), spec }];
}

/** The dot of a point for a measure; empty if the point has no mean of it. */
function dotOf(result: ExperimentResult, point: PointResult, measure: string): Dot[] {
  const { figures, factors } = result.experiment;
  const meanOf = (name: string) => result.summary.find((row) => row.point === point.index && row.measure === name);
  const y = meanOf(measure);
  if (y === undefined || y.mean === null) return [];
  const own = factors.findIndex(({ name }) => name === figures.over);
  const setting = own < 0 ? null : point.settings[own];
  const x = own < 0 ? meanOf(figures.over) : undefined;
  const place = typeof setting === 'number' ? setting : (x?.mean ?? null);
  const k = factors.findIndex(({ name }) => name === figures.series);
  const level = factors[k]?.levels.find(({ name }) => name === point.settings[k]);
  return [
    {
      label: point.title,
      series: level?.title ?? '',
      x: place ?? 0,
      xLow: x?.low ?? place ?? 0,
      xHigh: x?.high ?? place ?? 0,
      y: y.mean,
      low: y.low ?? y.mean,
      high: y.high ?? y.mean,
    },
  ];
}

function axisText({ experiment: { factors } }: ExperimentResult, over: string): string {
  if (over in MEASURES) return measureText(over);
  const factor = factors.find(({ name }) => name === over)!;
  return `${factor.title}${factor.paths.length > 0 ? `, ${factor.paths.join(', ')}` : ''}`;
}

/** One panel for each series, side by side or, if `narrow`, one below the other. */
function numberPlot(dots: readonly Dot[], yLabel: string, xLabel: string, narrow: boolean): Plot.PlotOptions {
  const panels = new Set(dots.map(({ series }) => series)).size;
  const facet = panels > 1 ? (narrow ? { fy: 'series' } : { fx: 'series' }) : {};
  const sorted = dots.toSorted((a, b) => a.x - b.x);
  const zero = Math.min(0, ...dots.map(({ low }) => low));
  return {
    height: narrow ? 120 + 170 * panels : 380,
    marginLeft: 60,
    marginRight: narrow && panels > 1 ? 90 : 24,
    marginTop: panels > 1 ? 46 : 30,
    marginBottom: 46,
    x: {
      label: xLabel,
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: narrow ? 4 : 8,
      tickFormat: short,
      nice: true,
      zero: true,
    },
    y: {
      label: yLabel,
      labelArrow: 'none',
      ticks: 6,
      tickFormat: short,
      domain: rangeOf([...dots.flatMap(({ low, high }) => [low, high]), zero]),
    },
    ...(panels > 1 ? { [narrow ? 'fy' : 'fx']: { label: null } } : {}),
    marks: [
      Plot.gridY({ ticks: 6, stroke: 'var(--line)', strokeOpacity: 1 }),
      Plot.line(sorted, { x: 'x', y: 'y', ...facet, stroke: 'var(--grey)', strokeWidth: 1.2, strokeDasharray: '4 3' }),
      Plot.ruleX(sorted, { x: 'x', y1: 'low', y2: 'high', ...facet, stroke: 'var(--ink)', strokeWidth: 1.6 }),
      Plot.ruleY(sorted, { y: 'y', x1: 'xLow', x2: 'xHigh', ...facet, stroke: 'var(--ink)', strokeWidth: 1 }),
      Plot.dot(sorted, { x: 'x', y: 'y', ...facet, r: 4, fill: 'var(--blue)', stroke: 'var(--paper)' }),
    ],
  };
}

function rangeOf(values: readonly number[]): [number, number] {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const margin = 0.05 * (most - least || 1);
  return [least < 0 ? least - margin : least, most + margin];
}

/** One row for each point, from top to bottom in the order of points. */
function rowsOf(dots: readonly Dot[], label: string, narrow: boolean): Plot.PlotOptions {
  const bounds = rangeOf([...dots.flatMap(({ low, high }) => [low, high]), 0]);
  return rowPlot(
    dots.map((dot) => dot.label),
    narrow,
    { label, domain: bounds, ticks: narrow ? 4 : 8, tickFormat: short },
    [
      Plot.ruleX([0], { stroke: 'var(--soft)' }),
      Plot.ruleY(dots, { y: 'label', x1: 'low', x2: 'high', stroke: 'var(--ink)', strokeWidth: 2 }),
      Plot.dot(dots, { y: 'label', x: 'y', r: 4.5, fill: 'var(--blue)', stroke: 'var(--paper)' }),
    ],
  );
}

function differencePlot(result: ExperimentResult, measure: string): NamedPlot[] {
  const rows = result.differences.filter((row) => row.measure === measure && row.mean !== null);
  if (rows.length === 0) return [];
  const dots = rows.map((row): Dot & { lowTogether: number; highTogether: number } => ({
    label: result.points[row.point].title,
    series: '',
    x: 0,
    xLow: 0,
    xHigh: 0,
    y: row.mean!,
    low: row.low ?? row.mean!,
    high: row.high ?? row.mean!,
    lowTogether: row.lowTogether ?? row.mean!,
    highTogether: row.highTogether ?? row.mean!,
  }));
  const { title, unit } = MEASURES[measure];
  const bounds = rangeOf([...dots.flatMap(({ lowTogether, highTogether }) => [lowTogether, highTogether]), 0]);
  return [
    {
      name: `difference-${fileName(measure)}`,
      spec: {
        title: `${title}: difference from the reference`,
        lede: 'Paired by replication. Thick bars are 95% intervals, thin ones hold together with all other differences of the experiment.',
        alt: `${title}, difference in ${unit}: ${dots.map((dot) => `${dot.label} ${short(dot.y)}`).join(', ')}`,
        draw: (narrow) =>
          rowPlot(
            dots.map((dot) => dot.label),
            narrow,
            { label: `difference, ${unit}`, domain: bounds, ticks: narrow ? 4 : 8, tickFormat: short },
            [
              Plot.ruleX([0], { stroke: 'var(--soft)' }),
              Plot.ruleY(dots, {
                y: 'label',
                x1: 'lowTogether',
                x2: 'highTogether',
                stroke: 'var(--grey)',
                strokeWidth: 1,
              }),
              Plot.ruleY(dots, { y: 'label', x1: 'low', x2: 'high', stroke: 'var(--ink)', strokeWidth: 3 }),
              Plot.dot(dots, { y: 'label', x: 'y', r: 4.5, fill: 'var(--blue)', stroke: 'var(--paper)' }),
            ],
          ),
      },
    },
  ];
}

const SENSITIVITY_WORDS: Readonly<Record<string, string>> = {
  'mu-star': 'mean absolute effect',
  mu: 'mean effect',
  sigma: 'spread of effects',
  'first-order': 'alone',
  'total-order': 'with all it takes part in',
};

function sensitivityPlot(result: ExperimentResult, measure: string): NamedPlot[] {
  const rows = result.sensitivity.filter((row) => row.measure === measure && Number.isFinite(row.value.value));
  if (rows.length === 0) return [];
  const dots = rows.map(({ factor, figure, value }) => ({
    label: `${factor}, ${SENSITIVITY_WORDS[figure]}`,
    ...value,
  }));
  const { title, unit } = MEASURES[measure];
  const isSobol = rows[0].figure.endsWith('order');
  const label = isSobol ? 'share of the variance' : `effect over the whole range, ${unit}`;
  return [
    {
      name: `sensitivity-${fileName(measure)}`,
      spec: {
        title: `${title}: what moves it`,
        lede: `${isSobol ? 'Sobol indices' : 'Morris effects'} of each factor, with 95% bootstrap intervals.`,
        alt: `${title}: ${dots.map((dot) => `${dot.label} ${short(dot.value)}`).join('; ')}`,
        draw: (narrow) =>
          rowPlot(
            dots.map((dot) => dot.label),
            narrow,
            {
              label,
              domain: rangeOf([...dots.flatMap(({ low, high }) => [low, high]), 0]),
              ticks: narrow ? 4 : 8,
              tickFormat: short,
            },
            [
              Plot.ruleX([0], { stroke: 'var(--soft)' }),
              Plot.ruleY(dots, { y: 'label', x1: 'low', x2: 'high', stroke: 'var(--ink)', strokeWidth: 2 }),
              Plot.dot(dots, { y: 'label', x: 'value', r: 4.5, fill: 'var(--blue)', stroke: 'var(--paper)' }),
            ],
          ),
      },
    },
  ];
}

function fileName(measure: string): string {
  return measure.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Three significant digits, thousands grouped. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  return countText(
    value,
    size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : size >= 0.001 ? 4 : 6,
  );
}
