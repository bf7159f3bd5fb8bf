import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { REFUSALS } from '../../../../contract/wire.ts';
import { HttpConnection } from './http-connection.ts';
import { locate, SendLog } from '../../observations/send-log.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Seen {
  key: string;
  connection: number;
  atMs: number;
}

/** An HTTP server that does with the n-th request what it is told to. */
async function serveHttp(act: (n: number, request: IncomingMessage, response: ServerResponse) => void) {
  const seen: Seen[] = [];
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    const connection = sockets.indexOf(request.socket);
    seen.push({ key: String(request.headers['idempotency-key']), connection, atMs: Date.now() });
    request.resume();
    act(seen.length - 1, request, response);
  });
  server.on('connection', (socket) => sockets.push(socket));
  return { seen, port: await listen(server), close: () => server.closeAllConnections() };
}

async function listen(server: Server | ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function createConnection(port: number, { triesMax = 5, waitingBytesMax = 1 << 20 } = {}) {
  const log = new SendLog();
  const memory = { now: 0, max: waitingBytesMax, refused: 0 };
  const connection = new HttpConnection({
    endpoint: { host: '127.0.0.1', port },
    wall: () => Date.now(),
    log,
    triesMax,
    memory,
    refusals: REFUSALS,
  });
  closers.push(() => connection.close());
  const send = (key: string, partsAfter = 0, record = log.open(log.taken, Date.now(), 0)): number => {
    const bytes = Buffer.from(`POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: ${key}\r\nContent-Length: 2\r\n\r\nok`);
    connection.send({ record, bytes, partsAfter, mayComeLate: key === 'late', keepsAnswer: true, tries: 0 });
    return record;
  };
  const result = () => {
    const sends = log.close(() => 'timeout');
    return Array.from({ length: sends.count }, (_, record) => {
      const { block, i } = locate(sends, record);
      return {
        sentMs: block.sentMs[i],
        answeredMs: block.answeredMs[i],
        status: block.status[i],
        tries: block.tries[i],
        failure: block.failure[i] === 0 ? null : sends.failures[block.failure[i] - 1],
        answer: block.answer[i] === 0 ? null : Buffer.from(sends.answers[block.answer[i] - 1]).toString(),
      };
    });
  };
  const settled = () => vi.waitFor(() => expect(log.owed).toBe(0), { timeout: 20_000, interval: 5 });
  return { connection, log, memory, send, result, settled };
}

const keys = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}`);

describe('a connection', () => {
  test('sends in order on one connection, without waiting for answers', async () => {
    const answers: (() => void)[] = [];
    const server = await serveHttp((_, __, response) => answers.push(() => response.writeHead(202).end('{"rows":[]}')));
    const { send, result, settled, log } = createConnection(server.port);
    for (const key of keys(200)) send(key);
    await vi.waitFor(() => expect(server.seen).toHaveLength(200), { timeout: 20_000 });
    expect(server.seen.map(({ key }) => key)).toEqual(keys(200));
    expect(new Set(server.seen.map(({ connection }) => connection)).size).toBe(1);
    expect(log.acknowledged).toBe(0);
    for (const answer of answers) answer();
    await settled();
    expect(
      result().every(({ status, tries, answer }) => status === 202 && tries === 1 && answer === '{"rows":[]}'),
    ).toBe(true);
  });

  test('sends on time while the target stalls: the wait shows in the answer', async () => {
    let release: () => void = () => {};
    const stalled = new Promise<void>((resolve) => {
      release = resolve;
    });
    const server = await serveHttp((_, __, response) => void stalled.then(() => response.writeHead(202).end()));
    const { send, result, settled } = createConnection(server.port);
    const meantMs: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      meantMs.push(Date.now());
      send(`k${i}`);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const releasedMs = Date.now();
    release();
    await settled();
    for (const [i, { sentMs, answeredMs }] of result().entries()) {
      expect(sentMs - meantMs[i]).toBeLessThan(releasedMs - meantMs[i]);
      expect(answeredMs).toBeGreaterThanOrEqual(releasedMs - 1);
    }
  });

  test('a request that is refused for now comes again after the wait asked for, and later ones overtake it', async () => {
    const server = await serveHttp((n, _, response) =>
      n === 1
        ? response.writeHead(503, { 'retry-after': '1' }).end('{"error":{"code":"draining","message":""}}')
        : response.writeHead(202).end(),
    );
    const { send, result, settled } = createConnection(server.port);
    for (const key of keys(4)) send(key);
    await settled();
    expect(server.seen.map(({ key }) => key)).toEqual(['k0', 'k1', 'k2', 'k3', 'k1']);
    expect(server.seen[4].atMs - server.seen[1].atMs).toBeGreaterThanOrEqual(990);
    expect(result().map(({ status, tries }) => [status, tries])).toEqual([
      [202, 1],
      [202, 2],
      [202, 1],
      [202, 1],
    ]);
  });

  test('is refused for good after the last try, by the name that the target gave', async () => {
    const server = await serveHttp((_, __, response) =>
      response.writeHead(429, { 'retry-after': '0' }).end('{"error":{"code":"rate-limited","message":""}}'),
    );
    const { send, result, settled } = createConnection(server.port, { triesMax: 3 });
    send('k0');
    await settled();
    expect(result()).toMatchObject([{ status: 429, tries: 3, failure: 'rate-limited', answeredMs: NaN }]);
  });

  test('keeps receipts of rejected messages, and sends again a decision that came too early', async () => {
    const server = await serveHttp((n, request, response) => {
      if (request.headers['idempotency-key'] === 'late') response.writeHead(n < 2 ? 404 : 200).end();
      else response.writeHead(422).end('{"error":{"code":"rejected","message":""},"rows":[1]}');
    });
    const { send, result, settled } = createConnection(server.port);
    send('late');
    send('k1');
    await settled();
    const [late, rejected] = result();
    expect(late).toMatchObject({ status: 200, failure: null, tries: 2 });
    expect(rejected).toMatchObject({ status: 422, failure: 'rejected', tries: 1 });
    expect(rejected.answer).toContain('"rows":[1]');
  });

  test('parts of one input are answered with the last, and fail with the first that fails', async () => {
    const server = await serveHttp((n, _, response) => response.writeHead(n === 2 ? 403 : 204).end());
    const { send, result, settled, log } = createConnection(server.port);
    const first = send('a', 1);
    send('b', 0, first);
    const second = send('c', 1);
    send('d', 0, second);
    await settled();
    expect(log.owed).toBe(0);
    expect(result()).toMatchObject([
      { status: 204, failure: null, tries: 1 },
      { status: 403, failure: 'forbidden', tries: 1 },
    ]);
  });

  test('requests that a broken connection left unanswered are sent again, in order, under the same keys', async () => {
    const server = await serveHttp((n, request, response) => {
      if (n === 12) request.socket.destroy();
      else if (n < 10 || n > 12) response.writeHead(202).end();
    });
    const { send, result, settled } = createConnection(server.port);
    for (const key of keys(10)) send(key);
    await vi.waitFor(() => expect(server.seen).toHaveLength(10), { timeout: 20_000 });
    for (const key of keys(20).slice(10)) send(key);
    await settled();
    const again = server.seen.filter(({ connection }) => connection === 1).map(({ key }) => key);
    expect(again).toEqual(keys(20).slice(10));
    expect(result().map(({ tries }) => tries)).toEqual([...Array(10).fill(1), ...Array(10).fill(2)]);
  });

  test('a connection that the target says it closes is left after that answer', async () => {
    const server = await serveHttp((n, _, response) => {
      if (n === 0) response.writeHead(202, { connection: 'close' }).end();
      else response.writeHead(202).end();
    });
    const { send, result, settled } = createConnection(server.port);
    for (const key of keys(3)) send(key);
    await settled();
    expect(result().every(({ status }) => status === 202)).toBe(true);
  });

  test.each([
    ['random bytes', (socket: Socket) => socket.write(Buffer.from([1, 2, 3, 250, 13, 10, 13, 10]))],
    ['an answer too many', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'.repeat(9))],
    ['the end of the connection', (socket: Socket) => socket.destroy()],
  ])('%s instead of answers: given up after the last try', async (_, act) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => act(socket));
      closers.push(() => socket.destroy());
    });
    const { send, result, settled } = createConnection(await listen(server), { triesMax: 2 });
    for (const key of keys(3)) send(key);
    await settled();
    for (const { failure, status } of result())
      expect([failure, status]).toEqual(status === -1 ? ['connection', -1] : [null, 200]);
  });

  test('bytes that wait are bounded', async () => {
    const server = await serveHttp(() => {});
    const { send, result, memory } = createConnection(server.port, { waitingBytesMax: 500 });
    for (const key of keys(20)) send(key);
    expect(memory.refused).toBeGreaterThan(10);
    expect(memory.now).toBeLessThanOrEqual(500);
    expect(result().filter(({ failure }) => failure === 'timeout')).toHaveLength(20);
  });
});
