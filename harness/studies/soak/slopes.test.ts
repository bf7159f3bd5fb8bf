/** Soaks of ten minutes: a planted leak is found, and nothing else is; soaks that are too short are not judged. */
import { describe, expect, it } from 'vitest';
import type { SoakSeries } from '../../../contract/record/soak.ts';
import { parseBudgets } from './budget.ts';
import { slopesOf } from './slopes.ts';
import { soakSamples, type Planted } from './soaks.testing.ts';

const TEN_MINUTES = 600;
const OPTIONS = { budgets: parseBudgets(undefined), retentionMin: 4 };
const RUNS = 40;

function beyond(seconds: number, seed: number, planted?: Planted): string[] {
  return slopesOf(soakSamples(seconds, seed, planted), OPTIONS)
    .series.filter(({ verdict }) => verdict === 'beyond')
    .map(({ name }) => name);
}

function verdictOf(seconds: number, name: string, retentionMin: number | null = 4): SoakSeries['verdict'] | undefined {
  const { series } = slopesOf(soakSamples(seconds, 1), { ...OPTIONS, retentionMin });
  return series.find((one) => one.name === name)?.verdict;
}

describe('slopes of ten minutes', () => {
  it('raise no alarm if nothing grows', () => {
    const alarms = Array.from({ length: RUNS }, (_, seed) => beyond(TEN_MINUTES, seed + 1)).filter((a) => a.length > 0);
    // One false alarm in a hundred is allowed: three in 40 would come about once in a hundred times.
    expect(alarms.length).toBeLessThanOrEqual(2);
  });

  it.each<[string, Planted]>([
    ['target.heap', { heapMBPerMin: 1 }],
    ['target.fds', { fdsPerMin: 1 }],
  ])('find a leak of %s', (name, planted) => {
    const found = Array.from({ length: 20 }, (_, seed) => beyond(TEN_MINUTES, seed + 1, planted));
    expect(found.filter((names) => names.includes(name)).length).toBeGreaterThanOrEqual(17);
    expect(found.flat().filter((other) => other !== name)).toEqual([]);
  });

  it('find latency that drifts by more than its noise', () => {
    expect(beyond(TEN_MINUTES, 1, { latencyPercentPerMin: 8 })).toEqual([
      'latency.accept',
      'latency.device',
      'latency.delivery',
    ]);
  });

  it('do not take a series that settles for a leak: files are opened in the first half, and none after it', () => {
    const samples = soakSamples(TEN_MINUTES, 1);
    samples['target.fds'] = samples['target.fds'].map((fds, i) => fds + Math.floor(Math.min(i, TEN_MINUTES / 2) / 20));
    const fds = slopesOf(samples, OPTIONS).series.find(({ name }) => name === 'target.fds');
    expect(fds?.slope).toBeGreaterThan(0.5);
    expect(fds?.verdict).toBe('inconclusive');
  });

  it('do not count connections of residents and doorbells as open files', () => {
    const samples = soakSamples(TEN_MINUTES, 1);
    for (let i = 0; i < TEN_MINUTES; i += 1)
      for (const column of ['target.fds', 'driver.fds', 'driver.connected'] as const) samples[column][i] += i;
    expect(slopesOf(samples, OPTIONS).verdict).toBe('within');
  });

  it('do not take seconds without a heap value for a change of the heap', () => {
    const samples = soakSamples(TEN_MINUTES, 1);
    // Across the collection at 240.
    samples['target.heapAfterGcBytes'].fill(NaN, 235, 246);
    const points = (of: typeof samples) =>
      slopesOf(of, OPTIONS).series.find(({ name }) => name === 'target.heap')?.points;
    expect(points(samples)).toBe(points(soakSamples(TEN_MINUTES, 1)));
  });

  it('are judged by the budget that is given', () => {
    const samples = soakSamples(TEN_MINUTES, 1, { fdsPerMin: 1 });
    const of = (text: string) =>
      slopesOf(samples, { ...OPTIONS, budgets: parseBudgets(text) }).series.find(({ name }) => name === 'target.fds');
    expect(of('fds<5/min')?.verdict).toBe('within');
    expect(of('fds=0/min')?.verdict).toBe('beyond');
    expect(of('target.fds<2/h')?.budget).toBeCloseTo(1 / 30, 9);
  });

  it('draw the line that they judge, from the warm-up to the end', () => {
    const { series } = slopesOf(soakSamples(TEN_MINUTES, 1, { fdsPerMin: 1 }), OPTIONS);
    const fds = series.find(({ name }) => name === 'target.fds');
    const [[fromMin, from], [toMin, to]] = fds?.line ?? [];
    expect([fromMin, toMin]).toEqual([1, 10]);
    expect(from).toBeGreaterThan(44);
    expect(to - from).toBeCloseTo(9 * (fds?.slope ?? 0), 3);
    expect(fds?.shown.length).toBe(200);
  });
});

describe('a soak that is too short', () => {
  it('has no verdict on its slopes, however steep they are', () => {
    const { series, verdict } = slopesOf(soakSamples(30, 1, { fdsPerMin: 600, heapMBPerMin: 100 }), OPTIONS);
    expect(verdict).toBe('too short');
    expect(new Set(series.map((one) => one.verdict))).toEqual(new Set(['too short', 'not judged']));
  });

  it('is judged first by series that settle soon, later by those that settle late', () => {
    expect(verdictOf(230, 'target.fds')).toBe('too short');
    expect(verdictOf(300, 'target.fds')).toBe('within');
    expect(verdictOf(300, 'target.heap')).toBe('too short');
    expect(verdictOf(TEN_MINUTES, 'target.rss')).not.toBe('too short');
  });

  it('has no verdict on a store that the target is still filling', () => {
    expect(verdictOf(TEN_MINUTES, 'target.db', 4)).toBe('within');
    expect(verdictOf(TEN_MINUTES, 'target.db', 24)).toBe('filling');
    expect(verdictOf(TEN_MINUTES, 'target.db', null)).toBe('filling');
  });

  it('has no verdict on a series without values', () => {
    const samples = soakSamples(TEN_MINUTES, 1);
    samples['latency.deliveryP50Ms'].fill(NaN);
    const { series } = slopesOf(samples, OPTIONS);
    expect(series.find(({ name }) => name === 'latency.delivery')).toMatchObject({ verdict: 'no data', slope: null });
  });
});
