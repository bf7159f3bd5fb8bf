/** Quantiles with their tail from a bounded histogram, whose memory does not grow with the number of values. */
import { build, type Histogram } from 'hdr-histogram-js';
import { SpreadTally, type Spread } from './spread.ts';

/** Values are kept in microseconds, up to an hour. */
const US_PER_MS = 1000;
const US_MAX = 3_600_000_000;

/** Quantiles with their tail, ms; all 0 if `count` is 0. */
export interface Tail {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
}

/** Counts times, ms, for quantiles and for a spread. */
export class TailHistogram {
  readonly #histogram: Histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: US_MAX,
    numberOfSignificantValueDigits: 3,
  });

  readonly #tally: SpreadTally;

  /** `boundsMs`: upper bounds of the buckets of `spread`, ascending. */
  constructor(boundsMs: readonly number[] = []) {
    this.#tally = new SpreadTally(boundsMs);
  }

  /** The clocks of two threads differ a little, so that an effect may seem to come before its cause: such a time counts as 0. */
  add(ms: number): void {
    this.#tally.add(ms);
    this.#histogram.recordValue(Math.min(US_MAX, Math.max(0, Math.round(ms * US_PER_MS))));
  }

  get spread(): Spread {
    return this.#tally.spread;
  }

  tail(): Tail {
    const histogram = this.#histogram;
    const count = histogram.totalCount;
    const at = (percentile: number): number =>
      count === 0 ? 0 : histogram.getValueAtPercentile(percentile) / US_PER_MS;
    return { count, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: at(100) };
  }
}

/** The tail of no values. */
export const NO_TAIL: Readonly<Tail> = { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
