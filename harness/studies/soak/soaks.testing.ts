/** Soaks that never took place: samples with known slopes and correlated noise, from a seed. */
import { correlatedNoise, mulberry32 } from '../../../stats/noise.testing.ts';
import { emptySamples, type Samples } from './samples.ts';

/** Growth to plant in a soak. */
export interface Planted {
  heapMBPerMin?: number;
  fdsPerMin?: number;
  latencyPercentPerMin?: number;
}

const MIB = 2 ** 20;
/** The reference service on a busy machine collects every 70 s or so, and its median latency wanders by a tenth. */
const GC_SECONDS = 70;
const WANDER = 0.1;

/** Samples of a soak of `seconds` seconds in which nothing grows but what is planted. */
export function soakSamples(seconds: number, seed: number, planted: Planted = {}): Samples {
  const random = mulberry32(seed);
  const samples = emptySamples(seconds);
  const noise = (correlation: number): Float64Array => correlatedNoise(seconds, correlation, random);
  const [heap, rss, latency, loop] = [noise(0), noise(0.99), noise(0.9), noise(0.5)];
  let afterGc = 40 * MIB;
  for (let i = 0; i < seconds; i += 1) {
    const minute = i / 60;
    if (i % GC_SECONDS === 30) afterGc = (46 + 0.2 * heap[i]) * MIB + 1e6 * (planted.heapMBPerMin ?? 0) * minute;
    samples.second[i] = i + 1;
    const wander = Math.exp(WANDER * latency[i] + ((planted.latencyPercentPerMin ?? 0) / 100) * minute);
    for (const side of ['target', 'driver'] as const) {
      const here = side === 'target' ? 1 : 0;
      samples[`${side}.heapAfterGcBytes`][i] = here === 1 ? afterGc : 24 * MIB + (i % GC_SECONDS);
      samples[`${side}.rssBytes`][i] = (180 + 2 * rss[i]) * MIB;
      samples[`${side}.externalBytes`][i] = (5 + 0.1 * rss[i]) * MIB;
      samples[`${side}.fds`][i] = 1600 + 45 + here * Math.floor((planted.fdsPerMin ?? 0) * minute);
      samples[`${side}.cpuShare`][i] = 0.1;
      samples[`${side}.loopDelayMs`][i] = Math.abs(5 + 3 * loop[i]);
    }
    samples['driver.connected'][i] = 1600;
    samples['driver.unanswered'][i] = i % 3;
    samples['target.pendingInputs'][i] = 0;
    samples['target.streamWaitingBytes'][i] = 0;
    samples['target.databaseBytes'][i] = 10 * MIB;
    samples['target.walBytes'][i] = (1 + (i % 90) / 30) * MIB;
    samples['flow.sent'][i] = 100;
    samples['flow.deliveries'][i] = 50;
    samples['latency.acceptP50Ms'][i] = 12 * wander;
    samples['latency.deviceP50Ms'][i] = 4 * wander;
    samples['latency.deliveryP50Ms'][i] = 20 * wander;
  }
  return samples;
}
