import { describe, expect, it } from 'vitest';
import { morrisTrajectories, saltelliPoints } from './sampling.ts';
import { morrisEffects, sobolIndices } from './sensitivity.ts';

describe('morrisEffects', () => {
  it('of a linear function are its coefficients, without spread', () => {
    const slopes = [3, -2, 0, 0.5];
    const unit = morrisTrajectories(4, 8, 'linear');
    const values = unit.map((point) => 7 + point.reduce((sum, x, k) => sum + slopes[k] * x, 0));
    for (const [k, { mu, muStar, sigma }] of morrisEffects(unit, values).entries()) {
      expect(mu.value).toBeCloseTo(slopes[k], 10);
      expect(muStar.value).toBeCloseTo(Math.abs(slopes[k]), 10);
      expect(sigma.value).toBeCloseTo(0, 10);
      expect([mu.low, mu.high]).toEqual([expect.closeTo(slopes[k], 10), expect.closeTo(slopes[k], 10)]);
    }
  });

  it('show the interaction in a product as a spread', () => {
    const unit = morrisTrajectories(2, 20, 'product');
    const [x, y] = morrisEffects(
      unit,
      unit.map(([a, b]) => a * b),
    );
    expect(x.sigma.value).toBeGreaterThan(0.2);
    expect(y.sigma.value).toBeGreaterThan(0.2);
  });
});

describe('sobolIndices', () => {
  it('of the Ishigami function are those known', () => {
    // Ishigami & Homma 1990, a = 7, b = 0.1: first order .3139, .4424, 0; total order .5576, .4424, .2437.
    const ishigami = ([u, v, w]: readonly number[]): number => {
      const [x, y, z] = [u, v, w].map((share) => Math.PI * (2 * share - 1));
      return Math.sin(x) + 7 * Math.sin(y) ** 2 + 0.1 * z ** 4 * Math.sin(x);
    };
    const found = sobolIndices(3, saltelliPoints(3, 2000, 'ishigami').map(ishigami));
    const known = [
      [0.3139, 0.5576],
      [0.4424, 0.4424],
      [0, 0.2437],
    ];
    for (const [k, { first, total }] of found.entries()) {
      for (const [{ value, low, high }, exact] of [
        [first, known[k][0]],
        [total, known[k][1]],
      ] as const) {
        expect(Math.abs(value - exact)).toBeLessThan(0.06);
        // A 95% interval misses one time in twenty: there is a little slack.
        expect(low).toBeLessThan(exact + 0.01);
        expect(high).toBeGreaterThan(exact - 0.01);
      }
    }
  });
});
