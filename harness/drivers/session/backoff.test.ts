import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoff, retryAfterMs, spread } from './backoff.ts';

describe('backoff', () => {
  it.each([
    [0, 50],
    [1, 100],
    [3, 400],
    [6, 3200],
    [7, 5000],
    [40, 5000],
    [1000, 5000],
  ])('after %i failed attempts waits %i ms', (attempt, waitMs) => {
    expect(backoff(attempt, { baseMs: 50, maxMs: 5000 })).toBe(waitMs);
  });

  it('doubles up to its bound', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer({ min: 1, max: 1000 }), fc.nat(1_000_000), (attempt, baseMs, maxMs) => {
        expect(backoff(attempt, { baseMs, maxMs })).toBe(Math.min(baseMs * 2 ** attempt, maxMs));
      }),
    );
  });
});

describe('spread', () => {
  it('fills the interval evenly over neighbours, and over one client that tries again and again', () => {
    for (const numbers of [
      Array.from({ length: 1000 }, (_, entity) => spread(entity, 1)),
      Array.from({ length: 1000 }, (_, attempt) => spread(7, attempt)),
    ]) {
      const tenths = Array.from({ length: 10 }, (_, i) => numbers.filter((n) => Math.floor(10 * n) === i).length);
      for (const count of tenths) expect(count).toBeGreaterThan(70);
      for (const count of tenths) expect(count).toBeLessThan(130);
    }
  });

  it('is the same in every run, and below 1', () => {
    expect([spread(0, 0), spread(1, 1), spread(4_294_967_295, 9)]).toEqual([
      0.6180339867714792, 0.7246890712995082, 0.7081621994730085,
    ]);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (entity, attempt) => {
        expect(spread(entity, attempt)).toBeGreaterThanOrEqual(0);
        expect(spread(entity, attempt)).toBeLessThan(1);
      }),
    );
  });
});

it.each([
  [0, 0],
  [3, 3000],
  [3600, 10_000],
])('Retry-After: %i asks for %i ms', (seconds, ms) => expect(retryAfterMs(seconds)).toBe(ms));
