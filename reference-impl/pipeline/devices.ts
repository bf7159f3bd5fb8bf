/** What is remembered of doorbells: when each last saw motion. It serves their online status only and is never joined to anything else. */
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';

/** A doorbell unheard of for this long is forgotten. */
const SILENCE_MS_MAX = DAY_MS;
const SWEEP_MS = HOUR_MS;
/** Most doorbells remembered at once; a further one is not followed until others fall silent. */
const DEVICES_MAX = 4_194_304;

export interface Devices {
  seen(doorbell: number, nowMs: number): void;
  count(): number;
}

export function createDevices(devicesMax = DEVICES_MAX): Devices {
  const lastMs = new Map<number, number>();
  let sweepAtMs = -Infinity;
  return {
    seen(doorbell, nowMs) {
      if (nowMs >= sweepAtMs) {
        for (const [known, heardMs] of lastMs) if (heardMs + SILENCE_MS_MAX <= nowMs) lastMs.delete(known);
        sweepAtMs = nowMs + SWEEP_MS;
      }
      if (lastMs.size < devicesMax || lastMs.has(doorbell)) lastMs.set(doorbell, nowMs);
    },
    count: () => lastMs.size,
  };
}
