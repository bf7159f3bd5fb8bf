import { describe, expect, it } from 'vitest';
import { median, medianOfAscending, upperMedian } from './median.ts';

describe('the median', () => {
  it.each([
    { values: [3, 1, 2], mean: 2, upper: 2 },
    { values: [4, 1, 2, 3], mean: 2.5, upper: 3 },
    { values: [7], mean: 7, upper: 7 },
    { values: [10, 9], mean: 9.5, upper: 10 },
  ])('of $values is $mean, or $upper', ({ values, mean, upper }) => {
    const given = [...values];
    expect(median(values)).toBe(mean);
    expect(medianOfAscending(values.toSorted((x, y) => x - y))).toBe(mean);
    expect(upperMedian(values)).toBe(upper);
    expect(values).toEqual(given);
  });

  it('of no values is not a number', () => expect(median([])).toBeNaN());
});
