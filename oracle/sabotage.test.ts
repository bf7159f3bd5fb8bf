import { describe, expect, it } from 'vitest';
import { createPipeline } from '../reference-impl/pipeline/pipeline.ts';
import type { Judgement } from './oracle-api.ts';
import { drive, makeScene } from './scene.testing.ts';
import { SABOTAGES } from './sabotage.testing.ts';

const scene = makeScene({
  seed: 3,
  incidentsPerAgency: 50,
  residentsPerAgency: 60,
  hours: 5,
  policy: { review: 'human', preset: 'extended' },
});
const clean = drive(scene, createPipeline).judgement;

function byDetail(j: Judgement): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const v of j.violations)
    counts[`${v.verdict} ${v.detail}`] = (counts[`${v.verdict} ${v.detail}`] ?? 0) + v.deliveries;
  return counts;
}

function byEgress(j: Judgement): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const l of j.leaks) counts[`${l.egress} ${l.kind}`] = (counts[`${l.egress} ${l.kind}`] ?? 0) + 1;
  return counts;
}

describe('sabotaged pipelines', () => {
  it('finds nothing in the clean run', () => {
    expect(clean.violations).toEqual([]);
    expect(clean.leaks).toEqual([]);
    expect(clean.wrongReceipts).toEqual([]);
    expect(clean.verdicts.delivered).toBeGreaterThan(1000);
  });

  it.each(SABOTAGES.map((s) => [s.name, s] as const))('%s', (_, sabotage) => {
    const { create, log } = sabotage.wrap(createPipeline, sabotage.rate, 11);
    const { judgement } = drive(scene, create);
    expect(log.times).toBeGreaterThan(0);
    const expected = { ...clean.verdicts };
    for (const [verdict, change] of Object.entries(log.verdicts)) expected[verdict as keyof typeof expected] += change;
    expect(judgement.verdicts).toEqual(expected);
    expect(byDetail(judgement)).toEqual(log.details);
    expect(byEgress(judgement)).toEqual(log.leaks);
    expect(judgement.wrongReceipts).toHaveLength(log.wrongReceipts);
  });
});
