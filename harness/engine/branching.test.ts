/** The estimator on streams whose branching ratio is known: each event causes Poisson(n) further ones. */
import { describe, expect, it } from 'vitest';
import { exponential, keyedDraw, poisson } from '../../simulator/kernel/random.ts';
import { estimateBranching, type LoopBlock } from './branching.ts';

const LAMBDA = 8;
const DELAY_DAYS = 0.02;

/** `days` of a stream with LAMBDA first events a day, after two days in which it settles. */
function stream(n: number, days: number, seed: number): LoopBlock[] {
  const draw = keyedDraw({ seed, replication: 0 }, 'branching', n);
  const blocks: LoopBlock[] = Array.from({ length: days }, () => ({ calls: 0, caused: 0, further: 0 }));
  const happen = (at: number, generation: number): void => {
    const block = blocks[Math.floor(at)];
    if (at >= 0 && block !== undefined) {
      block.calls += 1;
      if (generation > 0) block.caused += 1;
      if (generation > 1) block.further += 1;
    }
    for (let i = poisson(draw, n); i > 0; i -= 1) happen(at + exponential(draw, DELAY_DAYS), generation + 1);
  };
  for (let at = -2; at < days; at += exponential(draw, 1 / LAMBDA)) happen(at, 0);
  return blocks;
}

describe('the branching ratio', () => {
  it('has a planted 0.2 inside its interval in 92 to 98% of 300 streams', () => {
    const found = Array.from({ length: 300 }, (_, seed) => estimateBranching(stream(0.2, 60, seed), []));
    const covered = found.filter(({ low, high }) => low! <= 0.2 && high! >= 0.2).length / found.length;
    expect(covered).toBeGreaterThanOrEqual(0.92);
    expect(covered).toBeLessThanOrEqual(0.98);
    const mean = found.reduce((sum, { ratio }) => sum + ratio!, 0) / found.length;
    expect(Math.abs(mean - 0.2)).toBeLessThan(0.004);
    // In this stream, caused calls branch like all others.
    const inner = found.reduce((sum, { ofCaused }) => sum + ofCaused.ratio!, 0) / found.length;
    expect(Math.abs(inner - 0.2)).toBeLessThan(0.01);
  });

  it('gives the rate and the dispersion of the stream', () => {
    const blocks = stream(0.2, 20_000, 1);
    const { gain, dispersion, ratio } = estimateBranching(blocks, []);
    expect(Math.abs(ratio! - 0.2)).toBeLessThan(0.005);
    const rate = blocks.reduce((sum, b) => sum + b.calls, 0) / blocks.length;
    expect(Math.abs(rate - 10)).toBeLessThan(0.15);
    expect(Math.abs(LAMBDA * gain! - rate)).toBeLessThan(0.15);
    // Windows of ten days are long compared with the delays.
    const windows = Array.from({ length: 2000 }, (_, i) =>
      blocks.slice(10 * i, 10 * i + 10).reduce((sum, b) => sum + b.calls, 0),
    );
    const mean = windows.reduce((a, b) => a + b, 0) / windows.length;
    const variance = windows.reduce((a, b) => a + (b - mean) ** 2, 0) / (windows.length - 1);
    expect(Math.abs(variance / mean - 1.5625)).toBeLessThan(0.2);
    expect(Math.abs(dispersion! - 1.5625)).toBeLessThan(0.03);
  });

  it('is 0 without a loop, with an upper end that falls as calls increase', () => {
    const few = estimateBranching([{ calls: 40, caused: 0, further: 0 }], []);
    const many = estimateBranching([{ calls: 4000, caused: 0, further: 0 }], []);
    expect(few).toMatchObject({ ratio: 0, low: 0, state: 'stable', message: null });
    expect(few.high!).toBeGreaterThan(0.05);
    expect(many.high!).toBeLessThan(0.002);
    expect(estimateBranching([], [])).toMatchObject({
      ratio: null,
      low: null,
      high: null,
      gain: null,
      state: 'stable',
    });
  });

  it('says that a loop is near 1, or was stopped', () => {
    const near = estimateBranching(stream(0.93, 100, 3), []);
    expect(near.state).toBe('near');
    expect(near.message).toContain('near the point');
    const stopped = estimateBranching(stream(0.5, 20, 3), [{ agency: 'pd-000', atMs: 5 }]);
    expect(stopped.state).toBe('unstable');
    expect(stopped.message).toContain('unstable');
    expect(estimateBranching(stream(0.5, 20, 3), []).state).toBe('stable');
    // A few calls are not judged as a loop, however many of them were caused.
    expect(estimateBranching([{ calls: 10, caused: 9, further: 8 }], []).state).toBe('stable');
  });
});
