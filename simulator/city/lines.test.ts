import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyedDraw } from '../kernel/random.ts';
import { DENSITY, densityAt, layZones, sideLines } from './lines.ts';

const draw = keyedDraw({ seed: 1, replication: 0 }, 'lines', 0);

it('returns lines that ascend from the centre to the edge, never closer than half a downtown block', () => {
  fc.assert(
    fc.property(fc.integer({ min: 4600, max: 500_000 }), fc.integer({ min: 1, max: 5_000_000 }), (half, households) => {
      const zones = layZones(households, half);
      expect(zones.downtownDm).toBeLessThanOrEqual(zones.suburbDm);
      expect(zones.suburbDm).toBeLessThanOrEqual(half);
      const lines = sideLines(draw, zones, half);
      expect(lines.at(-1)).toBe(half);
      for (let i = 0; i < lines.length; i += 1) expect(lines[i] - (lines[i - 1] ?? 0)).toBeGreaterThan(500);
    }),
    { numRuns: 100 },
  );
});

it.each([
  ['thin countryside', { downtownDm: 3000, suburbDm: 9000 }, 9100, 6],
  ['thin suburb', { downtownDm: 3000, suburbDm: 3100 }, 16_000, 5],
  ['town without either', { downtownDm: 5000, suburbDm: 5000 }, 5000, 5],
])('lets a %s have no lines of its own', (_, zones, half, count) => {
  const lines = sideLines(draw, zones, half);
  expect(lines).toHaveLength(count);
  expect(lines.at(-1)).toBe(half);
});

it.each([
  ['downtown', DENSITY.downtown, 850, 1150],
  ['suburb', DENSITY.suburb, 1500, 2100],
  ['rural', DENSITY.rural, 5000, 8000],
])('makes %s blocks of their length', (_, density, least, most) => {
  const zones = layZones(40_000, 40_000);
  const lines = [0, ...sideLines(draw, zones, 40_000)];
  const lengths = lines
    .slice(1)
    .map((to, i) => ({ length: to - lines[i], density: densityAt(zones, (to + lines[i]) / 2) }));
  const own = lengths.filter((l) => l.density === density).map((l) => l.length);
  expect(own.length).toBeGreaterThan(1);
  expect(Math.min(...own)).toBeGreaterThan(least);
  expect(Math.max(...own)).toBeLessThan(most);
});
