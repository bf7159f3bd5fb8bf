/** Turns an experiment's name or file into a checked experiment, each of whose points is a scenario that can run. */
import { ExperimentSchema, type Experiment, type Factor } from '../../../contract/experiment.ts';
import { HundredblockError } from '../../../contract/errors.ts';
import { explain, isSound as isPathSound, shown, wrongValue } from '../../../contract/explain.ts';
import { didYouMean, nearest } from '../../../contract/nearest.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { EXPERIMENT_DEFAULTS, LEVELS_ONLY } from '../../../scenarios/experiments/defaults.ts';
import { isObject, readJsonFile } from '../../options/json-file.ts';
import { resolveScenario } from '../../options/resolve.ts';
import { MEASURES } from './measures.ts';
import { pointsOf, valueAt, type Point } from './points.ts';
import { EXPERIMENTS } from './registry.ts';

/** A checked experiment with its points. */
export interface Resolved {
  experiment: Experiment;
  points: Point[];
}

/** More points would take too long to run, and nobody would read them. */
const POINTS_MAX = 100_000;

/**
 * The experiment called `name`, or the one in a `.json` file. Throws HB_EXPERIMENT with one line for each problem, by path;
 * HB_INPUT_FILE if the file can't be read as JSON.
 */
export function resolveExperiment(name: string): Resolved {
  const known = EXPERIMENTS.get(name);
  if (known !== undefined) return experimentOf(known);
  if (/\.json$/i.test(name)) return experimentOf(readJsonFile(name, 'an experiment'));
  const names = [...EXPERIMENTS.keys()];
  throw refuse([
    `unknown experiment ${shown(name)}${didYouMean(name, names) || ':'} expected one of ${names.join(', ')}, or a path to a .json file`,
  ]);
}

/** The experiment that a parsed JSON value describes; options that it leaves out are those of scenarios/experiments/defaults.ts. */
export function experimentOf(value: unknown): Resolved {
  if (!isObject(value)) throw refuse([`experiment: expected an object, found ${shown(value)}`]);
  const filled = fill(value);
  const misfits = explain(ExperimentSchema, filled);
  const problems = misfits.map(({ text }) => text);
  // Each part that has its shape is checked further, whatever is wrong elsewhere.
  const experiment = filled as unknown as Experiment;
  const isSound = (...keys: (keyof Experiment)[]): boolean => keys.every((key) => isPathSound(misfits, key));
  if (isSound('factors', 'design')) problems.push(...designProblems(experiment));
  if (isSound('measures')) problems.push(...measureProblems(experiment, isSound));
  if (isSound('factors', 'figures', 'measures')) problems.push(...figureProblems(experiment));
  if (isSound('replications', 'replicationsMax')) problems.push(...countProblems(experiment));
  problems.push(...scenarioProblems(experiment, isSound));
  if (problems.length > 0) throw refuse([...new Set(problems)]);
  const points = pointsOf(experiment);
  const infeasible = points.flatMap((point) =>
    complaints(() => scenarioOf(experiment, point)).map((text) => `point ${point.name}: ${text}`),
  );
  if (infeasible.length > 0) throw refuse(infeasible);
  return { experiment, points };
}

/** The scenario of a point. Throws what resolveScenario throws. */
export function scenarioOf(experiment: Experiment, point: Pick<Point, 'sets'>, warmUpHours?: number): Scenario {
  return resolveScenario(experiment.base, setsOf(experiment, point, warmUpHours));
}

/**
 * Options, as `path=value`, by which a point differs from the base scenario, in the order in which they apply. `warmUpHours`: of the run,
 * if the experiment's rule does not state it.
 */
export function setsOf(
  { set, warmUp }: Pick<Experiment, 'set' | 'warmUp'>,
  point: Pick<Point, 'sets'>,
  warmUpHours = warmUp.rule === 'stated' ? warmUp.hours : 0,
): string[] {
  return [...set, `warmUpHours=${warmUpHours}`, ...point.sets];
}

// --- internal ---

function refuse(problems: readonly string[]): HundredblockError {
  return new HundredblockError('HB_EXPERIMENT', problems.join('\n'));
}

/** Fills in defaults; a title that is left out is the name. */
function fill(value: Record<string, unknown>): Record<string, unknown> {
  const { name } = value;
  const titled = (item: unknown): unknown => (isObject(item) ? { title: item.name, set: [], ...item } : item);
  const factorOf = (factor: unknown): unknown =>
    isObject(factor)
      ? {
          title: factor.name,
          ...LEVELS_ONLY,
          ...factor,
          levels: Array.isArray(factor.levels) ? factor.levels.map(titled) : (factor.levels ?? []),
        }
      : factor;
  const over = (key: 'design' | 'warmUp' | 'tipping'): unknown =>
    isObject(value[key]) ? { ...EXPERIMENT_DEFAULTS[key], ...value[key] } : (value[key] ?? EXPERIMENT_DEFAULTS[key]);
  const factors = Array.isArray(value.factors) ? value.factors.map(factorOf) : (value.factors ?? []);
  const [first] = Array.isArray(factors) ? (factors as unknown[]) : [];
  return {
    ...EXPERIMENT_DEFAULTS,
    title: name,
    question: name,
    figures: { over: isObject(first) ? first.name : '', series: null },
    ...value,
    factors,
    design: over('design'),
    warmUp: over('warmUp'),
    tipping: over('tipping'),
  };
}

type Say = (path: string, expected: string, found: string | number, near?: string | null) => void;

function saying(): { problems: string[]; say: Say } {
  const problems: string[] = [];
  return {
    problems,
    say: (path, expected, found, near) => void problems.push(wrongValue(path, expected, String(found), near).text),
  };
}

function designProblems({ factors, design, against }: Experiment): string[] {
  const { problems, say } = saying();
  const isSampled = ['latin-hypercube', 'morris', 'sobol'].includes(design.kind);
  if (factors.length === 0) say('factors', 'at least one factor', 'none');
  for (const [i, factor] of factors.entries()) {
    if (factors.findIndex(({ name }) => name === factor.name) !== i)
      say(`factors.${i}.name`, 'a name of its own', factor.name);
    if (isSampled) rangeProblems(factor, `factors.${i}`, say);
    else levelProblems(factor, `factors.${i}`, design.kind, say);
  }
  if (isSampled && design.size < 2) say('design.size', `at least 2 for ${design.kind}`, design.size);
  if (design.kind === 'list') listProblems(factors, design.points, say);
  const factor = factors.find(({ name }) => name === against);
  if (against !== null && factor === undefined)
    say(
      'against',
      'a factor or null',
      shown(against),
      nearest(
        against,
        factors.map(({ name }) => name),
      ),
    );
  if (!isSampled && problems.length === 0) {
    const count = design.kind === 'grid' ? factors.reduce((n, { levels }) => n * levels.length, 1) : 0;
    if (count > POINTS_MAX) say('design', `at most ${POINTS_MAX} points`, count);
  }
  return problems;
}

function rangeProblems({ levels, paths, low, high, scale }: Factor, path: string, say: Say): void {
  if (levels.length > 0) say(`${path}.levels`, 'none in a design that draws values', levels.length);
  if (paths.length === 0) say(`${path}.paths`, 'at least one option to vary', 'none');
  if (low >= high) say(`${path}.high`, `more than low (${low})`, high);
  if (scale === 'log' && low <= 0) say(`${path}.low`, 'more than 0 on a logarithmic scale', low);
}

function levelProblems({ levels, paths }: Factor, path: string, kind: string, say: Say): void {
  if (paths.length > 0) say(`${path}.paths`, `none in a design of levels (${kind})`, paths.length);
  if (levels.length < 2) say(`${path}.levels`, 'at least two levels', levels.length);
  for (const [k, { name }] of levels.entries())
    if (levels.findIndex((other) => other.name === name) !== k)
      say(`${path}.levels.${k}.name`, 'a name of its own', name);
}

function listProblems(factors: readonly Factor[], points: readonly (readonly string[])[], say: Say): void {
  if (points.length < 2) say('design.points', 'at least two points', points.length);
  for (const [i, point] of points.entries()) {
    if (point.length !== factors.length)
      say(`design.points.${i}`, `a level for each of ${factors.length} factors`, point.length);
    for (const [k, name] of point.entries()) {
      const names = factors[k]?.levels.map((level) => level.name) ?? [];
      if (names.length > 0 && !names.includes(name))
        say(`design.points.${i}.${k}`, `a level of ${factors[k].name}`, shown(name), nearest(name, names));
    }
  }
}

function measureProblems(experiment: Experiment, isSound: (...keys: (keyof Experiment)[]) => boolean): string[] {
  const { problems, say } = saying();
  const { measures, primary, tipping } = experiment;
  const names = Object.keys(MEASURES);
  if (measures.length === 0) say('measures', 'at least one measure', 'none');
  for (const [i, name] of measures.entries()) {
    if (!names.includes(name)) say(`measures.${i}`, 'a measure (docs/measures.md)', shown(name), nearest(name, names));
    else if (measures.indexOf(name) !== i) say(`measures.${i}`, 'each measure once', `${name} twice`);
  }
  if (measures.length === 0) return problems;
  if (isSound('primary'))
    for (const [i, name] of primary.entries())
      if (!measures.includes(name)) say(`primary.${i}`, 'one of measures', shown(name), nearest(name, measures));
  if (isSound('tipping') && tipping.measure !== null && !measures.includes(tipping.measure))
    say('tipping.measure', 'one of measures', shown(tipping.measure), nearest(tipping.measure, measures));
  return problems;
}

function figureProblems({ factors, figures: { over, series }, measures }: Experiment): string[] {
  const { problems, say } = saying();
  const names = factors.map(({ name }) => name);
  const known = [...names, ...measures];
  if (known.length > 0 && !known.includes(over))
    say('figures.over', 'a factor or one of measures', shown(over), nearest(over, known));
  if (series !== null && names.length > 0 && !names.includes(series))
    say('figures.series', 'a factor or null', shown(series), nearest(series, names));
  return problems;
}

function countProblems({ replications, replicationsMax }: Experiment): string[] {
  const { problems, say } = saying();
  if (replicationsMax < replications)
    say('replicationsMax', `at least replications (${replications})`, replicationsMax);
  return problems;
}

/** Problems of the scenarios that each part of the experiment leads to by itself. */
function scenarioProblems(experiment: Experiment, isSound: (...keys: (keyof Experiment)[]) => boolean): string[] {
  if (!isSound('base')) return [];
  const { base } = experiment;
  const unknown = complaints(() => resolveScenario(base, []));
  if (unknown.length > 0) return unknown.map((text) => `base: ${text}`);
  const own = isSound('set') ? complaints(() => resolveScenario(base, experiment.set)) : [];
  const set = isSound('set') && own.length === 0 ? experiment.set : [];
  const problems = own.map((text) => `set: ${text}`);
  if (isSound('warmUp'))
    problems.push(
      ...complaints(() => resolveScenario(base, setsOf({ ...experiment, set }, { sets: [] }))).map(
        (text) => `warmUp.hours: ${text}`,
      ),
    );
  if (!isSound('factors')) return problems;
  for (const [i, factor] of experiment.factors.entries()) {
    for (const [k, level] of factor.levels.entries())
      problems.push(
        ...complaints(() => resolveScenario(base, [...set, ...level.set])).map(
          (text) => `factors.${i}.levels.${k}.set: ${text}`,
        ),
      );
    if (factor.paths.length > 0 && factor.low < factor.high && (factor.scale === 'linear' || factor.low > 0))
      for (const [side, u] of [
        ['low', 0],
        ['high', 1],
      ] as const)
        problems.push(
          ...complaints(() =>
            resolveScenario(base, [...set, ...factor.paths.map((path) => `${path}=${valueAt(factor, u)}`)]),
          ).map((text) => `factors.${i}.${side}: ${text}`),
        );
  }
  return problems;
}

function complaints(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof HundredblockError) return error.message.split('\n');
    throw error;
  }
}
