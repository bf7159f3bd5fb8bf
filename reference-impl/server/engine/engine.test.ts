import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PipelineInput } from '../../../contract/pipeline.ts';
import { START_MS } from '../../pipeline/testbed.testing.ts';
import type { PublishedBatch } from '../service-api.ts';
import {
  cad,
  openTestEngine,
  outcome,
  removeFolder,
  scriptedInput,
  scriptedMs,
  testDocument,
  testFolder,
  type TestEngine,
  type TestEngineOptions,
} from './engine.testing.ts';

const STANDING = { originWallMs: 0, originMs: START_MS, speed: 0 };
const MINUTE = 60_000;

let dataDir: string;
let opened: TestEngine[] = [];

beforeEach(() => {
  dataDir = testFolder();
});
afterEach(async () => {
  for (const { engine } of opened) await engine.close();
  opened = [];
  removeFolder(dataDir);
});

function open(options?: TestEngineOptions): TestEngine {
  const one = openTestEngine(dataDir, options);
  opened.push(one);
  return one;
}

async function openTown(options?: TestEngineOptions, document = testDocument()): Promise<TestEngine> {
  const one = open(options);
  await one.engine.onboard(document);
  await one.engine.setClock(STANDING);
  return one;
}

function key(name: string, digest = 'd1') {
  return { scope: 'agency:pd-0', key: name, digest };
}

describe('what is taken', () => {
  it('nothing before an onboarding, nothing after the end', async () => {
    const { engine } = open();
    expect(engine.phase).toBe('waiting');
    await expect(engine.submit(cad('m1', {}), null)).rejects.toMatchObject({ refusal: 'not-ready' });
    await expect(engine.keepClip({ clipId: 'c', device: 1, atMs: START_MS, durationMs: 1 })).rejects.toMatchObject({
      refusal: 'not-ready',
    });
    await engine.onboard(testDocument());
    expect(engine.phase).toBe('serving');
    const last = engine.submit(cad('m1', {}), null);
    await engine.close();
    expect((await last).rows).toEqual([{ row: 0, outcome: 'accepted', code: null }]);
    expect(engine.phase).toBe('closed');
    await expect(engine.submit(cad('m2', {}), null)).rejects.toMatchObject({ refusal: 'draining' });
    await expect(engine.setClock(STANDING)).rejects.toMatchObject({ refusal: 'draining' });
  });

  it('one turn of the event loop shares a commit, in call order, and is told after it', async () => {
    const { engine, metrics } = await openTown();
    const batches: PublishedBatch[] = [];
    engine.onPublished((batch) => batches.push(batch));
    const places = ['2854 W MAPLE ST', '54 W MAPLE ST', '512 N 5TH AVE'];
    const all = Promise.all(places.map((place, i) => engine.submit(cad(`m${i}`, { place }), null)));
    expect(batches).toEqual([]);
    expect(engine.lastSequence(15)).toBe(0);
    expect(engine.figures().pendingInputs).toBe(3);
    await all;
    expect(batches.map(({ messages }) => messages.map(({ id }) => id))).toEqual([[1, 2, 3]]);
    expect(batches[0].messages.map(({ body }) => /2800|UNIT|500/.exec(body)?.[0])).toEqual(['2800', 'UNIT', '500']);
    const text = await metrics.registry.metrics();
    expect(text).toContain('hundredblock_commit_inputs_sum 3');
    expect(text).toContain('hundredblock_commit_inputs_count 1');
    expect(text).toContain('hundredblock_messages_published_total{type="Alert"} 3');
  });

  it('a bounded number waits', async () => {
    const { engine } = await openTown({ limits: { pendingInputsMax: 2 } });
    const answers = await Promise.allSettled([1, 2, 3].map((i) => engine.submit(cad(`m${i}`, {}), key(`m${i}`))));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(answers[2]).toMatchObject({ reason: { refusal: 'overloaded' } });
    expect((await engine.submit(cad('m3', {}), key('m3'))).replayed).toBe(false);
  });

  it.each<[string, object]>([
    ['radius', { resident: 1, radiusDm: NaN }],
    ['radius', { resident: 1, radiusDm: 1_000_001 }],
    ['radius', { resident: 1, radiusDm: -1 }],
    ['categories', { resident: 1, categories: 65_536 }],
    ['resident', { resident: 1.5 }],
    ['muted', { resident: 1, muted: 'yes' }],
  ])('no impossible wish: %s of %o', async (name, change) => {
    const { engine } = await openTown();
    const refused = engine.submit({ kind: 'preference', change } as PipelineInput, null);
    await expect(refused).rejects.toMatchObject({
      refusal: 'invalid',
      message: expect.stringMatching(new RegExp(`^${name}`)),
    });
  });

  it('motion at once, without a commit, whether the pipeline is due to forget or not', async () => {
    let wallMs = START_MS;
    const { engine, metrics } = await openTown({ wallMs: () => wallMs }, testDocument({ retainMs: 10 * MINUTE }));
    await engine.setClock({ originWallMs: 0, originMs: 0, speed: 1 });
    await engine.submit(cad('m1', {}), null);
    wallMs += 11 * MINUTE;
    expect(await engine.submit({ kind: 'motion', doorbell: 3 }, null)).toEqual({ rows: [], replayed: false });
    expect(engine.figures().pipeline).toMatchObject({ records: 1, devices: 1 });
    expect(await metrics.registry.metrics()).toContain('hundredblock_commit_inputs_count 1');
  });
});

describe('idempotency keys', () => {
  it('the same input is taken once and answered the same', async () => {
    const { engine } = await openTown();
    const first = await engine.submit(cad('m1', {}), key('k'));
    const again = await engine.submit(cad('m1', {}), key('k'));
    expect(first).toEqual({ rows: [{ row: 0, outcome: 'accepted', code: null }], replayed: false });
    expect(again).toEqual({ rows: first.rows, replayed: true });
    expect((await engine.submit(cad('m1', {}), { ...key('k'), scope: 'agency:other' })).rows[0].outcome).toBe(
      'duplicate',
    );
  });

  it('another body under a used key is refused, and a key whose first request is under way', async () => {
    const { engine } = await openTown();
    const first = engine.submit(cad('m1', {}), key('k'));
    await expect(engine.submit(cad('m1', {}), key('k'))).rejects.toMatchObject({ refusal: 'idempotency-key-busy' });
    await expect(engine.submit(cad('m1', {}), key('k', 'd2'))).rejects.toMatchObject({
      refusal: 'idempotency-key-reused',
    });
    await first;
    await expect(engine.submit(cad('m1', {}), key('k', 'd2'))).rejects.toMatchObject({
      refusal: 'idempotency-key-reused',
    });
  });

  it('the latest are kept, and outlive a restart with all their receipts', async () => {
    const { engine } = await openTown({ limits: { repliesMax: 2 } });
    const broken: PipelineInput = { kind: 'cad', messageId: 'x', agency: 'pd-0', dialect: 'eido', body: '{' };
    for (const name of ['k1', 'k2']) await engine.submit(cad(name, {}), key(name));
    const { rows } = await engine.submit(broken, key('k3'));
    expect(rows).toEqual([{ row: 0, outcome: 'rejected', code: 'unreadable' }]);
    await engine.close();
    const again = open({ limits: { repliesMax: 2 } }).engine;
    expect(await again.submit(broken, key('k3'))).toEqual({ rows, replayed: true });
    expect(await again.submit(cad('k2', {}), key('k2'))).toMatchObject({ replayed: true });
    expect(await again.submit(cad('k1', {}), key('k1'))).toMatchObject({ replayed: false });
  });
});

describe('sequences', () => {
  it('are dense for each resident, and a message to many is stored once', async () => {
    let i = 0;
    const { engine } = await openTown({ wallMs: () => scriptedMs(i) });
    await engine.setClock({ originWallMs: 0, originMs: 0, speed: 1 });
    const live = new Map<number, { sequence: number; body: string }[]>();
    engine.onPublished(({ messages, sequences }) =>
      messages.forEach(({ audience, body }, m) =>
        audience.forEach((id, r) => live.set(id, [...(live.get(id) ?? []), { sequence: sequences[m][r], body }])),
      ),
    );
    for (; i < 400; i++) await engine.submit(scriptedInput(i), null);
    const audiences = new Set<Uint32Array>();
    const ids = new Set<number>();
    for (const id of engine.onboarding!.roster.ids) {
      const { messages } = engine.messagesAfter(id, 0, 1000);
      expect(messages.map(({ sequence }) => sequence)).toEqual(messages.map((_, n) => n + 1));
      expect(messages.length).toBe(engine.lastSequence(id));
      expect(messages.map(({ sequence, published: { body } }) => ({ sequence, body }))).toEqual(live.get(id) ?? []);
      for (const { published } of messages) {
        audiences.add(published.audience);
        ids.add(published.id);
      }
    }
    expect(ids.size).toBeGreaterThan(100);
    expect(audiences.size).toBeLessThan(ids.size);
  });

  it('a page is the oldest after a sequence; nobody has messages of others', async () => {
    const { engine } = await openTown();
    for (const i of [1, 2, 3]) await engine.submit({ kind: 'post', postId: `p${i}`, resident: 2, text: 'hello' }, null);
    expect(engine.lastSequence(1)).toBe(3);
    expect(engine.messagesAfter(1, 1, 1)).toMatchObject({ messages: [{ sequence: 2 }], gap: null });
    expect(engine.messagesAfter(1, 3, 10)).toEqual({ messages: [], gap: null });
    expect(engine.messagesAfter(1, 99, 10)).toEqual({ messages: [], gap: null });
    // The author and who is unknown.
    expect(engine.lastSequence(2)).toBe(0);
    expect(engine.lastSequence(4711)).toBe(0);
    expect(engine.messagesAfter(4711, 0, 10)).toEqual({ messages: [], gap: null });
  });
});

describe('residents and tickets', () => {
  it('wishes are what was last wished, after a restart too', async () => {
    const { engine } = await openTown();
    const left: number[] = [];
    engine.onLeft((resident) => left.push(resident));
    await engine.submit({ kind: 'preference', change: { resident: 3, radiusDm: 1235, categories: 0b101 } }, null);
    await engine.submit({ kind: 'preference', change: { resident: 3, muted: true } }, null);
    await engine.submit({ kind: 'preference', change: { resident: 4, quit: true } }, null);
    const wishes = { preferences: { radiusM: 123.5, categories: ['burglary', 'robbery'] }, muted: true, quit: false };
    expect(engine.resident(3)).toEqual(wishes);
    expect(left).toEqual([4]);
    expect(engine.resident(4711)).toBeNull();
    await engine.close();
    const again = open().engine;
    expect(again.resident(3)).toEqual(wishes);
    expect(again.resident(4)).toMatchObject({ quit: true });
  });

  it('tickets wait until they are decided, withdrawn or forgotten; open ones outlive a restart', async () => {
    let wallMs = START_MS;
    const { engine } = await openTown(
      { wallMs: () => wallMs },
      testDocument({ review: 'human', retainMs: 10 * MINUTE }),
    );
    await engine.setClock({ originWallMs: 0, originMs: 0, speed: 1 });
    const places = ['2854 W MAPLE ST', '54 W MAPLE ST', '512 N 5TH AVE'];
    for (const [i, place] of places.entries()) await engine.submit(cad(`r${i}`, { place }, ['Call 555-0123']), null);
    const tickets = engine.tickets();
    expect(tickets.map(({ place }) => place)).toEqual([
      '2800 BLOCK W MAPLE ST',
      'UNIT BLOCK W MAPLE ST',
      '500 BLOCK N 5TH AVE',
    ]);
    expect(tickets[0].text).not.toContain('555');
    await engine.submit({ kind: 'review', ticket: tickets[0].ticket, decision: 'approve' }, null);
    await engine.submit(cad('m9', { id: 'r1', place: places[1], updatedMinute: 1, status: 'Cancelled' }), null);
    expect(engine.tickets()).toEqual([tickets[2]]);
    await engine.close();
    const again = open({ wallMs: () => wallMs }).engine;
    expect(again.tickets()).toEqual([tickets[2]]);
    wallMs += 12 * MINUTE;
    // The service wakes by itself, and its records are forgotten.
    await expect.poll(() => again.tickets(), { timeout: 20_000 }).toEqual([]);
    expect(again.figures().pipeline).toMatchObject({ records: 0, groups: 0, tickets: 0 });
  });
});

describe('the clock', () => {
  it('is kept, and never runs backwards over what was handed in', async () => {
    let wallMs = START_MS;
    const { engine } = await openTown({ wallMs: () => wallMs });
    await engine.setClock({ originWallMs: START_MS, originMs: START_MS + 60 * MINUTE, speed: 60 });
    wallMs += 1000;
    expect(engine.nowMs()).toBe(START_MS + 61 * MINUTE);
    await engine.submit(cad('m1', {}), null);
    const behind = { originWallMs: wallMs, originMs: START_MS, speed: 60 };
    await engine.setClock(behind);
    expect(engine.nowMs()).toBe(START_MS + 61 * MINUTE);
    await engine.close();
    const again = open({ wallMs: () => wallMs }).engine;
    expect(again.clock()).toEqual(behind);
    expect(again.nowMs()).toBe(START_MS + 61 * MINUTE);
    wallMs += 61_500;
    expect(again.nowMs()).toBe(START_MS + 61.5 * MINUTE);
    await expect(again.setClock({ ...behind, speed: NaN })).rejects.toMatchObject({ refusal: 'invalid' });
    // A new onboarding starts anew, in the past too.
    await again.onboard(testDocument());
    await again.setClock({ ...STANDING, originMs: 5 });
    expect(again.nowMs()).toBe(5);
  });
});

describe('a new onboarding', () => {
  it('replaces everything, on disk too', async () => {
    const { engine } = await openTown();
    let resets = 0;
    engine.onReset(() => resets++);
    await engine.submit({ kind: 'preference', change: { resident: 3, muted: true } }, null);
    await engine.submit(cad('m1', {}), key('k'));
    expect(engine.lastSequence(20)).toBe(1);
    const next = testDocument({}, { id: 'pd-9' });
    const waiting = engine.submit(cad('m2', {}), null);
    await engine.onboard(next);
    await waiting;
    const check = async (one: typeof engine) => {
      expect(one.onboarding).toEqual(next);
      expect(one.lastSequence(20)).toBe(0);
      expect(one.messagesAfter(20, 0, 10)).toEqual({ messages: [], gap: null });
      expect(one.resident(3)).toMatchObject({ muted: false });
      expect(one.figures().pipeline.records).toBe(0);
    };
    await check(engine);
    expect(resets).toBe(1);
    await engine.close();
    const again = open().engine;
    await check(again);
    const { rows, replayed } = await again.submit(cad('m1', {}), key('k'));
    expect({ rows, replayed }).toEqual({
      rows: [{ row: 0, outcome: 'rejected', code: 'unknown-agency' }],
      replayed: false,
    });
  });

  it('that is refused changes nothing', async () => {
    const { engine } = await openTown();
    await engine.submit(cad('m1', {}), null);
    const before = outcome(engine);
    const broken = testDocument();
    broken.agencies[0].zone = 'Nowhere/Secret';
    await expect(engine.onboard(broken)).rejects.toMatchObject({
      refusal: 'invalid',
      message: expect.not.stringContaining('Secret'),
    });
    expect(outcome(engine)).toEqual(before);
  });
});
