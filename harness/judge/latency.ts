/** Latencies in wall time. Each counts from the moment at which its cause was meant to be sent, so that no queue is left out. */
import { HARNESS_METRICS } from '../../contract/metrics.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Spread } from '../../stats/spread.ts';
import { TailHistogram } from '../../stats/tail.ts';
import type { Presence } from './presence.ts';

/** A message of the virtual clock: its audience, and the wall time at which a system that takes no time would have published it. */
export interface DueMessage {
  wallMs: number;
  audience: Uint32Array;
}

type Latency = NonNullable<RunRecord['latencyMs']>;
type DeliveryStage = 'firstDelivery' | 'delivery' | 'completion';

/** Every measured latency, counted in the buckets of contract/metrics.ts. */
export type LatencySpreads = Record<Exclude<keyof Latency, 'connect'>, Spread>;

export const LATENCY_BOUNDS_MS: readonly number[] = HARNESS_METRICS.hundredblock_run_latency_seconds.buckets.map(
  (bound) => 1000 * bound,
);

export class LatencyMeter {
  /** Delivery latencies by wall second of reception since the opening, in any order. */
  readonly bySecond = new Map<number, number[]>();
  readonly #due: ReadonlyMap<string, DueMessage>;
  readonly #openingMs: number;
  readonly #presence: Pick<Presence, 'reachableSinceMs'>;
  readonly #delivery = new TailHistogram(LATENCY_BOUNDS_MS);
  readonly #firstMs = new Map<string, number>();
  readonly #lastMs = new Map<string, number>();

  /** `due` is by identifier. The window opens at `openingMs`, wall time. */
  constructor(due: ReadonlyMap<string, DueMessage>, openingMs: number, presence: Pick<Presence, 'reachableSinceMs'>) {
    this.#due = due;
    this.#openingMs = openingMs;
    this.#presence = presence;
  }

  /** A resident received a message for the first time. It counts only if the resident could be reached without a break since the message was due. */
  add(identifier: string, resident: number, receivedMs: number): void {
    const due = this.#due.get(identifier);
    if (due === undefined || this.#presence.reachableSinceMs(resident, receivedMs) > due.wallMs) return;
    const ms = receivedMs - due.wallMs;
    this.#delivery.add(ms);
    this.#firstMs.set(identifier, Math.min(this.#firstMs.get(identifier) ?? Infinity, ms));
    this.#lastMs.set(identifier, Math.max(this.#lastMs.get(identifier) ?? -Infinity, ms));
    const second = Math.floor((receivedMs - this.#openingMs) / 1000);
    const list = this.bySecond.get(second);
    if (list === undefined) this.bySecond.set(second, [ms]);
    else list.push(ms);
  }

  tails(): Pick<Latency, DeliveryStage> {
    return {
      firstDelivery: histogramOf(this.#firstMs.values()).tail(),
      delivery: this.#delivery.tail(),
      completion: histogramOf(this.#lastMs.values()).tail(),
    };
  }

  /** The same latencies by bucket. */
  spreads(): Pick<LatencySpreads, DeliveryStage> {
    return {
      firstDelivery: histogramOf(this.#firstMs.values()).spread,
      delivery: this.#delivery.spread,
      completion: histogramOf(this.#lastMs.values()).spread,
    };
  }
}

// --- internal ---

function histogramOf(times: Iterable<number>): TailHistogram {
  const histogram = new TailHistogram(LATENCY_BOUNDS_MS);
  for (const ms of times) histogram.add(ms);
  return histogram;
}
