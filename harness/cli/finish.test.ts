import { describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { describeEnding } from './finish.ts';

const ok = { name: 'lost', limit: 0, found: 0, ok: true };
const broken = { name: 'leaked', limit: 2, found: 3, ok: false };
const complaint = 'hundredblock: check failed: leaked: expected at most 2, found 3\n';

describe('describeEnding', () => {
  it.each([
    ['a run that holds', { gates: [ok] }, 0, ''],
    ['a breached gate', { gates: [ok, broken] }, 1, complaint],
    ['an interrupted run', { partial: true, gates: [ok] }, 130, ''],
    ['an interrupted run with a breached gate', { partial: true, gates: [broken] }, 130, complaint],
    ['a record without gates', {}, 0, ''],
  ])('%s', (_what, record, exitCode, stderr) => {
    const summary = ['All is well.'];
    const page = 'All is well.\n\nReport: runs/a/report.html\n';
    const json = `${JSON.stringify(record)}\n`;
    expect(describeEnding({ record, summary, outDir: 'runs/a', json: false })).toEqual({
      stdout: page,
      stderr,
      exitCode,
    });
    expect(describeEnding({ record, summary, outDir: 'runs/a', json: true })).toEqual({
      stdout: json,
      stderr: page + stderr,
      exitCode,
    });
    expect(describeEnding({ record, summary: null, outDir: 'runs/a', json: true })).toEqual({
      stdout: json,
      stderr,
      exitCode,
    });
    expect(describeEnding({ record, summary: null, outDir: 'runs/a', json: false })).toEqual({
      stdout: '',
      stderr,
      exitCode,
    });
  });

  it('says what ended a run early, and ends as that says', () => {
    const failure = new HundredblockError('HB_TARGET', 'the target died');
    const ending = describeEnding({
      record: { partial: true, gates: [ok] },
      summary: null,
      outDir: 'a',
      json: true,
      failure,
    });
    expect(ending).toMatchObject({ stderr: 'hundredblock: HB_TARGET: the target died\n', exitCode: 1 });
  });
});
