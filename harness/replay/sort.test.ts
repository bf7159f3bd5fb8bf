import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { MappedRow } from './map-row.ts';
import { RowSorter } from './sort.ts';

const dir = mkdtempSync(join(tmpdir(), 'hundredblock-sort-'));
afterAll(() => rmSync(dir, { recursive: true }));

function row(file: number, n: number, clockMs: number): MappedRow {
  // A place may hold what other readers take for the end of a line.
  const place = `A\u2028B\u0085 ${n}`;
  return {
    file,
    row: n,
    id: String(n),
    idHash: n,
    content: 0,
    incidentMs: 0,
    clockMs,
    nature: 'x',
    unmapped: null,
    place,
    refusedPlace: '',
    outcome: 'open',
    latitude: null,
    longitude: null,
    gaps: 0,
    overlaps: 0,
    outside: 0,
  };
}

it('sorts by the clock, ties as in the files or the other way round, in memory and through files', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('as-in-file' as const, 'reversed' as const),
      async (clocks, stretchRows, ties) => {
        const rows = clocks.map((clockMs, i) => row(Math.floor(i / 7), i % 7, clockMs));
        const sorter = new RowSorter(dir, ties, stretchRows);
        for (const r of rows) sorter.add(r);
        const sorted: MappedRow[] = [];
        for await (const r of sorter.sorted()) sorted.push(r);
        const expected = (ties === 'reversed' ? rows.toReversed() : rows).toSorted((a, b) => a.clockMs - b.clockMs);
        expect(sorted).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
  expect(readdirSync(dir).length).toBeGreaterThan(0);
});
