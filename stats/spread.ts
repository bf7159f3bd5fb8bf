/** Times counted by bucket, with their sum, as Prometheus's histograms hold them: small enough to pass between threads during a run. */

/** Counts of times by bucket. */
export interface Spread {
  /** Number of times up to each bound and above the one before; the last entry counts those above all bounds. */
  counts: number[];
  sumMs: number;
}

/** Counts times into a spread. */
export class SpreadTally {
  readonly spread: Spread;
  readonly #boundsMs: readonly number[];

  /** `boundsMs`: upper bounds, ascending. */
  constructor(boundsMs: readonly number[]) {
    this.#boundsMs = boundsMs;
    this.spread = { counts: new Array<number>(boundsMs.length + 1).fill(0), sumMs: 0 };
  }

  /** The clocks of two threads differ a little, so that an effect may seem to come before its cause: such a time counts as 0. */
  add(ms: number): void {
    const bucket = this.#boundsMs.findIndex((bound) => ms <= bound);
    this.spread.counts[bucket === -1 ? this.#boundsMs.length : bucket] += 1;
    this.spread.sumMs += Math.max(0, ms);
  }
}

/** The sum of spreads with the same bounds; at least one. */
export function addedUp(spreads: readonly Spread[]): Spread {
  const [first, ...others] = spreads;
  const counts = [...first.counts];
  for (const other of others) for (const [i, n] of other.counts.entries()) counts[i] += n;
  return { counts, sumMs: spreads.reduce((sum, one) => sum + one.sumMs, 0) };
}
