import { afterAll, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { SCENARIOS } from '../options/registry.ts';
import { resolveScenario } from '../options/resolve.ts';
import { replayTrace } from '../trace/in-virtual-time.ts';
import { inputsOf, record, removeTraces } from '../trace/recording.testing.ts';
import { rebaseScenario } from './preparation.ts';

afterAll(removeTraces);

it('moves the window to the launch, at the speed of the wall', () => {
  const rush = SCENARIOS.get('rush')!;
  const rebased = rebaseScenario(rush, 1_790_000_000_123.4);
  expect(rebased).toEqual({ ...rush, startMs: 1_789_996_400_123, load: { ...rush.load, speed: 1 } });
  expect(rebased.startMs + rebased.load.fromMs).toBe(1_790_000_000_123);
});

it('gives a trace like any other', async () => {
  const scenario = resolveScenario('smoke', ['intensity.incidents=100', 'policy.review=auto', 'load.fromMs=3600000']);
  const launchMs = 1_790_000_000_123;
  const { trace } = await record(rebaseScenario(scenario, launchMs), 60, 60);
  expect(trace.header.fromMs).toBe(launchMs);
  expect((await inputsOf(trace))[0].atMs).toBe(launchMs - 1);
  const { judgement, receipts } = await replayTrace(trace);
  expect(judgement.violations).toEqual([]);
  expect(judgement.wrongReceipts).toEqual([]);
  expect(receipts.accepted).toBeGreaterThan(20);
});

it('refuses a launch outside the years of scenarios', () => {
  const smoke = resolveScenario('smoke', []);
  for (const launchMs of [0, 9e15, NaN]) {
    expect(() => rebaseScenario(smoke, launchMs)).toThrow(HundredblockError);
    expect(() => rebaseScenario(smoke, launchMs)).toThrow(/^startMs: expected a moment from 2000 to 2039 .* found/);
  }
});
