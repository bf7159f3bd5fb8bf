import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { announced, type Golden } from './golden.ts';

const golden: Golden = { scenario: 'smoke', seed: 7, historyHash: `0123456789ab${'c'.repeat(52)}` };

it.each([
  ['- changes seeded output: golden 0123456789ab', true],
  ['# Changelog\n\n- A reason; changes seeded output (0123456789ab).\n', true],
  ['', false],
  ['- changes seeded output: golden ffffffffffff', false],
  ['- golden 0123456789ab\n- changes seeded output', false],
])('%j announces the hash: %s', (changelog, expected) => {
  expect(announced(golden, changelog) === null).toBe(expected);
});

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
}

it('the committed golden hash is announced', () => {
  expect(announced(JSON.parse(read('results/baselines/golden.json')) as Golden, read('CHANGELOG.md'))).toBeNull();
});
