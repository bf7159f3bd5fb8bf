import { expect, it } from 'vitest';
import { CASES, callQueue } from './cases.ts';
import { coverageOf, covers } from './coverage.ts';

const SEED = 1917;

it.each(CASES.filter((posed) => posed.component === 'call centre').map((posed) => [posed.name, posed] as const))(
  '%s',
  (_name, posed) => {
    for (const row of coverageOf(posed, SEED, posed.size).rows)
      expect({ ...row, covered: covers(row.controlled, row.published) }).toMatchObject({ covered: true });
  },
  240_000,
);

it('a load 2.5% off is noticed', () => {
  const [posed] = CASES;
  const off = {
    ...posed,
    replicate: (seed: number, replication: number, size: typeof posed.size) =>
      callQueue({ seed, replication, size, positions: 10, lambda: 7.8, patience: Infinity }),
  };
  const { rows } = coverageOf(off, SEED, { replications: 40, customers: 20_000, warmup: 1000 });
  expect(rows.map((row) => covers(row.controlled, row.published))).toEqual([false, false]);
  expect(rows[0].controlled.high).toBeLessThan(rows[0].published);
});
