/** Columns of a made-up run in which every answer and every delivery takes the same time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openYardstick, type Yardstick } from '../../judge/judge.ts';
import {
  ANSWER_MS,
  DELIVERY_MS,
  LAG_MS,
  LAUNCH_MS,
  perfectWire,
  writeWire,
  type Wire,
} from '../../judge/wire.testing.ts';
import { recordNamed, removeTraces } from '../../trace/recording.testing.ts';
import { addLatencies } from './latency-seconds.ts';
import { emptySamples, type Samples } from './samples.ts';

const SECONDS = 20;
const SPEED = 180;
const dir = mkdtempSync(join(tmpdir(), 'hundredblock-seconds-'));
let yardstick: Yardstick;
let wire: Wire;
let runs = 0;
afterAll(() => {
  removeTraces();
  rmSync(dir, { recursive: true, force: true });
});

beforeAll(async () => {
  const { trace } = await recordNamed(
    'smoke',
    [
      'policy.review=auto',
      'intensity.incidents=400',
      'intensity.staffing=400',
      'agencies.0.personsPerAgency=4000',
      'agencies.1.personsPerAgency=2000',
      `load.speed=${SPEED}`,
    ],
    60,
    (SECONDS * SPEED) / 60,
  );
  yardstick = await openYardstick(trace.dir);
  wire = await perfectWire(trace, { speed: SPEED });
});

async function columnsOf(observed: Wire): Promise<Samples> {
  const observations = join(dir, String((runs += 1)));
  writeWire(observations, observed);
  const samples = emptySamples(SECONDS);
  samples.second.forEach((_, i) => (samples.second[i] = i + 1));
  await addLatencies(samples, yardstick, observations);
  return samples;
}

function known(values: Float64Array): number[] {
  return [...values].filter((value) => !Number.isNaN(value));
}

it('gives for each second how long answers and deliveries took', async () => {
  const samples = await columnsOf(wire);
  for (const column of ['latency.acceptP50Ms', 'latency.deviceP99Ms'] as const) {
    expect(known(samples[column]).length).toBeGreaterThan(5);
    for (const ms of known(samples[column])) expect(ms).toBeCloseTo(LAG_MS + ANSWER_MS, 1);
  }
  expect(known(samples['latency.deliveryP50Ms']).length).toBeGreaterThan(0);
  for (const ms of known(samples['latency.deliveryP50Ms'])) expect(ms).toBeCloseTo(LAG_MS + DELIVERY_MS, 1);
  const within = wire.deliveries.filter(([, , , ms]) => ms >= LAUNCH_MS && ms < LAUNCH_MS + 1000 * SECONDS).length;
  expect(within).toBeGreaterThan(100);
  expect(samples['flow.deliveries'].reduce((sum, n) => sum + n, 0)).toBe(within);
  expect(samples['flow.late'].reduce((sum, n) => sum + n, 0)).toBe(0);
});

it('finds the seconds in which deliveries were slow, and counts those that were late', async () => {
  const slow = 6000;
  const deliveries = wire.deliveries.map(
    ([resident, sequence, frame, ms]) => [resident, sequence, frame, ms + slow] as Wire['deliveries'][number],
  );
  const samples = await columnsOf({ ...wire, deliveries });
  for (const ms of known(samples['latency.deliveryP50Ms'])) expect(ms).toBeCloseTo(LAG_MS + DELIVERY_MS + slow, 1);
  expect(samples['flow.late'].reduce((sum, n) => sum + n, 0)).toBeGreaterThan(50);
});

it('does not count messages that a resident fetched after an absence as slow', async () => {
  const opened = wire.connections.map((line) => ({ ...line, atMs: LAUNCH_MS + 1000 * SECONDS - 1 }));
  const samples = await columnsOf({ ...wire, connections: opened });
  expect(known(samples['latency.deliveryP50Ms'])).toEqual([]);
});
