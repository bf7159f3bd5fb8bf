import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { TraceHeader } from '../../../contract/trace.ts';
import { parseArgs } from '../args.ts';
import { trace as command } from './trace.ts';

const BIN = fileURLToPath(new URL('../../../bin/hundredblock.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hundredblock-trace-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HAMLETS = ['agencies.0.personsPerAgency=500', 'agencies.1.personsPerAgency=500'];
const ARGS = [
  'smoke',
  '--from',
  '5m',
  '--duration',
  '2s',
  '--speed',
  '60',
  ...HAMLETS.flatMap((set) => ['--set', set]),
];

function trace(...args: string[]) {
  return spawnSync(process.execPath, [BIN, 'trace', ...args], { cwd: folder, encoding: 'utf8' });
}

async function inProcess(argv: string[], signal = new AbortController().signal): Promise<number> {
  return command.run(parseArgs(command, argv), signal);
}

function bytesIn(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name).slice(dir.length),
      readFileSync(join(parentPath, name), 'utf8'),
    ]),
  );
}

describe('hundredblock trace', () => {
  it('writes the same bytes for the same scenario and seed, and names them', { timeout: 180_000 }, async () => {
    const first = trace(...ARGS, '--seed', '7', '--out', 'a', '--json', '--quiet');
    expect([first.status, first.stderr]).toEqual([0, '']);
    const printed = JSON.parse(first.stdout) as { dir: string; sha256: string; bytes: number; header: TraceHeader };
    const files = bytesIn(join(folder, 'a'));
    expect(Object.keys(files).sort()).toEqual([
      '/inputs.jsonl',
      '/onboarding.json',
      '/trace.json',
      '/truth/truth.jsonl',
      '/truth/world.jsonl',
    ]);
    expect(printed.header).toEqual(JSON.parse(files['/trace.json']));
    expect(printed.header.untilMs - printed.header.fromMs).toBe(120_000);
    expect(printed.sha256).toBe(createHash('sha256').update(files['/trace.json']).digest('hex'));
    expect(printed.bytes).toBe(Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0));

    const again = trace(...ARGS, '--seed', '7', '--out', 'b');
    expect(again.status).toBe(0);
    expect(bytesIn(join(folder, 'b'))).toEqual(files);
    expect(again.stdout).toContain(printed.sha256);
    expect(again.stdout).toContain(`preamble       ${printed.header.preamble} lines`);
    expect(again.stdout).toMatch(/^Trace: b$/m);
    expect(await inProcess([...ARGS, '--seed', '8', '--out', join(folder, 'c'), '--quiet'])).toBe(0);
    expect(bytesIn(join(folder, 'c'))['/inputs.jsonl']).not.toBe(files['/inputs.jsonl']);
  });

  it('refuses a folder that holds anything, and to write nowhere', async () => {
    const full = join(folder, 'full');
    mkdirSync(full);
    // Even an earlier run, which other commands would replace.
    writeFileSync(join(full, 'run.json'), '{}');
    await expect(inProcess([...ARGS, '--out', full])).rejects.toMatchObject({
      code: 'HB_OUTPUT',
      message: `${full}: expected a new or empty folder, found 1 entry`,
    });
    expect(readdirSync(full)).toEqual(['run.json']);
    await expect(inProcess(ARGS)).rejects.toMatchObject({
      code: 'HB_USAGE',
      message: 'trace: expected --out DIR, found none',
    });
    const bad = join(folder, 'bad');
    await expect(inProcess(['smoke', '--duration', 'long', '--out', bad])).rejects.toMatchObject({
      code: 'HB_OPTION_VALUE',
    });
    expect(existsSync(bad)).toBe(false);
  });

  it('leaves nothing if it is interrupted, and ends with 130', async () => {
    const out = join(folder, 'cut');
    expect(await inProcess([...ARGS, '--out', out, '--quiet'], AbortSignal.abort())).toBe(130);
    expect(readdirSync(folder).filter((name) => name.includes('cut'))).toEqual([]);
  });
});
