import { describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { endingOf } from './finish.ts';

const ok = { name: 'lost', limit: 0, found: 0, ok: true };
const broken = { name: 'leaked', limit: 2, found: 3, ok: false };
const complaint = 'hundredblock: check failed: leaked: expected at most 2, found 3\n';

describe('endingOf', () => {
  it.each([
    ['a run that holds', { gates: [ok] }, 0, ''],
    ['a breached gate', { gates: [ok, broken] }, 1, complaint],
    ['an interrupted run', { partial: true, gates: [ok] }, 130, ''],
    ['an interrupted run with a breached gate', { partial: true, gates: [broken] }, 130, complaint],
    ['a record without gates', {}, 0, ''],
  ])('%s', (_what, record, exitCode, stderr) => {
    const summary = ['All is told.'];
    const told = 'All is told.\n\nReport: runs/a/report.html\n';
    const json = `${JSON.stringify(record)}\n`;
    expect(endingOf({ record, summary, outDir: 'runs/a', json: false })).toEqual({ stdout: told, stderr, exitCode });
    expect(endingOf({ record, summary, outDir: 'runs/a', json: true })).toEqual({
      stdout: json,
      stderr: told + stderr,
      exitCode,
    });
    expect(endingOf({ record, summary: null, outDir: 'runs/a', json: true })).toEqual({
      stdout: json,
      stderr,
      exitCode,
    });
    expect(endingOf({ record, summary: null, outDir: 'runs/a', json: false })).toEqual({
      stdout: '',
      stderr,
      exitCode,
    });
  });

  it('says what ended a run early, and ends as that says', () => {
    const failure = new HundredblockError('HB_TARGET', 'the target died');
    const ending = endingOf({
      record: { partial: true, gates: [ok] },
      summary: null,
      outDir: 'a',
      json: true,
      failure,
    });
    expect(ending).toMatchObject({ stderr: 'hundredblock: HB_TARGET: the target died\n', exitCode: 1 });
  });
});
