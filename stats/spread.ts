/** Times counted by bucket, with their sum: what a histogram of Prometheus holds. Small enough to be told from thread to thread while a run goes on. */

export interface Spread {
  /** How many lay up to each bound and above the one before; the last entry: above all. */
  counts: number[];
  sumMs: number;
}

export class SpreadTally {
  readonly spread: Spread;
  readonly #boundsMs: readonly number[];

  /** `boundsMs`: upper bounds, ascending. */
  constructor(boundsMs: readonly number[]) {
    this.#boundsMs = boundsMs;
    this.spread = { counts: new Array<number>(boundsMs.length + 1).fill(0), sumMs: 0 };
  }

  /** Clocks of two threads may differ by less than what is measured: what seems to come before its cause took no time. */
  add(ms: number): void {
    const bucket = this.#boundsMs.findIndex((bound) => ms <= bound);
    this.spread.counts[bucket === -1 ? this.#boundsMs.length : bucket] += 1;
    this.spread.sumMs += Math.max(0, ms);
  }
}

/** One spread of several with the same bounds. */
export function addedUp(spreads: readonly Spread[]): Spread {
  const [first, ...others] = spreads;
  const counts = [...first.counts];
  for (const other of others) for (const [i, n] of other.counts.entries()) counts[i] += n;
  return { counts, sumMs: spreads.reduce((sum, one) => sum + one.sumMs, 0) };
}
