import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distanceSquaredToBox } from '../../contract/plane.ts';
import type { Roster } from '../../contract/roster.ts';
import { roster } from '../one-agency.testing.ts';
import { findSorted, People, union } from './people.ts';

const resident = fc.record({
  x: fc.integer({ min: -60_000, max: 60_000 }),
  y: fc.integer({ min: -60_000, max: 60_000 }),
  radiusDm: fc.integer({ min: 0, max: 50_000 }),
  categories: fc.integer({ min: 0, max: 0x3fff }),
  flags: fc.integer({ min: 0, max: 3 }),
});
const edges = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: -50_000, max: 50_000 })));

it('matches the same residents as a scan of everybody', () => {
  fc.assert(
    fc.property(fc.array(resident, { maxLength: 60 }), edges, (all, [a, b, c, d]) => {
      const column = (key: keyof (typeof all)[number]): number[] => all.map((r) => r[key]);
      const columns: Roster = {
        ids: Uint32Array.from(all, (_, i) => i * 3),
        x: Int32Array.from(column('x')),
        y: Int32Array.from(column('y')),
        radiusDm: Int32Array.from(column('radiusDm')),
        categories: Uint16Array.from(column('categories')),
        flags: Uint8Array.from(column('flags')),
      };
      const box = { x0: Math.min(a, b), x1: Math.max(a, b), y0: Math.min(c, d), y1: Math.max(c, d) };
      const scan = all.flatMap((r, i) =>
        r.flags === 0 && (r.categories & 4) !== 0 && distanceSquaredToBox(r.x, r.y, box) <= r.radiusDm * r.radiusDm
          ? [i * 3]
          : [],
      );
      expect([...new People(columns).matching(box, 'robbery')]).toEqual(scan);
    }),
    { numRuns: 300 },
  );
});

it('matches nobody to a place without a box', () => {
  expect(new People(roster()).matching(null, 'robbery')).toHaveLength(0);
});

it('remembers earlier settings', () => {
  const people = new People(roster());
  people.change({ resident: 1, muted: true }, 100);
  people.change({ resident: 1, radiusDm: 9000 }, 200);
  people.change({ resident: 77, muted: true }, 200);
  const before = { radiusDm: 1500, categories: 0x3fff, flags: 0 };
  const muted = { ...before, flags: 1 };
  expect(people.settingsBetween(1, 0, 50)).toEqual([before]);
  expect(people.settingsBetween(1, 100, 150)).toEqual([before, muted]);
  expect(people.settingsBetween(1, 150, 300)).toEqual([muted, { ...muted, radiusDm: 9000 }]);
  expect(people.settingsBetween(1, 50, 200)).toEqual([before, muted, { ...muted, radiusDm: 9000 }]);
  expect(people.settingsBetween(77, 0, 50)).toEqual([]);
  expect(people.changedBetween(101, 200)).toEqual([1]);
  expect(people.changedBetween(201, 900)).toEqual([]);
});

it('unites ascending sets and finds every member', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), fc.uniqueArray(fc.nat(50)), (a, b) => {
      const both = union(Uint32Array.from(a).sort(), Uint32Array.from(b).sort());
      expect([...both]).toEqual([...new Set([...a, ...b])].sort((p, q) => p - q));
      expect(both.every((id, i) => findSorted(both, id) === i)).toBe(true);
      expect(findSorted(both, 51)).toBe(-1);
    }),
  );
});
