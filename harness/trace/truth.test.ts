import { afterAll, expect, it } from 'vitest';
import { pipelineConfigOf } from '../../contract/onboarding.ts';
import { createOracle } from '../../oracle/oracle.ts';
import { inputsOf, recordNamed, removeTraces } from './recording.testing.ts';
import { loadTruth, tellPrivates } from './truth.ts';

afterAll(removeTraces);

it('a trace tells the oracle every string that must not leak', async () => {
  const { trace } = await recordNamed('smoke', ['intensity.incidents=100', 'agencies.0.personsPerAgency=3000'], 60, 60);
  const truth = await loadTruth(trace);
  const oracle = createOracle({ ...pipelineConfigOf(trace.onboarding), toleranceMs: 0, latenessMsMax: 5000 });
  const canaries = new Set<string>();
  for (const input of await inputsOf(trace)) {
    tellPrivates(oracle, truth, input);
    for (const [canary] of 'body' in input ? input.body.matchAll(/ZQ[A-Z]{8,}/g) : []) {
      if (canaries.has(canary)) continue;
      canaries.add(canary);
      oracle.observe({ kind: 'log', level: 'info', code: 'said', text: canary }, input.atMs);
    }
  }
  expect(canaries.size).toBeGreaterThan(5);
  const leaks = oracle.judge(truth.view).leaks.filter((leak) => leak.kind === 'canary');
  expect(leaks).toHaveLength(canaries.size);
});
