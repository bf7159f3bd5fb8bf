import { describe, expect, it } from 'vitest';
import { counterDraw, normal } from '../simulator/kernel/random.ts';
import { controlledInterval, meanInterval, tQuantile } from './interval.ts';

/** Tables of Student's t, two-sided 95%, 99% and 99.9%. */
it.each([
  [0.975, 1, 12.706],
  [0.975, 2, 4.303],
  [0.995, 5, 4.032],
  [0.9995, 10, 4.587],
  [0.9995, 30, 3.646],
  [0.975, 120, 1.98],
])('tQuantile(%f, %i)', (p, df, value) => {
  expect(Math.abs(tQuantile(p, df) - value)).toBeLessThan(0.0006);
});

it('the plain interval, by hand', () => {
  const { mean, halfWidth, low, high } = meanInterval([1, 2, 3, 4, 5], 0.95);
  expect(mean).toBe(3);
  expect(halfWidth).toBeCloseTo(2.7764 * Math.sqrt(2.5 / 5), 3);
  expect([low, high]).toEqual([3 - halfWidth, 3 + halfWidth]);
});

describe('over 2,000 sets of 7 normal samples that follow two controls', () => {
  const draw = counterDraw({ seed: 3, replication: 0 }, 'interval');
  const sets = Array.from({ length: 2000 }, (_, set) => {
    let index = 0;
    const next = () => normal(() => draw(set, index++));
    const controls = Array.from({ length: 7 }, () => [next(), 5 * next()]);
    return { controls, samples: controls.map(([a, b]) => 10 + 3 * a - b + next()) };
  });
  const covering = (interval: (set: (typeof sets)[number]) => { low: number; high: number }) =>
    sets.filter((set) => interval(set).low <= 10 && interval(set).high >= 10).length / sets.length;

  it('both 90% intervals cover the mean 90% of the time, within five standard errors', () => {
    for (const share of [
      covering((s) => meanInterval(s.samples, 0.9)),
      covering((s) => controlledInterval(s.samples, s.controls, 0.9)),
    ]) {
      expect(Math.abs(share - 0.9)).toBeLessThan(5 * Math.sqrt((0.9 * 0.1) / sets.length));
    }
  });

  it('the controlled one is far narrower', () => {
    const mean = (widths: number[]) => widths.reduce((sum, w) => sum + w, 0) / widths.length;
    const plain = mean(sets.map((s) => meanInterval(s.samples, 0.9).halfWidth));
    const controlled = mean(sets.map((s) => controlledInterval(s.samples, s.controls, 0.9).halfWidth));
    expect(controlled).toBeLessThan(plain / 3);
  });
});
