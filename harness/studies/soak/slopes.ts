/** The slope of every series with its interval, beside what it may be. */
import type { Soak, SoakSeries } from '../../../contract/record/soak.ts';
import type { Budgets } from './budget.ts';
import type { Samples } from './samples.ts';
import { SERIES, type SeriesSpec } from './series.ts';
import { trendOf, type Trend } from '../../../stats/trend.ts';
import { isLongEnough, warmUpMin } from './soak-length.ts';

/** Chance that a soak in which nothing grows fails for a slope: shared out evenly over the series that are judged (Bonferroni). */
const FALSE_ALARM_SHARE = 0.01;

export interface SlopeOptions {
  budgets: Budgets;
  /** Wall minutes for which the target keeps things; null where it is not known. */
  retentionMin: number | null;
}

export function slopesOf(samples: Samples, o: SlopeOptions): Pick<Soak, 'series' | 'confidence' | 'verdict'> {
  const { second } = samples;
  const lengthMin = second.length === 0 ? 0 : second[second.length - 1] / 60;
  const judged = SERIES.filter((spec) => (o.budgets.get(spec.name) ?? null) !== null).length;
  const alpha = FALSE_ALARM_SHARE / Math.max(1, judged);
  const series = SERIES.map((spec) => seriesOf(spec, samples, lengthMin, alpha, o));
  return { series, confidence: 1 - alpha, verdict: verdictOf(series) };
}

// --- internal ---

/** Points of a series' plot: the medians, least and greatest of so many stretches. */
const SHOWN_MAX = 200;

function seriesOf(spec: SeriesSpec, samples: Samples, lengthMin: number, alpha: number, o: SlopeOptions): SoakSeries {
  const y = spec.of(samples);
  const minutes = samples.second.map((s) => s / 60);
  const fromMin = cutOf(spec, lengthMin, o);
  const kept = minutes.findIndex((minute) => minute >= fromMin);
  const values = (spec.relative === true ? y.map((value) => 100 * Math.log(value)) : y).subarray(
    kept < 0 ? y.length : kept,
  );
  const trend = trendOf(minutes.subarray(kept < 0 ? y.length : kept), values.map(finite), {
    alpha,
    apart: spec.apart,
    quantile: spec.quantile,
  });
  const budget = o.budgets.get(spec.name) ?? null;
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
    verdict: seriesVerdict(spec, budget, trend, lengthMin, o, fromMin),
    shown: shownOf(minutes, y),
    line: trend === null ? null : lineOf(spec, trend, fromMin, lengthMin),
  };
}

/** Of a logarithm of nothing. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}

function cutOf(spec: SeriesSpec, lengthMin: number, { retentionMin }: SlopeOptions): number {
  const warmUp = warmUpMin(spec.settles, lengthMin);
  return spec.fills === true && retentionMin !== null ? Math.max(warmUp, 1.1 * retentionMin) : warmUp;
}

function seriesVerdict(
  spec: SeriesSpec,
  budget: number | null,
  trend: Trend | null,
  lengthMin: number,
  { retentionMin }: SlopeOptions,
  fromMin: number,
): SoakSeries['verdict'] {
  if (budget === null) return 'not judged';
  if (!isLongEnough(spec.settles, lengthMin)) return 'too short';
  if (spec.fills === true && (retentionMin === null || lengthMin - fromMin < FILLED_MIN)) return 'filling';
  if (trend === null) return 'no data';
  if (trend.low > budget) return 'beyond';
  return trend.high <= budget ? 'within' : 'inconclusive';
}

/** Minutes that must be left after a store is full. */
const FILLED_MIN = 3;

function verdictOf(series: readonly SoakSeries[]): Soak['verdict'] {
  if (series.some(({ verdict }) => verdict === 'beyond')) return 'beyond';
  const judged = series.filter(({ verdict }) => verdict === 'within' || verdict === 'inconclusive');
  return judged.length === 0 ? 'too short' : 'within';
}

/** From the end of the warm-up to the end of the soak. */
function lineOf({ relative }: SeriesSpec, trend: Trend, fromMin: number, lengthMin: number): number[][] {
  const at = (minute: number): number => trend.level + trend.slope * (minute - (fromMin + lengthMin) / 2);
  return [fromMin, lengthMin].map((minute) => [
    round(minute),
    round(relative === true ? Math.exp(at(minute) / 100) : at(minute)),
  ]);
}

function shownOf(minutes: Float64Array, y: Float64Array): SoakSeries['shown'] {
  const step = Math.max(1, Math.ceil(y.length / SHOWN_MAX));
  const shown: SoakSeries['shown'] = [];
  for (let i = 0; i < y.length; i += step) {
    const stretch = [...y.subarray(i, i + step)].filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
    if (stretch.length === 0) continue;
    const [least, median, most] = [stretch[0], stretch[stretch.length >> 1], stretch[stretch.length - 1]];
    shown.push([round(minutes[i]), round(median), round(least), round(most)]);
  }
  return shown;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
