/** The section of a run record that compares the run with a paired world: `simulate --against`, docs/model/loop.md. */
import Type, { type Static } from 'typebox';
import { Count, NullableNumber } from './measures.ts';

/** Numbers of events of one kind in two worlds. */
export const AgainstCountSchema = Type.Object({
  first: Count,
  second: Count,
  /** The first world's minus the second's. */
  net: Type.Integer(),
  /** Events with a lineage (alerts caused them), the first world's minus the second's: without those that alerts only displaced. */
  direct: Type.Integer(),
  onlyFirst: Count,
  onlySecond: Count,
  /** Events in one world only that have no lineage: they must have moved because something else made them wait. */
  unexplained: Count,
});

/** Numbers that AgainstCountSchema accepts. */
export type AgainstCount = Static<typeof AgainstCountSchema>;

/** How much later events that are in both worlds come in the first one, ms: the mean with its paired 95% interval over blocks of agencies and days. */
export const AgainstDelaySchema = Type.Object({
  pairs: Count,
  meanMs: NullableNumber,
  low: NullableNumber,
  high: NullableNumber,
  blocks: Count,
  later: Count,
  sooner: Count,
});

/** A delay that AgainstDelaySchema accepts. */
export type AgainstDelay = Static<typeof AgainstDelaySchema>;

/** Unit hours in two worlds, in the terms of AgainstCountSchema. */
const AgainstHoursSchema = Type.Object({
  first: Type.Number(),
  second: Type.Number(),
  net: Type.Number(),
  direct: Type.Number(),
});

/** The run beside another of the same seed that differs in some options. */
export const AgainstSchema = Type.Object({
  /** Options in which the second world differs, as `path=value`. */
  sets: Type.Array(Type.String()),
  secondHistoryHash: Type.String(),
  congestion: Type.Union([Type.Literal('on'), Type.Literal('off')]),
  calls: AgainstCountSchema,
  /** Calls of people who had hung up before. */
  redials: AgainstCountSchema,
  /** Posts and comments. */
  posts: AgainstCountSchema,
  dispatches: AgainstCountSchema,
  unitHours: AgainstHoursSchema,
  /** True if net equals direct everywhere and nothing else moved: then alerts caused the whole difference directly. */
  exact: Type.Boolean(),
  /** Calls that alerts caused, which are in the first world only, for each call in it: the true value that `branching.ratio` estimates. Null without calls. */
  branchingRatio: NullableNumber,
  answer: AgainstDelaySchema,
  /** Delays of police responses: of all, and by priority. */
  response: AgainstDelaySchema,
  responseByPriority: Type.Record(Type.String(), AgainstDelaySchema),
});

/** A comparison that AgainstSchema accepts. */
export type Against = Static<typeof AgainstSchema>;
