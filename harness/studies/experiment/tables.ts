/** The tables of an experiment: tidy, with a row for each value, in the same order however it ran. */
import type { ExperimentResult } from './result.ts';
import { MEASURES } from './measures.ts';
import { codebookOf, type Cell, type Column, type Table } from './table.ts';

/** All tables of a result; a table without rows is left out. */
export function tablesOf(result: ExperimentResult): Table[] {
  const all = [
    replications(result),
    summary(result),
    differences(result),
    sensitivity(result),
    points(result),
    runs(result),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

/** The codebook of these tables. */
export function codebookTable(result: ExperimentResult, tables: readonly Table[]): Table {
  const values = result.experiment.measures.map((name) => {
    const { title, unit, description, source } = MEASURES[name];
    return { column: 'measure', name, unit, description: `${title}. ${description}`, source: `run.json: ${source}` };
  });
  return codebookOf(tables, values);
}

// --- internal ---

const text = (name: string, description: string, source = '-'): Column => ({
  name,
  type: 'text',
  unit: '-',
  description,
  source,
});
const whole = (name: string, description: string, unit = '-'): Column => ({
  name,
  type: 'integer',
  unit,
  description,
  source: '-',
});
const number = (name: string, description: string, unit = 'unit', source = '-'): Column => ({
  name,
  type: 'number',
  unit,
  description,
  source,
});

const POINT = whole('point', 'number of the point, from 0');
const POINT_NAME = text('point_name', "the point's levels by name, or its number");
const REPLICATION = whole(
  'replication',
  'number of the replication, from 0; the same number has the same seed at every point',
);
const SEED = whole('seed', 'of the run');
const MEASURE = text('measure', 'name of the measure, listed in the codebook under `values of measure`');
const UNIT = text('unit', 'of value and interval');
const N = whole('n', 'replications that had something to measure');

/** A column for each factor, with its level or the value drawn. */
function factorColumns({ experiment: { factors, design } }: ExperimentResult): Column[] {
  return factors.map(({ name, title, levels, paths }) =>
    levels.length > 0
      ? text(columnName(name), `level of: ${title}`, levels.map((level) => `${level.name}: ${level.title}`).join('; '))
      : number(columnName(name), `value of: ${title} (${design.kind})`, 'of the option', paths.join(', ')),
  );
}

function columnName(factor: string): string {
  return `factor_${factor.replaceAll('-', '_')}`;
}

function pointCells({ points: all }: ExperimentResult, point: number): Cell[] {
  const { index, name, settings } = all[point];
  return [index, name, ...settings];
}

function replications(result: ExperimentResult): Table {
  const { measures } = result.experiment;
  return {
    name: 'replications',
    description: 'Every measure of every run, in long form',
    columns: [
      POINT,
      POINT_NAME,
      ...factorColumns(result),
      REPLICATION,
      SEED,
      MEASURE,
      UNIT,
      number('value', 'what this run gave; null where it had none of what is measured'),
      number('batch_half_width', 'half-width of the 95% interval that this run alone gives, by means of whole days'),
    ],
    rows: result.values.flatMap(({ point, replication, values, batchHalfWidths }, i) =>
      measures.map((measure, k) => [
        ...pointCells(result, point),
        replication,
        result.runs[i].seed,
        measure,
        MEASURES[measure].unit,
        values[k],
        batchHalfWidths[k],
      ]),
    ),
  };
}

function summary(result: ExperimentResult): Table {
  return {
    name: 'summary',
    description: 'Mean of each measure at each point, with its 95% t interval over replications',
    columns: [
      POINT,
      POINT_NAME,
      ...factorColumns(result),
      MEASURE,
      UNIT,
      N,
      number('mean', 'over replications'),
      number('sd', 'standard deviation between replications'),
      number('low', 'lower end of the 95% interval of the mean'),
      number('high', 'its upper end'),
    ],
    rows: result.summary.map(({ point, measure, n, mean, sd, low, high }) => [
      ...pointCells(result, point),
      measure,
      MEASURES[measure].unit,
      n,
      mean,
      sd,
      low,
      high,
    ]),
  };
}

function differences(result: ExperimentResult): Table {
  return {
    name: 'differences',
    description: 'Each point less its reference, paired by replication under common random numbers',
    columns: [
      POINT,
      POINT_NAME,
      ...factorColumns(result),
      whole('reference', 'number of the point that it is compared with'),
      MEASURE,
      UNIT,
      { ...N, description: 'pairs' },
      number('difference', 'mean over pairs'),
      number('sd', 'standard deviation between pairs'),
      number('low', 'lower end of the 95% t interval of the mean difference'),
      number('high', 'its upper end'),
      number('share', "difference over the reference's mean", '1'),
      number('p', 'two-sided, of no difference', '1'),
      number('p_holm', 'corrected for all differences in this table (Holm)', '1'),
      number('low_together', 'lower end of an interval that holds at 95% together with all others here (Bonferroni)'),
      number('high_together', 'its upper end'),
    ],
    rows: result.differences.map((row) => [
      ...pointCells(result, row.point),
      row.reference,
      row.measure,
      MEASURES[row.measure].unit,
      row.n,
      row.mean,
      row.sd,
      row.low,
      row.high,
      row.share,
      row.p,
      row.pHolm,
      row.lowTogether,
      row.highTogether,
    ]),
  };
}

function sensitivity(result: ExperimentResult): Table {
  return {
    name: 'sensitivity',
    description: 'How much each factor moves each measure',
    columns: [
      text('factor', 'name of the factor'),
      MEASURE,
      text(
        'figure',
        'mu-star, mu, sigma: Morris effects over the whole range of the factor; first-order, total-order: Sobol indices',
      ),
      text('unit', 'of value and interval; 1 for indices'),
      number('value', 'of the figure'),
      number('low', 'lower end of its 95% bootstrap interval'),
      number('high', 'its upper end'),
    ],
    rows: result.sensitivity.map(({ factor, measure, figure: kind, value }) => [
      factor,
      measure,
      kind,
      kind.endsWith('order') ? '1' : MEASURES[measure].unit,
      finite(value.value),
      finite(value.low),
      finite(value.high),
    ]),
  };
}

/** If nothing varies, an index is not a number: the table has no value then. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function points(result: ExperimentResult): Table {
  return {
    name: 'points',
    description: 'What was varied',
    columns: [
      POINT,
      POINT_NAME,
      ...factorColumns(result),
      text('title', 'in words'),
      whole('reference', 'number of the point that it is compared with'),
      whole('replications', 'that were run'),
    ],
    rows: result.points.map(({ index, title, reference, replications: n }) => [
      ...pointCells(result, index),
      title,
      reference,
      n,
    ]),
  };
}

function runs(result: ExperimentResult): Table {
  return {
    name: 'runs',
    description: 'Every run, and the command that gives the same figures alone',
    columns: [
      POINT,
      POINT_NAME,
      REPLICATION,
      SEED,
      whole('warm_up_hours', 'simulated hours at the start that police figures leave out', 'h'),
      text('history_hash', "of the run's whole history"),
      text('command', 'runs it again'),
    ],
    rows: result.runs.map(({ point, replication, seed, warmUpHours, historyHash, command }) => [
      point,
      result.points[point].name,
      replication,
      seed,
      warmUpHours,
      historyHash,
      command,
    ]),
  };
}
