import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { START_MS } from '../../pipeline/testbed.testing.ts';
import {
  cad,
  openTestEngine,
  outcome,
  removeFolder,
  SCRIPTED_LIMITS,
  scriptedInput,
  scriptedKey,
  scriptedMs,
  testDocument,
  testFolder,
  type TestEngine,
  type TestEngineOptions,
} from './engine.testing.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CANARY = 'Canary-Zebedee-Quill 555-0199';

let dataDir: string;
let wallMs: number;
let opened: TestEngine[] = [];

beforeEach(() => {
  dataDir = testFolder();
  wallMs = START_MS;
});
afterEach(async () => {
  for (const { engine } of opened) await engine.close();
  opened = [];
  removeFolder(dataDir);
});

function open(limits?: TestEngineOptions['limits']): TestEngine {
  const one = openTestEngine(dataDir, { wallMs: () => wallMs, limits });
  opened.push(one);
  return one;
}

async function openTown(limits?: TestEngineOptions['limits']): Promise<TestEngine> {
  const one = open(limits);
  await one.engine.setClock({ originWallMs: 0, originMs: 0, speed: 1 });
  await one.engine.onboard(testDocument());
  return one;
}

/** Files that hold a text. */
function holding(text: string): string[] {
  return readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(text));
}

async function post(one: TestEngine, from: number, until: number): Promise<void> {
  for (let i = from; i < until; i++)
    await one.engine.submit({ kind: 'post', postId: `p${i}`, resident: 2, text: `say ${CANARY}?` }, null);
}

describe('what is old', () => {
  it('leaves the disk, and nothing of its text is left in any file', async () => {
    const one = await openTown();
    const { engine } = one;
    for (let i = 0; i < 30; i++) {
      const minute = Math.floor(i / 3);
      await engine.submit(
        cad(`m${i}`, { minute, updatedMinute: minute }, [`${CANARY} ${'long '.repeat(i * 100)}`]),
        null,
      );
    }
    await engine.keepClip({ clipId: 'clip-old-canary', device: 1, atMs: START_MS, durationMs: 5 });
    expect(holding(CANARY)).not.toEqual([]);
    wallMs += DAY - HOUR;
    await engine.submit(cad('young', {}, ['young-canary']), null);
    wallMs += 2 * HOUR;
    await expect.poll(() => holding(CANARY), { timeout: 30_000 }).toEqual([]);
    expect(holding('clip-old-canary')).toEqual([]);
    expect(holding('young-canary')).toEqual(['hundredblock.db']);
    expect(one.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is gone at the next start where the service stood still meanwhile', async () => {
    const { engine } = await openTown();
    await engine.submit(cad('m1', {}, [CANARY]), null);
    await engine.close();
    wallMs += 25 * HOUR;
    const again = open();
    expect(holding(CANARY)).toEqual([]);
    expect(again.logLines).toContainEqual(expect.objectContaining({ code: 'recovered', inputs: 0, messages: 0 }));
  });

  it('onboarding anew takes it away too', async () => {
    const { engine } = await openTown();
    await engine.submit(cad('m1', {}, [CANARY.repeat(500)]), null);
    await engine.onboard(testDocument());
    expect(holding(CANARY)).toEqual([]);
  });
});

describe('messages that are gone', () => {
  it('leave a gap, and their numbers are not given again', async () => {
    const one = await openTown({ messagesMax: 5 });
    const { engine } = one;
    await post(one, 0, 12);
    wallMs += 61_000;
    await expect.poll(() => engine.messagesAfter(1, 0, 100).gap, { timeout: 30_000 }).toBe(7);
    expect(engine.messagesAfter(1, 0, 100).messages.map(({ sequence }) => sequence)).toEqual([8, 9, 10, 11, 12]);
    expect(engine.messagesAfter(1, 8, 2)).toMatchObject({ messages: [{ sequence: 9 }, { sequence: 10 }], gap: null });
    await engine.close();
    const again = open({ messagesMax: 5 });
    expect(again.engine.lastSequence(1)).toBe(12);
    expect(again.engine.messagesAfter(1, 3, 100)).toMatchObject({ messages: { length: 5 }, gap: 7 });
    await post(again, 12, 13);
    const last = again.engine.messagesAfter(1, 12, 1).messages[0];
    expect(last).toMatchObject({ sequence: 13, published: { id: 13 } });
    wallMs += 25 * HOUR;
    await expect.poll(() => again.engine.messagesAfter(1, 0, 100).gap, { timeout: 30_000 }).toBe(13);
    await again.engine.close();
    const third = open();
    expect(third.engine.lastSequence(1)).toBe(13);
    expect(third.logLines.map(({ code }) => code)).not.toContain('replay-differs');
    await post(third, 13, 14);
    expect(third.engine.messagesAfter(1, 13, 1).messages[0]).toMatchObject({ sequence: 14, published: { id: 14 } });
  });
});

describe('what outlives the inputs', () => {
  it('wishes do, and those of later inputs are put on top of them', async () => {
    const { engine } = await openTown();
    await engine.submit({ kind: 'preference', change: { resident: 3, radiusDm: 777, muted: true } }, null);
    await engine.submit({ kind: 'preference', change: { resident: 3, categories: 1 } }, null);
    await engine.submit({ kind: 'preference', change: { resident: 4, quit: true } }, null);
    await engine.submit(cad('old', {}, [CANARY]), null);
    wallMs += DAY - HOUR;
    await engine.submit({ kind: 'preference', change: { resident: 3, muted: false } }, null);
    wallMs += 2 * HOUR;
    await expect.poll(() => holding(CANARY), { timeout: 30_000 }).toEqual([]);
    await engine.close();
    const again = open();
    expect(again.engine.resident(3)).toMatchObject({
      preferences: { radiusM: 77.7, categories: ['burglary'] },
      muted: false,
    });
    expect(again.engine.resident(4)).toMatchObject({ quit: true });
    // They hold for the pipeline as well, not only for who asks.
    await again.engine.submit({ kind: 'post', postId: 'p', resident: 2, text: 'hello' }, null);
    expect(again.engine.lastSequence(5)).toBe(1);
    expect(again.engine.lastSequence(4)).toBe(0);
  });

  it('answers are kept for their own time', async () => {
    const { engine } = await openTown({ replyRetainMs: 2 * HOUR });
    const key = { scope: 's', key: 'k', digest: 'd' };
    await engine.submit(cad('m1', {}), key);
    wallMs += HOUR;
    await engine.submit(cad('m2', {}), { ...key, key: 'k2' });
    wallMs += HOUR + 60_000;
    await expect
      .poll(async () => (await engine.submit(cad('m1', {}), key)).replayed, { timeout: 30_000, interval: 300 })
      .toBe(false);
    expect((await engine.submit(cad('m2', {}), { ...key, key: 'k2' })).replayed).toBe(true);
  });

  it('a town made anew from what is kept goes on like the one that never stopped', async () => {
    const script = async (one: TestEngine, from: number, until: number) => {
      for (let i = from; i < until; i++) {
        wallMs = scriptedMs(i * 40);
        await one.engine.submit(scriptedInput(i), scriptedKey(i));
      }
    };
    const after = (one: TestEngine, id: number) => outcome(one.engine).messages.filter((_, n) => n > id);
    // 400 inputs in 31 hours; each is dated by the script's own clock, so that only the first hour's are young enough to alert of.
    const one = await openTown(SCRIPTED_LIMITS);
    await script(one, 0, 400);
    wallMs += 61_000;
    await expect.poll(() => one.engine.messagesAfter(1, 0, 1).gap, { timeout: 30_000 }).not.toBeNull();
    await one.engine.close();
    const copy = open(SCRIPTED_LIMITS);
    expect(copy.logLines.map(({ code }) => code)).not.toContain('replay-differs');
    const lastId = outcome(copy.engine).messages.length - 1;
    await script(copy, 400, 440);
    const other = testFolder();
    const never = openTestEngine(other, { wallMs: () => wallMs, limits: SCRIPTED_LIMITS });
    await never.engine.setClock({ originWallMs: 0, originMs: 0, speed: 1 });
    await never.engine.onboard(testDocument());
    await script(never, 0, 440);
    expect(after(copy, lastId).length).toBeGreaterThan(0);
    expect(after(copy, lastId)).toEqual(after(never, lastId));
    await never.engine.close();
    removeFolder(other);
  });
});
