/** The section that compares a run with a paired world. */
import Type, { type Static } from 'typebox';
import { Count, NullableNumber } from './measures.ts';

/** Events of one kind in two worlds. */
export const AgainstCountSchema = Type.Object({
  first: Count,
  second: Count,
  /** First minus second. */
  net: Type.Integer(),
  /** Those with a lineage, first minus second: what alerts caused by themselves, without what they displaced. */
  direct: Type.Integer(),
  onlyFirst: Count,
  onlySecond: Count,
  /** Of those in one world only: without a lineage, so that waiting for something else must have moved them. */
  unexplained: Count,
});

export type AgainstCount = Static<typeof AgainstCountSchema>;

/** How much later in the first world, ms, of events that are in both: mean with its paired 95% interval over agencies and days. */
export const AgainstDelaySchema = Type.Object({
  pairs: Count,
  meanMs: NullableNumber,
  low: NullableNumber,
  high: NullableNumber,
  blocks: Count,
  later: Count,
  sooner: Count,
});

export type AgainstDelay = Static<typeof AgainstDelaySchema>;

const AgainstHoursSchema = Type.Object({
  first: Type.Number(),
  second: Type.Number(),
  net: Type.Number(),
  direct: Type.Number(),
});

/** The run beside another of the same seed that differs in some options; docs/model/loop.md. */
export const AgainstSchema = Type.Object({
  /** What the second world has otherwise, as `path=value`. */
  sets: Type.Array(Type.String()),
  secondHistoryHash: Type.String(),
  congestion: Type.Union([Type.Literal('on'), Type.Literal('off')]),
  calls: AgainstCountSchema,
  /** Calls repeated by those who hung up. */
  redials: AgainstCountSchema,
  /** Posts and comments. */
  posts: AgainstCountSchema,
  dispatches: AgainstCountSchema,
  unitHours: AgainstHoursSchema,
  /** Net equals direct everywhere, and nothing else moved: the whole difference is what alerts caused by themselves. */
  exact: Type.Boolean(),
  /** Calls in the first world only that alerts caused, per call in it: what `branching.ratio` estimates, known. Null without calls. */
  branchingRatio: NullableNumber,
  answer: AgainstDelaySchema,
  /** Of police responses: all, and by priority. */
  response: AgainstDelaySchema,
  responseByPriority: Type.Record(Type.String(), AgainstDelaySchema),
});

export type Against = Static<typeof AgainstSchema>;
