/** Which code the command runs, in a checkout and in an installed package: bin/ in a folder of its own, with a bundle of one line. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { statSync } from 'node:fs';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { contentHash, STAMP } from '../bin/bundle.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = 'harness/cli/main.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-bundle-'));
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  put('package.json', '{"type": "module"}');
  put(SOURCE, `export function main(argv: string[]): void { console.log('source', ...argv); }`);
  put('dist/harness/cli/main.js', `export function main(argv) { console.log('bundle', ...argv); }`);
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** As a build does at its end. */
function stamp(): void {
  const { size, mtimeMs } = statSync(join(folder, SOURCE));
  const hash = contentHash(
    Buffer.from(`export function main(argv: string[]): void { console.log('source', ...argv); }`),
  );
  put(STAMP, JSON.stringify({ files: [[SOURCE, size, mtimeMs, hash]] }));
}

function run(...args: string[]): { stdout: string; stderr: string } {
  const env = { ...process.env, HB_SOURCE_NOTICE: '' };
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bin/hundredblock.js'), ...args], {
    encoding: 'utf8',
    env,
  });
  return { stdout, stderr };
}

describe('in a checkout', () => {
  beforeEach(() => {
    put('scripts/build.ts', '');
    stamp();
  });

  it('a bundle of the sources as they are is run', () => {
    expect(run('a')).toEqual({ stdout: 'bundle a\n', stderr: '' });
  });

  it("times alone don't make a bundle stale, as after a change of branch and back", () => {
    utimesSync(join(folder, SOURCE), 1, 1);
    expect(run()).toEqual({ stdout: 'bundle\n', stderr: '' });
  });

  it.each([
    ['longer', `export function main(): void { console.log('source, a line more'); }`],
    ['of the same length', `export function main(argv: string[]): void { console.log('SOURCE', ...argv); }`],
  ])('the sources run where one has changed, %s, and stderr says so in one line', (_what, text) => {
    put(SOURCE, text);
    const { stdout, stderr } = run();
    expect(stdout).toMatch(/^source/i);
    expect(stderr).toMatch(/^hundredblock: dist\/ is older than the sources, .*npm run build.*\n$/);
  });

  it('the sources run where a file of the bundle is gone from them', () => {
    put(STAMP, JSON.stringify({ files: [['harness/gone.ts', 1, 1, '']] }));
    expect(run().stdout).toBe('source\n');
  });

  it('the sources run without a bundle, after npm ci --ignore-scripts', () => {
    rmSync(join(folder, 'dist'), { recursive: true });
    const { stdout, stderr } = run('a');
    expect(stdout).toBe('source a\n');
    expect(stderr).toMatch(/^hundredblock: there is no dist\/, .*npm run build.*\n$/);
  });

  it("says it as a line of the log to a service's reader, and to a process that it starts itself not again", () => {
    rmSync(join(folder, 'dist'), { recursive: true });
    expect(JSON.parse(run('serve').stderr)).toMatchObject({ level: 'warn', code: 'bundle-absent' });
    put(SOURCE, `export function main(): void { console.log(process.env.HB_SOURCE_NOTICE as string); }`);
    expect(run().stdout).toBe('off\n');
  });
});

it('an installed package runs its bundle without a look at anything else', () => {
  expect(run()).toEqual({ stdout: 'bundle\n', stderr: '' });
});
