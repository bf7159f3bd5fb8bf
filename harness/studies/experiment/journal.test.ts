import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openJournal, readJournal, type Entry } from './journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

const head = { experiment: 'tiny', sha256: 'a', version: '1', gitCommit: null };
const entry = (replication: number): Entry => ({
  point: 0,
  replication,
  seed: 5,
  values: [1.5, null],
  batchHalfWidths: [null, null],
  warmUpHours: 0,
  historyHash: 'ab',
});

it('keeps earlier replications, drops a line cut off by a kill, and goes on after the last whole line', () => {
  const path = join(folder, 'torn.jsonl');
  const first = openJournal(path, head);
  first.append(entry(0));
  first.append(entry(1));
  first.close();
  appendFileSync(path, JSON.stringify(entry(2)).slice(0, 40));
  expect(readJournal(path).entries).toEqual([entry(0), entry(1)]);
  const second = openJournal(path, head);
  expect(second.entries).toHaveLength(2);
  second.append(entry(2));
  second.close();
  expect(readJournal(path).entries).toEqual([entry(0), entry(1), entry(2)]);
  expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true);
});

it.each([
  ['another experiment', { experiment: 'other' }, 'expected replications of other, found those of tiny'],
  ['another way of writing it', { sha256: 'b' }, 'written differently'],
  [
    'another build',
    { gitCommit: 'f'.repeat(40) },
    `expected replications of build 1 ${'f'.repeat(12)}, found those of build 1`,
  ],
])('refuses to go on with %s', (_case, change, message) => {
  const path = join(folder, `${Object.keys(change)[0]}.jsonl`);
  openJournal(path, head).close();
  expect(() => openJournal(path, { ...head, ...change })).toThrow(message);
});

it.each([
  ['no journal', 'something\n', 'expected JSON on line 1'],
  [
    'a broken line before the last',
    `${JSON.stringify({ schema: 'hundredblock.experiment-journal/1.0', ...head })}\n{"po\n{}\n`,
    'expected JSON on line 2',
  ],
  [
    'a line of something else',
    `${JSON.stringify({ schema: 'hundredblock.experiment-journal/1.0', ...head })}\n{}\n`,
    'expected a replication on line 2',
  ],
])('refuses %s', (kind, text, message) => {
  const path = join(folder, `${kind.length}.jsonl`);
  writeFileSync(path, text);
  expect(() => readJournal(path)).toThrow(message);
});
