import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE_CODES, PATHS } from '../../../contract/wire.ts';
import { createAuthenticator } from '../auth.ts';
import { openEngine } from '../engine/engine.ts';
import { onboardingDocument, token } from '../http/town.testing.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { temporaryFolder, until } from '../serve.testing.ts';
import { createHub, type HubLimits } from './hub.ts';

const LIMITS: HubLimits = {
  streamsMax: 100,
  streamsPerResidentMax: 20,
  upgradesPerSecondMax: 100,
  streamBytesMax: 65_536,
  streamsBytesMax: 1 << 30,
  streamPingMs: 60_000,
};

const TEXT = 'a "quiet" night '.repeat(250);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Engine, hub and their server, without the other doors: posting is quick. */
async function openHub(limits: Partial<HubLimits> = {}, messagesMax = 100_000) {
  const folder = temporaryFolder();
  closers.push(folder.remove);
  const metrics = createMetrics();
  let aheadMs = 0;
  const wallMs = () => Date.now() + aheadMs;
  const engine = openEngine({
    dataDir: folder.path,
    log: createLog('silent'),
    metrics,
    limits: { messagesMax },
    wallMs,
  });
  closers.push(() => engine.close());
  const document = onboardingDocument();
  await engine.onboard(document);
  const authenticator = createAuthenticator(() => document.credentialSecret);
  const hub = createHub({ engine, authenticator, metrics, limits: { ...LIMITS, ...limits } });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => hub.upgrade(request, socket as Socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(
    () => server.close(),
    () => hub.close(),
  );
  const { port } = server.address() as AddressInfo;
  const value = async (name: string, labels: Record<string, string> = {}): Promise<number> => {
    const found = (await metrics.registry.getSingleMetric(name)!.get()).values.find((one) =>
      Object.entries(labels).every(([label, text]) => one.labels[label] === text),
    );
    return found?.value ?? 0;
  };
  let posts = 0;
  return {
    port,
    /** Two minutes pass: what is kept beyond its bound is forgotten. */
    async forget(): Promise<void> {
      aheadMs += 120_000;
      await until('a purge', () => engine.messagesAfter(2, 0, 1).gap !== null);
    },
    waiting: () => value('hundredblock_stream_waiting_bytes'),
    closedSlow: () => value('hundredblock_stream_closes_total', { code: String(CLOSE_CODES.slowConsumer) }),
    /** 50 posts of 5 KB that resident 2 gets; how many there are in all. */
    async post(): Promise<number> {
      const inputs = Array.from({ length: 50 }, () => ({ kind: 'post' as const, postId: `p${++posts}`, resident: 1 }));
      await Promise.all(inputs.map((input) => engine.submit({ ...input, text: TEXT }, null)));
      return posts;
    },
  };
}

/** A stream of resident 2 that reads its handshake and nothing after it. */
async function openDeaf(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  closers.push(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(
    `GET ${PATHS.stream} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${token('resident', 2)}\r\n\r\n`,
  );
  await once(socket, 'data');
  socket.pause();
  return socket;
}

async function openClient(port: number, after: number) {
  const address = `ws://127.0.0.1:${port}${PATHS.stream}?after=${after}`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token('resident', 2)}` } });
  closers.push(() => socket.terminate());
  const client = { socket, sequences: [] as number[], gaps: [] as number[], code: 0 };
  socket.on('message', (data: Buffer) => {
    const { sequence, upTo } = JSON.parse(data.toString()) as { sequence?: number; upTo?: number };
    if (sequence !== undefined) client.sequences.push(sequence);
    if (upTo !== undefined) client.gaps.push(upTo);
  });
  socket.on('close', (code) => (client.code = code));
  await once(socket, 'open');
  return client;
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

it('closes who reads too slowly, and nobody else', async () => {
  const hub = await openHub();
  const fast = await openClient(hub.port, 0);
  await Promise.all([openDeaf(hub.port), openDeaf(hub.port)]);
  let posts = 0;
  await until('both slow ones to be closed', async () => {
    posts = await hub.post();
    return (await hub.closedSlow()) === 2;
  });
  expect(await hub.waiting()).toBe(0);
  await until('the fast one to have all', () => fast.sequences.length === posts);
  expect(fast.sequences).toEqual(upTo(posts));
  expect(fast.code).toBe(0);
});

it('tells it why, where it still reads that', async () => {
  const hub = await openHub();
  const client = await openClient(hub.port, 0);
  client.socket.pause();
  let posts = 0;
  let wasFull = false;
  await until('it to be closed', async () => {
    posts = await hub.post();
    const isFull = (await hub.waiting()) > 0;
    if (wasFull && !isFull) return true;
    wasFull ||= isFull;
    return false;
  });
  client.socket.resume();
  await until('the close', () => client.code !== 0);
  expect(client.sequences).toEqual(upTo(client.sequences.length));
  expect(client.sequences.length).toBeLessThan(posts);
  // Cut off after a grace, which a busy machine may use up.
  expect([CLOSE_CODES.slowConsumer, 1006]).toContain(client.code);
});

it('sheds the slowest first where all together reach the bound', async () => {
  const hub = await openHub({ streamBytesMax: 1 << 30, streamsBytesMax: 300_000 });
  const fast = await openClient(hub.port, 0);
  await Promise.all([openDeaf(hub.port), openDeaf(hub.port), openDeaf(hub.port)]);
  let posts = 0;
  await until('a slow one to be closed', async () => {
    posts = await hub.post();
    expect(await hub.waiting()).toBeLessThanOrEqual(300_000);
    return (await hub.closedSlow()) > 0;
  });
  await until('the fast one to have all', () => fast.sequences.length === posts);
});

it('lets one that paused catch up from where it was, without holes', async () => {
  const hub = await openHub({ streamBytesMax: 1 << 30 });
  const client = await openClient(hub.port, 0);
  client.socket.pause();
  await until('its socket to be full', async () => {
    await hub.post();
    return (await hub.waiting()) > 0;
  });
  await hub.post();
  client.socket.resume();
  const posts = await hub.post();
  await until('all of them', () => client.sequences.at(-1) === posts);
  expect(client.sequences).toEqual(upTo(posts));
  expect(await hub.waiting()).toBe(0);
});

it('says what is no longer kept, then sends what is', async () => {
  const hub = await openHub({}, 10);
  await hub.post();
  const posts = await hub.post();
  await hub.forget();
  const [late, later] = [await openClient(hub.port, 3), await openClient(hub.port, posts - 5)];
  await until('what is kept', () => late.sequences.length === 10 && later.sequences.length === 5);
  expect([late.gaps, later.gaps]).toEqual([[posts - 10], []]);
  expect(late.sequences).toEqual(upTo(posts).slice(-10));
  expect(await hub.post()).toBe(posts + 50);
  await until('what is new', () => late.sequences.length === 60);
  expect(late.sequences).toEqual(upTo(posts + 50).slice(-60));
});
