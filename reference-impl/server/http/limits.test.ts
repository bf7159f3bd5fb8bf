import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { PATHS } from '../../../contract/wire.ts';
import { eidoValue } from '../../pipeline/testbed.testing.ts';
import { Refused } from '../service-api.ts';
import { exchange, openTown, token, type Town, type TownOptions } from './town.testing.ts';

let town: Town | null = null;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await town?.close();
  town = null;
});

async function open(options: TownOptions): Promise<Town> {
  town = await openTown(options);
  return town;
}

const BODY = JSON.stringify(eidoValue({ id: 'r1', nature: '459', place: '2854 W MAPLE ST' }));
const HEAD = `POST /v1/agencies/pd-0/cad HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token('agency', 'pd-0')}\r\nContent-Type: application/json\r\n`;

function push({ url }: Town, key: string): Promise<Response> {
  const headers = {
    authorization: `Bearer ${token('agency', 'pd-0')}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  return fetch(`${url}/v1/agencies/pd-0/cad`, { method: 'POST', headers, body: BODY });
}

async function counted({ metrics }: Town, series: string): Promise<number> {
  const text = await metrics.registry.metrics();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1) ?? NaN,
  );
}

const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);

describe('a request that takes too long', () => {
  it('is ended with 408 while its head, or its body, still comes', async () => {
    const slow = await open({ limits: { headersTimeoutMs: 300, requestTimeoutMs: 600 } });
    const [head, body, trickle] = await Promise.all([
      exchange(slow.port, 'GET /healthz HTTP/1.1\r\nX-A: '),
      exchange(slow.port, `${HEAD}Idempotency-Key: slow\r\nContent-Length: 100\r\n\r\n{`),
      trickled(slow.port),
    ]);
    for (const text of [head, body, trickle]) {
      expect(statusOf(text), text).toBe(408);
      expect(text).toContain('"code":"timeout"');
      expect(text.toLowerCase()).toContain('connection: close');
    }
    expect(await counted(slow, 'hundredblock_shed_total{door="connection",reason="timeout"}')).toBe(3);
    expect((await fetch(slow.url + PATHS.health)).status).toBe(200);
  });

  /** A byte of the head now and then: no pause is long, the whole is. */
  function trickled(port: number): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      let text = '';
      socket.write('GET /healthz HTTP/1.1\r\nX-A: ');
      const timer = setInterval(() => socket.writable && socket.write('a'), 50);
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(timer);
        resolve(text);
      });
    });
  }

  it('a connection that says nothing is closed', async () => {
    const idle = await open({ limits: { keepAliveTimeoutMs: 100, requestTimeoutMs: 200, headersTimeoutMs: 200 } });
    const text = await exchange(idle.port, '');
    expect(text === '' || statusOf(text) === 408, text).toBe(true);
    const kept = await exchange(idle.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(statusOf(kept)).toBe(200);
  });
});

describe('a request that is too large', () => {
  it('in its headers is 431', async () => {
    const small = await open({ limits: { headerBytesMax: 2048 } });
    const text = await exchange(small.port, `GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(4096)}\r\n\r\n`);
    expect(statusOf(text)).toBe(431);
    expect(text).toContain('"code":"headers-too-large"');
    expect(await counted(small, 'hundredblock_shed_total{door="connection",reason="headers-too-large"}')).toBe(1);
  });

  it('in its body is 413, told beforehand or found out', async () => {
    const small = await open({ limits: { bodyBytesMax: 10_000 } });
    const told = await exchange(small.port, `${HEAD}Idempotency-Key: a\r\nContent-Length: 1000000\r\n\r\n{`);
    expect(statusOf(told)).toBe(413);
    expect(told.toLowerCase()).toContain('connection: close');
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`;
    const found = await exchange(
      small.port,
      `${HEAD}Idempotency-Key: b\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}`,
    );
    expect(statusOf(found)).toBe(413);
    const resident = `Host: x\r\nAuthorization: Bearer ${token('resident', 1)}\r\nContent-Type: application/json\r\n`;
    const post = await exchange(
      small.port,
      `POST ${PATHS.posts} HTTP/1.1\r\n${resident}Idempotency-Key: p\r\nContent-Length: 20000\r\nConnection: close\r\n\r\n${'x'.repeat(20_000)}`,
    );
    expect(statusOf(post)).toBe(413);
    expect(await counted(small, 'hundredblock_shed_total{door="cad",reason="too-large"}')).toBe(2);
  });

  it('is not read at all without a credential', async () => {
    const small = await open({});
    const head = HEAD.replace(/Bearer [^\r]*/, 'Bearer agency.pd-0.wrong');
    // No byte of the body is sent, and yet there is an answer.
    const text = await exchange(small.port, `${head}Idempotency-Key: a\r\nContent-Length: 90000\r\n\r\n`);
    expect(statusOf(text)).toBe(401);
    expect(text.toLowerCase()).toContain('connection: close');
    const asking = await exchange(
      small.port,
      `${head}Idempotency-Key: a\r\nExpect: 100-continue\r\nContent-Length: 90000\r\n\r\n`,
    );
    expect(statusOf(asking)).toBe(401);
  });

  it('that asks first is invited once it has been let in', async () => {
    const small = await open({});
    const text = await exchange(
      small.port,
      `${HEAD}Idempotency-Key: a\r\nExpect: 100-continue\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
      (received) => received.includes('"messageId"'),
    );
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /);
  });
});

describe('too much', () => {
  it('of one key is 429 for a while, and other keys don’t notice', async () => {
    const strict = await open({ limits: { requestsPerSecondMax: 5 } });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => push(strict, `k${i}`)));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(answers.filter((answer) => answer.status === 202).length).toBeGreaterThanOrEqual(10);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((answer) => Number(answer.headers.get('retry-after')) >= 1)).toBe(true);
    expect(await counted(strict, 'hundredblock_shed_total{door="cad",reason="rate-limited"}')).toBe(refused.length);
    const alerts = await fetch(strict.url + PATHS.alerts, {
      headers: { authorization: `Bearer ${token('resident', 1)}` },
    });
    expect(alerts.status).toBe(200);
  });

  it('in a batch is charged by its lines', async () => {
    const strict = await open({ limits: { requestsPerSecondMax: 50 } });
    const lines = Array.from({ length: 500 }, (_, i) => JSON.stringify({ id: `l${i}`, body: '{}' })).join('\n');
    const batch = await fetch(`${strict.url}/v1/agencies/pd-0/cad`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token('agency', 'pd-0')}`, 'content-type': 'application/x-ndjson' },
      body: lines,
    });
    expect(batch.status).toBe(202);
    const next = await push(strict, 'after');
    expect(next.status).toBe(429);
    expect(Number(next.headers.get('retry-after'))).toBeGreaterThan(1);
  });

  it('inside is 503 with Retry-After, counted by its reason', async () => {
    const full = await open({});
    for (const refusal of ['overloaded', 'storage-failed'] as const) {
      full.engine.submit = () => Promise.reject(new Refused(refusal, 'expected room, found none'));
      const answer = await push(full, refusal);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await answer.json()).toMatchObject({ error: { code: refusal } });
      expect(await counted(full, `hundredblock_shed_total{door="cad",reason="${refusal}"}`)).toBe(1);
    }
  });

  it('of connections is turned away', async () => {
    const narrow = await open({ limits: { connectionsMax: 2 } });
    const held = [1, 2].map(() => connect(narrow.port, '127.0.0.1'));
    sockets.push(...held);
    await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await until(async () => (await connectionsOf(narrow)) === 2);
    expect(await exchange(narrow.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
    expect(await counted(narrow, 'hundredblock_shed_total{door="connection",reason="overloaded"}')).toBe(1);
  });
});

describe('a fault inside', () => {
  it('is 500 without a word of it, and is logged without what was sent', async () => {
    const broken = await open({});
    broken.engine.submit = () => Promise.reject(new Error(`private: ${BODY}`));
    const answer = await push(broken, 'k');
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('{"error":{"code":"internal","message":"the platform failed on this request"}}');
    const lines = broken.logLines.join('');
    expect(lines).toContain('request-failed');
    expect(lines).not.toContain('MAPLE');
  });
});

describe('shutting down', () => {
  it('refuses what still comes on open connections, ends them, and answers what was under way', async () => {
    const going = await open({});
    let taken = 0;
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { submit } = going.engine;
    going.engine.submit = async (input, idempotency) => {
      taken++;
      await gate;
      return submit.call(going.engine, input, idempotency);
    };
    const request = (key: string) => `${HEAD}Idempotency-Key: ${key}\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
    const socket = connect(going.port, '127.0.0.1');
    sockets.push(socket);
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write(request('one'));
    await until(() => taken === 1);
    const closed = going.app.close();
    await until(() => !going.app.server.listening);
    socket.write(request('two'));
    await until(async () => (await counted(going, 'hundredblock_shed_total{door="cad",reason="draining"}')) === 1);
    release();
    await ended;
    await closed;
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['202', '503']);
    expect(text).toContain('"code":"draining"');
    expect(text.toLowerCase()).toContain('connection: close');
    expect(text.toLowerCase()).toContain('retry-after: 1');
    expect(taken).toBe(1);
  });
});

describe('noise at the socket', () => {
  it('is answered or cut off, and hurts nobody else', async () => {
    const noisy = await open({ limits: { headersTimeoutMs: 500, requestTimeoutMs: 500 } });
    let state = 12_345;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const bytes = (n: number) => Buffer.from(Array.from({ length: n }, () => random(256)));
    const good = Buffer.from(`${HEAD}Idempotency-Key: fuzz\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`);
    const inputs = Array.from({ length: 150 }, (_, i) => {
      if (i % 3 === 0) return bytes(1 + random(600));
      // A good request with some bytes changed, or cut short, or with noise behind it.
      const damaged = Buffer.from(good);
      for (let n = 0; n < 1 + random(8); n++) damaged[random(damaged.length)] = random(256);
      return i % 3 === 1 ? damaged : Buffer.concat([damaged.subarray(0, random(damaged.length)), bytes(random(50))]);
    });
    const answers = await Promise.all(inputs.map((input) => exchange(noisy.port, input, (text) => text.endsWith('}'))));
    for (const text of answers) if (text !== '') expect(statusOf(text), text).toBeGreaterThanOrEqual(200);
    expect((await fetch(noisy.url + PATHS.health)).status).toBe(200);
    expect((await push(noisy, 'after-the-noise')).status).toBe(202);
    expect(noisy.logLines.join('')).not.toContain('request-failed');
  });

  it('headers can’t be smuggled in', async () => {
    const strict = await open({});
    const smuggled = [
      `${HEAD}Idempotency-Key: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${HEAD}Idempotency-Key: a\nX: b\r\nContent-Length: 2\r\n\r\n{}`,
      `${HEAD}Idempotency-Key: a\rX: b\r\nContent-Length: 2\r\n\r\n{}`,
      `${HEAD}Idempotency-Key: a\u0000b\r\nContent-Length: 2\r\n\r\n{}`,
      `${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      `GET /healthz\u0000 HTTP/1.1\r\nHost: x\r\n\r\n`,
    ];
    for (const text of smuggled)
      expect(
        statusOf(await exchange(strict.port, text, (got) => got.length > 0)),
        JSON.stringify(text.slice(-60)),
      ).toBe(400);
    const twice = await exchange(
      strict.port,
      `${HEAD}Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
    );
    expect(statusOf(twice)).toBe(400);
    const encoded = await exchange(
      strict.port,
      `GET /v1/alerts?since=%0d%0aSet-Cookie:%20a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token('resident', 1)}\r\nConnection: close\r\n\r\n`,
    );
    expect(statusOf(encoded)).toBe(400);
    expect(encoded.toLowerCase()).not.toContain('set-cookie');
  });

  it('behind a request that still waits for its answer is not answered in its place', async () => {
    const slow = await open({});
    const { submit } = slow.engine;
    slow.engine.submit = async (input, idempotency) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return submit.call(slow.engine, input, idempotency);
    };
    const request = `${HEAD}Idempotency-Key: a\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
    const text = await exchange(slow.port, `${request}NOT HTTP\r\n\r\n`);
    expect(text).toBe('');
  });
});

function connectionsOf({ app }: Town): Promise<number> {
  return new Promise((resolve, reject) =>
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await condition()).toBe(true);
}
