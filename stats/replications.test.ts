import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { estimate, exceedsBy, pairedDifference, relativeHalfWidth } from './replications.ts';

/** Standard normal numbers, by Box and Muller. */
function normals(seed: string): () => number {
  const draw = seedrandom.alea(seed);
  return () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

describe('estimate', () => {
  it('is the t interval of a worked example', () => {
    // Mean 5, s = 2, t(0.975, 3) = 3.1824.
    const { mean, sd, low, high, n } = estimate([3, 4, 5, 8]);
    expect([n, mean]).toEqual([4, 5]);
    expect(sd).toBeCloseTo(Math.sqrt(14 / 3), 12);
    expect(high! - mean!).toBeCloseTo((3.182446 * Math.sqrt(14 / 3)) / 2, 5);
    expect(mean! - low!).toBeCloseTo(high! - mean!, 12);
  });

  it('leaves out what was not measured, and has no interval of one value', () => {
    expect(estimate([null, 3, null])).toEqual({ n: 1, mean: 3, sd: null, low: null, high: null });
    expect(estimate([])).toEqual({ n: 0, mean: null, sd: null, low: null, high: null });
  });

  it('covers a known mean in 92 to 98 of 100 experiments at 95%', () => {
    const draw = normals('coverage');
    const covered = Array.from({ length: 2000 }, () => {
      // Squares of normals: skewed, as waits are; mean 1.
      const { low, high } = estimate(Array.from({ length: 30 }, () => (draw() + 3) ** 2 / 10));
      return low! <= 1 && 1 <= high!;
    }).filter(Boolean).length;
    expect(covered / 2000).toBeGreaterThan(0.92);
    expect(covered / 2000).toBeLessThan(0.98);
  });
});

describe('pairedDifference', () => {
  it('finds a small effect under large common noise, which a comparison of means would not', () => {
    const draw = normals('paired');
    const reference = Array.from({ length: 30 }, () => 100 + 20 * draw());
    const level = reference.map((x) => x + 1 + 0.5 * draw());
    const difference = pairedDifference(level, reference);
    expect(difference.low).toBeGreaterThan(0.5);
    expect(difference.high).toBeLessThan(1.5);
    expect(difference.p).toBeLessThan(1e-6);
    expect(difference.share).toBeCloseTo(difference.mean! / estimate(reference).mean!, 12);
    expect(estimate(level).low!).toBeLessThan(estimate(reference).mean!);
  });

  it('pairs by replication and leaves out pairs with a hole', () => {
    const difference = pairedDifference([2, null, 5, 9], [1, 1, null]);
    expect([difference.n, difference.mean]).toEqual([1, 1]);
  });

  it('of equal values is 0, and a constant step is certain', () => {
    expect(pairedDifference([1, 2, 3], [1, 2, 3])).toMatchObject({ mean: 0, p: 1, low: 0, high: 0 });
    expect(pairedDifference([2, 3, 4], [1, 2, 3]).p).toBe(0);
  });
});

describe('exceedsBy', () => {
  it.each([
    [1.2, true],
    [1.1, false],
    [1, false],
  ])('tells whether %d times the reference is more than a tenth above it', (factor, expected) => {
    const draw = normals(`exceeds ${factor}`);
    const reference = Array.from({ length: 30 }, () => 10 + draw());
    const level = reference.map((x) => factor * x + 0.1 * draw());
    expect(exceedsBy(level, reference, 0.1)! < 0.001).toBe(expected);
  });
});

it('relativeHalfWidth of a mean of nothing, or of 0, is no precision', () => {
  expect(relativeHalfWidth(estimate([]))).toBe(Infinity);
  expect(relativeHalfWidth(estimate([-1, 1]))).toBe(Infinity);
  expect(relativeHalfWidth(estimate([0, 0]))).toBe(0);
});
