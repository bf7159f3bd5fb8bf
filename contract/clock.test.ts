import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { platformMsAt, REAL_TIME, wallMsOf } from './clock.ts';

const clocks = fc.record({
  originWallMs: fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
  originMs: fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
  speed: fc.constantFrom(0.5, 1, 60, 1000),
});

describe('platform clock', () => {
  it('is the wall in real time', () => {
    expect(platformMsAt(REAL_TIME, 1_780_272_000_123)).toBe(1_780_272_000_123);
    expect(wallMsOf(REAL_TIME, 1_780_272_000_123)).toBe(1_780_272_000_123);
  });

  it('stands still before its origin, and for ever at speed 0', () => {
    const clock = { originWallMs: 1000, originMs: 5000, speed: 60 };
    expect([0, 999, 1000, 1001, 2000].map((wall) => platformMsAt(clock, wall))).toEqual([
      5000, 5000, 5000, 5060, 65_000,
    ]);
    const still = { ...clock, speed: 0 };
    expect(platformMsAt(still, 1e12)).toBe(5000);
    expect(wallMsOf(still, 5000)).toBe(1000);
    expect(wallMsOf(still, 5001)).toBe(Infinity);
  });

  it('shows a moment at the wall time that is its own, not before, and within a tick after', () => {
    fc.assert(
      fc.property(clocks, fc.integer({ min: 0, max: 86_400_000 }), (clock, sinceMs) => {
        const atMs = clock.originMs + sinceMs;
        const wallMs = wallMsOf(clock, atMs);
        // Wall times of this size carry 2^-12 ms.
        expect(platformMsAt(clock, wallMs + 0.001)).toBeGreaterThanOrEqual(atMs);
        expect(platformMsAt(clock, wallMs - 1)).toBeLessThanOrEqual(atMs);
      }),
    );
  });
});
