import { expect, it } from 'vitest';
import { CASES } from './cases.ts';
import { coverageOf, covers } from './coverage.ts';

const SEED = 1917;

it.each(CASES.filter(({ posed }) => posed.component === 'call-takers').map((each) => [each.posed.name, each] as const))(
  '%s',
  (_name, each) => {
    for (const row of coverageOf(each, SEED, each.size).rows)
      expect({ ...row, covered: covers(row.controlled, row.published) }).toMatchObject({ covered: true });
  },
  240_000,
);

it('a load 2.5% off is noticed', () => {
  const [erlang] = CASES;
  const [arrivals] = erlang.posed.arrivals;
  const off = { ...erlang, posed: { ...erlang.posed, arrivals: [{ ...arrivals, rate: 7.8 }] } };
  const { rows } = coverageOf(off, SEED, { replications: 40, customers: 20_000, warmup: 1000 });
  expect(rows.map((row) => covers(row.controlled, row.published))).toEqual([false, false]);
  expect(rows[0].controlled.high).toBeLessThan(rows[0].published);
});
