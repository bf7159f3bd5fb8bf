import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORIES } from '../../contract/catalogue.ts';
import { distanceSquaredToBox } from '../../contract/plane.ts';
import { ROSTER_MUTED, ROSTER_QUIT, type PreferenceChange, type Roster } from '../../contract/roster.ts';
import { createTarget, unionAscending } from './target.ts';

const coordinate = fc.integer({ min: -20_000, max: 20_000 });
const radius = fc.oneof(fc.integer({ min: 0, max: 6000 }), fc.constantFrom(0, 1, 2, 1024, 1025, 40_000, 2_147_483_647));
const resident = fc.record({
  x: coordinate,
  y: coordinate,
  radiusDm: radius,
  categories: fc.integer({ min: 0, max: 0x3fff }),
  flags: fc.constantFrom(0, 0, 0, 1, 2, 3),
});
type Row = { x: number; y: number; radiusDm: number; categories: number; flags: number };

/** Ids are every third number, so that an id is no row. */
function rosterOf(rows: Row[]): Roster {
  return {
    ids: Uint32Array.from(rows, (_, i) => i * 3 + 5),
    x: Int32Array.from(rows, (r) => r.x),
    y: Int32Array.from(rows, (r) => r.y),
    radiusDm: Int32Array.from(rows, (r) => r.radiusDm),
    categories: Uint16Array.from(rows, (r) => r.categories),
    flags: Uint8Array.from(rows, (r) => r.flags),
  };
}

function apply(row: Row, change: PreferenceChange): void {
  if (change.radiusDm !== undefined) row.radiusDm = change.radiusDm;
  if (change.categories !== undefined) row.categories = change.categories;
  if (change.muted !== undefined) row.flags = change.muted ? row.flags | ROSTER_MUTED : row.flags & ~ROSTER_MUTED;
  if (change.quit !== undefined) row.flags = change.quit ? row.flags | ROSTER_QUIT : row.flags & ~ROSTER_QUIT;
}

describe('the audience', () => {
  it('is that of a linear scan, before and after changes', () => {
    const change = fc.record(
      {
        row: fc.nat(199),
        radiusDm: radius,
        categories: fc.integer({ min: 0, max: 0x3fff }),
        muted: fc.boolean(),
        quit: fc.boolean(),
      },
      { requiredKeys: ['row'] },
    );
    const query = fc.record({
      x: coordinate,
      y: coordinate,
      width: fc.nat(3000),
      height: fc.nat(3000),
      category: fc.constantFrom(...CATEGORIES),
    });
    fc.assert(
      fc.property(
        fc.array(resident, { minLength: 1, maxLength: 200 }),
        fc.array(fc.tuple(change, query), { maxLength: 30 }),
        (rows, steps) => {
          const roster = rosterOf(rows);
          const target = createTarget(roster);
          const model = rows.map((row) => ({ ...row }));
          for (const [{ row, ...settings }, q] of steps) {
            const known = target.change({ resident: row * 3 + 5, ...settings });
            expect(known).toBe(row < rows.length);
            if (known) apply(model[row], { resident: 0, ...settings });
            const box = { x0: q.x, y0: q.y, x1: q.x + q.width, y1: q.y + q.height };
            const bit = 1 << CATEGORIES.indexOf(q.category);
            const scan = model.flatMap((r, i) =>
              r.flags === 0 &&
              (r.categories & bit) !== 0 &&
              distanceSquaredToBox(r.x, r.y, box) <= r.radiusDm * r.radiusDm
                ? [i * 3 + 5]
                : [],
            );
            expect([...target.matching(q.category, box)]).toEqual(scan);
            const near = model.flatMap((r, i) =>
              i > 0 && r.flags === 0 && (r.x - model[0].x) ** 2 + (r.y - model[0].y) ** 2 <= 8000 ** 2
                ? [i * 3 + 5]
                : [],
            );
            expect([...target.neighbours(5, 8000)!]).toEqual(near);
            expect([...target.reachable(roster.ids)]).toEqual(
              model.flatMap((r, i) => (r.flags === 0 ? [i * 3 + 5] : [])),
            );
          }
          expect(roster).toEqual(rosterOf(rows));
        },
      ),
      { numRuns: 150, seed: 1 },
    );
  });

  it('stays right when so many radii grow that the index is made anew', () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({ x: i * 10, y: 0, radiusDm: 1, categories: 1, flags: 0 }));
    const target = createTarget(rosterOf(rows));
    for (let i = 0; i < 2500; i++) target.change({ resident: i * 3 + 5, radiusDm: 30_000 });
    expect(target.matching('burglary', { x0: 0, y0: 0, x1: 0, y1: 0 }).length).toBe(2500);
  });

  it('of a place without a box is empty', () => {
    expect(
      createTarget(rosterOf([{ x: 0, y: 0, radiusDm: 1, categories: 1, flags: 0 }])).matching('burglary', null).length,
    ).toBe(0);
  });

  it('neighbours of nobody are null', () => {
    expect(createTarget(rosterOf([])).neighbours(5, 1)).toBeNull();
  });
});

it('a union holds each id once, ascending', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), fc.uniqueArray(fc.nat(50)), (a, b) => {
      const union = unionAscending(Uint32Array.from(a).sort(), Uint32Array.from(b).sort());
      expect([...union]).toEqual([...new Set([...a, ...b])].sort((p, q) => p - q));
    }),
    { seed: 1 },
  );
});
