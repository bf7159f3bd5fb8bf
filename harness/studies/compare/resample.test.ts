/** Holds the error rates that docs/guides/ci.md promises against the committed pools of real trials. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { resample } from './resample.ts';
import { readTrials, TRIALS_SCHEMA, type Trials } from './trials.ts';
import { DEFAULT_LIMITS } from './verdict.ts';

const POOLS = fileURLToPath(new URL('../../../results/pool', import.meta.url));
const pools = readdirSync(POOLS).filter((name) => name.endsWith('.jsonl'));

describe('the committed pools', () => {
  it('hold at least 200 real trials together', () => {
    const counts = pools.map((name) => readTrials(join(POOLS, name)).trials.length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(200);
  });

  it.each(pools)('%s: holds enough real trials to deal from', (name) => {
    const { trials } = readTrials(join(POOLS, name));
    expect(trials.length).toBeGreaterThanOrEqual(72);
    expect(trials.every(({ figures }) => Object.keys(figures).length >= 5)).toBe(true);
  });

  it.each(pools)('%s: at most 1 false alarm in 100 comparisons of a build with itself', (name) => {
    const aa = { comparisons: 400, looks: [12], factor: 1, limits: DEFAULT_LIMITS, seed: 1 };
    const { worse } = resample(readTrials(join(POOLS, name)), aa);
    expect(worse).toMatchObject({ n: 400 });
    expect(worse.value).toBeLessThanOrEqual(0.01);
  });
});

/** Trials of a quiet machine: each value varies by 2%. */
function quietPool(): Trials {
  const random = seedrandom.alea('quiet');
  const host = { node: 'v20.19.0', platform: 'linux', arch: 'x64', cpus: 2, memoryMiB: 8000, workers: 1 };
  const code = { version: '0', gitCommit: null, gitDirty: false };
  const about = (value: number): number => value * (0.98 + 0.04 * random());
  return {
    head: { schema: TRIALS_SCHEMA, scenario: 'made', seed: 1, optionsSha256: '', traceSha256: '', code, host },
    trials: Array.from({ length: 60 }, (_, block) => ({
      side: 'a',
      block,
      startedAt: '',
      load1: 0,
      lagP99Ms: 0,
      bottleneck: 'neither',
      figures: { acceptP50Ms: about(4), cpuMs: about(3000), rssPeakMiB: about(200) },
      violations: { lost: 0 },
    })),
  };
}

describe('resampling', () => {
  it.each([
    { factor: 1, answer: 'same' },
    { factor: 1.2, answer: 'worse' },
    { factor: 0.8, answer: 'better' },
  ] as const)('finds a planted factor of $factor to be $answer', ({ factor, answer }) => {
    const { answers } = resample(quietPool(), {
      comparisons: 50,
      looks: [12],
      factor,
      limits: DEFAULT_LIMITS,
      seed: 3,
    });
    expect(answers[answer]).toBeGreaterThanOrEqual(49);
  });

  it('looks again after an unclear answer, and fewer answers stay unclear', () => {
    const options = { comparisons: 50, factor: 1.1, limits: DEFAULT_LIMITS, seed: 3 };
    const unclear = (looks: number[]): number => resample(quietPool(), { ...options, looks }).answers.unclear;
    expect(unclear([6, 12, 24])).toBeLessThan(unclear([6]));
  });

  it('repeats with its seed, and refuses a pool that is too small', () => {
    const options = { comparisons: 20, looks: [12], factor: 1.08, limits: DEFAULT_LIMITS, seed: 3 };
    expect(resample(quietPool(), options)).toEqual(resample(quietPool(), options));
    expect(() => resample(quietPool(), { ...options, looks: [12, 31] })).toThrow(
      /expected 62 trials or more, found 60/,
    );
  });
});
