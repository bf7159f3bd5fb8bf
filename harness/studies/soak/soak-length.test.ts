import { describe, expect, it } from 'vitest';
import { daysFor, isLongEnough, warmUpMin } from './soak-length.ts';

describe('the warm-up', () => {
  it('is a share of the soak, within bounds', () => {
    expect(warmUpMin('other', 5)).toBe(1);
    expect(warmUpMin('other', 60)).toBe(6);
    expect(warmUpMin('memory', 10)).toBe(3);
    expect(warmUpMin('memory', 60)).toBe(15);
    expect(warmUpMin('heap', 10)).toBe(1.5);
    expect(warmUpMin('memory', 480)).toBe(30);
  });

  it('leaves enough, or nothing is judged', () => {
    expect(isLongEnough('other', 3.5)).toBe(false);
    expect(isLongEnough('other', 4)).toBe(true);
    expect(isLongEnough('heap', 7)).toBe(false);
    expect(isLongEnough('memory', 8)).toBe(false);
    expect(isLongEnough('memory', 599 / 60)).toBe(true);
  });
});

describe('the length of a world', () => {
  it('is that of the scenario, or as many days as the soak takes', () => {
    const load = { fromMs: 0, durationMs: 300_000, speed: 60 } as Parameters<typeof daysFor>[0]['load'];
    expect(daysFor({ durationDays: 1, load })).toBe(1);
    expect(daysFor({ durationDays: 0.125, load })).toBe(1);
    expect(daysFor({ durationDays: 1, load: { ...load, durationMs: 3_600_000 } })).toBe(3);
    expect(daysFor({ durationDays: 1, load: { ...load, durationMs: 1_440_000, fromMs: 1 } })).toBe(2);
  });
});
