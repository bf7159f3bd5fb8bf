import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['city', 'city', 0],
    ['cty', 'city', 1],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
  ])('from %j to %j is %i', (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  it('is a metric', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe('nearest', () => {
  it.each([
    ['cty', 'city'],
    ['METRO', 'metro'],
    ['smok', 'smoke'],
    ['', 'city'],
    ['n'.repeat(100_000), 'city'],
  ])('of %.20s is %s', (name, expected) => {
    expect(nearest(name, ['city', 'smoke', 'metro'])).toBe(expected);
  });

  it('refuses an empty list', () => {
    expect(() => nearest('x', [])).toThrow(RangeError);
  });
});
