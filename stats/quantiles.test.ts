import { describe, expect, it } from 'vitest';
import { joined, quantilesOf, rateOf, shareWithin } from './quantiles.ts';

describe('rateOf', () => {
  it.each([
    // Wilson 95% intervals, as published in worked examples and checked by hand.
    [5, 50, 0.1, 0.0435, 0.2136],
    [0, 10, 0, 0, 0.2775],
    [10, 10, 1, 0.7225, 1],
    [1, 2, 0.5, 0.0945, 0.9055],
  ])('%i of %i', (hits, n, value, low, high) => {
    const rate = rateOf(hits, n);
    expect(rate.value).toBe(value);
    expect(rate.low).toBeCloseTo(low, 4);
    expect(rate.high).toBeCloseTo(high, 4);
  });

  it('has no value without samples', () => expect(rateOf(0, 0)).toEqual({ value: null, n: 0, low: null, high: null }));
});

describe('quantilesOf', () => {
  it.each([
    [[], { count: 0, p50: 0, p90: 0, p99: 0, max: 0 }],
    [[7], { count: 1, p50: 7, p90: 7, p99: 7, max: 7 }],
    [[10, 1, 9, 2, 8, 3, 7, 4, 6, 5], { count: 10, p50: 5, p90: 9, p99: 10, max: 10 }],
  ])('of %j', (samples, expected) => expect(quantilesOf(samples)).toEqual(expected));

  it('leaves its samples as they were', () => {
    const samples = Float64Array.from([3, 1, 2]);
    quantilesOf(samples);
    expect([...samples]).toEqual([3, 1, 2]);
  });
});

it('counts shares within a limit, the limit included', () => {
  expect(shareWithin([1, 2, 3, 4], 3)).toBe(0.75);
  expect(shareWithin([], 3)).toBe(1);
});

it('joins sample sets in order', () => expect([...joined([[1, 2], [], Float64Array.from([3])])]).toEqual([1, 2, 3]));
