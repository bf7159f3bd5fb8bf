/** What the code cost, in wall time: each from the moment at which its cause was meant to be sent, so that no queue is left out. */
import type { RunRecord } from '../../contract/record/run-record.ts';
import { HARNESS_METRICS } from '../../contract/metrics.ts';
import type { Spread } from '../../stats/spread.ts';
import { TailHistogram } from '../../stats/tail.ts';

/** A message of the virtual clock: who was owed it, and when on the wall it would have been published by a system that takes no time. */
export interface Due {
  wallMs: number;
  audience: Uint32Array;
}

type Latency = NonNullable<RunRecord['latencyMs']>;
/** All that was measured, by the buckets of contract/metrics.ts. */
export type LatencySpreads = Record<Exclude<keyof Latency, 'connect'>, Spread>;

export const LATENCY_BOUNDS_MS: readonly number[] = HARNESS_METRICS.hundredblock_run_latency_seconds.buckets.map(
  (bound) => 1000 * bound,
);

export interface LatencyMeter {
  /** A resident's first reception of a message. Only of those who could be reached since it was due. */
  delivered(identifier: string, resident: number, receivedMs: number): void;
  /** With what was timed elsewhere. */
  latency(others: Pick<Latency, 'accept' | 'device' | 'connect'>): Latency;
  /** The same by bucket. */
  spreads(): Pick<LatencySpreads, 'firstDelivery' | 'delivery' | 'completion'>;
  /** Delivery latency by wall second of reception, from the opening: all of them, in any order. */
  bySecond: Map<number, number[]>;
}

export function createLatencyMeter(
  due: ReadonlyMap<string, Due>,
  openingMs: number,
  reachableSinceMs: (resident: number, wallMs: number) => number,
): LatencyMeter {
  const delivery = new TailHistogram(LATENCY_BOUNDS_MS);
  const firstMs = new Map<string, number>();
  const lastMs = new Map<string, number>();
  const bySecond = new Map<number, number[]>();

  return {
    delivered(identifier, resident, receivedMs) {
      const known = due.get(identifier);
      if (known === undefined || reachableSinceMs(resident, receivedMs) > known.wallMs) return;
      const ms = receivedMs - known.wallMs;
      delivery.add(ms);
      firstMs.set(identifier, Math.min(firstMs.get(identifier) ?? Infinity, ms));
      lastMs.set(identifier, Math.max(lastMs.get(identifier) ?? -Infinity, ms));
      const second = Math.floor((receivedMs - openingMs) / 1000);
      const mine = bySecond.get(second);
      if (mine === undefined) bySecond.set(second, [ms]);
      else mine.push(ms);
    },
    latency: (others) => ({
      ...others,
      firstDelivery: histogramOf(firstMs.values()).tail(),
      delivery: delivery.tail(),
      completion: histogramOf(lastMs.values()).tail(),
    }),
    spreads: () => ({
      firstDelivery: histogramOf(firstMs.values()).spread,
      delivery: delivery.spread,
      completion: histogramOf(lastMs.values()).spread,
    }),
    bySecond,
  };
}

// --- internal ---

function histogramOf(times: Iterable<number>): TailHistogram {
  const histogram = new TailHistogram(LATENCY_BOUNDS_MS);
  for (const ms of times) histogram.add(ms);
  return histogram;
}
