import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialOf } from '../../../contract/credentials.ts';
import { formatIso } from '../../../contract/time.ts';
import { deviceTopic } from '../../../contract/wire.ts';
import { START_MS } from '../../pipeline/testbed.testing.ts';
import { SECRET } from '../http/town.testing.ts';
import { DATABASE_FILE } from '../store/store-folder.ts';
import { metric, onboard, serveHere, temporaryFolder, until } from '../serve.testing.ts';
import type { Service } from '../serve.ts';

const DEPLOY = fileURLToPath(new URL('../../../deploy/mosquitto/', import.meta.url));
const isInstalled = spawnSync('mosquitto', ['-h']).error === undefined;
// A machine that tests for others has it; elsewhere its absence is said and no failure.
if (!isInstalled && process.env.CI === 'true') throw new Error('mosquitto: expected it to be installed, found none');
if (!isInstalled) process.stderr.write('mosquitto is not installed: its tests are skipped\n');

const SERVICE_PASSWORD = 'the password of the service';
const AT = formatIso(START_MS);
const clip = (n: number) => JSON.stringify({ clipId: `clip-${n}`, at: AT, durationMs: 1000 });

const folder = temporaryFolder();
let port = 0;
let broker: ChildProcess | null = null;
let service: Service;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port: found } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return found;
}

/** The file that is deployed, with paths and port of this test. */
function writeConfig(): void {
  const at = (name: string): string => join(folder.path, name);
  const config = readFileSync(join(DEPLOY, 'mosquitto.conf'), 'utf8')
    .replace('listener 1883', `listener ${port} 127.0.0.1`)
    .replaceAll('/etc/mosquitto/passwd', at('passwd'))
    .replaceAll('/etc/mosquitto/acl', at('acl'))
    .replaceAll('/var/lib/mosquitto/', `${folder.path}/`);
  // Started by root it would become another user, who may not look into this folder.
  writeFileSync(at('mosquitto.conf'), `${config}\nuser root\n`);
  writeFileSync(at('acl'), readFileSync(join(DEPLOY, 'acl')), { mode: 0o600 });
  const users = [
    ['hundredblock-serve', SERVICE_PASSWORD],
    ...[7, 8].map((id) => [String(id), credentialOf(SECRET, 'device', id)]),
  ];
  writeFileSync(at('passwd'), users.map(([name, password]) => `${name}:${password}\n`).join(''), { mode: 0o600 });
  const made = spawnSync('mosquitto_passwd', ['-U', at('passwd')], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
}

async function startBroker(): Promise<void> {
  const child = spawn('mosquitto', ['-c', join(folder.path, 'mosquitto.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  broker = child;
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('the broker to listen', async () => {
    if (child.exitCode !== null) throw new Error(said);
    const probe = connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, connectTimeout: 1000 });
    const answered = await new Promise<boolean>((resolve) => {
      probe.on('error', (error) => resolve((error as { code?: number }).code === 5));
      probe.on('close', () => resolve(false));
    });
    await probe.endAsync(true);
    return answered;
  });
}

async function stopBroker(): Promise<void> {
  if (broker === null || broker.exitCode !== null) return;
  const gone = new Promise((resolve) => broker!.once('exit', resolve));
  broker.kill('SIGTERM');
  await gone;
}

async function dial(device: number, options: IClientOptions = {}): Promise<MqttClient> {
  const client = connect(`mqtt://127.0.0.1:${port}`, {
    username: String(device),
    password: credentialOf(SECRET, 'device', device),
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.on('error', reject);
  });
  return client;
}

const taken = (kind = 'clip') =>
  metric(service.listening.http, `hundredblock_device_messages_total{kind="${kind}",outcome="taken"}`);
/** Which of its clips are on disk, once the service is stopped: nobody else may open its database before. */
function kept(device: number): string[] {
  const database = new Database(join(folder.path, 'data', DATABASE_FILE), { readonly: true });
  const rows = database.prepare('SELECT clip FROM clips WHERE device = ? ORDER BY clip').raw().all(device) as [
    string,
  ][];
  database.close();
  return rows.flat();
}
const isReady = async () => (await fetch(`${service.listening.http}/readyz`)).status === 200;
const serve = () =>
  serveHere(join(folder.path, 'data'), {
    mqtt: `mqtt://hundredblock-serve:${encodeURIComponent(SERVICE_PASSWORD)}@127.0.0.1:${port}`,
  });

describe.skipIf(!isInstalled)('behind Mosquitto, as it is deployed', () => {
  beforeAll(async () => {
    port = await freePort();
    writeConfig();
    service = await serve();
    await onboard(service.listening.http);
  });
  afterAll(async () => {
    await service?.stop();
    await stopBroker();
    folder.remove();
  });

  it('is ready once the broker is', async () => {
    expect(service.listening.mqtt).toBe(null);
    expect(await isReady()).toBe(false);
    await startBroker();
    await until('readiness', isReady);
    expect(await isReady()).toBe(true);
  });

  it('takes what a device publishes as itself, and nothing else', async () => {
    const client = await dial(7);
    await client.publishAsync(deviceTopic(8, 'clip'), clip(1), { qos: 1 });
    await client.publishAsync(deviceTopic(7, 'clip'), clip(2), { qos: 1, retain: false });
    await until('its own clip', async () => (await taken()) === 1);
    const refused = 'hundredblock_device_messages_total{kind="clip",outcome="refused"}';
    await client.publishAsync(deviceTopic(7, 'clip'), 'no clip', { qos: 1 });
    await until('a refusal', async () => (await metric(service.listening.http, refused)) === 1);
    expect(await taken()).toBe(1);
    const heard: string[] = [];
    client.on('message', (topic) => heard.push(topic));
    await client.subscribeAsync('#').catch(() => {});
    const other = await dial(8);
    await other.publishAsync(deviceTopic(8, 'clip'), clip(3), { qos: 1 });
    await until('the other clip', async () => (await taken()) === 2);
    expect(heard).toEqual([]);
    await Promise.all([client.endAsync(), other.endAsync()]);
  });

  it.each([
    ['a wrong credential', 7, { password: 'wrong' }],
    ['none', 7, { username: undefined, password: undefined }],
    ['a device that it was not told of', 9, {}],
  ] as const)('lets nobody in with %s', async (_what, device, options) => {
    await expect(dial(device, options)).rejects.toMatchObject({ code: 5 });
  });

  it('gets what was acknowledged while it was down', async () => {
    const before = await taken();
    await service.stop();
    const client = await dial(7);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => client.publishAsync(deviceTopic(7, 'clip'), clip(100 + n), { qos: 1 })),
    );
    await client.endAsync();
    service = await serve();
    // Counters start again with the process.
    await until('all of it', async () => (await taken()) === 20);
    expect([before, await taken()]).toEqual([2, 20]);
  });

  it('gets what was acknowledged before the broker was started again', async () => {
    await service.stop();
    const client = await dial(7);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => client.publishAsync(deviceTopic(7, 'clip'), clip(200 + n), { qos: 1 })),
    );
    await client.endAsync();
    await stopBroker();
    service = await serve();
    expect(await isReady()).toBe(false);
    await startBroker();
    await until('all of it', async () => (await taken()) >= 20);
    await stopBroker();
    await until('it to notice', async () => !(await isReady()));
    await startBroker();
    await until('it to be back', isReady);
    const again = await dial(8);
    await again.publishAsync(deviceTopic(8, 'heartbeat'), JSON.stringify({ at: AT, batteryPercent: 50 }), { qos: 1 });
    await until('what comes after', async () => (await taken('heartbeat')) === 1);
    await again.endAsync();
    await service.stop();
    // What the broker had not heard to be taken when it was stopped comes again: it may be counted twice, and is kept once.
    expect(kept(7).filter((id) => id >= 'clip-200')).toEqual(Array.from({ length: 20 }, (_, n) => `clip-${200 + n}`));
  });
});
