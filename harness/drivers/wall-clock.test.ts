import { describe, expect, test } from 'vitest';
import { measureWallOffset, wallClock } from './wall-clock.ts';

const wall = wallClock(measureWallOffset());

describe('the wall clock', () => {
  test('shows what the host shows, with a fraction', () => {
    const differences = Array.from({ length: 1000 }, () => wall() - Date.now());
    // `Date` leaves the fraction out; a pause between the two calls can only make a difference smaller.
    expect(Math.max(...differences)).toBeGreaterThan(-0.1);
    expect(Math.max(...differences)).toBeLessThan(1.1);
    expect(differences.some((ms) => !Number.isInteger(ms))).toBe(true);
  });
});
