/** The points of an experiment: each combines a level or value of every factor. */
import { createHash } from 'node:crypto';
import type { Experiment, Factor } from '../../../contract/experiment.ts';
import { ScenarioSchema } from '../../../contract/scenario.ts';
import { latinHypercube, morrisTrajectories, saltelliPoints } from '../../../stats/sampling.ts';

/** A setting of every factor. */
export interface Point {
  /** Place in the order of points, from 0. */
  index: number;
  /** Levels' names joined by slashes, or `p` and a number. */
  name: string;
  /** A setting for each factor, in their order: the name of a level, or the value drawn. */
  settings: (string | number)[];
  /** Scenario options as `path=value`, applied after those of the experiment. */
  sets: string[];
  /** Index of the point that it is compared with; null for a reference itself, and in designs without comparisons. */
  reference: number | null;
}

/** All points of a checked experiment, in order. */
export function pointsOf(experiment: Experiment): Point[] {
  const { design } = experiment;
  switch (design.kind) {
    case 'grid':
      return compared(experiment, grid(experiment.factors));
    case 'one-at-a-time':
      return compared(experiment, oneAtATime(experiment.factors));
    case 'list':
      return compared(experiment, design.points);
    case 'latin-hypercube':
    case 'morris':
    case 'sobol':
      return sampled(experiment, unitPoints(experiment)).map((point) => ({ ...point, reference: null }));
  }
}

/** The seed of a replication: the same at every point, so that all points share their random numbers. A whole number below 2^40. */
export function seedOf(experiment: Pick<Experiment, 'name' | 'seed'>, replication: number): number {
  const digest = createHash('sha256').update(`${experiment.name} ${experiment.seed} ${replication}`).digest('hex');
  return Number.parseInt(digest.slice(0, 10), 16);
}

/** A factor's value at `u` of [0, 1], with six digits; a whole number if one of its options takes only whole numbers. */
export function valueAt({ low, high, scale, paths }: Factor, u: number): number {
  const value = scale === 'linear' ? low + u * (high - low) : low * (high / low) ** u;
  return paths.some(isWhole) ? Math.round(value) : Number(value.toPrecision(6));
}

// --- internal ---

function grid(factors: readonly Factor[]): string[][] {
  return factors.reduce<string[][]>(
    (points, { levels }) => points.flatMap((point) => levels.map(({ name }) => [...point, name])),
    [[]],
  );
}

function oneAtATime(factors: readonly Factor[]): string[][] {
  const first = factors.map(({ levels }) => levels[0].name);
  return [
    first,
    ...factors.flatMap(({ levels }, i) =>
      levels.slice(1).map(({ name }) => first.map((other, k) => (k === i ? name : other))),
    ),
  ];
}

function compared({ factors, against }: Experiment, all: readonly (readonly string[])[]): Point[] {
  const by = factors.findIndex(({ name }) => name === against);
  const referenceOf = (settings: readonly string[]): number => {
    if (by < 0) return 0;
    const first = factors[by].levels[0].name;
    return all.findIndex((other) => other.every((name, k) => name === (k === by ? first : settings[k])));
  };
  return all.map((settings, index) => {
    const reference = referenceOf(settings);
    return {
      index,
      name: settings.join('/'),
      settings: [...settings],
      sets: settings.flatMap((name, k) => factors[k].levels.find((level) => level.name === name)?.set ?? []),
      reference: reference === index || reference < 0 ? null : reference,
    };
  });
}

/** Points of the unit cube from which a sampling design's values are taken: one coordinate a factor. */
export function unitPoints({ name, seed, design, factors }: Experiment): number[][] {
  const key = `${name} ${seed} ${design.kind}`;
  switch (design.kind) {
    case 'morris':
      return morrisTrajectories(factors.length, design.size, key);
    case 'sobol':
      return saltelliPoints(factors.length, design.size, key);
    default:
      return latinHypercube(factors.length, design.size, key);
  }
}

function sampled({ factors }: Experiment, all: readonly (readonly number[])[]): Omit<Point, 'reference'>[] {
  const width = String(all.length - 1).length;
  return all.map((unit, index) => {
    const settings = unit.map((u, k) => valueAt(factors[k], u));
    return {
      index,
      name: `p${String(index).padStart(width, '0')}`,
      settings,
      sets: settings.flatMap((value, k) => factors[k].paths.map((path) => `${path}=${value}`)),
    };
  });
}

interface SchemaNode {
  type?: string;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
}

function isWhole(path: string): boolean {
  let node: SchemaNode | undefined = ScenarioSchema as SchemaNode;
  for (const name of path.split('.')) node = node?.items ?? node?.properties?.[name];
  return node?.type === 'integer';
}
