import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { batchMeans, mser5 } from './series.ts';

function noise(seed: string): () => number {
  const draw = seedrandom.alea(seed);
  return () => draw() + draw() + draw() - 1.5;
}

describe('mser5', () => {
  it.each([50, 100, 200])('cuts a transient of %d values off, and little more', (length) => {
    const draw = noise(`transient ${length}`);
    const series = Array.from({ length: 800 }, (_, i) => (i < length ? 6 * (1 - i / length) : 0) + draw());
    const cut = mser5(series);
    expect(cut % 5).toBe(0);
    // The tail of the ramp is within the noise.
    expect(cut).toBeGreaterThan(0.6 * length);
    expect(cut).toBeLessThan(length + 40);
  });

  it('leaves a stationary series nearly whole, and a constant one whole', () => {
    const draw = noise('stationary');
    expect(mser5(Array.from({ length: 800 }, draw))).toBeLessThan(100);
    expect(mser5(new Array<number>(100).fill(3))).toBe(0);
    expect(mser5([5, 1, 1])).toBe(0);
  });

  it('never cuts more than half', () => {
    expect(mser5(Array.from({ length: 200 }, (_, i) => i))).toBeLessThanOrEqual(100);
  });
});

describe('batchMeans', () => {
  /** A first-order autoregressive series of mean 10: neighbours are alike, so that a plain interval is far too narrow. */
  function remembering(seed: string): number[] {
    const draw = noise(seed);
    let x = 0;
    return Array.from({ length: 2000 }, () => (x = 0.9 * x + draw())).map((value) => 10 + value);
  }

  it('covers the mean of a series with a memory, as a plain interval does not', () => {
    const count = (length: number): number =>
      Array.from({ length: 200 }, (_, i) => {
        const { low, high } = batchMeans(remembering(`series ${i}`), length, 0.95)!;
        return low <= 10 && 10 <= high;
      }).filter(Boolean).length;
    expect(count(100)).toBeGreaterThan(178);
    expect(count(1)).toBeLessThan(100);
  });

  it('gives nothing for fewer than ten batches', () => expect(batchMeans(remembering('short'), 250, 0.95)).toBeNull());
});
