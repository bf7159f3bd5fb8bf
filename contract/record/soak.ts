/** The section of a run record about a soak; docs/guides/soak.md. */
import Type, { type Static } from 'typebox';
import { Count, NullableNumber } from './measures.ts';

/** A series that a soak followed, and its slope per minute with the interval by which it was judged. */
export const SoakSeriesSchema = Type.Object({
  /** Name of the series, such as `target.heap`. */
  name: Type.String(),
  title: Type.String(),
  /** Unit of the values in `shown`, and unit of slope and budget. */
  unit: Type.String(),
  slopeUnit: Type.String(),
  /** Greatest slope allowed; null if the series is shown only. */
  budget: NullableNumber,
  /** Wall minutes at the beginning that the fit leaves out. */
  warmUpMin: Type.Number(),
  /** Fitted slope and its interval; null if there were too few points to fit a line. */
  slope: NullableNumber,
  low: NullableNumber,
  high: NullableNumber,
  /** Number of points that the line was fitted to, and the number of independent points that they are worth. */
  points: Count,
  pointsEffective: Type.Number(),
  /**
   * `within`: the whole interval is within the budget; `beyond`: none of it is, and the soak fails; `inconclusive`: the budget lies inside the interval;
   * `too short`: the soak was too short to judge; `filling`: the target was still filling the stores that it keeps; `no data`: there were no samples; `not judged`: there
   * is no budget.
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
  /** For plots: [minute, median, least, greatest] of at most 200 stretches, and both ends of the fitted line. */
  shown: Type.Array(Type.Array(Type.Number())),
  line: Type.Union([Type.Array(Type.Array(Type.Number())), Type.Null()]),
});

/** A series that SoakSeriesSchema accepts. */
export type SoakSeries = Static<typeof SoakSeriesSchema>;

/** A soak and its verdict. */
export const SoakSchema = Type.Object({
  /** Wall minutes that were sampled, the time between samples, and their number. */
  lengthMin: Type.Number(),
  everyMs: Count,
  samples: Count,
  /** Number of samples that are missing, and of samples in which the target told no metrics. */
  gaps: Type.Object({ missed: Count, unscraped: Count }),
  /** Share of one processor that sampling took, in the process that samples. */
  samplerCpuShare: Type.Number(),
  /** Confidence of each end of each interval. */
  confidence: Type.Number(),
  /** The verdict on all series. `too short`: only violations could make the soak fail. */
  verdict: Type.Union([Type.Literal('within'), Type.Literal('beyond'), Type.Literal('too short')]),
  series: Type.Array(SoakSeriesSchema),
});

/** A section that SoakSchema accepts. */
export type Soak = Static<typeof SoakSchema>;
