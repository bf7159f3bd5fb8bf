/** The reference pipeline, taken as a black box, and the oracle agree on a world that owes nothing to the simulator. */
import { expect, it } from 'vitest';
import { createPipeline } from '../reference-impl/pipeline/pipeline.ts';
import type { Policy } from '../contract/policy.ts';
import { MINUTE_MS } from '../contract/time.ts';
import { drive, makeScene } from './scene.testing.ts';

it.each<[number, Partial<Policy>, Partial<Policy>]>([
  [1, {}, {}],
  [2, { review: 'human' }, { review: 'auto' }],
  [3, { review: 'auto', preset: 'extended', sameEventMsMax: 60 * MINUTE_MS }, { preset: 'us-eight' }],
  [4, { preset: 'extended', retainMs: 20 * MINUTE_MS, correctionMsMax: 15 * MINUTE_MS }, { householdsMin: 20 }],
  [6, { preset: 'extended', review: 'auto', matching: 'point', householdsMin: 20 }, { matching: 'place' }],
  [5, { preset: 'extended', householdsMin: 20, incidentAgeMsMax: 30 * MINUTE_MS }, { alerts: 'off' }],
])('agree on seed %i with %j, then %j', (seed, policy, policyLater) => {
  const { judgement } = drive(
    makeScene({ seed, incidentsPerAgency: 50, residentsPerAgency: 30, hours: 5, policy, policyLater }),
    createPipeline,
  );
  expect(judgement.violations).toEqual([]);
  expect(judgement.leaks).toEqual([]);
  expect(judgement.wrongReceipts).toEqual([]);
  expect(judgement.lines.length).toBeGreaterThan(20);
});
