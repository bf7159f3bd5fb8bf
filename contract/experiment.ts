/**
 * An experiment: what is varied, how often it is repeated, and what is measured, as typed data. Options of scenarios are set as
 * `path=value`, the way `--set` takes them.
 */
import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };
/** Of factors, levels and experiments: part of tables, file names and command lines. */
const Name = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' });
const Words = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{1,500}$' });
const Sets = Type.Array(Type.String());
const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([Type.Null(), schema]);

const LevelSchema = Type.Object({ name: Name, title: Words, set: Sets }, strict);

/** Either `levels`, which are compared, or `paths` with a range, of which a sampling design draws values. */
export const FactorSchema = Type.Object(
  {
    name: Name,
    title: Words,
    levels: Type.Array(LevelSchema),
    /** Options that are all given the value drawn. */
    paths: Type.Array(Type.String()),
    low: Type.Number({ minimum: -1e12, maximum: 1e12 }),
    high: Type.Number({ minimum: -1e12, maximum: 1e12 }),
    scale: Type.Union([Type.Literal('linear'), Type.Literal('log')]),
  },
  strict,
);
export type Factor = Static<typeof FactorSchema>;

export const ExperimentSchema = Type.Object(
  {
    name: Name,
    title: Words,
    question: Words,
    /** A scenario's name, and what of it is different in all of the experiment. */
    base: Type.String(),
    set: Sets,
    factors: Type.Array(FactorSchema),
    design: Type.Object(
      {
        /**
         * Of levels: `grid`, all combinations; `one-at-a-time`, the first level of all factors, then each other level alone; `list`, those of `points`.
         * Of ranges: `latin-hypercube` of `size` points; `morris` with `size` trajectories; `sobol` with `size` base points (Saltelli).
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
        /** One level's name for each factor, in the order of factors. */
        points: Type.Array(Type.Array(Name)),
      },
      strict,
    ),
    /**
     * What each point is compared with: the point with the first level of this factor and the same levels of all others; the first point where null.
     */
    against: orNull(Name),
    /** Names of harness/studies/experiment/measures.ts. */
    measures: Type.Array(Type.String()),
    /** Those of `measures` whose intervals `--until-ci` narrows; all where empty. */
    primary: Type.Array(Type.String()),
    replications: Type.Integer({ minimum: 2, maximum: 10_000 }),
    /** Most that `--until-ci` runs of a point. */
    replicationsMax: Type.Integer({ minimum: 2, maximum: 10_000 }),
    warmUp: Type.Object(
      {
        rule: Type.Union([Type.Literal('none'), Type.Literal('stated'), Type.Literal('mser5')]),
        /** Of `stated`. */
        hours: Type.Integer({ minimum: 0, maximum: 8784 }),
      },
      strict,
    ),
    /** Seeds of all replications derive from it. */
    seed: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    /** What figures show measures over: a measure, or a factor's levels; and which factor tells series apart. */
    figures: Type.Object({ over: Type.String(), series: orNull(Name) }, strict),
    /** The first point, in order, at which `measure` is above that of its reference by more than this share, beyond chance. */
    tipping: Type.Object({ measure: orNull(Type.String()), share: Type.Number({ minimum: 0, maximum: 100 }) }, strict),
  },
  strict,
);
export type Experiment = Static<typeof ExperimentSchema>;
