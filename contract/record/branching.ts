/** The section of a run record on the branching ratio of the feedback loop; docs/model/loop.md. */
import Type, { type Static } from 'typebox';
import { Count, NullableNumber } from './measures.ts';

/** The strength of the loop from alerts to calls to further alerts. */
export const BranchingSchema = Type.Object({
  /** Callers, whatever the number of their attempts, and callers among them whose call alerts and posts caused. */
  calls: Count,
  caused: Count,
  /** Caused calls whose alert was itself about a call that alerts had caused. */
  further: Count,
  /** Caused calls for each call, with its 95% interval over blocks of agencies and days; null if there are too few. */
  ratio: NullableNumber,
  low: NullableNumber,
  high: NullableNumber,
  blocks: Count,
  /** The same ratio among the caused calls alone: further calls for each caused one. It alone decides whether the loop ends. */
  ofCaused: Type.Object({ ratio: NullableNumber, low: NullableNumber, high: NullableNumber }),
  /** In equilibrium, for the ratio n: the calls that each first call becomes, 1 / (1 - n), and the variance of counts in long windows over their mean, 1 / (1 - n)^2. */
  gain: NullableNumber,
  dispersion: NullableNumber,
  state: Type.Union([Type.Literal('stable'), Type.Literal('near'), Type.Literal('unstable')]),
  /** Agencies whose loop was stopped, with the moment, UTC ms. */
  stopped: Type.Array(Type.Object({ agency: Type.String(), atMs: Type.Integer() })),
  /** A warning for the reader, in words; null if the loop is stable. */
  message: Type.Union([Type.String(), Type.Null()]),
});

/** A section that BranchingSchema accepts. */
export type Branching = Static<typeof BranchingSchema>;
