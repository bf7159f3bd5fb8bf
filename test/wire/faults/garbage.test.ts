/** Malformed frames at every door, while a small load runs: nobody else notices, and what was in them is written down nowhere. */
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { credentialOf, tokenOf } from '../../../contract/credentials.ts';
import { deviceTopic, HEADERS, PATHS } from '../../../contract/wire.ts';
import { HARNESS_KEY, onboardingDocument } from '../../../reference-impl/server/http/town.testing.ts';
import { metric, onboard, until } from '../../../reference-impl/server/serve.testing.ts';
import { START_MS } from '../../../reference-impl/pipeline/testbed.testing.ts';
import {
  counted,
  expectSound,
  faultFolder,
  killAll,
  placeIn,
  recordTown,
  runTown,
  startServe,
  type Serve,
  type Town,
} from './fault-run.testing.ts';

const CANARY = 'canary5e1fdeadbeef';
const NOISE = Buffer.from(Array.from({ length: 700 }, (_, i) => (i * 151 + 89) & 255));

const folder = faultFolder();
afterEach(killAll);
afterAll(folder.remove);

/** How long the service may take to answer a part, or to end the connection, before it is thrown on or let go. */
const PATIENCE_MS = 2000;

/** Writes these parts to a connection of its own, each after an answer to the one before, and waits until the service ends it. */
async function throwAt(port: number, parts: readonly (string | Buffer)[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const answered = (): Promise<void> => new Promise((resolve) => socket.once('data', () => resolve()));
  socket.resume();
  for (const [i, part] of parts.entries()) {
    const answer = answered();
    socket.write(part);
    if (i < parts.length - 1) await Promise.race([answer, closed, sleep(PATIENCE_MS)]);
  }
  await Promise.race([closed, sleep(PATIENCE_MS)]);
  socket.destroy();
}

/** Requests that are none, and bodies that are none behind good heads. */
function httpGarbage(town: Town): (string | Buffer)[][] {
  const { agencies, credentialSecret } = town.trace.onboarding;
  const head = (type: string, length: number | string, extra = ''): string =>
    `POST ${PATHS.cad.replace(':agency', agencies[0].id)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${type}\r\n` +
    `Authorization: Bearer ${tokenOf(credentialSecret, 'agency', agencies[0].id)}\r\n${HEADERS.idempotencyKey}: ${CANARY}\r\n` +
    `Content-Length: ${length}\r\n${extra}\r\n`;
  const post = (type: string, body: string | Buffer) => [
    Buffer.concat([Buffer.from(head(type, Buffer.byteLength(body))), Buffer.from(body)]),
  ];
  const badUtf8 = Buffer.concat([
    Buffer.from(`{"narrative":"${CANARY}`),
    Buffer.from([0xc3, 0x28, 0xff, 0xfe]),
    Buffer.from('"}'),
  ]);
  return [
    [NOISE],
    [`GET /${CANARY} HTTP/9.9\r\n\r\n`],
    [`${CANARY} / HTTP/1.1\r\nHost: x\r\n\r\n`],
    [`GET /healthz HTTP/1.1\r\nHost: x\r\n${CANARY}\r\n\r\n`],
    [`GET /${CANARY}?since=${CANARY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`],
    [`GET /%zz/../${CANARY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`],
    post('application/json', `{"narrative":"${CANARY}"`),
    post('application/json', badUtf8),
    post('application/json', '['.repeat(50_000)),
    post('application/x-ndjson', `{"id":"${CANARY}","body":\n${CANARY}\n\0\n{"id":1}\n`),
    post('application/x-ndjson', badUtf8),
    post('text/csv', `"${CANARY}`),
    // Cut off, and two lengths at once.
    [head('application/json', 1000), `{"narrative":"${CANARY}`],
    [head('application/json', 5, 'Transfer-Encoding: chunked\r\n'), `zz\r\n${CANARY}\r\n0\r\n\r\n`],
  ];
}

/** What no WebSocket client may send, after a good handshake. */
function streamGarbage(town: Town): (string | Buffer)[][] {
  const { credentialSecret, roster } = town.trace.onboarding;
  const upgrade = (version: string, key: string): string =>
    `GET ${PATHS.stream} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: ${version}\r\n` +
    `Sec-WebSocket-Key: ${key}\r\nAuthorization: Bearer ${tokenOf(credentialSecret, 'resident', roster.ids[0])}\r\n\r\n`;
  const opened = upgrade('13', 'dGhlIHNhbXBsZSBub25jZQ==');
  const masked = (first: number, payload: Buffer): Buffer =>
    Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
  return [
    [opened, Buffer.concat([Buffer.from([0x81, CANARY.length]), Buffer.from(CANARY)])],
    [opened, masked(0x81, Buffer.from(CANARY))],
    [opened, masked(0x81, Buffer.from([0xc3, 0x28]))],
    [opened, masked(0xf2, Buffer.from(CANARY))],
    [opened, masked(0x8b, Buffer.from(CANARY))],
    [opened, masked(0x09, Buffer.from(CANARY))],
    [opened, masked(0x88, Buffer.from([0x03]))],
    [opened, Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
    [opened, NOISE],
    [upgrade('12', 'dGhlIHNhbXBsZSBub25jZQ==')],
    [upgrade('13', CANARY)],
  ];
}

/** Packets that no device may send. */
function mqttGarbage(town: Town): (string | Buffer)[][] {
  const { credentialSecret } = town.trace.onboarding;
  const device = 4_000_000;
  const dialled = generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: CANARY,
    clean: true,
    keepalive: 10,
    username: String(device),
    password: Buffer.from(credentialOf(credentialSecret, 'device', device)),
  });
  const publish = (topic: string, payload: string | Buffer): Buffer =>
    generate({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false });
  return [
    [NOISE],
    [`GET /${CANARY} HTTP/1.1\r\n\r\n`],
    [Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    [Buffer.from([0x00, 0x00])],
    [publish(deviceTopic(device, 'motion'), CANARY)],
    [dialled, publish(deviceTopic(device, 'motion'), `{"at":"${CANARY}`)],
    [dialled, publish(deviceTopic(device, 'clip'), Buffer.from([0xc3, 0x28, 0x00, 0xff]))],
    [dialled, publish(deviceTopic(device + 1, 'motion'), CANARY)],
    [dialled, publish(`hundredblock/v1/${CANARY}`, CANARY)],
    [dialled, dialled],
    [dialled, Buffer.from([0xf7, 0x00])],
    [dialled, Buffer.from([0x32, 0x05, 0x00, 0x20, 0x61])],
  ];
}

const portOf = (url: string): number => Number(new URL(url).port);

/** All of it, again and again until told to stop; how many rounds that were. */
async function keepThrowing(town: Town, serve: Serve, isOver: () => boolean): Promise<number> {
  let rounds = 0;
  for (; !isOver(); rounds += 1) {
    const http = [...httpGarbage(town), ...streamGarbage(town)].map((parts) => throwAt(portOf(serve.http), parts));
    await Promise.all([...http, ...mqttGarbage(town).map((parts) => throwAt(portOf(serve.mqtt!), parts))]);
    await sleep(100);
  }
  return rounds;
}

describe('malformed frames', { timeout: 300_000 }, () => {
  it('at the HTTP, stream and MQTT doors cost those who speak properly nothing', async () => {
    const town = await recordTown(join(folder.path, 'trace'), 6);
    const serve = await startServe(await placeIn(folder.path, 'data', ['--log-level', 'debug']));
    let isOver = false;
    let thrown: Promise<number> | null = null;
    const run = await runTown(town, serve, join(folder.path, 'out'), {
      onProgress: ({ phase }) => {
        if (phase === 'running') thrown ??= keepThrowing(town, serve, () => isOver);
        if (phase === 'draining') isOver = true;
      },
    });
    isOver = true;
    expect(await thrown!).toBeGreaterThan(0);
    expect((await fetch(serve.http + PATHS.health)).status).toBe(200);
    expect((await fetch(serve.http + PATHS.ready)).status).toBe(200);
    expectSound(town, run);
    expect(run.judged.sameOutcome.unexplained).toBe(0);
    expect(run.judged.load.refusals).toEqual({});
    const figures = await (await fetch(serve.http + PATHS.metrics)).text();
    expect(await counted(serve.http, 'hundredblock_http_requests_total', 'door="cad"', 'status="4')).toBeGreaterThan(0);
    await until('a message of a device to be refused', async () => {
      await Promise.all(mqttGarbage(town).map((parts) => throwAt(portOf(serve.mqtt!), parts)));
      return (await counted(serve.http, 'hundredblock_device_messages_total', 'outcome="refused"')) > 0;
    });
    for (const text of [serve.log(), figures]) expect(text.toLowerCase()).not.toContain(CANARY);
    expect(serve.log()).not.toMatch(/"level":"(error|fatal)"/);
  });

  it('from a portal are passed over, and counted, until it speaks sense again', async () => {
    const garbage: ((response: ServerResponse) => void)[] = [
      (response) => response.end(NOISE),
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(`[{"narrative":"${CANARY}"`),
      (response) => response.writeHead(302, { location: `http://127.0.0.1/${CANARY}` }).end(),
      (response) => response.writeHead(500).end(CANARY),
      (response) => response.writeHead(200, { 'content-length': '100000' }).write(CANARY, () => response.destroy()),
      (response) => response.socket?.end(NOISE),
    ];
    let asked = 0;
    const portal = createServer((_request, response) => {
      const answer = garbage[asked++];
      if (answer === undefined) response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
      else answer(response);
    });
    portal.listen(0, '127.0.0.1');
    await until('the portal to listen', () => portal.listening);
    const url = `http://127.0.0.1:${(portal.address() as AddressInfo).port}/calls`;
    try {
      const place = await placeIn(folder.path, 'portal', ['--log-level', 'debug']);
      const serve = await startServe({ ...place, key: HARNESS_KEY });
      await onboard(
        serve.http,
        onboardingDocument({ portals: new Map([['pd-3', { url, everyMs: 60_000, offsetMs: 0 }]]) }),
      );
      const clock = { originWallMs: Date.now(), originMs: START_MS, speed: 600 };
      const headers = { authorization: `Bearer ${HARNESS_KEY}`, 'content-type': 'application/json' };
      await fetch(serve.http + PATHS.clock, { method: 'PUT', headers, body: JSON.stringify(clock) });
      await until('it to have asked beyond the garbage', () => asked > garbage.length + 1, 90_000);
      expect((await fetch(serve.http + PATHS.ready)).status).toBe(200);
      await until(
        'a poll that was taken',
        async () => (await metric(serve.http, 'hundredblock_polls_total{outcome="taken"}')) > 0,
      );
      expect(await counted(serve.http, 'hundredblock_polls_total')).toBeGreaterThan(garbage.length);
      expect(serve.log()).not.toContain(CANARY);
      expect(serve.log()).not.toMatch(/"level":"(error|fatal)"/);
    } finally {
      portal.closeAllConnections();
      portal.close();
    }
  });
});
