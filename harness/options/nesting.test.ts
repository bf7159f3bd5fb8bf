import { expect, it } from 'vitest';
import { isDeeperThan } from './nesting.ts';

it.each([
  [1, 0, false],
  [[], 0, true],
  [{ a: [1, { b: 2 }] }, 3, false],
  [{ a: [1, { b: 2 }] }, 2, true],
  [JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`), 16, true],
])('looks for levels beyond the allowed ones (case %#)', (value, depthMax, deeper) => {
  expect(isDeeperThan(value, depthMax)).toBe(deeper);
});
