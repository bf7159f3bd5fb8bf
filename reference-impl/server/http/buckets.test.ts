import { describe, expect, it } from 'vitest';
import { createBuckets } from './buckets.ts';

describe('a bucket', () => {
  it('grants a burst, then as fast as it is filled', () => {
    const buckets = createBuckets(10, 5, 100);
    for (let i = 0; i < 5; i++) expect(buckets.take('a', 0)).toBe(0);
    expect(buckets.take('a', 0)).toBe(100);
    expect(buckets.take('a', 99)).toBeGreaterThan(0);
    expect(buckets.take('a', 200)).toBe(0);
    expect(buckets.take('b', 200)).toBe(0);
  });

  it('never holds more than a burst, and is not filled by a clock that goes back', () => {
    const buckets = createBuckets(10, 2, 100);
    buckets.take('a', 0);
    buckets.take('a', 1_000_000);
    expect(buckets.take('a', 1_000_000)).toBe(0);
    expect(buckets.take('a', 1_000_000)).toBeGreaterThan(0);
    expect(buckets.take('a', 999_000)).toBeGreaterThan(0);
  });

  it('runs into debt for what was granted before it was counted', () => {
    const buckets = createBuckets(10, 5, 100);
    buckets.take('a', 0);
    buckets.charge('a', 14);
    expect(buckets.take('a', 0)).toBe(1100);
    buckets.charge('unknown', 5);
    expect(buckets.take('a', 1100)).toBe(0);
  });

  it('forgets the oldest key beyond its bound', () => {
    const buckets = createBuckets(1, 1, 2);
    buckets.take('a', 0);
    buckets.take('b', 0);
    expect(buckets.take('a', 0)).toBeGreaterThan(0);
    buckets.take('c', 0);
    expect(buckets.take('a', 0)).toBe(0);
  });
});
