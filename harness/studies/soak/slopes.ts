/** The slope of every series with its interval, judged by its budget. */
import type { Soak, SoakSeries } from '../../../contract/record/soak.ts';
import { upperMedian } from '../../../stats/median.ts';
import { trendOf, type Trend } from '../../../stats/trend.ts';
import type { Budgets } from './budget.ts';
import type { Samples } from './samples.ts';
import { SERIES, type SeriesSpec } from './series.ts';
import { isLongEnough, warmUpMin } from './soak-length.ts';

/** Chance that a soak in which nothing grows fails for a slope, shared evenly by the series that are judged (Bonferroni). */
const FALSE_ALARM_SHARE = 0.01;
/** Points of a series' plot: the median, the least and the greatest value of as many stretches. */
const SHOWN_MAX = 200;
/** Minutes that must be left after a store is full. */
const FILLED_MIN = 3;

/** Budgets, and how long the target keeps things. */
export interface SlopeOptions {
  budgets: Budgets;
  /** Wall minutes for which the target keeps things; null if that is not known. */
  retentionMin: number | null;
}

/** The slope and verdict of every series, the confidence of their intervals, and the verdict on the soak. */
export function slopesOf(samples: Samples, options: SlopeOptions): Pick<Soak, 'series' | 'confidence' | 'verdict'> {
  const { second } = samples;
  const lengthMin = second.length === 0 ? 0 : second[second.length - 1] / 60;
  const judged = SERIES.filter((spec) => (options.budgets.get(spec.name) ?? null) !== null).length;
  const alpha = FALSE_ALARM_SHARE / Math.max(1, judged);
  const series = SERIES.map((spec) => judgeSeries(spec, samples, { ...options, lengthMin, alpha }));
  return { series, confidence: 1 - alpha, verdict: verdictOf(series) };
}

// --- internal ---

interface Judging extends SlopeOptions {
  /** Length of the soak, minutes. */
  lengthMin: number;
  /** The chance allowed for a slope to lie outside its interval, at either end. */
  alpha: number;
}

function judgeSeries(spec: SeriesSpec, samples: Samples, judging: Judging): SoakSeries {
  const y = spec.of(samples);
  const minutes = samples.second.map((s) => s / 60);
  const fromMin = warmUpEnd(spec, judging);
  const first = minutes.findIndex((minute) => minute >= fromMin);
  const from = first < 0 ? y.length : first;
  const values = (spec.relative === true ? y.map((value) => 100 * Math.log(value)) : y).subarray(from);
  const trend = trendOf(minutes.subarray(from), values.map(finite), {
    alpha: judging.alpha,
    apart: spec.apart,
    quantile: spec.quantile,
  });
  const budget = judging.budgets.get(spec.name) ?? null;
  return {
    name: spec.name,
    title: spec.title,
    unit: spec.unit,
    slopeUnit: spec.relative === true ? '%/min' : `${spec.unit}/min`,
    budget,
    warmUpMin: round(fromMin),
    slope: trend === null ? null : round(trend.slope),
    low: trend === null ? null : round(trend.low),
    high: trend === null ? null : round(trend.high),
    points: trend?.points ?? 0,
    pointsEffective: trend === null ? 0 : round(trend.pointsEffective),
    verdict: seriesVerdict(spec, budget, trend, judging),
    shown: plotPoints(minutes, y),
    line: trend === null ? null : lineOf(spec, trend, fromMin, judging.lengthMin),
  };
}

/** The logarithm of 0 is infinite: such a value counts as not measured. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}

/** Minute at which the series begins to count. A store that fills by design counts once it has been full for a while. */
function warmUpEnd(spec: SeriesSpec, { lengthMin, retentionMin }: Judging): number {
  const warmUp = warmUpMin(spec.settles, lengthMin);
  return spec.fills === true && retentionMin !== null ? Math.max(warmUp, 1.1 * retentionMin) : warmUp;
}

function seriesVerdict(
  spec: SeriesSpec,
  budget: number | null,
  trend: Trend | null,
  judging: Judging,
): SoakSeries['verdict'] {
  const { lengthMin, retentionMin } = judging;
  if (budget === null) return 'not judged';
  if (!isLongEnough(spec.settles, lengthMin)) return 'too short';
  const leftMin = lengthMin - warmUpEnd(spec, judging);
  if (spec.fills === true && (retentionMin === null || leftMin < FILLED_MIN)) return 'filling';
  if (trend === null) return 'no data';
  if (trend.low > budget) return 'beyond';
  return trend.high <= budget ? 'within' : 'inconclusive';
}

function verdictOf(series: readonly SoakSeries[]): Soak['verdict'] {
  if (series.some(({ verdict }) => verdict === 'beyond')) return 'beyond';
  const judged = series.filter(({ verdict }) => verdict === 'within' || verdict === 'inconclusive');
  return judged.length === 0 ? 'too short' : 'within';
}

/** The ends of the fitted line, [minute, value], from the end of the warm-up to the end of the soak. */
function lineOf({ relative }: SeriesSpec, trend: Trend, fromMin: number, lengthMin: number): number[][] {
  const at = (minute: number): number => trend.level + trend.slope * (minute - (fromMin + lengthMin) / 2);
  return [fromMin, lengthMin].map((minute) => [
    round(minute),
    round(relative === true ? Math.exp(at(minute) / 100) : at(minute)),
  ]);
}

/** [minute, median, least, greatest] of each stretch that holds a value. */
function plotPoints(minutes: Float64Array, y: Float64Array): SoakSeries['shown'] {
  const step = Math.max(1, Math.ceil(y.length / SHOWN_MAX));
  const shown: SoakSeries['shown'] = [];
  for (let i = 0; i < y.length; i += step) {
    const stretch = [...y.subarray(i, i + step)].filter((value) => Number.isFinite(value));
    if (stretch.length === 0) continue;
    const [least, most] = [Math.min(...stretch), Math.max(...stretch)];
    shown.push([round(minutes[i]), round(upperMedian(stretch)), round(least), round(most)]);
  }
  return shown;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
