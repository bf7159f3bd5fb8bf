/**
 * An experiment as typed data: the options that vary, how often each point is repeated, and the measures. Options of scenarios are set as `path=value`, as
 * `--set` takes them. docs/guides/experiments.md explains each field.
 */
import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };
/** Name of a factor, level or experiment: it stands in tables, file names and command lines. */
const Name = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' });
const Words = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{1,500}$' });
const Sets = Type.Array(Type.String());
const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([Type.Null(), schema]);

const LevelSchema = Type.Object({ name: Name, title: Words, set: Sets }, strict);

/** One thing that varies. It has either `levels`, which are compared, or `paths` with a range from which a sampling design draws values. */
export const FactorSchema = Type.Object(
  {
    name: Name,
    title: Words,
    levels: Type.Array(LevelSchema),
    /** Options that all get the drawn value. */
    paths: Type.Array(Type.String()),
    low: Type.Number({ minimum: -1e12, maximum: 1e12 }),
    high: Type.Number({ minimum: -1e12, maximum: 1e12 }),
    scale: Type.Union([Type.Literal('linear'), Type.Literal('log')]),
  },
  strict,
);
/** A factor that FactorSchema accepts. */
export type Factor = Static<typeof FactorSchema>;

/** All fields of an experiment; a file may leave some out (scenarios/experiments/defaults.ts). */
export const ExperimentSchema = Type.Object(
  {
    name: Name,
    title: Words,
    question: Words,
    /** A scenario's name or file, and the options that differ from it in the whole experiment. */
    base: Type.String(),
    set: Sets,
    factors: Type.Array(FactorSchema),
    design: Type.Object(
      {
        /**
         * Designs for levels: `grid` runs all combinations; `one-at-a-time` the first level of all factors, then each other level alone; `list` the
         * combinations in `points`. Designs for ranges: `latin-hypercube` with `size` points; `morris` with `size` trajectories; `sobol` with `size` base
         * points (Saltelli).
         */
        kind: Type.Union([
          Type.Literal('grid'),
          Type.Literal('one-at-a-time'),
          Type.Literal('list'),
          Type.Literal('latin-hypercube'),
          Type.Literal('morris'),
          Type.Literal('sobol'),
        ]),
        size: Type.Integer({ minimum: 0, maximum: 100_000 }),
        /** For each point of a `list`: the name of a level for each factor, in the order of factors. */
        points: Type.Array(Type.Array(Name)),
      },
      strict,
    ),
    /**
     * The factor by which points are compared: each point with the one that has this factor's first level and the same levels of all others. Null: each
     * point is compared with the first one.
     */
    against: orNull(Name),
    /** Names of measures; docs/reference/measures.md lists them. */
    measures: Type.Array(Type.String()),
    /** Measures whose confidence intervals `--until-ci` narrows; if empty, all of them. */
    primary: Type.Array(Type.String()),
    /** Replications of each point. */
    replications: Type.Integer({ minimum: 2, maximum: 10_000 }),
    /** Most replications of a point that `--until-ci` runs. */
    replicationsMax: Type.Integer({ minimum: 2, maximum: 10_000 }),
    warmUp: Type.Object(
      {
        rule: Type.Union([Type.Literal('none'), Type.Literal('stated'), Type.Literal('mser5')]),
        /** Simulated hours that the rule `stated` leaves out. */
        hours: Type.Integer({ minimum: 0, maximum: 8784 }),
      },
      strict,
    ),
    /** The seeds of all replications derive from this one. */
    seed: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    /** The axis of the plots: a factor or a measure; and the factor that tells their series apart, if any. */
    figures: Type.Object({ over: Type.String(), series: orNull(Name) }, strict),
    /** The tipping point is the first point, in order, whose `measure` exceeds its reference's by more than this share, beyond chance. */
    tipping: Type.Object({ measure: orNull(Type.String()), share: Type.Number({ minimum: 0, maximum: 100 }) }, strict),
  },
  strict,
);
/** An experiment that ExperimentSchema accepts. */
export type Experiment = Static<typeof ExperimentSchema>;
