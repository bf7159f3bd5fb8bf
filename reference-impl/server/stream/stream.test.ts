import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE_CODES, HEADERS, PATHS, STREAM_PROTOCOL, STREAM_TOKEN_PREFIX } from '../../../contract/wire.ts';
import { eidoValue } from '../../pipeline/testbed.testing.ts';
import { exchange, onboardingDocument, token } from '../http/town.testing.ts';
import {
  metric,
  onboard,
  openStream,
  post,
  serveHere,
  temporaryFolder,
  until,
  type StreamClient,
} from '../serve.testing.ts';
import type { Service } from '../serve.ts';

const folder = temporaryFolder();
let service: Service;
let url = '';
let port = 0;
const open: StreamClient[] = [];
const stream = async (...args: [resident: number, after?: number | null, bearer?: string]): Promise<StreamClient> => {
  const client = await openStream(url, ...args);
  open.push(client);
  return client;
};

beforeAll(async () => {
  service = await serveHere(folder.path, { streamsPerResidentMax: 2, streamPingMs: 1000 });
  url = service.listening.http;
  port = Number(new URL(url).port);
  await onboard(url);
});
afterEach(() => open.splice(0).forEach(({ socket }) => socket.terminate()));
afterAll(async () => {
  await service.stop();
  folder.remove();
});

const ids = (client: StreamClient) => client.messages.map(({ message }) => message.postId);
let posts = 0;
/** Posts of resident 1, which resident 2 gets; their ids. */
async function postSome(n: number): Promise<string[]> {
  const names = Array.from({ length: n }, () => `post-${++posts}`);
  const statuses = await Promise.all(names.map((name) => post(url, 1, name, `text of ${name}`)));
  expect(new Set(statuses)).toEqual(new Set([202]));
  return names;
}

describe('a stream', () => {
  it('says hello, then what is published, numbered without holes', async () => {
    const [one, two] = await Promise.all([stream(1), stream(2)]);
    const { lastSequence } = two.hello!;
    const names = await postSome(20);
    await until('20 messages', () => two.messages.length === 20);
    expect(two.messages.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 20 }, (_, i) => lastSequence + 1 + i),
    );
    expect(ids(two).sort()).toEqual(names.sort());
    expect(one.messages).toEqual([]);
  });

  it('carries alerts as the bytes that were composed', async () => {
    const client = await stream(2);
    const texts: string[] = [];
    client.socket.on('message', (data: Buffer) => texts.push(data.toString()));
    const record = { id: 'r1', nature: 'BURGLARY', place: '2854 W MAPLE ST' };
    const answer = await fetch(url + PATHS.cad.replace(':agency', 'pd-0'), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token('agency', 'pd-0')}`,
        'content-type': 'application/json',
        [HEADERS.idempotencyKey]: 'm1',
      },
      body: JSON.stringify(eidoValue({ ...record, nature: naturesOfEido()[0] })),
    });
    expect(answer.status).toBe(202);
    await until('an alert', () => texts.length > 0);
    const page = await fetch(`${url}${PATHS.alerts}?since=${client.hello!.lastSequence}`, {
      headers: { authorization: `Bearer ${token('resident', 2)}` },
    });
    expect(await page.text()).toContain(`"messages":[${texts[0]}]`);
    expect(JSON.parse(texts[0])).toMatchObject({ type: 'alert', message: { info: { event: 'Burglary' } } });
  });

  it('resumes after the last sequence seen, with no hole and no double while messages are published', async () => {
    const before = await stream(2);
    await postSome(150);
    await until('150 messages', () => before.messages.length === 150);
    const start = before.hello!.lastSequence;
    const publishing = postSome(150);
    const clients = await Promise.all([stream(2, start), stream(2, start + 75)]);
    await publishing;
    for (const [i, client] of clients.entries()) {
      const first = start + 75 * i;
      await until('all messages', () => client.messages.at(-1)?.sequence === start + 300);
      expect(client.messages.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: start + 300 - first }, (_, n) => first + 1 + n),
      );
    }
    expect(clients[0].messages.slice(75)).toEqual(clients[1].messages);
    expect(await metric(url, 'hundredblock_frames_resumed_total')).toBeGreaterThanOrEqual(150 + 75);
  });

  it('starts at the moment where nothing is asked for', async () => {
    const client = await stream(2);
    const [name] = await postSome(1);
    await until('a message', () => client.messages.length > 0);
    expect(ids(client)).toEqual([name]);
  });

  it('takes its token as a subprotocol too, and names none back but its own', async () => {
    const offered = [STREAM_PROTOCOL, STREAM_TOKEN_PREFIX + token('resident', 2)];
    const socket = new WebSocket(`${url.replace('http', 'ws')}${PATHS.stream}`, offered);
    await once(socket, 'open');
    expect(socket.protocol).toBe(STREAM_PROTOCOL);
    socket.terminate();
  });
});

describe('a stream is closed with the code for it', () => {
  it('replaced: the oldest of more than allowed', async () => {
    const clients = [await stream(1), await stream(1), await stream(1)];
    await until('the oldest to be closed', () => clients[0].closed !== null);
    expect(clients.map(({ closed }) => closed)).toEqual([CLOSE_CODES.replaced, null, null]);
  });

  it('sequence ahead: after is beyond the last', async () => {
    const client = await stream(1, 1_000_000);
    expect(client.hello).toEqual({ type: 'hello', lastSequence: expect.any(Number) });
    await until('a close', () => client.closed !== null);
    expect(client.closed).toBe(CLOSE_CODES.sequenceAhead);
  });

  it('client spoke: text, binary', async () => {
    for (const data of ['hello', Buffer.from([1])]) {
      const client = await stream(1);
      client.socket.send(data);
      await until('a close', () => client.closed !== null);
      expect(client.closed).toBe(CLOSE_CODES.clientSpoke);
    }
  });

  it('too large', async () => {
    const client = await stream(1);
    client.socket.send('x'.repeat(100_000));
    await until('a close', () => client.closed !== null);
    expect(client.closed).toBe(CLOSE_CODES.tooLarge);
  });

  it('without a code where the client does not answer pings', async () => {
    const address = `${url.replace('http', 'ws')}${PATHS.stream}`;
    const headers = { authorization: `Bearer ${token('resident', 1)}` };
    const deaf = new WebSocket(address, { headers, autoPong: false });
    const closed = new Promise<number>((resolve) => deaf.on('close', resolve));
    const alive = await stream(2);
    expect(await closed).toBe(1006);
    expect(alive.closed).toBe(null);
  });

  it('reset and left', async () => {
    const [one, two] = [await stream(1), await stream(2)];
    await onboard(url);
    await until('both to be closed', () => one.closed !== null && two.closed !== null);
    expect([one.closed, two.closed]).toEqual([CLOSE_CODES.reset, CLOSE_CODES.reset]);
    const [leaver, stayer] = [await stream(2), await stream(1)];
    expect(leaver.hello).toEqual({ type: 'hello', lastSequence: 0 });
    const authorization = `Bearer ${token('resident', 2)}`;
    expect((await fetch(url + PATHS.me, { method: 'DELETE', headers: { authorization } })).status).toBe(204);
    await until('the one who left to be closed', () => leaver.closed !== null);
    expect([leaver.closed, stayer.closed]).toEqual([CLOSE_CODES.left, null]);
    await expect(stream(2)).rejects.toThrow('403');
    await onboard(url);
  });
});

describe('a stream is not opened', () => {
  it.each([
    ['without a credential', '', 401, 'unauthenticated'],
    ['with a wrong one', `${token('resident', 1).slice(0, -1)}!`, 401, 'unauthenticated'],
    ['for another resident', token('resident', 1).replace('.1.', '.2.'), 401, 'unauthenticated'],
    ['for an agency', token('agency', 'pd-0'), 403, 'forbidden'],
    ['for a device', token('device', 1), 403, 'forbidden'],
    ['for a stranger with a credential', token('resident', 77), 403, 'forbidden'],
    ['for a number that is none', token('resident', '01'), 403, 'forbidden'],
  ])('%s', async (_what, bearer, status, code) => {
    const refusal: unknown = await stream(1, null, bearer).catch((error: Error) => error.message);
    expect(refusal).toMatch(new RegExp(`^${status} {"error":{"code":"${code}","message":"[^"]+"}}$`));
  });

  const handshake = (path: string, headers: readonly string[] = []) =>
    [
      `GET ${path} HTTP/1.1`,
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `Authorization: Bearer ${token('resident', 1)}`,
      ...headers,
      '\r\n',
    ].join('\r\n');
  const good = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];

  it.each([
    ['a query that is none of ours', handshake(`${PATHS.stream}?since=1`, good), 400],
    ['a sequence that is none', handshake(`${PATHS.stream}?after=-1`, good), 400],
    ['two sequences', handshake(`${PATHS.stream}?after=1&after=2`, good), 400],
    ['another protocol', handshake(PATHS.stream, [...good, 'Sec-WebSocket-Protocol: chat']), 400],
    ['no key', handshake(PATHS.stream), 400],
    ['an old version', handshake(PATHS.stream, ['Sec-WebSocket-Version: 7', good[1]]), 400],
    ['another path', handshake('/v1/streams', good), 404],
    ['a path that climbs', handshake('/v1/x/../stream', good), 404],
  ])('%s', async (_what, bytes, status) => {
    const answer = await exchange(port, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\nConnection: close\r\n[^]*{"error":{"code":"`));
  });

  it('beyond the rate of upgrades, or the number of streams, and is counted', async () => {
    const place = temporaryFolder();
    const small = await serveHere(place.path, { upgradesPerSecondMax: 1, streamsMax: 2 });
    try {
      const { http } = small.listening;
      await onboard(http);
      const clients: StreamClient[] = [];
      const refusals: string[] = [];
      await until('both refusals', async () => {
        const attempts = await Promise.allSettled(Array.from({ length: 5 }, () => openStream(http, 1)));
        for (const attempt of attempts)
          if (attempt.status === 'fulfilled') clients.push(attempt.value);
          else refusals.push(String(attempt.reason).slice(0, 50));
        return new Set(refusals).size === 2;
      });
      expect(clients.length).toBe(2);
      expect(refusals).toContainEqual(expect.stringContaining('429 {"error":{"code":"rate-limited"'));
      expect(refusals).toContainEqual(expect.stringContaining('503 {"error":{"code":"overloaded"'));
      const shed = ['rate-limited', 'overloaded'].map((reason) =>
        metric(http, `hundredblock_shed_total{door="stream",reason="${reason}"}`),
      );
      const [limited, overloaded] = await Promise.all(shed);
      expect(limited + overloaded).toBe(refusals.length);
    } finally {
      await small.stop();
      place.remove();
    }
  });
});

it('survives frames that are none, and half-open connections', async () => {
  const request = [
    `GET ${PATHS.stream} HTTP/1.1`,
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Authorization: Bearer ${token('resident', 1)}`,
    '\r\n',
  ].join('\r\n');
  for (let seed = 1; seed <= 40; seed++) {
    const noise = Buffer.from(
      Array.from({ length: 5 + seed * 3 }, (_, i) => (seed * 7919 + i * i * 31 + (i * seed) ** 2) & 0xff),
    );
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(request);
    await once(socket, 'data').catch(() => {});
    socket.write(noise);
    if (seed % 2 === 0) socket.end();
    else setTimeout(() => socket.resetAndDestroy(), 5);
  }
  await until('all to be gone', async () => (await metric(url, 'hundredblock_stream_connections')) === 0);
  const client = await stream(2);
  const [name] = await postSome(1);
  await until('a message', () => client.messages.length > 0);
  expect(ids(client)).toEqual([name]);
});

function naturesOfEido(): string[] {
  const { natures } = onboardingDocument().agencies[0];
  return Object.entries(natures.eido)
    .filter(([, rule]) => (rule as { category: string }).category === 'burglary')
    .map(([nature]) => nature);
}
