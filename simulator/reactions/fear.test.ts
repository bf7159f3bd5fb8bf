import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../contract/time.ts';
import { Fear, type Worry } from './fear.ts';

const worry = (sinceMs: number, chance: number, cause: string): Worry => ({
  sinceMs,
  chance,
  cause,
  origin: 'alert',
  lineage: { root: cause, generation: 1 },
});

describe('fear', () => {
  it('halves with each half-life, adds up, and is at most a chance of 1', () => {
    const fear = new Fear(DAY_MS);
    fear.add(7, worry(0, 0.4, 'a'), 0);
    expect(fear.level(7, 0)).toBeCloseTo(0.4, 12);
    expect(fear.level(7, DAY_MS)).toBeCloseTo(0.2, 12);
    fear.add(7, worry(DAY_MS, 0.3, 'b'), DAY_MS);
    expect(fear.level(7, DAY_MS)).toBeCloseTo(0.5, 12);
    expect(fear.level(7, 2 * DAY_MS)).toBeCloseTo(0.25, 12);
    fear.add(7, worry(DAY_MS, 5, 'c'), DAY_MS);
    expect(fear.level(7, DAY_MS)).toBe(1);
    expect(fear.level(8, DAY_MS)).toBe(0);
  });

  it('names the worry in whose part the mark lies; a later worry takes nothing from it', () => {
    const fear = new Fear(DAY_MS);
    fear.add(1, worry(0, 0.4, 'a'), 0);
    const before = [0.1, 0.39, 0.41, 0.69, 0.71].map((u) => fear.cause(1, 0, u)?.cause ?? null);
    expect(before).toEqual(['a', 'a', null, null, null]);
    fear.add(1, worry(0, 0.3, 'b'), 0);
    const after = [0.1, 0.39, 0.41, 0.69, 0.71].map((u) => fear.cause(1, 0, u)?.cause ?? null);
    expect(after).toEqual(['a', 'a', 'b', 'b', null]);
  });

  it('is spent by a report, begins at its own time, and is forgotten in the end', () => {
    const fear = new Fear(DAY_MS);
    fear.add(1, worry(DAY_MS, 0.5, 'a'), 0);
    expect(fear.level(1, DAY_MS - 1)).toBe(0);
    expect(fear.endMs(1)).toBe(9 * DAY_MS);
    expect(fear.level(1, 9 * DAY_MS - 1)).toBeGreaterThan(0);
    expect(fear.level(1, 9 * DAY_MS)).toBe(0);
    fear.spend(1, fear.cause(1, DAY_MS, 0.1)!);
    expect(fear.level(1, DAY_MS)).toBe(0);
    expect(fear.endMs(1)).toBe(-Infinity);
  });
});
