/** Drives the world by hand. The test makes up what residents receive, so it knows who may react to which message. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PlatformClock } from '../../contract/clock.ts';
import { RESIDENTS_PER_AGENCY_MAX } from '../../contract/roster.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import { INDUCED_FROM } from '../../simulator/incidents/incident.ts';
import type { ReceivedBatch } from './trace-api.ts';
import { resolveScenario } from '../options/resolve.ts';
import { LiveWorld, LOOKAHEAD_MS } from './live-world.ts';
import { openTrace } from './read.ts';
import { inputsOf, only, truthOf } from './recording.testing.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const SPEED = 300;
const WINDOW_MS = 12 * MINUTE_MS;
/** Two towns in which everybody reacts to everything at once. The window opens with the scenario. */
const EAGER = [
  'policy.review=auto',
  'intensity.incidents=400',
  'intensity.staffing=400',
  'intensity.encounters=10000',
  'people.appUserShareOfPersons=0.1',
  ...['openShare', 'postShare', 'callShare', 'postReaderCallShare'].map((share) => `reactions.${share}=1`),
  'reactions.muteShare=0.5',
  'reactions.quitShare=0',
  'reactions.delayMsMean=1000',
];

async function open(sets: readonly string[] = EAGER) {
  const dir = mkdtempSync(join(tmpdir(), 'hundredblock-live-'));
  folders.push(dir);
  const scenario = resolveScenario('smoke', [...sets]);
  const fromMs = scenario.startMs;
  return { dir, fromMs, world: await LiveWorld.open({ scenario, seed: 1, fromMs, windowMs: WINDOW_MS, dir }) };
}

function clockFrom(fromMs: number): PlatformClock {
  return { originWallMs: Date.now(), originMs: fromMs, speed: SPEED };
}

function alertTo(residents: readonly number[], identifier: string, msgType = 'Alert'): ReceivedBatch {
  return {
    part: 0,
    frames: [{ type: 'alert', text: JSON.stringify({ identifier, msgType }) }],
    resident: Uint32Array.from(residents),
    frame: new Uint32Array(residents.length),
    wallMs: new Float64Array(residents.length).fill(Date.now()),
  };
}

async function outcomeOf(dir: string) {
  const trace = await openTrace(dir);
  const inputs = await inputsOf(trace);
  const truth = await truthOf(trace);
  const induced = truth.flatMap((line) =>
    line.line === 'record' && (line.incident?.incident ?? -1) >= INDUCED_FROM ? [line.agency] : [],
  );
  return { trace, posts: only(inputs, 'post'), changes: only(inputs, 'preference'), induced: new Set(induced) };
}

describe('a world that goes on while it is sent', { timeout: 120_000 }, () => {
  test('lets only those who received a message react, a minute later at the earliest', async () => {
    const { dir, fromMs, world } = await open();
    const residents = Array.from({ length: 300 }, (_, i) => i);
    const clock = clockFrom(fromMs);
    world.launch(clock, () => {});
    world.receive(alertTo(residents, 'a.1'));
    // Nobody reacts to a message that another thread reports again, or to a correction.
    world.receive({ ...alertTo(residents, 'a.1'), part: 1 });
    world.receive({
      ...alertTo(
        residents.map((r) => r + 400),
        'a.2',
        'Update',
      ),
      part: 2,
    });
    await world.whole;
    const { header, partial, shards } = await world.end();
    expect(partial).toBe(false);
    expect(header).toMatchObject({ closedLoop: true, fromMs, untilMs: fromMs + WINDOW_MS });
    const { trace, posts, changes, induced } = await outcomeOf(dir);
    expect(trace.header).toEqual(header);
    const posters = posts.map(({ resident }) => resident);
    expect(posters.length).toBeGreaterThan(10);
    expect(new Set(posters).size).toBe(posters.length);
    expect(changes.length).toBeGreaterThan(5);
    for (const resident of [...posters, ...changes.map(({ change }) => change.resident)])
      expect(residents).toContain(resident);
    expect(Math.min(...posts.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(fromMs + MINUTE_MS);
    expect(induced).toEqual(new Set(['pd-000']));
    // The world's own pipeline did publish alerts, but nobody reacted to those.
    expect(shards.flatMap(({ judgement }) => judgement.lines).length).toBeGreaterThan(0);
    expect(world.notes()[1]).toMatch(/^300 first receptions came back to the world; 0 of them/);
  });

  test('has nobody react if nobody received anything', async () => {
    const { dir, fromMs, world } = await open();
    world.launch(clockFrom(fromMs), () => {});
    await world.whole;
    await world.end();
    const { posts, changes, induced } = await outcomeOf(dir);
    expect([posts, changes, [...induced]]).toEqual([[], [], []]);
  });

  test('lets readers of a post react to it', async () => {
    const { dir, fromMs, world } = await open();
    world.launch(clockFrom(fromMs), () => {});
    const readers = Array.from({ length: 300 }, (_, i) => RESIDENTS_PER_AGENCY_MAX + i);
    const frames: ReceivedBatch['frames'] = [{ type: 'post', text: '{"postId":"pd-000-post-1","text":"a text"}' }];
    world.receive({ ...alertTo(readers, ''), frames });
    await world.whole;
    await world.end();
    expect((await outcomeOf(dir)).induced).toEqual(new Set(['pd-001']));
  });

  test('writes ahead of the clock, by no more than the lookahead', async () => {
    const { fromMs, world } = await open();
    const clock = clockFrom(fromMs);
    const reports: { bytes: number; wallMs: number }[] = [];
    expect(world.writtenBytes).toBeGreaterThan(0);
    world.launch(clock, (bytes) => reports.push({ bytes, wallMs: Date.now() }));
    await vi.waitFor(() => expect(reports.length).toBeGreaterThan(5), { timeout: 30_000 });
    world.close();
    const { header, partial } = await world.end();
    expect(partial).toBe(true);
    const elapsedMs = (Date.now() - clock.originWallMs) * SPEED;
    expect(header.untilMs - fromMs).toBeLessThanOrEqual(elapsedMs + LOOKAHEAD_MS);
    expect(header.untilMs - fromMs).toBeGreaterThan(LOOKAHEAD_MS);
    expect(reports.every(({ bytes }, i) => i === 0 || bytes >= reports[i - 1].bytes)).toBe(true);
  });

  test('ends as a complete trace at any moment, even before it was launched', async () => {
    const { dir, fromMs, world } = await open();
    const { partial } = await world.end();
    expect(partial).toBe(true);
    expect((await openTrace(dir)).header.untilMs).toBe(fromMs + LOOKAHEAD_MS);
  });

  test('notes how far it fell behind and how many receptions came too late', async () => {
    const { fromMs, world } = await open();
    // The launch is reported five simulated minutes late.
    const clock = { ...clockFrom(fromMs), originWallMs: Date.now() - 1000 };
    let steps = 0;
    world.launch(clock, () => (steps += 1));
    await vi.waitFor(() => expect(steps).toBeGreaterThan(10), { timeout: 30_000 });
    world.receive({ ...alertTo([1], 'a.1'), wallMs: Float64Array.of(clock.originWallMs) });
    await world.end();
    const [, receptions, behind] = world.notes();
    expect(receptions).toMatch(/^1 first receptions came back to the world; 1 of them too late .* by up to [1-9]/);
    expect(behind).toMatch(/^The world fell behind the clock by up to [1-9][0-9]* ms/);
  });
});
