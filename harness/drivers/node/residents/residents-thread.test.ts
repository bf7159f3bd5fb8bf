import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeChunk, clockNow, deliveriesOf, eventsOf, SECRET, sendsOf, setupFor } from '../thread/thread.testing.ts';
import type { ThreadWork, ThreadSetup } from '../thread/thread-protocol.ts';
import { createStandIn, type Knobs } from '../../target/stand-in.testing.ts';
import { createResidentsThread } from './residents-thread.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(knobs: Partial<Knobs> = {}, more: Partial<ThreadSetup> = {}) {
  const standIn = await createStandIn(knobs);
  closers.push(() => standIn.close());
  standIn.onboarding = { credentialSecret: SECRET } as typeof standIn.onboarding;
  const thread = createResidentsThread(setupFor('residents', standIn, more), () => {});
  let finished: ReturnType<ThreadWork['finish']> | null = null;
  const finish = (stopped = false) => (finished ??= thread.finish(stopped));
  closers.push(() => finish());
  return { standIn, thread, finish };
}

const connects = (count: number, extra = 0) =>
  makeChunk(Array.from({ length: count }, (_, who) => ({ kind: 'connect' as const, who, extra })));
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });

describe('the residents thread', () => {
  test('connects over a ramp and notes what each resident receives, each text once', async () => {
    const { standIn, thread, finish } = await start();
    const startMs = Date.now();
    thread.preamble(connects(50), { startMs, overMs: 300 });
    await until(() => expect(thread.status()).toMatchObject({ taken: 50, connected: 50, connecting: 0, owed: 0 }));
    for (const text of ['{"a":1}', '{"a":2}', '{"a":1}']) standIn.publish(text);
    await until(() => expect(thread.status().deliveries).toBe(150));
    const result = await finish();
    const sends = sendsOf(result);
    expect(sends.every(({ status, failure, tries }) => status === 101 && failure === null && tries === 1)).toBe(true);
    expect(sends.map(({ intendedMs }) => Math.round(intendedMs - startMs))).toEqual(
      Array.from({ length: 50 }, (_, i) => i * 6),
    );
    expect(sends.every(({ lagMs }) => Number.isNaN(lagMs))).toBe(true);
    expect(result.frames).toEqual([
      { type: 'alert', text: '{"a":1}' },
      { type: 'alert', text: '{"a":2}' },
    ]);
    expect(deliveriesOf(result).filter(([resident]) => resident === 7)).toEqual([
      [7, 1, '{"a":1}'],
      [7, 2, '{"a":2}'],
      [7, 3, '{"a":1}'],
    ]);
    expect(result.connectMs).toHaveLength(50);
    expect(eventsOf(result.connections, 7)).toEqual(['open null 0', 'closed null 3 intended']);
  });

  test('comes back with `after` when a connection is lost, and has each message once', async () => {
    const { standIn, thread, finish } = await start({ breakAfter: 2 });
    thread.preamble(connects(20), null);
    await until(() => expect(thread.status().connected).toBe(20));
    for (let n = 1; n <= 5; n += 1) standIn.publish(`{"n":${n}}`);
    await until(() => expect(thread.status()).toMatchObject({ connected: 20, deliveries: 100 }));
    const result = await finish();
    const own = deliveriesOf(result).filter(([resident]) => resident === 3);
    expect(own.map(([, sequence, text]) => [sequence, text])).toEqual([1, 2, 3, 4, 5].map((n) => [n, `{"n":${n}}`]));
    expect(standIn.upgrades.filter(({ resident }) => resident === 3).map(({ after }) => after)).toEqual([null, 2]);
    expect(eventsOf(result.connections, 3)).toEqual([
      'open null 0',
      'closed null 2',
      'open null 5',
      'closed null 5 intended',
    ]);
  });

  test('goes offline and comes back when the trace says so, in a storm too', async () => {
    const { standIn, thread, finish } = await start();
    thread.preamble(connects(100), null);
    await until(() => expect(thread.status().connected).toBe(100));
    standIn.publish('"before"');
    await until(() => expect(thread.status().deliveries).toBe(100));
    const residents = Array.from({ length: 100 }, (_, who) => who);
    thread.inputs(
      makeChunk([
        ...residents.map((who) => ({ kind: 'disconnect' as const, who, atMs: 100 })),
        ...residents.map((who) => ({ kind: 'connect' as const, who, atMs: 400 })),
      ]),
    );
    thread.launch(clockNow());
    await until(() => expect(thread.status()).toMatchObject({ taken: 300, connected: 100, owed: 0 }));
    standIn.publish('"after"');
    await until(() => expect(thread.status().deliveries).toBe(200));
    const result = await finish();
    expect(eventsOf(result.connections, 5)).toEqual([
      'open null 0',
      'closed null 1 intended',
      'open null 1',
      'closed null 2 intended',
    ]);
    expect(standIn.upgrades.filter(({ resident }) => resident === 5).map(({ after }) => after)).toEqual([null, 1]);
    const gone = sendsOf(result).filter(({ line, status }) => line < 100 && status === -1);
    expect(gone.every(({ failure, answeredMs, sentMs }) => failure === null && answeredMs >= sentMs)).toBe(true);
  });

  test('tries again if it is refused for now, and not if it is refused for good', async () => {
    const { standIn, thread, finish } = await start({ upgrade: (attempt) => (attempt < 2 ? 503 : 0) });
    thread.preamble(connects(3), null);
    await until(() => expect(thread.status().connected).toBe(3));
    standIn.knobs.upgrade = () => 403;
    standIn.breakStreams();
    await until(() => expect(thread.status()).toMatchObject({ connected: 0, connecting: 0, refused: 3 }));
    const result = await finish();
    expect(sendsOf(result)).toMatchObject([{ tries: 3 }, { tries: 3 }, { tries: 3 }]);
    expect(eventsOf(result.connections, 0)).toEqual([
      'refused 503 null',
      'refused 503 null',
      'open null 0',
      'closed null 0',
      'refused 403 null',
    ]);
  });

  test('a slow consumer reads slowly, the others at once', async () => {
    const { standIn, thread, finish } = await start({}, { slowBytesPerSecond: 400 });
    thread.preamble(
      makeChunk([
        { kind: 'connect', who: 0, extra: 1 },
        { kind: 'connect', who: 1 },
      ]),
      null,
    );
    await until(() => expect(thread.status().connected).toBe(2));
    const startMs = Date.now();
    standIn.publish(`"${'x'.repeat(500)}"`);
    await until(() => expect(thread.status().deliveries).toBe(2));
    // 550 bytes at 400 a second, the first 100 of them at once.
    expect(Date.now() - startMs).toBeGreaterThan(900);
    const [first, second] = (await finish()).deliveries[0].wallMs;
    expect(deliveriesOf(await finish()).map(([resident]) => resident)).toEqual([1, 0]);
    expect(second - first).toBeGreaterThan(700);
  });

  test('keeps the handshakes under way within their bound', async () => {
    let open = 0;
    let most = 0;
    const silent = createServer((socket: Socket) => {
      open += 1;
      most = Math.max(most, open);
      socket.on('error', () => {});
      socket.on('close', () => (open -= 1));
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closers.push(() => silent.close());
    const { thread, finish } = await start(
      {},
      { http: { host: '127.0.0.1', port: (silent.address() as AddressInfo).port } },
    );
    thread.preamble(connects(600), null);
    await until(() => expect(open).toBe(256));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(most).toBe(256);
    expect(thread.status()).toMatchObject({ connected: 0, connecting: 600 });
    const result = await finish(true);
    expect(sendsOf(result).every(({ failure }) => failure === 'stopped')).toBe(true);
  });

  test.each([
    ['random bytes', 'x\0\x01\r\n\r\n'],
    ['the wrong accept', 'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: nonsense\r\n\r\n'],
    ['a head without end', 'HTTP/1.1 101 '.padEnd(20_000, 'x')],
  ])('%s instead of a handshake: given up after the last try', async (_, answer) => {
    const server = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(answer));
      closers.push(() => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    const http = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    const { thread, finish } = await start({}, { http, triesMax: 2 });
    thread.preamble(connects(2), null);
    await until(() => expect(thread.status()).toMatchObject({ refused: 2, connecting: 0 }));
    const result = await finish();
    expect(sendsOf(result)).toMatchObject([
      { failure: 'connection', tries: 2 },
      { failure: 'connection', tries: 2 },
    ]);
    expect(result.notes).toEqual(['4 stream connections broke the WebSocket protocol']);
  });
});
