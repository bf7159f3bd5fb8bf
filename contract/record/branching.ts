/** The section on the branching ratio of the feedback loop. */
import Type, { type Static } from 'typebox';
import { Count, NullableNumber } from './measures.ts';

/** How far the loop from alerts to calls to alerts goes; docs/model/loop.md. */
export const BranchingSchema = Type.Object({
  /** Callers, whatever the number of their attempts, and those of them that alerts and posts caused. */
  calls: Count,
  caused: Count,
  /** Of those caused: by alerts about calls that alerts had caused. */
  further: Count,
  /** Calls caused per call, with its 95% interval over agencies and days; null where there is too little. */
  ratio: NullableNumber,
  low: NullableNumber,
  high: NullableNumber,
  blocks: Count,
  /** The same of calls that alerts caused: further per caused. Whether the loop ends depends on these alone. */
  ofCaused: Type.Object({ ratio: NullableNumber, low: NullableNumber, high: NullableNumber }),
  /** In equilibrium: calls made of each first one, 1 / (1 - n), and variance over mean of counts in long windows, 1 / (1 - n)^2. */
  gain: NullableNumber,
  dispersion: NullableNumber,
  state: Type.Union([Type.Literal('stable'), Type.Literal('near'), Type.Literal('unstable')]),
  /** Agencies whose loop was stopped, with the moment. */
  stopped: Type.Array(Type.Object({ agency: Type.String(), atMs: Type.Integer() })),
  /** What a reader must know; null where the loop is stable. */
  message: Type.Union([Type.String(), Type.Null()]),
});

export type Branching = Static<typeof BranchingSchema>;
