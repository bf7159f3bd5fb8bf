import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import { commandPage } from './help.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-cli-'));
  writeFileSync(join(folder, 'file'), '');
  writeFileSync(join(folder, 'cut.json'), '{"name": "cut');
  // A user's own settings for TypeScript must not matter, even if they are broken.
  writeFileSync(join(folder, 'tsconfig.json'), '{ broken');
});
afterAll(() => rmSync(folder, { recursive: true }));

function hundredblock(...args: string[]) {
  return spawnSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: 'utf8' });
}

describe('bad usage is one line with a code, the exit code says whose fault it is', () => {
  it.each([
    ['simulat city', 2, 'HB_USAGE: unknown command "simulat", did you mean simulate? see hundredblock --help'],
    ['simulate cty', 2, 'HB_SCENARIO_UNKNOWN: unknown scenario "cty", did you mean city?'],
    ['simulate city --sed 3', 2, 'HB_USAGE: unknown option --sed of simulate, did you mean --seed?'],
    ['simulate city --days NaN', 2, 'HB_OPTION_VALUE: --days: expected a number, found "NaN"'],
    ['simulate city --workers 0', 2, 'HB_OPTION_VALUE: --workers: expected a whole number from 1 to 256, found 0'],
    [
      'simulate city --set intensity.incidents=-1',
      2,
      'HB_OPTION_VALUE: intensity.incidents: expected a number from 0 to 10000, found -1',
    ],
    [
      'simulate city --set intensity.incidents=NaN',
      2,
      'HB_OPTION_VALUE: intensity.incidents: expected a number from 0 to 10000, found "NaN"',
    ],
    ['simulate cut.json', 2, 'HB_USAGE: scenario file "cut.json": expected JSON'],
    ['simulate smoke --out file/below', 3, '(a file stands where a folder should)'],
    ['replay calls.csv', 2, 'HB_USAGE: replay: expected --map <name|mapping.json>, found none'],
    [
      'replay calls.csv --map milwaukee --preset extend',
      2,
      'HB_OPTION_VALUE: --preset: expected us-eight or extended, found "extend", did you mean extended?',
    ],
    ['report --diff a', 2, 'HB_USAGE: report --diff: expected 2 arguments, found 1'],
  ])('%s', (line, code, text) => {
    const { status, stdout, stderr } = hundredblock(...line.split(' '));
    expect(stderr).toContain(text);
    expect(stderr).toMatch(/^hundredblock: HB_[A-Z_]+: [^\n]+\n$/);
    expect([status, stdout]).toEqual([code, '']);
    expect(readdirSync(folder).sort()).toEqual(['cut.json', 'file', 'tsconfig.json']);
  });

  it('several errors are several lines', () => {
    const { status, stderr } = hundredblock(
      'simulate',
      'city',
      '--set',
      'calls.rebidMs=-1',
      '--set',
      'policy.alerts=of',
    );
    expect(status).toBe(2);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^hundredblock: HB_OPTION_VALUE: calls\.rebidMs: /),
      expect.stringMatching(/^hundredblock: HB_OPTION_VALUE: policy\.alerts: /),
    ]);
  });
});

describe('help', () => {
  it('lists every command; without a command it is an error', () => {
    const { status, stdout } = hundredblock('--help');
    expect(status).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toContain(`\n  ${name} `);
    expect(hundredblock()).toMatchObject({ status: 2, stdout: '', stderr: stdout });
  });

  it('of a command is its page', async () => {
    expect(hundredblock('simulate', '--help')).toMatchObject({
      status: 0,
      stdout: `${await commandPage(COMMANDS.simulate)}\n`,
      stderr: '',
    });
  });

  it.each<Command>(Object.values(COMMANDS))('of $name shows its options and examples', async (spec) => {
    const page = await commandPage(spec);
    for (const text of [...Object.keys(spec.flags).map((flag) => `--${flag}`), ...spec.examples])
      expect(page).toContain(text);
  });

  it('--version is the package version', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(hundredblock('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

it('doctor finds what is required here', () => {
  const { status, stdout } = hundredblock('doctor');
  expect(stdout).toMatch(/^ok +node +20|^ok +node +2[2-9]/m);
  expect(stdout).toMatch(/^ok +npm packages/m);
  expect(stdout).toContain('Everything required is here.');
  expect(status).toBe(0);
});
