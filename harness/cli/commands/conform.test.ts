import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startToy, type ToyProcess } from '../../../test/toy-target/toy-process.testing.ts';
import type { Finding } from '../../conform/check.ts';
import { parseArgs } from '../args.ts';
import { conform } from './conform.ts';

const BIN = fileURLToPath(new URL('../../../bin/hundredblock.js', import.meta.url));

let toy: ToyProcess;
beforeAll(async () => {
  toy = await startToy();
});
afterAll(() => toy.stop());

function run(args: string[], environment: Record<string, string> = {}) {
  const options = { encoding: 'utf8', env: { ...process.env, ...environment }, timeout: 60_000 } as const;
  return spawnSync(process.execPath, [BIN, 'conform', ...args], options);
}

describe('conform on the command line', () => {
  it.each([
    [[], 'HB_USAGE'],
    [['--target', 'https://127.0.0.1:1'], 'HB_OPTION_VALUE'],
    [['--target', 'http://192.0.2.1:80'], 'HB_OPTION_VALUE'],
    [['--target', 'http://127.0.0.1.example.com'], 'HB_OPTION_VALUE'],
    [['--target', 'http://127.0.0.1:1', '--mqtt', 'http://127.0.0.1:1'], 'HB_OPTION_VALUE'],
    [['--target', 'http://127.0.0.1:1', '--only', 'oauth'], 'HB_OPTION_VALUE'],
  ])('%j is bad usage', async (args, code) => {
    const refused = async () => conform.run(parseArgs(conform, args), new AbortController().signal);
    await expect(refused()).rejects.toMatchObject({ code, exitCode: 2 });
  });

  it('a target that is down ends it with 1, in one line', () => {
    const { status, stderr } = run(['--target', 'http://127.0.0.1:1']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^hundredblock: HB_TARGET: [^\n]+ECONNREFUSED\n$/);
  });

  it('prints a line for each check, and ends with 0 if nothing failed', () => {
    const args = ['--target', toy.url.href, '--harness-key', toy.harnessKey];
    const { status, stdout } = run([...args, '--only', 'auth.none', '--only', 'auth.counted']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^pass {2}auth\.none .*\nskip {2}auth\.counted .*left out.*\n\n2 checks: 1 passed, 0 failed, 1 left out/,
    );
  });

  it('--json prints the findings alone; the key may come from the environment', () => {
    const { status, stdout } = run(['--target', toy.url.href, '--only', 'auth.none', '--json'], {
      HUNDREDBLOCK_HARNESS_KEY: toy.harnessKey,
    });
    expect(status).toBe(0);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    expect(findings.map(({ id, state }) => [id, state])).toEqual([['auth.none', 'pass']]);
  });

  it('ends with 1 if something failed', async () => {
    const broken = await startToy('wrong-close-code');
    try {
      const { status, stdout } = run([
        '--target',
        broken.url.href,
        '--harness-key',
        broken.harnessKey,
        '--only',
        'stream.one-way',
      ]);
      expect(status).toBe(1);
      expect(stdout).toMatch(/^FAIL {2}stream\.one-way .*\n +found: closed with 1000\n/);
    } finally {
      await broken.stop();
    }
  });
});
