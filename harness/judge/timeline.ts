/** The window second by second: what was sent, acknowledged and delivered, and how both sides fared. */
import type { PlatformClock } from '../../contract/clock.ts';
import type { Load } from '../../contract/record/load.ts';
import type { DriverSummary, TraceHeader } from '../../contract/trace.ts';
import { quantilesOf } from '../../stats/quantiles.ts';

export interface Timeline {
  /** Length of the window on the wall. */
  windowMs: number;
  /** Wall times; NaN where there was none. */
  send(sentMs: number, answeredMs: number): void;
  delivery(receivedMs: number): void;
  /** `latencies`: by second of reception. */
  seconds(latencies: ReadonlyMap<number, number[]>): Load['timeline'];
}

export function createTimeline(
  { fromMs, untilMs }: Pick<TraceHeader, 'fromMs' | 'untilMs'>,
  clock: PlatformClock,
  driver: Pick<DriverSummary, 'seconds'>,
): Timeline {
  const windowMs = clock.speed === 0 ? 0 : (untilMs - fromMs) / clock.speed;
  const count = Math.ceil(windowMs / 1000);
  const sent = new Uint32Array(count);
  const acknowledged = new Uint32Array(count);
  const deliveries = new Uint32Array(count);
  const bump = (column: Uint32Array, wallMs: number): void => {
    const second = Math.floor((wallMs - clock.originWallMs) / 1000);
    if (second >= 0 && second < count) column[second] += 1;
  };

  return {
    windowMs,
    send(sentMs, answeredMs) {
      bump(sent, sentMs);
      bump(acknowledged, answeredMs);
    },
    delivery: (receivedMs) => bump(deliveries, receivedMs),
    seconds(latencies) {
      const measured = new Map(driver.seconds.map((s) => [s.second, s]));
      return Array.from({ length: count }, (_, second) => {
        const mine = latencies.get(second) ?? [];
        const own = measured.get(second);
        return {
          second,
          sent: sent[second],
          acknowledged: acknowledged[second],
          deliveries: deliveries[second],
          deliveryP99Ms: mine.length === 0 ? null : quantilesOf(mine).p99,
          lagMaxMs: own?.lagMaxMs ?? 0,
          generatorCpu: own?.generatorCpu ?? null,
          targetCpu: own?.targetCpu ?? null,
        };
      });
    },
  };
}
