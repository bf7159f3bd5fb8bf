import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { PipelineInput } from '../../contract/pipeline.ts';
import type { Portal } from '../../contract/onboarding.ts';
import { dallasBody, dallasRow, START_MS } from '../pipeline/testbed.testing.ts';
import { Refused } from './service-api.ts';
import { onboardingDocument, openTestEngine, type TestEngine } from './http/town.testing.ts';
import type { PollOutcome } from './metrics.ts';
import { createPoller, POLLER_LIMITS, type Poller, type PollerLimits } from './poller.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, n: number) => void;
type Snapshot = Extract<PipelineInput, { kind: 'cad' }>;

const EVERY_MS = 60_000;
const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Bench {
  town: TestEngine;
  requests: IncomingMessage[];
  taken: { snapshot: Snapshot; nowMs: number }[];
  logLines: string[];
  poller: Poller;
  outcomes(): Promise<Partial<Record<PollOutcome, number>>>;
}

/** A town whose dallas agency polls a portal of ours; its clock makes a poll due each `everyWallMs`. */
async function open(answer: Answer, { everyWallMs = 50, limits = {}, offsetMs = 1000 }: Setup = {}): Promise<Bench> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => closed(server));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/calls?format=json`;
  const portal: Portal = { url, everyMs: EVERY_MS, offsetMs };
  const town = await openTestEngine({ portals: new Map([['pd-3', portal]]) });
  cleanUps.push(() => town.close());
  const taken: Bench['taken'] = [];
  const { submit } = town.engine;
  town.engine.submit = (input, idempotency) => {
    if (input.kind === 'cad') taken.push({ snapshot: input, nowMs: town.engine.nowMs() });
    return submit.call(town.engine, input, idempotency);
  };
  const poller = createPoller({
    engine: town.engine,
    metrics: town.metrics,
    log: town.log,
    limits: { ...POLLER_LIMITS, ...limits },
  });
  cleanUps.push(() => poller.stop());
  await town.engine.setClock({ originWallMs: Date.now() + 20, originMs: START_MS, speed: EVERY_MS / everyWallMs });
  return { town, requests, taken, logLines: town.logLines, poller, outcomes: () => outcomesOf(town) };
}
interface Setup {
  everyWallMs?: number;
  limits?: Partial<PollerLimits>;
  offsetMs?: number;
}

function json(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
}

const row = (id: string) => dallasRow({ id, nature: '11R - Burglary - Res', place: '2800 W MAPLE ST' });
const snapshot = (n: number) => dallasBody(n, [row('a')]);

describe('polls', () => {
  it('are due at the portal’s times by the platform’s clock, and what they bring is taken', async () => {
    const bench = await open(
      (_request, response, n) => json(response, snapshot(n), { 'hundredblock-message-id': `snap-${n}` }),
      { everyWallMs: 200 },
    );
    await until(() => bench.taken.length >= 4);
    expect(bench.taken.slice(0, 3).map(({ snapshot: { messageId } }) => messageId)).toEqual([
      'snap-1',
      'snap-2',
      'snap-3',
    ]);
    expect(bench.taken[0].snapshot).toEqual({
      kind: 'cad',
      messageId: 'snap-1',
      agency: 'pd-3',
      dialect: 'dallas',
      body: snapshot(1),
    });
    expect(bench.requests[0]).toMatchObject({ method: 'GET', url: '/calls?format=json' });
    // No poll comes before its time: the n-th is not earlier than n - 1 periods after the first.
    bench.taken.forEach(({ nowMs }, n) => expect(nowMs).toBeGreaterThanOrEqual(START_MS + 1000 + n * EVERY_MS));
    const text = await bench.town.metrics.registry.metrics();
    expect(text).toMatch(/hundredblock_cad_messages_total\{agency="pd-3",dialect="dallas",via="poll"\} [1-9]/);
  });

  it('are named by their time where the portal names none', async () => {
    const bench = await open((_request, response, n) => json(response, snapshot(n)));
    await until(() => bench.taken.length >= 2);
    for (const {
      snapshot: { messageId },
    } of bench.taken) {
      const dueMs = Number(/^pd-3-poll-(\d+)$/.exec(messageId)?.[1]);
      expect((dueMs - 1000) % EVERY_MS).toBe(0);
    }
    expect(new Set(bench.taken.map((one) => one.snapshot.messageId)).size).toBe(bench.taken.length);
  });

  it('are not due while the clock stands, and the first one is at the very moment at which it starts', async () => {
    const bench = await open((_request, response, n) => json(response, snapshot(n)), { offsetMs: 0 });
    const standing = { originWallMs: 0, originMs: START_MS + 3_600_000, speed: 0 };
    await bench.town.engine.setClock(standing);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const before = bench.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(bench.requests.length).toBe(before);
    const launchMs = Date.now() + 600;
    await bench.town.engine.setClock({ originWallMs: launchMs, originMs: standing.originMs, speed: 1 });
    await until(() => bench.requests.length === before + 1);
    expect(Date.now()).toBeGreaterThanOrEqual(launchMs);
    await until(() => bench.taken.at(-1)?.snapshot.messageId === `pd-3-poll-${standing.originMs}`);
  });

  it('start anew with another onboarding', async () => {
    const bench = await open((_request, response, n) => json(response, snapshot(n)));
    await until(() => bench.taken.length >= 1);
    await bench.town.engine.onboard(onboardingDocument());
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = bench.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(bench.requests.length).toBe(before);
  });

  it('end with the poller, one under way included', async () => {
    const bench = await open(() => {});
    await until(() => bench.requests.length >= 1);
    const broken = new Promise((resolve) => bench.requests[0].once('close', resolve));
    await bench.poller.stop();
    await broken;
    expect(bench.logLines.join('')).not.toContain('poll-failed');
  });
});

describe('an unchanged portal', () => {
  it('is asked by its tags and brings nothing', async () => {
    const bench = await open((request, response) => {
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
      else json(response, snapshot(1), { etag: '"v1"', 'last-modified': 'Mon, 01 Jun 2026 12:00:00 GMT' });
    });
    await until(async () => ((await bench.outcomes()).unchanged ?? 0) >= 2);
    // Only polls that set out before the first answer was taken ask without a tag.
    const untagged = bench.requests.filter((request) => request.headers['if-none-match'] === undefined);
    expect(bench.taken.length).toBeLessThanOrEqual(untagged.length);
    expect(bench.requests.indexOf(untagged.at(-1) as IncomingMessage)).toBe(untagged.length - 1);
    expect(bench.requests[untagged.length].headers).toMatchObject({
      'if-none-match': '"v1"',
      'if-modified-since': 'Mon, 01 Jun 2026 12:00:00 GMT',
    });
  });

  it('is asked without them while the last answer could not be taken', async () => {
    const bench = await open((request, response) => {
      if (request.headers['if-none-match'] === undefined) json(response, snapshot(1), { etag: '"v1"' });
      else response.writeHead(304).end();
    });
    const { submit } = bench.town.engine;
    let refusals = 2;
    bench.town.engine.submit = (input, idempotency) =>
      refusals-- > 0
        ? Promise.reject(new Refused('overloaded', 'expected room, found none'))
        : submit(input, idempotency);
    await until(() => bench.taken.length >= 1);
    expect((await bench.outcomes()).overloaded).toBe(2);
    expect(bench.requests.slice(0, 3).map((request) => request.headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a slow portal', () => {
  it('delays no later poll; answers may overtake each other, within a bound', async () => {
    const waiting: ServerResponse[] = [];
    const bench = await open((_request, response, n) => {
      if (n <= 2) waiting.push(response);
      else json(response, snapshot(n), { 'hundredblock-message-id': `snap-${n}`, etag: `"v${n}"` });
    });
    await until(() => bench.taken.length >= 2);
    expect(waiting).toHaveLength(2);
    json(waiting[0], snapshot(1), { 'hundredblock-message-id': 'snap-1', etag: '"v1"' });
    await until(() => bench.taken.some((one) => one.snapshot.messageId === 'snap-1'));
    const asked = bench.requests.length;
    await until(() => bench.requests.length > asked + 1);
    // The tag of an answer that was overtaken does not replace a newer one's.
    expect(bench.requests.map((request) => request.headers['if-none-match'])).not.toContain('"v1"');
  });

  it('is not asked more often than so many times at once', async () => {
    const bench = await open(() => {}, { limits: { underWayMax: 2 } });
    await until(async () => ((await bench.outcomes()).busy ?? 0) >= 2);
    expect(bench.requests).toHaveLength(2);
  });

  it('is given up after a while', async () => {
    const bench = await open(() => {}, { limits: { timeoutMs: 100 } });
    await until(async () => ((await bench.outcomes()).timeout ?? 0) >= 1);
    expect(bench.taken).toHaveLength(0);
  });
});

describe('a portal that fails', () => {
  const failures: [PollOutcome, Answer, Setup?][] = [
    ['status', (_request, response) => response.writeHead(500).end('x'.repeat(100_000))],
    ['status', (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['wrong-type', (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')],
    ['wrong-type', (_request, response) => json(response, '{}', { 'content-encoding': 'gzip' })],
    ['too-large', (_request, response) => json(response, 'x'.repeat(20_000)), { limits: { bytesMax: 10_000 } }],
    ['connection', (request) => request.socket.destroy()],
    ['connection', (_request, response) => response.socket?.end('HTTP/1.1 noise\r\n\r\n')],
    [
      'connection',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{');
        setTimeout(() => response.destroy(), 10);
      },
    ],
  ];
  for (const [i, [outcome, answer, setup]] of failures.entries())
    it(`(${i}) is counted as ${outcome}, and nothing of it is taken`, async () => {
      const bench = await open(answer, setup);
      await until(async () => ((await bench.outcomes())[outcome] ?? 0) >= 2);
      expect(bench.taken).toHaveLength(0);
      expect(bench.logLines.join('')).toContain('poll-failed');
    });

  it('is left alone for 1, 2, 4, ... due polls, and asked as ever once it works', async () => {
    let isBroken = true;
    const bench = await open((_request, response, n) => {
      if (isBroken) response.writeHead(503).end();
      else json(response, snapshot(n));
    });
    const inARow = () =>
      Math.max(0, ...bench.logLines.map((line) => (JSON.parse(line) as { failures?: number }).failures ?? 0));
    await until(() => inARow() >= 4);
    // 1 + 2 + 4 were left out between the first four failures.
    const inRow = inARow();
    const leftOut = (await bench.outcomes())['backing-off'] ?? 0;
    expect(leftOut).toBeGreaterThanOrEqual(2 ** (inRow - 1) - 1);
    expect(leftOut).toBeLessThanOrEqual(2 ** inRow - 1);
    isBroken = false;
    await until(() => bench.taken.length >= 1);
    const before = (await bench.outcomes())['backing-off'];
    await until(() => bench.taken.length >= 4);
    expect((await bench.outcomes())['backing-off']).toBe(before);
  });
});

async function outcomesOf({ metrics }: TestEngine): Promise<Partial<Record<PollOutcome, number>>> {
  const text = await metrics.registry.metrics();
  const counts = [...text.matchAll(/hundredblock_polls_total\{outcome="([a-z-]+)"\} (\d+)/g)];
  return Object.fromEntries(counts.filter(([, , n]) => n !== '0').map(([, outcome, n]) => [outcome, Number(n)]));
}

function closed(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await condition()).toBe(true);
}
