import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type IClientOptions, type IClientPublishOptions, type MqttClient } from 'mqtt';
import { generate, parser, type Packet } from 'mqtt-packet';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { credentialOf } from '../../../contract/credentials.ts';
import { formatIso } from '../../../contract/time.ts';
import { deviceTopic, type DeviceMessageKind } from '../../../contract/wire.ts';
import { START_MS } from '../../pipeline/testbed.testing.ts';
import { SECRET } from '../http/town.testing.ts';
import { metric, onboard, serveHere, temporaryFolder, until } from '../serve.testing.ts';
import type { Service } from '../serve.ts';

const folder = temporaryFolder();
let service: Service;
const clients: MqttClient[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  service = await serveHere(folder.path, { devicesMax: 20, deviceMessagesPerSecondMax: 5 });
  await onboard(service.listening.http);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  sockets.splice(0).forEach((socket) => socket.destroy());
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

const AT = formatIso(START_MS);
const MOTION = JSON.stringify({ at: AT });
const CLIP = JSON.stringify({ clipId: 'clip-1', at: AT, durationMs: 30_000 });
const HEARTBEAT = JSON.stringify({ at: AT, batteryPercent: 90 });

function dial(device: number | string, options: IClientOptions = {}, url = service.listening.mqtt!): MqttClient {
  const password = credentialOf(SECRET, 'device', device);
  const client = connect(url, {
    username: String(device),
    password,
    reconnectPeriod: 0,
    protocolVersion: 4,
    ...options,
  });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

/** What comes of an attempt to connect: `ready`, or the return code of the refusal. */
function outcome(client: MqttClient): Promise<'ready' | number | 'closed'> {
  return new Promise((resolve) => {
    client.once('connect', () => resolve('ready'));
    client.once('error', (error) => resolve((error as { code?: number }).code ?? 'closed'));
    client.once('close', () => resolve('closed'));
  });
}

/** True where it is acknowledged, false where the connection ends instead. */
async function publish(
  client: MqttClient,
  topic: string,
  payload: string | Buffer,
  options: IClientPublishOptions = {},
): Promise<boolean> {
  return new Promise((resolve) => {
    client.once('close', () => resolve(false));
    client.publish(topic, payload, { qos: 1, ...options }, (error) => {
      if (error == null && (options.qos ?? 1) > 0) resolve(true);
    });
  });
}

const messages = (kind: DeviceMessageKind, what: 'taken' | 'refused') =>
  metric(service.listening.http, `hundredblock_device_messages_total{kind="${kind}",outcome="${what}"}`);

describe('a device', () => {
  it.each(['TCP', 'WebSocket'])('publishes over %s, and is acknowledged', async (door) => {
    const url = door === 'TCP' ? service.listening.mqtt! : service.listening.mqttWebSocket!;
    const client = dial(7, {}, url);
    expect(await outcome(client)).toBe('ready');
    const before = await messages('clip', 'taken');
    expect(await publish(client, deviceTopic(7, 'motion'), MOTION)).toBe(true);
    expect(await publish(client, deviceTopic(7, 'clip'), CLIP)).toBe(true);
    expect(await publish(client, deviceTopic(7, 'heartbeat'), HEARTBEAT)).toBe(true);
    expect(await messages('clip', 'taken')).toBe(before + 1);
    expect(await metric(service.listening.http, 'hundredblock_device_connections')).toBe(1);
    expect(await metric(service.listening.http, 'hundredblock_pipeline_items{kind="devices"}')).toBe(1);
  });

  it.each([
    ['a wrong credential', 7, { password: 'wrong' }, 4],
    ["another's credential", 8, { password: credentialOf(SECRET, 'device', 7) }, 4],
    ["a resident's credential", 7, { password: credentialOf(SECRET, 'resident', 7) }, 4],
    ['a name that is no number', '07', {}, 4],
    ['no credential', 7, { username: undefined, password: undefined }, 4],
    ['a will', 7, { will: { topic: deviceTopic(7, 'motion'), payload: Buffer.from(MOTION) } }, 5],
    ['keep alive off', 7, { keepalive: 0 }, 6],
    ['MQTT 5', 7, { protocolVersion: 5 }, 1],
  ] as const)('is not let in with %s', async (_what, device, options, code) => {
    expect(await outcome(dial(device, options as IClientOptions))).toBe(code);
  });

  it.each([
    ["another's topic", deviceTopic(8, 'motion'), MOTION, {}],
    ['a topic of no kind', 'hundredblock/v1/devices/7/alarm', MOTION, {}],
    ['a topic below', `${deviceTopic(7, 'motion')}/more`, MOTION, {}],
    ['a topic of the broker', '$SYS/7/new/clients', MOTION, {}],
    ['a retained message', deviceTopic(7, 'motion'), MOTION, { retain: true }],
    ['QoS 2', deviceTopic(7, 'motion'), MOTION, { qos: 2 }],
    ['no JSON', deviceTopic(7, 'motion'), 'motion!', {}],
    ['an empty message', deviceTopic(7, 'motion'), '', {}],
    ['a field too many', deviceTopic(7, 'motion'), JSON.stringify({ at: AT, doorbell: 8 }), {}],
    ['a time that is none', deviceTopic(7, 'motion'), '{"at":"yesterday"}', {}],
    ['a time of a zone', deviceTopic(7, 'motion'), '{"at":"2026-06-01T12:00:00+02:00"}', {}],
    ['a clip id that is none', deviceTopic(7, 'clip'), CLIP.replace('clip-1', '../1'), {}],
    ['a long message', deviceTopic(7, 'motion'), ' '.repeat(1025), {}],
    ['a very long message', deviceTopic(7, 'motion'), ' '.repeat(500_000), {}],
  ] as const)('is cut off for %s', async (_what, topic, payload, options) => {
    const client = dial(7);
    expect(await outcome(client)).toBe('ready');
    expect(await publish(client, topic, payload, options as IClientPublishOptions)).toBe(false);
  });

  it('waits beyond its rate, and others do not', async () => {
    const [hasty, calm] = [dial(11), dial(12)];
    expect(await Promise.all([outcome(hasty), outcome(calm)])).toEqual(['ready', 'ready']);
    const start = performance.now();
    let done = 0;
    // A burst of 50 is free; of the rest 5 a second are taken.
    const sent = Array.from({ length: 58 }, () =>
      hasty.publishAsync(deviceTopic(11, 'motion'), MOTION, { qos: 1 }).then(() => done++),
    );
    expect(await publish(calm, deviceTopic(12, 'motion'), MOTION)).toBe(true);
    await Promise.all(sent);
    expect(done).toBe(58);
    expect(performance.now() - start).toBeGreaterThan(1000);
    expect(hasty.connected).toBe(true);
  });

  it('has what it sent before a bad message acknowledged', async () => {
    const client = dial(13);
    await outcome(client);
    const good = client.publishAsync(deviceTopic(13, 'motion'), MOTION, { qos: 1 });
    expect(await publish(client, deviceTopic(13, 'motion'), 'motion!')).toBe(false);
    await expect(good).resolves.toBeDefined();
  });

  it('hears nothing', async () => {
    const [ear, mouth] = [dial(7), dial(8)];
    await Promise.all([outcome(ear), outcome(mouth)]);
    let heard = 0;
    ear.on('message', () => heard++);
    const granted = ['#', '$SYS/#', deviceTopic(8, 'motion')].map((topic) =>
      ear.subscribeAsync(topic).catch(() => 'no'),
    );
    expect(await Promise.all(granted)).toEqual(['no', 'no', 'no']);
    expect(await publish(mouth, deviceTopic(8, 'motion'), MOTION)).toBe(true);
    expect(await publish(ear, deviceTopic(7, 'motion'), MOTION)).toBe(true);
    expect(heard).toBe(0);
  });

  it('can push nobody off but itself', async () => {
    const first = dial(7, { clientId: 'the-same' });
    await outcome(first);
    const other = dial(8, { clientId: 'the-same' });
    expect(await outcome(other)).toBe('ready');
    expect(await publish(first, deviceTopic(7, 'motion'), MOTION)).toBe(true);
    const closed = new Promise((resolve) => first.once('close', () => resolve('closed')));
    const second = dial(7, { clientId: 'another' });
    expect(await outcome(second)).toBe('ready');
    expect(await closed).toBe('closed');
    expect(await publish(second, deviceTopic(7, 'motion'), MOTION)).toBe(true);
    expect(other.connected).toBe(true);
  });
});

async function raw(bytes: Buffer): Promise<{ packets: Packet[]; ended: boolean }> {
  const socket = connectTcp(Number(new URL(service.listening.mqtt!).port), '127.0.0.1');
  sockets.push(socket);
  const state = { packets: [] as Packet[], ended: false };
  const reader = parser();
  reader.on('packet', (packet) => state.packets.push(packet));
  socket.on('data', (data) => reader.parse(data));
  socket.on('error', () => {});
  socket.on('close', () => (state.ended = true));
  socket.write(bytes);
  return state;
}

describe('what is no MQTT', () => {
  const hello = generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'raw',
    keepalive: 60,
    username: '9',
    password: Buffer.from(credentialOf(SECRET, 'device', 9)),
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    [
      'a PUBLISH before CONNECT',
      generate({ cmd: 'publish', topic: 'a', payload: 'b', qos: 0, dup: false, retain: false }),
    ],
    ['a second CONNECT', Buffer.concat([hello, hello])],
    ['a packet of 256 MiB that is announced', Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])],
    ['a type that is none', Buffer.concat([hello, Buffer.from([0xff, 0x00])])],
    [
      'a topic with a wildcard',
      Buffer.concat(
        [hello, generate({ cmd: 'publish', topic: 'a', payload: 'b', qos: 0, dup: false, retain: false })].map(
          (part, i) => (i === 0 ? part : Buffer.from(part.toString('latin1').replace('a', '#'), 'latin1')),
        ),
      ),
    ],
  ])('%s is cut off', async (_what, bytes) => {
    const state = await raw(bytes);
    await until('the end', () => state.ended);
    expect(state.packets.filter(({ cmd }) => cmd !== 'connack')).toEqual([]);
  });

  it('hurts nobody', async () => {
    const calm = dial(12);
    await outcome(calm);
    for (let seed = 1; seed <= 60; seed++) {
      const noise = Buffer.from(
        Array.from({ length: 3 * seed }, (_, i) => (seed * 7919 + i * i * 31 + (i * seed) ** 2) & 0xff),
      );
      await raw(seed % 2 === 0 ? noise : Buffer.concat([hello, noise]));
      if (seed % 10 === 0) sockets.splice(0).forEach((socket) => socket.destroy());
    }
    expect(await publish(calm, deviceTopic(12, 'motion'), MOTION)).toBe(true);
    sockets.splice(0).forEach((socket) => socket.destroy());
    await until(
      'all others to be gone',
      async () => (await metric(service.listening.http, 'hundredblock_device_connections')) === 1,
    );
    expect((await fetch(`${service.listening.http}/healthz`)).status).toBe(200);
  });

  it('finds no more room than there is', async () => {
    const crowd = await Promise.all(Array.from({ length: 25 }, () => raw(hello.subarray(0, 1))));
    await until('those beyond the bound to be cut off', () => crowd.filter(({ ended }) => ended).length === 5);
    const webSocket = new WebSocket(service.listening.mqttWebSocket!, 'mqtt');
    const [error] = (await once(webSocket, 'error')) as [Error];
    expect(error.message).toContain('503');
    expect(await metric(service.listening.http, 'hundredblock_shed_total{door="mqtt",reason="overloaded"}')).toBe(6);
  });
});

it('a new onboarding ends all connections', async () => {
  await until('room', async () => (await metric(service.listening.http, 'hundredblock_device_connections')) === 0);
  const client = dial(7);
  await outcome(client);
  const closed = new Promise((resolve) => client.once('close', () => resolve('closed')));
  await onboard(service.listening.http);
  expect(await closed).toBe('closed');
});
