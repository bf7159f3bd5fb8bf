import { expect, it } from 'vitest';
import { CASES } from './cases.ts';
import { coverageOf, covers } from './coverage.ts';

const SEED = 1954;

it.each(CASES.filter(({ posed }) => posed.component === 'dispatch').map((each) => [each.posed.name, each] as const))(
  '%s',
  (_name, each) => {
    for (const row of coverageOf(each, SEED, each.size).rows)
      expect({ ...row, covered: covers(row.controlled, row.published) }).toMatchObject({ covered: true });
  },
  240_000,
);
