import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, expect, it } from 'vitest';
import { capacityText } from './study-text.ts';
import { fixtureLoadRun, writeFixtureRun } from './fixture.testing.ts';
import { CAPACITY } from './full-run.testing.ts';
import { writeReport } from './report.ts';
import { summaryLines } from './summary.ts';

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-capacity-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('shows where the capacity lies, what broke first, and every trial', async () => {
  const run = fixtureLoadRun();
  run.record.capacity = CAPACITY;
  const dir = join(folder, 'run');
  writeFixtureRun(dir, run);
  const { document } = parseHTML(readFileSync(await writeReport(dir), 'utf8'));
  const section = document.querySelector('#capacity');
  expect(section?.textContent).toContain('11.4 to 12.3 alerts per wall second (99% interval).');
  expect(section?.textContent).toContain('As load rises, completion breaks first');
  expect(section?.querySelectorAll('figure').length).toBe(2);
  expect(section?.querySelectorAll('tbody tr').length).toBe(CAPACITY.trials.length);
  expect(section?.textContent).toContain('completion.p99<2s (2.4 s)');
  expect(section?.textContent).toContain('failed, disturbed: completion');
  expect(section?.textContent).toContain('8.3%');
  expect(section?.querySelectorAll('.wide [aria-label="dot"] > *').length).toBe(2 * CAPACITY.trials.length);
});

it('is on the terminal, unless the run is not a search', () => {
  const { record } = fixtureLoadRun();
  expect(summaryLines(record, 200).join('\n')).not.toContain('CAPACITY');
  record.capacity = { ...CAPACITY, knee: 9100.4 };
  const lines = summaryLines(record, 200).join('\n');
  expect(lines).toContain('CAPACITY       11.4 to 12.3 alerts per wall second (99% interval).');
  expect(lines).toContain('completion (completion.p99<2s at 12.1); accept grew most');
  expect(lines).toContain('8, 6 of them full ones, 1 limited by the generator, 1 disturbed');
  expect(lines).toContain('throughput would peak at 9,100');
});

it.each([
  [
    { upper: null, ended: 'at-least', generatorLimited: true },
    'At least 11.4 alerts per wall second (99% interval; generator-limited).',
  ],
  [
    { lower: null, ended: 'at-most' },
    'At most 12.3 alerts per wall second (99% interval; nothing below it could be tried).',
  ],
  [{ lower: null, upper: null, ended: 'interrupted' }, 'Not found; the search was interrupted.'],
] as const)('%o', (o, text) => {
  expect(capacityText({ ...CAPACITY, ...o })).toBe(text);
});
