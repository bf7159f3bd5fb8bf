import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATHS, REFUSALS, type Refusal, type WireError } from '../../../contract/wire.ts';
import { eidoValue } from '../../pipeline/testbed.testing.ts';
import { HARNESS_KEY, onboardingDocument, openTown, token, type Town } from './town.testing.ts';

let town: Town;
beforeAll(async () => {
  town = await openTown({ policy: { review: 'human' } });
});
afterAll(() => town.close());

type Who = 'agency' | 'resident' | 'newsroom' | 'harness';
interface DoorCase {
  name: string;
  method: string;
  path: string;
  who: Who;
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const RECORD = JSON.stringify(eidoValue({ id: 'r1', nature: '459', place: '2854 W MAPLE ST' }));
let keys = 0;
const key = () => ({ 'idempotency-key': `doors-${keys++}` });

/** The body is complete, so that a door that looked at the credential too late would take it. */
const GATED: DoorCase[] = [
  {
    name: 'cad',
    method: 'POST',
    path: '/v1/agencies/pd-0/cad',
    who: 'agency',
    status: 202,
    body: RECORD,
    headers: JSON_TYPE,
  },
  { name: 'alerts', method: 'GET', path: PATHS.alerts, who: 'resident', status: 200 },
  { name: 'preferences', method: 'GET', path: PATHS.preferences, who: 'resident', status: 200 },
  {
    name: 'preferences',
    method: 'PATCH',
    path: PATHS.preferences,
    who: 'resident',
    status: 200,
    body: '{"radiusM":900}',
    headers: JSON_TYPE,
  },
  { name: 'mute', method: 'PUT', path: PATHS.mute, who: 'resident', status: 204 },
  { name: 'mute', method: 'DELETE', path: PATHS.mute, who: 'resident', status: 204 },
  {
    name: 'posts',
    method: 'POST',
    path: PATHS.posts,
    who: 'resident',
    status: 202,
    body: '{"text":"a cat"}',
    headers: JSON_TYPE,
  },
  { name: 'tickets', method: 'GET', path: PATHS.tickets, who: 'newsroom', status: 200 },
  {
    name: 'decision',
    method: 'POST',
    path: '/v1/newsroom/tickets/none-1/decision',
    who: 'newsroom',
    status: 404,
    body: '{"decision":"approve"}',
    headers: JSON_TYPE,
  },
  { name: 'clock', method: 'GET', path: PATHS.clock, who: 'harness', status: 200 },
];

const TOKENS: Record<Who, () => string> = {
  agency: () => token('agency', 'pd-0'),
  resident: () => token('resident', 1),
  newsroom: () => token('newsroom', 'newsroom'),
  harness: () => HARNESS_KEY,
};

async function knock(
  door: DoorCase,
  bearer: string | null,
): Promise<{ status: number; text: string; headers: Headers }> {
  const headers = { ...key(), ...door.headers, ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }) };
  const answer = await fetch(town.url + door.path, { method: door.method, headers, body: door.body });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** The code of a refusal; null where the answer is none, or not as the contract has them. */
function refusalOf({ status, text }: { status: number; text: string }): string | null {
  const { error } = JSON.parse(text || '{}') as Partial<WireError>;
  const isWhole = error !== undefined && Object.keys(error).join() === 'code,message';
  return isWhole && REFUSALS[error.code as Refusal] === status ? error.code : null;
}

describe('every door', () => {
  for (const door of GATED) {
    it(`${door.method} ${door.name}: nobody without a credential, with a wrong one, or with another role's`, async () => {
      expect(refusalOf(await knock(door, null))).toBe('unauthenticated');
      expect(refusalOf(await knock(door, ''))).toBe('unauthenticated');
      expect(refusalOf(await knock(door, `${TOKENS[door.who]().slice(0, -2)}AA`))).toBe('unauthenticated');
      for (const [role, bearer] of Object.entries(TOKENS)) {
        if (role === door.who) continue;
        expect(refusalOf(await knock(door, bearer()))).toBe(role === 'harness' ? 'unauthenticated' : 'forbidden');
      }
      expect(refusalOf(await knock(door, token('device', 1)))).toBe('forbidden');
    });

    it(`${door.method} ${door.name}: lets in who belongs there`, async () => {
      const answer = await knock(door, TOKENS[door.who]());
      expect(answer.status, answer.text).toBe(door.status);
    });
  }

  it('an agency speaks for itself only, known or not', async () => {
    expect(refusalOf(await knock(GATED[0], token('agency', 'pd-1')))).toBe('forbidden');
    expect(refusalOf(await knock(GATED[0], token('agency', 'pd-99')))).toBe('forbidden');
    expect(refusalOf(await knock({ ...GATED[0], path: '/v1/agencies/pd-99/cad' }, token('agency', 'pd-99')))).toBe(
      'forbidden',
    );
    expect(refusalOf(await knock({ ...GATED[0], path: '/v1/agencies/pd-99/cad' }, token('agency', 'pd-0')))).toBe(
      'forbidden',
    );
  });

  it('a resident that nobody knows, or that left, is no member', async () => {
    expect(refusalOf(await knock(GATED[1], token('resident', 77)))).toBe('forbidden');
    expect(refusalOf(await knock(GATED[1], token('resident', '01')))).toBe('forbidden');
    const leave: DoorCase = { name: 'me', method: 'DELETE', path: PATHS.me, who: 'resident', status: 204 };
    expect(refusalOf(await knock(leave, null))).toBe('unauthenticated');
    expect(refusalOf(await knock(leave, token('newsroom', 'newsroom')))).toBe('forbidden');
    expect((await knock(leave, token('resident', 2))).status).toBe(204);
    for (const door of GATED.filter(({ who }) => who === 'resident'))
      expect(refusalOf(await knock(door, token('resident', 2)))).toBe('forbidden');
    expect((await knock(GATED[1], token('resident', 1))).status).toBe(200);
  });

  it('counts and logs each refused credential by its reason', async () => {
    const before = await counted('hundredblock_auth_failures_total{door="tickets",reason="role"}');
    await knock(GATED[7], token('resident', 1));
    expect(await counted('hundredblock_auth_failures_total{door="tickets",reason="role"}')).toBe(before + 1);
    const lines = town.logLines.map((line) => JSON.parse(line) as { door?: string; status?: number; level: string });
    expect(lines.findLast(({ door }) => door === 'tickets')).toMatchObject({
      level: 'info',
      code: 'request',
      status: 403,
    });
  });

  it('operators’ doors need none', async () => {
    for (const path of [PATHS.health, PATHS.ready, PATHS.metrics, PATHS.docs, `${PATHS.docs}/json`])
      expect((await fetch(town.url + path)).status, path).toBe(200);
  });

  it('figures are not for who comes through a proxy', async () => {
    const forwarded = { 'x-forwarded-for': '127.0.0.1' };
    expect((await fetch(town.url + PATHS.metrics, { headers: forwarded })).status).toBe(403);
    const headers = { ...forwarded, authorization: `Bearer ${HARNESS_KEY}` };
    expect((await fetch(town.url + PATHS.metrics, { headers })).status).toBe(200);
  });
});

describe('paths and methods', () => {
  it('unknown ones are not found, however they are spelt', async () => {
    const paths = [
      '/',
      '/v1',
      '/v1/me/',
      '//healthz',
      '/HEALTHZ',
      '/healthz;x',
      '/docs/../etc/passwd',
      '/docs/static/..%2f..%2fpackage.json',
    ];
    for (const path of paths) expect((await raw(path)).status, path).toBe(404);
    for (const path of ['/%', '/%zz', '/v1/agencies/%c0%ae/cad'])
      expect([404, 400]).toContain((await raw(path)).status);
    for (const path of [
      '/v1/agencies/pd-0%2fcad/cad',
      '/v1/agencies/..%2f..%2f/cad',
      `/v1/agencies/${'a'.repeat(3000)}/cad`,
    ])
      expect([401, 403, 404], path).toContain((await raw(path, 'POST')).status);
  });

  it('a known path tells which methods it takes', async () => {
    const answer = await fetch(town.url + PATHS.preferences, { method: 'POST' });
    expect(refusalOf({ status: answer.status, text: await answer.text() })).toBe('method-not-allowed');
    expect(answer.headers.get('allow')).toBe('GET, PATCH');
    expect((await fetch(town.url + PATHS.health, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${town.url}/v1/agencies/pd-0/cad`)).status).toBe(405);
  });
});

describe('bodies and queries', () => {
  const asResident = (method: string, path: string, body?: string, headers: Record<string, string> = JSON_TYPE) =>
    knock({ name: '', method, path, who: 'resident', status: 0, body, headers }, token('resident', 1));

  it('that are malformed are refused with the field that is wrong, and nothing of what was sent', async () => {
    const canary = 'canary-5550142';
    const bodies: [method: string, path: string, body: string][] = [
      ['PATCH', PATHS.preferences, `{"radiusM":"${canary}"}`],
      ['PATCH', PATHS.preferences, '{"radiusM":-1}'],
      ['PATCH', PATHS.preferences, '{"radiusM":0.05}'],
      ['PATCH', PATHS.preferences, '{"radiusM":1e9}'],
      ['PATCH', PATHS.preferences, `{"${canary}":1}`],
      ['PATCH', PATHS.preferences, `{"categories":["${canary}"]}`],
      ['PATCH', PATHS.preferences, '{"categories":["arson","arson"]}'],
      ['PATCH', PATHS.preferences, '{"categories":"arson"}'],
      ['PATCH', PATHS.preferences, `{"__proto__":{"${canary}":1}}`],
      ['PATCH', PATHS.preferences, `{${canary}`],
      ['PATCH', PATHS.preferences, '[]'],
      ['PATCH', PATHS.preferences, 'null'],
      ['POST', PATHS.posts, '{"text":""}'],
      ['POST', PATHS.posts, `{"text":"${'x'.repeat(4001)}"}`],
      ['POST', PATHS.posts, `{"text":"x","${canary}":"x"}`],
    ];
    for (const [method, path, body] of bodies) {
      const answer = await asResident(method, path, body);
      expect(refusalOf(answer)).toBe('invalid');
      expect(answer.text).not.toContain('canary');
    }
    expect((await asResident('PATCH', PATHS.preferences, '{"x":1}')).text).toContain('radiusM, categories');
    expect((await asResident('PATCH', PATHS.preferences, '{"radiusM":"x"}')).text).toContain('radiusM: ');
    expect(refusalOf(await asResident('PATCH', PATHS.preferences, '{}', { 'content-type': 'text/plain' }))).toBe(
      'unsupported-media-type',
    );
  });

  it('a page has bounds', async () => {
    for (const query of ['limit=0', 'limit=501', 'limit=x', 'since=-1', 'since=1.5', 'since=', 'since=1&since=2'])
      expect(refusalOf(await asResident('GET', `${PATHS.alerts}?${query}`, undefined, {}))).toBe('invalid');
    for (const query of ['', 'limit=500', 'since=0&limit=1', 'since=9007199254740991'])
      expect((await asResident('GET', `${PATHS.alerts}?${query}`, undefined, {})).status, query).toBe(200);
  });

  it('a post needs a key, once', async () => {
    const headers = { ...JSON_TYPE, authorization: `Bearer ${token('resident', 1)}` };
    const post = (idempotencyKey: string | undefined, text: string) =>
      fetch(town.url + PATHS.posts, {
        method: 'POST',
        headers: { ...headers, ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }) },
        body: JSON.stringify({ text }),
      });
    expect((await post(undefined, 'a cat')).status).toBe(400);
    expect((await post('two words', 'a cat')).status).toBe(400);
    expect((await post('x'.repeat(201), 'a cat')).status).toBe(400);
    const first = await post('post-7', 'a cat');
    expect([first.status, await first.json(), first.headers.get('idempotent-replayed')]).toEqual([
      202,
      { postId: 'post-7' },
      null,
    ]);
    const again = await post('post-7', 'a cat');
    expect([again.status, await again.json(), again.headers.get('idempotent-replayed')]).toEqual([
      202,
      { postId: 'post-7' },
      'true',
    ]);
    expect((await post('post-7', 'a dog')).status).toBe(422);
  });
});

describe('what doors do', () => {
  it('wishes are kept in tenths of a metre and by name', async () => {
    const headers = { ...JSON_TYPE, authorization: `Bearer ${token('resident', 1)}` };
    const patch = (body: string) => fetch(town.url + PATHS.preferences, { method: 'PATCH', headers, body });
    expect(await (await patch('{"radiusM":160.3,"categories":["fire","burglary"]}')).json()).toEqual({
      radiusM: 160.3,
      categories: ['burglary', 'fire'],
    });
    expect(await (await patch('{"categories":[]}')).json()).toEqual({ radiusM: 160.3, categories: [] });
    expect(await (await fetch(town.url + PATHS.preferences, { headers })).json()).toEqual({
      radiusM: 160.3,
      categories: [],
    });
    await patch(JSON.stringify({ radiusM: 1000, categories: ['burglary', 'arson'] }));
  });

  it('a ticket is listed, decided on, and its alert stands on the page of who was near', async () => {
    const ticketsOf = async () => {
      const answer = await fetch(town.url + PATHS.tickets, {
        headers: { authorization: `Bearer ${TOKENS.newsroom()}` },
      });
      return ((await answer.json()) as { tickets: { ticket: string; agency: string }[] }).tickets;
    };
    const record = JSON.stringify(eidoValue({ id: 'r9', nature: '459', place: '2854 W MAPLE ST' }));
    await knock({ ...GATED[0], body: record }, TOKENS.agency());
    const [{ ticket }] = await ticketsOf();
    const decide: DoorCase = { ...GATED[8], path: `/v1/newsroom/tickets/${ticket}/decision` };
    expect(refusalOf(await knock({ ...decide, body: '{"decision":"perhaps"}' }, TOKENS.newsroom()))).toBe('invalid');
    expect((await knock(decide, TOKENS.newsroom())).status).toBe(204);
    expect(refusalOf(await knock(decide, TOKENS.newsroom()))).toBe('not-found');
    expect((await ticketsOf()).map((open) => open.ticket)).not.toContain(ticket);
    const page = (await (
      await fetch(`${town.url}${PATHS.alerts}?since=0`, {
        headers: { authorization: `Bearer ${token('resident', 1)}` },
      })
    ).json()) as {
      messages: { sequence: number; type: string; message: { msgType: string } }[];
      lastSequence: number;
      gap: null;
    };
    expect(page.messages.at(-1)).toMatchObject({
      sequence: page.lastSequence,
      type: 'alert',
      message: { msgType: 'Alert' },
    });
    expect(page.gap).toBeNull();
  });

  it('the clock is told and set', async () => {
    const headers = { ...JSON_TYPE, authorization: `Bearer ${HARNESS_KEY}` };
    const before = await (await fetch(town.url + PATHS.clock, { headers })).json();
    const clock = { originWallMs: 1000.5, originMs: 2_000_000_000_000, speed: 60 };
    const set = await fetch(town.url + PATHS.clock, { method: 'PUT', headers, body: JSON.stringify(clock) });
    expect(set.status).toBe(204);
    expect(await (await fetch(town.url + PATHS.clock, { headers })).json()).toEqual(clock);
    for (const body of ['{}', '{"originWallMs":1,"originMs":1,"speed":-1}', JSON.stringify({ ...clock, more: 1 })])
      expect((await fetch(town.url + PATHS.clock, { method: 'PUT', headers, body })).status).toBe(400);
    await fetch(town.url + PATHS.clock, { method: 'PUT', headers, body: JSON.stringify(before) });
  });
});

describe('a platform that is not onboarded', () => {
  it('lives, is not ready, and says so until it is', async () => {
    const bare = await openTown({ onboarded: false });
    try {
      expect((await fetch(bare.url + PATHS.health)).status).toBe(200);
      const ready = await fetch(bare.url + PATHS.ready);
      expect(refusalOf({ status: ready.status, text: await ready.text() })).toBe('not-ready');
      expect(ready.headers.get('retry-after')).toBe('1');
      const alerts = () =>
        fetch(bare.url + PATHS.alerts, { headers: { authorization: `Bearer ${token('resident', 1)}` } });
      expect((await alerts()).status).toBe(503);
      const onboard = (body: string, bearer: string) =>
        fetch(bare.url + PATHS.onboarding, {
          method: 'PUT',
          headers: { ...JSON_TYPE, authorization: `Bearer ${bearer}` },
          body,
        });
      expect((await onboard('{}', 'not the key')).status).toBe(401);
      expect((await onboard('{}', HARNESS_KEY)).status).toBe(400);
      expect((await onboard(JSON.stringify(onboardingDocument()), HARNESS_KEY)).status).toBe(204);
      expect((await fetch(bare.url + PATHS.ready)).status).toBe(200);
      expect((await alerts()).status).toBe(200);
    } finally {
      await bare.close();
    }
  });

  it('has no doors for a harness where it was given no key', async () => {
    const shut = await openTown({ harnessKey: null });
    try {
      for (const path of [PATHS.onboarding, PATHS.clock]) {
        const answer = await fetch(shut.url + path, {
          method: 'PUT',
          headers: { ...JSON_TYPE, authorization: 'Bearer null' },
          body: '{}',
        });
        expect(refusalOf({ status: answer.status, text: await answer.text() })).toBe('not-found');
      }
    } finally {
      await shut.close();
    }
  });
});

async function counted(series: string): Promise<number> {
  const text = await (await fetch(town.url + PATHS.metrics)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1),
  );
}

/** A path as it is written: fetch would tidy it up. */
async function raw(path: string, method = 'GET'): Promise<{ status: number }> {
  const { exchange } = await import('./town.testing.ts');
  const text = await exchange(
    town.port,
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]) };
}
