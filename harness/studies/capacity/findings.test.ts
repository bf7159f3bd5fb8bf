import { expect, it } from 'vitest';
import type { CapacityTrial } from '../../../contract/record/capacity.ts';
import { bestOf, brokeFirst, scalability } from './findings.ts';
import { parseObjectives } from './slo.ts';
import { throughputAt } from '../../../stats/usl.ts';

const OBJECTIVES = parseObjectives('slo', 'completion.p99<2s,lost=0');

function trial(load: number, changes: Partial<CapacityTrial> = {}): CapacityTrial {
  const failed = changes.failed ?? [];
  return {
    phase: 'confirm',
    load,
    seconds: 15,
    speed: 60,
    passed: failed.length === 0,
    limited: false,
    failed,
    stopped: null,
    latencyMs: { accept: { p50: 2, p99: 10 }, completion: { p50: 20, p99: 100 } },
    residents: 100,
    doorbells: 0,
    deliveries: 1000,
    lost: 0,
    throughput: 100,
    targetCpu: 0.5,
    generatorCpu: 0.2,
    lagP99Ms: 1,
    ...changes,
  };
}

const LOST = { objective: 'lost=0', found: 7 };
const LATE = { objective: 'completion.p99<2s', found: 2500 };

it('the objective that failed at the lowest load broke first, with the latency that grew most since the best trial that passed', () => {
  const trials = [
    trial(14, { failed: [LATE, LOST] }),
    trial(10),
    trial(12, { failed: [LOST], latencyMs: { accept: { p50: 9, p99: 500 }, completion: { p50: 90, p99: 1000 } } }),
  ];
  expect(brokeFirst(trials, OBJECTIVES, 11)).toEqual({
    objective: 'lost=0',
    stage: 'lost',
    load: 12,
    grewMost: { stage: 'accept', fromMs: 10, toMs: 500 },
  });
});

it('flukes far below the capacity and trials that the generator limited do not count', () => {
  const trials = [
    trial(3, { failed: [LOST] }),
    trial(11, { failed: [LOST], limited: true }),
    trial(10),
    trial(12, { failed: [LATE] }),
  ];
  expect(brokeFirst(trials, OBJECTIVES, 10)).toMatchObject({ objective: 'completion.p99<2s', load: 12 });
  expect(brokeFirst(trials.slice(0, 3), OBJECTIVES, 10)).toBeNull();
  const disturbed = trial(11, { failed: [LOST], disturbed: true });
  expect(brokeFirst([disturbed, ...trials], OBJECTIVES, 10)).toMatchObject({ load: 12 });
  expect(brokeFirst([disturbed], OBJECTIVES, 10)).toMatchObject({ load: 11 });
});

it('if the target fell over, the target itself broke first', () => {
  const trials = [trial(10), trial(12, { passed: false, stopped: 'the target ended with signal SIGKILL' })];
  expect(brokeFirst(trials, OBJECTIVES, 9)).toMatchObject({ stage: 'target', load: 12 });
});

it('the best trial is a full one, and of those the one at the greatest load', () => {
  const trials = [trial(20, { phase: 'locate' }), trial(9), trial(11), trial(12, { failed: [LOST] })];
  expect(bestOf(trials)?.load).toBe(11);
  expect(bestOf(trials.slice(0, 1))?.load).toBe(20);
  expect(bestOf(trials.slice(3))).toBeNull();
});

it('throughput over connections has a knee; loads that are not connections have none', () => {
  const law = { lambda: 2, sigma: 0.001, kappa: 1e-7 };
  const trials = [500, 1000, 2000, 4000, 6000].map((n) => trial(n, { throughput: throughputAt(law, n) }));
  const limited = trial(8000, { limited: true, throughput: 1 });
  expect(scalability([...trials, limited], ({ load }) => load).knee).toBeCloseTo(Math.sqrt(0.999 / 1e-7), 0);
  expect(scalability(trials, null)).toEqual({ usl: null, knee: null });
});
