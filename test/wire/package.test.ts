/** The package as a user gets it: packed, installed into an empty folder as from a registry, run, imported and compiled against. */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as { version: string };

let folder: string;
let app: string;
let registry: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-package-'));
  app = join(folder, 'app');
  mkdirSync(app);
  await promisify(execFile)('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
  registry = await startRegistry(readFileSync(join(folder, `hundredblock-${manifest.version}.tgz`)));
  writeFileSync(join(app, 'package.json'), '{"type": "module"}');
  const { port } = registry.address() as AddressInfo;
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--engine-strict', '--prefer-offline'];
  await promisify(execFile)('npm', ['install', ...quiet, '--registry', `http://127.0.0.1:${port}`, 'hundredblock'], {
    cwd: app,
  });
}, 600_000);
afterAll(() => {
  registry?.close();
  rmSync(folder, { recursive: true });
});

/** A registry that has this package, and sends whoever asks for another one to the registry that npm is set up for. */
async function startRegistry(tarball: Buffer): Promise<Server> {
  const { stdout } = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', cwd: ROOT });
  const server = createServer((request, response) => {
    if (request.url === '/hundredblock.tgz') return void response.end(tarball);
    if (request.url !== '/hundredblock')
      return void response.writeHead(302, { location: new URL(request.url!.slice(1), stdout.trim()).href }).end();
    const { port } = server.address() as AddressInfo;
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    const dist = { tarball: `http://127.0.0.1:${port}/hundredblock.tgz`, integrity };
    const version = { ...manifest, dist, _hasShrinkwrap: true };
    const versions = { [manifest.version]: version };
    response.end(JSON.stringify({ name: 'hundredblock', 'dist-tags': { latest: manifest.version }, versions }));
  });
  await promisify(server.listen.bind(server) as (port: number, host: string, done: () => void) => void)(0, '127.0.0.1');
  return server;
}

function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: app, encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

const command = (...args: string[]): string => run(join(app, 'node_modules/.bin/hundredblock'), ...args);

it('has all packages in the versions of the lock file', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> };
  const installed = join(app, 'node_modules/hundredblock/node_modules');
  const names = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:^|\/node_modules\/)(?:@[^/]+\/)?[^/]+\/package\.json$/.test(name))
    .map((name) => name.slice(0, -'/package.json'.length));
  expect(names.length).toBeGreaterThan(100);
  for (const name of names) {
    const { version } = JSON.parse(readFileSync(join(installed, name, 'package.json'), 'utf8')) as { version: string };
    expect(`${name} ${version}`).toBe(`${name} ${packages[`node_modules/${name}`]?.version}`);
  }
});

it('leaves no shrinkwrap behind in the checkout, where npm would take it for the lock file', () => {
  expect(readdirSync(ROOT)).not.toContain('npm-shrinkwrap.json');
});

it('holds no test, no stamp of a checkout, no k6, and what k6 needs', () => {
  const files = readdirSync(join(app, 'node_modules/hundredblock'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith('node_modules/'),
  );
  expect(files.filter((name) => /\.test\.ts$|\.testing\.ts$|stamp\.json$|build\/k6$/.test(name))).toEqual([]);
  expect(files).toContain('harness/drivers/k6/scripts/build/mqtt-packet.js');
  expect(files).toContain('dist/THIRD-PARTY.txt');
});

describe('the command', () => {
  it('knows its version and what is installed', () => {
    expect(command('--version')).toBe(`${manifest.version}\n`);
    expect(command('doctor')).toMatch(/Everything required is here/);
  });

  it('simulates in worker threads and replays by a shipped mapping', () => {
    command('simulate', 'smoke', '--workers', '2', '--quiet', '--out', 'simulated');
    expect(JSON.parse(readFileSync(join(app, 'simulated/run.json'), 'utf8'))).toMatchObject({
      code: { version: manifest.version, gitCommit: null },
    });
    writeFileSync(join(app, 'empty.csv'), '');
    const { stderr } = spawnSync(join(app, 'node_modules/.bin/hundredblock'), [
      'replay',
      join(app, 'empty.csv'),
      '--map',
      'milwaukee',
    ]);
    expect(stderr.toString()).toMatch(/HB_INPUT/);
  });

  it('loads a service that it starts itself', () => {
    command('load', 'smoke', '--speed', '600', '--duration', '3s', '--quiet', '--out', 'run');
    expect(readdirSync(join(app, 'run'))).toContain('report.html');
  });
});

describe('the library', () => {
  const blocks = [...read('docs/reference/library.md').matchAll(/^```js\n(.*?)^```$/gms)].map(([, text]) => text);

  it('has an example of each function in its page', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(3);
  });

  it.each(blocks.map((text, i) => [i + 1, text]))('example %i of docs/reference/library.md runs', (i, text) => {
    writeFileSync(join(app, `example-${i}.js`), text as string);
    expect(run(process.execPath, `example-${i}.js`)).not.toBe('');
  });

  it.each(['nodenext', 'bundler'])('compiles, by its types, under moduleResolution %s', (resolution) => {
    writeFileSync(
      join(app, 'consumer.ts'),
      `import { createOracle, HundredblockError, judge, simulate } from 'hundredblock';
import type { CreatePipeline, Oracle, RunRecord } from 'hundredblock';
const pipeline: CreatePipeline = ({ agencies }) => ({
  handle: (input) => (input.kind === 'cad' ? [{ kind: 'receipt', messageId: input.messageId, rows: [] }] : []),
  nextWakeMs: () => agencies.length,
  state: () => ({ records: 0, groups: 0, tickets: 0, devices: 0 }),
});
export const record: RunRecord = await simulate({ scenario: 'smoke', pipeline });
export const lost: number = record.verdicts.lost;
export const oracle = (config: Parameters<typeof createOracle>[0]): Oracle => createOracle(config);
// @ts-expect-error a scenario is needed
await simulate({});
// @ts-expect-error there is no such option
await simulate({ scenario: 'smoke', sed: 1 });
const judged = await judge({ observationsDir: 'a', traceDir: 'b' });
export const why: string | null = judged.stopped;
export const code = (error: unknown): string | null => (error instanceof HundredblockError ? error.code : null);
`,
    );
    const module = resolution === 'bundler' ? 'esnext' : resolution;
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2023',
      '--module',
      module,
      '--moduleResolution',
      resolution,
    ];
    expect(run(join(ROOT, 'node_modules/.bin/tsc'), ...options, '--types', '', 'consumer.ts')).toBe('');
  });
});
