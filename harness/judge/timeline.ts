/** The window second by second: inputs sent and acknowledged, deliveries, and how both sides fared. */
import type { PlatformClock } from '../../contract/clock.ts';
import type { Load } from '../../contract/record/load.ts';
import type { DriverSummary, TraceHeader } from '../../contract/trace.ts';
import { quantilesOf } from '../../stats/quantiles.ts';

export class Timeline {
  /** Length of the window, wall ms. */
  readonly windowMs: number;
  readonly #originWallMs: number;
  readonly #measured: DriverSummary['seconds'];
  readonly #sent: Uint32Array;
  readonly #acknowledged: Uint32Array;
  readonly #deliveries: Uint32Array;

  /** `measured` holds the driver's own measures by second. */
  constructor(
    { fromMs, untilMs }: Pick<TraceHeader, 'fromMs' | 'untilMs'>,
    clock: PlatformClock,
    measured: DriverSummary['seconds'],
  ) {
    this.windowMs = clock.speed === 0 ? 0 : (untilMs - fromMs) / clock.speed;
    const count = Math.ceil(this.windowMs / 1000);
    this.#originWallMs = clock.originWallMs;
    this.#measured = measured;
    this.#sent = new Uint32Array(count);
    this.#acknowledged = new Uint32Array(count);
    this.#deliveries = new Uint32Array(count);
  }

  /** Wall times of an input; NaN if it was not sent or not answered. */
  addSend(sentMs: number, answeredMs: number): void {
    this.#count(this.#sent, sentMs);
    this.#count(this.#acknowledged, answeredMs);
  }

  addDelivery(receivedMs: number): void {
    this.#count(this.#deliveries, receivedMs);
  }

  /** `latencies` are by second of reception. */
  seconds(latencies: ReadonlyMap<number, number[]>): Load['timeline'] {
    const measured = new Map(this.#measured.map((one) => [one.second, one]));
    return Array.from(this.#sent, (sent, second) => {
      const latencyMs = latencies.get(second) ?? [];
      const own = measured.get(second);
      return {
        second,
        sent,
        acknowledged: this.#acknowledged[second],
        deliveries: this.#deliveries[second],
        deliveryP99Ms: latencyMs.length === 0 ? null : quantilesOf(latencyMs).p99,
        lagMaxMs: own?.lagMaxMs ?? 0,
        generatorCpu: own?.generatorCpu ?? null,
        targetCpu: own?.targetCpu ?? null,
      };
    });
  }

  // --- internal ---

  /** Times outside the window do not count. */
  #count(column: Uint32Array, wallMs: number): void {
    const second = Math.floor((wallMs - this.#originWallMs) / 1000);
    if (second >= 0 && second < column.length) column[second] += 1;
  }
}
