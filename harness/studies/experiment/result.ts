/** The result of an experiment, made from its replications alone: it is the same wherever and in whatever order they ran. */
import type { Experiment } from '../../../contract/experiment.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { commandLine } from '../../records/command-line.ts';
import { holm } from '../../../stats/rank-tests.ts';
import type { Entry } from './journal.ts';
import { MEASURES } from './measures.ts';
import { unitPoints, type Point } from './points.ts';
import { setsOf } from './resolve.ts';
import type { Extent, Shard } from './schedule.ts';
import {
  CONFIDENCE,
  estimate,
  exceedsBy,
  pairedDifference,
  type Difference,
  type Estimate,
} from '../../../stats/replications.ts';
import { morrisEffects, sobolIndices, type Bounded } from '../../../stats/sensitivity.ts';

/** A point, and how many replications it has. */
export interface PointResult {
  index: number;
  name: string;
  title: string;
  settings: (string | number)[];
  reference: number | null;
  replications: number;
}

/** One run, and how to repeat it. */
export interface RunResult {
  point: number;
  replication: number;
  seed: number;
  warmUpHours: number;
  historyHash: string;
  /** The command line that repeats this run alone. */
  command: string;
}

/** Mean of a measure at a point. */
export interface SummaryRow extends Estimate {
  point: number;
  measure: string;
}

/** Difference of a point and its reference in one measure. */
export interface DifferenceRow extends Difference {
  point: number;
  reference: number;
  measure: string;
  /** p after correction for all differences of the experiment (Holm 1979). */
  pHolm: number | null;
  /** Ends of an interval that holds together with all others of the experiment (Bonferroni). */
  lowTogether: number | null;
  highTogether: number | null;
}

/** Influence of a factor on a measure, by one statistic. */
export interface SensitivityRow {
  factor: string;
  measure: string;
  figure: 'mu-star' | 'mu' | 'sigma' | 'first-order' | 'total-order';
  value: Bounded;
}

/** Whether a measure rises above its reference by more than a share of it, and at which point. */
export interface Tipping {
  measure: string;
  share: number;
  /** By point, in their order: p of the hypothesis that it is above by no more than the share, plain and corrected for all points tried. */
  tried: { point: number; p: number | null; pHolm: number | null }[];
  /** The first point whose corrected p is below 5%; null if there is none. */
  point: number | null;
}

/** Everything that the replications of an experiment give. */
export interface ExperimentResult {
  experiment: Experiment;
  sha256: string;
  extent: Extent;
  confidence: number;
  points: PointResult[];
  runs: RunResult[];
  /**
   * By point and replication, in the order of the experiment's measures: values, and half-widths of the intervals of single runs by
   * batch means.
   */
  values: { point: number; replication: number; values: (number | null)[]; batchHalfWidths: (number | null)[] }[];
  summary: SummaryRow[];
  differences: DifferenceRow[];
  sensitivity: SensitivityRow[];
  tipping: Tipping | null;
}

/** The experiment and its replications. */
export interface ResultOptions {
  experiment: Experiment;
  points: readonly Point[];
  sha256: string;
  extent: Extent;
  /** Replications of the extent alone, by point and replication (Schedule.kept). */
  entries: readonly Entry[];
}

/** Sums up all replications. */
export function resultOf(options: ResultOptions): ExperimentResult {
  const { experiment, points, sha256, extent, entries } = options;
  const of = samplesOf(experiment, points, entries);
  const { measures } = experiment;
  return {
    experiment,
    sha256,
    extent,
    confidence: CONFIDENCE,
    points: points.map(({ index, name, settings, reference }) => ({
      index,
      name,
      title: titleOf(experiment, { name, settings }),
      settings,
      reference,
      replications: of(index, 0).length,
    })),
    runs: entries.map((entry) => runOf(experiment, points[entry.point], entry)),
    values: entries.map(({ point, replication, values, batchHalfWidths }) => ({
      point,
      replication,
      values,
      batchHalfWidths,
    })),
    summary: points.flatMap(({ index }) =>
      measures.map((measure, k) => ({ point: index, measure, ...estimate(of(index, k)) })),
    ),
    differences: differencesOf(measures, points, of),
    sensitivity: sensitivityOf(experiment, points, of),
    tipping: tippingOf(experiment, points, of),
  };
}

/** The values of a measure at a point, in the order of replications. */
type Samples = (point: number, measure: number) => (number | null)[];

/** How the experiment ran, which differs from run to run, unlike the result. */
export interface ExperimentProvenance {
  command: string;
  code: RunRecord['code'];
  host: RunRecord['host'];
  shard: Shard;
  startedAt: string;
  wallMs: number;
}

/** experiment.json: the result and how it was made. */
export interface ExperimentFile {
  schema: string;
  result: ExperimentResult;
  provenance: ExperimentProvenance;
}

// --- internal ---

const TIPPING_P = 1 - CONFIDENCE;

function samplesOf({ measures }: Experiment, points: readonly Point[], entries: readonly Entry[]): Samples {
  const byPoint = points.map(() => measures.map((): (number | null)[] => []));
  for (const { point, values } of entries) for (const [k, own] of byPoint[point].entries()) own.push(values[k]);
  return (point, measure) => byPoint[point][measure];
}

function titleOf({ factors }: Experiment, { name, settings }: Pick<Point, 'name' | 'settings'>): string {
  const words = settings.map((setting, k) => factors[k].levels.find((level) => level.name === setting)?.title);
  return words.some((word) => word === undefined) ? name : words.join(', ');
}

function runOf(experiment: Experiment, point: Point, entry: Entry): RunResult {
  const { replication, seed, warmUpHours, historyHash } = entry;
  const sets = setsOf(experiment, point, warmUpHours).flatMap((set) => ['--set', set]);
  const command = commandLine(['simulate', experiment.base, '--seed', String(seed), ...sets]);
  return { point: point.index, replication, seed, warmUpHours, historyHash, command };
}

function differencesOf(measures: readonly string[], points: readonly Point[], of: Samples): DifferenceRow[] {
  const compared = points.flatMap(({ index, reference }) =>
    reference === null ? [] : measures.map((measure, k) => ({ point: index, reference, measure, k })),
  );
  const rows = compared.map(({ point, reference, measure, k }) => ({
    point,
    reference,
    measure,
    ...pairedDifference(of(point, k), of(reference, k)),
  }));
  const tested = rows.filter(({ p }) => p !== null);
  const corrected = holm(tested.map(({ p }) => p!));
  const together = 1 - (1 - CONFIDENCE) / Math.max(1, tested.length);
  return rows.map((row, i) => {
    const { k } = compared[i];
    const wide = pairedDifference(of(row.point, k), of(row.reference, k), together);
    const at = tested.indexOf(row);
    return { ...row, pHolm: at < 0 ? null : corrected[at], lowTogether: wide.low, highTogether: wide.high };
  });
}

/** Sensitivity of the means over replications at each point; a measure that is missing at a point is left out. */
function sensitivityOf(experiment: Experiment, points: readonly Point[], of: Samples): SensitivityRow[] {
  const { design, factors, measures } = experiment;
  if (design.kind !== 'morris' && design.kind !== 'sobol') return [];
  return measures.flatMap((measure, k) => {
    const means = points.map(({ index }) => estimate(of(index, k)).mean);
    if (means.some((mean) => mean === null)) return [];
    const values = means as number[];
    const row = (factor: number, figure: SensitivityRow['figure'], value: Bounded): SensitivityRow => ({
      factor: factors[factor].name,
      measure,
      figure,
      value,
    });
    return design.kind === 'morris'
      ? morrisEffects(unitPoints(experiment), values).flatMap(({ muStar, mu, sigma }, i) => [
          row(i, 'mu-star', muStar),
          row(i, 'mu', mu),
          row(i, 'sigma', sigma),
        ])
      : sobolIndices(factors.length, values).flatMap(({ first, total }, i) => [
          row(i, 'first-order', first),
          row(i, 'total-order', total),
        ]);
  });
}

function tippingOf({ tipping, measures }: Experiment, points: readonly Point[], of: Samples): Tipping | null {
  const { measure, share } = tipping;
  if (measure === null) return null;
  const k = measures.indexOf(measure);
  const tried = points.flatMap(({ index, reference }) =>
    reference === null ? [] : [{ point: index, p: exceedsBy(of(index, k), of(reference, k), share) }],
  );
  const tested = tried.filter(({ p }) => p !== null);
  const corrected = holm(tested.map(({ p }) => p!));
  const judged = tried.map((one) => {
    const at = tested.indexOf(one);
    return { ...one, pHolm: at < 0 ? null : corrected[at] };
  });
  const first = judged.find(({ pHolm }) => pHolm !== null && pHolm < TIPPING_P);
  return { measure, share, tried: judged, point: first?.point ?? null };
}

/** Title and unit of a measure in one text, for axes and tables. */
export function measureText(name: string): string {
  const { title, unit } = MEASURES[name];
  return `${title}, ${unit}`;
}
