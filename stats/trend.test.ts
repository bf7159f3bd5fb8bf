/** Slopes and their intervals on series whose slope is known. */
import { describe, expect, it } from 'vitest';
import { correlatedNoise, mulberry32 } from './noise.testing.ts';
import { BATCHES, trendOf } from './trend.ts';

const SECONDS = 420;
const minutes = Float64Array.from({ length: SECONDS }, (_, i) => i / 60);
const SLOPE = 0.3;

function series(seed: number, correlation: number): Float64Array {
  const noise = correlatedNoise(SECONDS, correlation, mulberry32(seed));
  return minutes.map((minute, i) => SLOPE * minute + noise[i]);
}

/** Share of intervals that hold the truth, and their median width, over seeded series. */
function coverage(correlation: number, alpha: number, runs = 200): { share: number; width: number } {
  const widths: number[] = [];
  let held = 0;
  for (let seed = 1; seed <= runs; seed += 1) {
    const trend = trendOf(minutes, series(seed, correlation), { alpha });
    if (trend === null) continue;
    if (trend.low <= SLOPE && SLOPE <= trend.high) held += 1;
    widths.push(trend.high - trend.low);
  }
  return { share: held / runs, width: widths.sort((a, b) => a - b)[runs >> 1] };
}

describe('a trend', () => {
  it('is the line itself if there is no noise', () => {
    const trend = trendOf(
      minutes,
      minutes.map((minute) => 7 - 2 * minute),
      { alpha: 0.001 },
    );
    expect(trend?.slope).toBeCloseTo(-2, 9);
    expect(trend?.low).toBeCloseTo(-2, 9);
    expect(trend?.high).toBeCloseTo(-2, 9);
    expect(trend?.level).toBeCloseTo(7 - 2 * (minutes[SECONDS - 1] / 2), 1);
    expect(trend?.points).toBe(BATCHES);
  });

  it('holds in spite of a tenth of wild values, and of missing ones', () => {
    const noise = correlatedNoise(SECONDS, 0, mulberry32(5));
    const spoilt = minutes.map((minute, i) =>
      i % 10 === 0 ? 1000 * (i / SECONDS) : i % 7 === 0 ? NaN : SLOPE * minute + 0.1 * noise[i],
    );
    expect(trendOf(minutes, spoilt, { alpha: 0.001 })?.slope).toBeCloseTo(SLOPE, 1);
  });

  it('needs 4 points', () => {
    expect(trendOf([1, 2, 3], [1, 2, 3], { alpha: 0.001 })).toBeNull();
    expect(trendOf([1, 2, 3, 4], [1, NaN, 3, 4], { alpha: 0.001 })).toBeNull();
    expect(trendOf([1, 2, 3, 4], [1, 2, 3, 4], { alpha: 0.001 })?.slope).toBe(1);
  });

  it.each([0, 0.5, 0.9, 0.97, 0.9999])(
    'has an interval that holds the truth as often as it says, at correlation %s',
    (c) => {
      // 95% at both ends together: with 200 series the share lies within 0.03 of that, two standard errors.
      expect(coverage(c, 0.025).share).toBeGreaterThan(0.92);
      // 99.8%; for noise that wanders almost without bounds (0.9999) 98%.
      expect(coverage(c, 0.001).share).toBeGreaterThanOrEqual(c < 0.99 ? 0.99 : 0.97);
    },
  );

  it('is found in a curve without noise, whose residuals are all correlated', () => {
    const trend = trendOf(
      minutes,
      minutes.map((minute) => 100 * Math.log(1 + 0.01 * minute)),
      { alpha: 0.0005 },
    );
    expect(trend?.slope).toBeCloseTo(1, 1);
    expect(trend?.low).toBeGreaterThan(0.8);
  });

  it('has an interval that is narrower the less its noise is correlated', () => {
    const widths = [0, 0.5, 0.9].map((c) => coverage(c, 0.025, 100).width);
    expect(widths[0]).toBeLessThan(0.25);
    expect(widths[0]).toBeLessThan(widths[1]);
    expect(widths[1]).toBeLessThan(widths[2]);
  });
});
