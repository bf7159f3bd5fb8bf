import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { fixtureRun, writeFixtureRun } from '../report/fixture.testing.ts';
import { writeReport } from '../report/report.ts';
import { readAlertLines, readRunRecord } from './run-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'hundredblock-run-folder-'));
const sound = join(root, 'sound');
const dir = join(root, 'broken');
const run = fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 4 });

beforeAll(() => writeFixtureRun(sound, run));
beforeEach(() => {
  rmSync(dir, { recursive: true, force: true });
  cpSync(sound, dir, { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const edit = (name: string, change: (text: string) => string) =>
  writeFileSync(join(dir, name), change(readFileSync(join(dir, name), 'utf8')));
const editRecord = (change: (record: Record<string, unknown>) => void) =>
  edit('run.json', (text) => {
    const record = JSON.parse(text) as Record<string, unknown>;
    change(record);
    return JSON.stringify(record);
  });

describe('a run directory', () => {
  it('reads back what was written', async () => {
    expect(readRunRecord(sound)).toEqual(run.record);
    const lines = [];
    for await (const line of readAlertLines(sound)) lines.push(line);
    expect(lines).toEqual(run.alerts);
  });

  it('takes a later minor version with fields it does not know', () => {
    editRecord((record) => Object.assign(record, { schema: 'hundredblock.run/1.7', news: 1 }));
    expect(readRunRecord(dir).seed).toBe(7);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'a later major version',
      () => editRecord((r) => (r.schema = 'hundredblock.run/2.0')),
      /1\.\d+ .*found "hundredblock\.run\/2\.0"/,
    ],
    ['no schema', () => editRecord((r) => delete r.schema), /found none/],
    [
      'a schema of another kind',
      () => editRecord((r) => (r.schema = 'hundredblock.replay/1.0')),
      /hundredblock\.replay/,
    ],
    ['a text as seed', () => editRecord((r) => (r.seed = 'seven')), /found at seed a value that must be integer/],
    ['a missing field', () => editRecord((r) => delete r.police), /must have required properties police/],
    [
      'a cut run.json',
      () => edit('run.json', (text) => text.slice(0, 900)),
      /run\.json: expected JSON, found 900 char/,
    ],
    ['a record that is null', () => edit('run.json', () => 'null'), /found none/],
    ['no run.json', () => rmSync(join(dir, 'run.json')), /run\.json: expected a readable file, found none/],
    ['no map.json', () => rmSync(join(dir, 'map.json')), /map\.json: expected a readable file, found none/],
    [
      'a map of another shape',
      () => edit('map.json', () => '{"agencies":[{"id":"pd-000"}],"radii":[]}'),
      /expected agencies with id, box/,
    ],
    ['no alerts.jsonl', () => rmSync(join(dir, 'alerts.jsonl')), /alerts\.jsonl: expected a readable file, found none/],
    ['a cut last line', () => edit('alerts.jsonl', (text) => text.slice(0, -30)), /JSON object on line 4, found/],
    [
      'a line of another kind',
      () => edit('faults.jsonl', (text) => `${text}{"kind":"gap"}\n`),
      /field agency on line 401/,
    ],
    ['a line that is a number', () => edit('faults.jsonl', (text) => `7\n${text}`), /field kind on line 1, found none/],
  ])('is refused with %s', async (_, breakIt, message) => {
    breakIt();
    const error: unknown = await writeReport(dir).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(HundredblockError);
    const { code, message: text } = error as HundredblockError;
    expect(code).toBe('HB_RECORD_FILE');
    expect(text).toMatch(message);
    expect(text).not.toContain('\n');
  });
});
