/** Usage that is refused before anything runs, each in one line, and the exit code of a comparison of records. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fixtureRun } from '../../report/fixture.testing.ts';
import { parseArgs } from '../args.ts';
import { compare } from './compare.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-compare-cli-'));
  const { record } = fixtureRun({ agencies: 1, days: 1, alertsPerAgency: 1 });
  writeFileSync(join(folder, 'a.json'), JSON.stringify(record));
  writeFileSync(join(folder, 'lost.json'), JSON.stringify({ ...record, verdicts: { ...record.verdicts, lost: 99 } }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command and catches its stdout. */
async function run(...argv: string[]): Promise<{ exitCode: number; stdout: string }> {
  let stdout = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation(((text: string, done: () => void) => {
    stdout += text;
    done();
    return true;
  }) as typeof process.stdout.write);
  try {
    const exitCode = await compare.run(parseArgs(compare, argv), new AbortController().signal);
    return { exitCode, stdout };
  } finally {
    spy.mockRestore();
  }
}

describe('compare', () => {
  it.each<[string, string[], string, RegExp]>([
    ['nothing', [], 'HB_USAGE', /expected a baseline and a candidate/],
    ['one record', ['a.json'], 'HB_USAGE', /expected a baseline and a candidate/],
    ['one target', ['--target-a', 'http://127.0.0.1:1'], 'HB_USAGE', /both --target-a and --target-b/],
    [
      'a target that is not on this machine',
      ['--target-a', 'http://192.0.2.1:80', '--target-b', 'http://127.0.0.1:1'],
      'HB_TARGET',
      /on this machine/,
    ],
    ['a commit beside a record', ['commit:HEAD', 'a.json'], 'HB_USAGE', /expected two of commit:REF and dir:FOLDER/],
    ['a commit that is none', ['commit:no-such-commit', 'dir:.'], 'HB_USAGE', /expected a commit/],
    ['a folder that is no checkout', ['dir:/', 'dir:/'], 'HB_INPUT_FILE', /expected bin\/hundredblock\.js/],
    ['trials of records', ['a.json', 'a.json', '--trials', '12'], 'HB_USAGE', /^--trials: expected two targets/],
    ['no effect at all', ['a.json', 'a.json', '--min-effect', '0'], 'HB_OPTION_VALUE', /percentage above 0/],
  ])('refuses %s', async (_, argv, code, message) => {
    const refusal = await run(...argv).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code, message: expect.stringMatching(message) });
    expect((refusal as Error).message).not.toContain('\n');
  });

  it('exits 0 if nothing is worse, and 1 if something is', async () => {
    const at = (name: string) => join(folder, name);
    expect(await run(at('a.json'), at('a.json'))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Same: /),
    });
    const junit = at('compare.xml');
    const worse = await run(at('a.json'), at('lost.json'), '--json', '--quiet', '--junit', junit);
    expect(worse.exitCode).toBe(1);
    expect(JSON.parse(worse.stdout)).toMatchObject({ schema: 'hundredblock.compare/1.0', answer: 'worse' });
    expect(readFileSync(junit, 'utf8')).toContain('<failure message="verdicts: verdicts.lost: expected');
  });

  it('writes the report into the folder that --out names', async () => {
    const out = join(folder, 'out');
    const { stdout } = await run(join(folder, 'a.json'), join(folder, 'a.json'), '--out', out, '--github');
    expect(stdout).toMatch(/^::notice /m);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('What must be equal');
    expect(JSON.parse(readFileSync(join(out, 'compare.json'), 'utf8'))).toMatchObject({ answer: 'same' });
  });
});
