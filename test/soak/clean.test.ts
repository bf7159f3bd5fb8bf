/** The soak in which nothing grew, as it is kept: ten minutes of it, or made of it, raise no alarm. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseBudgets } from '../../harness/studies/soak/budget.ts';
import { readSamples, type Samples } from '../../harness/studies/soak/samples.ts';
import { slopesOf } from '../../harness/studies/soak/slopes.ts';
import { resampled, thinned, windowOf } from './resample.testing.ts';

const { header, samples } = readSamples(fileURLToPath(new URL('../../results/soak/clean.jsonl', import.meta.url)));
const ROWS = 600_000 / header.everyMs;
const BLOCKS = { from: 180_000 / header.everyMs, rows: ROWS, block: 120_000 / header.everyMs };
const OPTIONS = { budgets: parseBudgets(undefined), retentionMin: null };

function alarmsOf(soak: Samples): string[] {
  return slopesOf(soak, OPTIONS)
    .series.filter(({ verdict }) => verdict === 'beyond')
    .map(({ name }) => name);
}

describe('a clean soak', () => {
  it('is an hour long, of both processes', () => {
    expect(samples.second[samples.second.length - 1]).toBeGreaterThan(3500);
    for (const column of ['target.rssBytes', 'driver.rssBytes', 'latency.deviceP50Ms'] as const)
      expect([...samples[column]].filter(Number.isNaN).length).toBeLessThan(0.05 * samples.second.length);
  });

  it('raises no alarm in 20 soaks of ten minutes made of its blocks', () => {
    for (let seed = 1; seed <= 20; seed += 1)
      expect(alarmsOf(resampled(samples, { ...BLOCKS, seed })), `${seed}`).toEqual([]);
  });

  it('raises none in its own ten minutes, the first included', () => {
    const step = 120_000 / header.everyMs;
    for (let from = 0; from + ROWS <= samples.second.length; from += step)
      expect(alarmsOf(windowOf(samples, from, ROWS)), `from ${from}`).toEqual([]);
  });

  it('would raise one if its files were not all closed', () => {
    const leaking = resampled(samples, { ...BLOCKS, seed: 1 });
    leaking['target.fds'] = leaking['target.fds'].map((fds, i) => fds + Math.floor(leaking.second[i] / 60));
    expect(alarmsOf(leaking)).toEqual(['target.fds']);
  });
});

describe('the pieces of a soak', () => {
  it('are cut as they are, begin at 0, and are thinned by medians', () => {
    const piece = windowOf(samples, 40, 30);
    expect(piece.second[0]).toBe(samples.second[40] - samples.second[39]);
    expect([...piece['target.rssBytes']]).toEqual([...samples['target.rssBytes'].subarray(40, 70)]);
    const thin = thinned(piece, 3);
    expect(thin.second.length).toBe(10);
    expect(thin.second[9]).toBe(piece.second[29]);
    expect(thin['target.rssBytes'][0]).toBeCloseTo(
      [...piece['target.rssBytes'].subarray(0, 3)].sort((a, b) => a - b)[1],
      -5,
    );
  });

  it('are drawn by their seed alone', () => {
    const draw = (seed: number) => [...resampled(samples, { ...BLOCKS, seed })['target.loopDelayMs']];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});
