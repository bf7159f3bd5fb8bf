import { spawnSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { CLOSE_CODES, PATHS } from '../../contract/wire.ts';
import { HARNESS_KEY, token } from './http/town.testing.ts';
import {
  onboard,
  openStream,
  post,
  serveHere,
  serveProcess,
  temporaryFolder,
  until,
  type ServeProcess,
  type StreamClient,
} from './serve.testing.ts';
import type { Service } from './serve.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
const running: ServeProcess[] = [];
const here: Service[] = [];
const folders: ReturnType<typeof temporaryFolder>[] = [];
afterEach(async () => {
  for (const process of running.splice(0)) {
    process.signal('SIGKILL');
    await process.exited;
  }
  for (const service of here.splice(0)) await service.stop();
  folders.splice(0).forEach(({ remove }) => remove());
});
function newFolder(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder.path;
}
async function start(dataDir: string, ...args: string[]): Promise<ServeProcess> {
  const process = await serveProcess(dataDir, args);
  running.push(process);
  return process;
}

/** In this process, which is quicker; its URL. */
async function startHere(dataDir: string): Promise<string> {
  const service = await serveHere(dataDir);
  here.push(service);
  return service.listening.http;
}

describe('killed and started again', () => {
  it('loses nothing that it acknowledged, and a client that resumes sees each message once', async () => {
    const dataDir = newFolder();
    const acknowledged = new Set<string>();
    const seen: StreamClient['messages'] = [];
    for (let life = 0; life < 2; life++) {
      const process = await start(dataDir);
      const url = process.listening.http;
      if (life === 0) await onboard(url);
      const client = await openStream(url, 2, seen.at(-1)?.sequence ?? 0);
      const sending = Array.from({ length: 60 }, async (_, i) => {
        const id = `post-${life}-${i}`;
        // What is under way when the process dies is refused by nobody, and may or may not be kept.
        const status = await post(url, 1, id, `text of ${id}`).catch(() => 0);
        if (status === 202) acknowledged.add(id);
      });
      await until('half of the posts', () => acknowledged.size >= life * 30 + 30);
      process.signal('SIGKILL');
      await Promise.all([...sending, process.exited, until('the stream to end', () => client.closed !== null)]);
      expect(client.closed).toBe(1006);
      seen.push(...client.messages);
    }
    const url = await startHere(dataDir);
    const client = await openStream(url, 2, seen.at(-1)!.sequence);
    await until('the rest', () => (client.messages.at(-1)?.sequence ?? seen.length) === client.hello!.lastSequence);
    seen.push(...client.messages);
    expect(seen.map(({ sequence }) => sequence)).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1));
    const ids = seen.map(({ message }) => message.postId!);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
    client.socket.terminate();
  }, 180_000);
});

describe('SIGTERM', () => {
  it('says goodbye, keeps what it accepted and exits 0 in time, whoever holds on', async () => {
    const dataDir = newFolder();
    const process = await start(dataDir);
    const url = process.listening.http;
    await onboard(url);
    const client = await openStream(url, 2);
    const deaf = await openStream(url, 2);
    deaf.socket.pause();
    expect((await fetch(url + PATHS.ready)).status).toBe(200);
    expect(await post(url, 1, 'the-last', 'a text')).toBe(202);
    const sent = performance.now();
    process.signal('SIGTERM');
    await until('the stream to be closed', () => client.closed !== null);
    expect(client.closed).toBe(CLOSE_CODES.goingAway);
    expect(await process.exited).toBe(0);
    // It gives itself 9 s; the rest is for a busy machine.
    expect(performance.now() - sent).toBeLessThan(20_000);
    expect(process.stdout().trim().split('\n').length).toBe(1);
    deaf.socket.terminate();

    const resumed = await openStream(await startHere(dataDir), 2, 0);
    await until('what was accepted', () => resumed.messages.length > 0);
    expect(resumed.messages[0].message.postId).toBe('the-last');
    resumed.socket.terminate();
  }, 120_000);
});

describe('what keeps it from serving is one line', () => {
  it('a port that is taken, and frees what was opened', async () => {
    const dataDir = newFolder();
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const where = { code: 'HB_SERVE', message: expect.stringContaining(`port ${port}: `) };
    await expect(serveHere(dataDir, { port })).rejects.toMatchObject(where);
    await expect(serveHere(dataDir, { mqttPort: port })).rejects.toMatchObject(where);
    server.close();
    await (await serveHere(dataDir)).stop();
  });

  it('a data folder in use, or that holds something else', async () => {
    const dataDir = newFolder();
    await startHere(dataDir);
    const refusal = await start(dataDir).catch((error: Error) => error.message);
    expect(refusal).toMatch(/^hundredblock: HB_SERVE: data folder: [^\n]+\n$/);
    const foreign = newFolder();
    writeFileSync(
      join(foreign, 'hundredblock.db'),
      'something else entirely, and long enough to be taken for a header'.repeat(20),
    );
    await expect(serveHere(foreign)).rejects.toMatchObject({ code: 'HB_SERVE' });
    mkdirSync(join(foreign, 'folder'));
    writeFileSync(join(foreign, 'folder', 'notes.txt'), 'mine');
    await expect(serveHere(join(foreign, 'folder', 'notes.txt'))).rejects.toMatchObject({ code: 'HB_SERVE' });
  });
});

describe('the command', () => {
  const cli = (args: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [BIN, 'serve', ...args], { encoding: 'utf8', env: { ...process.env, ...env } });

  it('prints its options without serving, and no secret', () => {
    const file = join(newFolder(), 'serve.json');
    writeFileSync(file, JSON.stringify({ port: 1, mqttPort: 2, streamsMax: 3, harnessKey: HARNESS_KEY }));
    const { stdout, status } = cli(['--config', file, '--print-config', '--port', '4'], {
      HUNDREDBLOCK_MQTT_PORT: '5',
    });
    expect(status).toBe(0);
    expect(stdout).not.toContain(HARNESS_KEY);
    const shown = JSON.parse(stdout);
    expect([shown.port, shown.mqttPort, shown.streamsMax, shown.host, shown.harnessKey]).toEqual([
      { value: 4, from: 'flag' },
      { value: 5, from: 'environment' },
      { value: 3, from: 'file' },
      { value: '127.0.0.1', from: 'default' },
      { value: '(hidden)', from: 'file' },
    ]);
  });

  it('refuses bad options, all at once, with exit code 2', () => {
    const file = join(newFolder(), 'serve.json');
    writeFileSync(file, '{"prot": 1}');
    const { stderr, status } = cli(['--config', file, '--port', 'x']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'hundredblock: HB_OPTION_UNKNOWN: unknown option "prot" in the configuration file, did you mean port?\n' +
        'hundredblock: HB_OPTION_UNKNOWN: --port: expected a whole number from 0 to 65535, found "x"\n',
    );
    writeFileSync(file, `{"harnessKey": "${HARNESS_KEY}`);
    const broken = cli(['--config', file]);
    expect([broken.status, broken.stderr]).toEqual([
      2,
      expect.stringMatching(/^hundredblock: HB_USAGE: --config [^\n]+ expected JSON[^\n]+\n$/),
    ]);
    expect(broken.stderr).not.toContain(HARNESS_KEY);
  });
});

it('serves its two documents', async () => {
  const service = await serveHere(newFolder());
  const { http } = service.listening;
  const asyncApi = await fetch(`${http}/docs/asyncapi.json`);
  expect([asyncApi.status, ((await asyncApi.json()) as { asyncapi: string }).asyncapi]).toEqual([200, '3.0.0']);
  expect((await fetch(`${http}/docs/json`)).status).toBe(200);
  await expect(openStream(http, 1, null, token('resident', 1))).rejects.toThrow('503 {"error":{"code":"not-ready"');
  await service.stop();
});
