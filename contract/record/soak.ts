/** The section of a soak. */
import Type, { type Static } from 'typebox';
import { Count, NullableNumber } from './measures.ts';

/** Something that a soak followed, and its slope per minute with the interval that it was judged by. */
export const SoakSeriesSchema = Type.Object({
  /** `target.heap`, `latency.delivery`, ...: docs/guides/soak.md lists them. */
  name: Type.String(),
  title: Type.String(),
  /** Of the values shown, and of slope and budget. */
  unit: Type.String(),
  slopeUnit: Type.String(),
  /** Greatest slope allowed; null: shown only. */
  budget: NullableNumber,
  /** Wall minutes at the beginning that were left out. */
  warmUpMin: Type.Number(),
  /** Null where there was too little to fit a line to. */
  slope: NullableNumber,
  low: NullableNumber,
  high: NullableNumber,
  /** Points that the line was fitted to, and the number of independent ones that they are worth. */
  points: Count,
  pointsEffective: Type.Number(),
  /**
   * `within`: the whole interval is within the budget; `beyond`: none of it is, which fails; `inconclusive`: the budget lies inside it;
   * `too short`: the soak was; `filling`: the target still filled what it keeps; `no data`; `not judged`: no budget.
   */
  verdict: Type.Union([
    Type.Literal('within'),
    Type.Literal('beyond'),
    Type.Literal('inconclusive'),
    Type.Literal('too short'),
    Type.Literal('filling'),
    Type.Literal('no data'),
    Type.Literal('not judged'),
  ]),
  /** For plots: [minute, median, least, greatest] of at most 200 stretches, and both ends of the line that was fitted. */
  shown: Type.Array(Type.Array(Type.Number())),
  line: Type.Union([Type.Array(Type.Array(Type.Number())), Type.Null()]),
});

export type SoakSeries = Static<typeof SoakSeriesSchema>;

export const SoakSchema = Type.Object({
  /** Wall minutes that were sampled, and how. */
  lengthMin: Type.Number(),
  everyMs: Count,
  samples: Count,
  /** Samples that are missing, and those in which the target told no metrics. */
  gaps: Type.Object({ missed: Count, unscraped: Count }),
  /** Share of a processor that sampling took, in the process that samples. */
  samplerCpuShare: Type.Number(),
  /** Of each end of each interval. */
  confidence: Type.Number(),
  /** `too short`: nothing but violations could fail. */
  verdict: Type.Union([Type.Literal('within'), Type.Literal('beyond'), Type.Literal('too short')]),
  series: Type.Array(SoakSeriesSchema),
});

export type Soak = Static<typeof SoakSchema>;
