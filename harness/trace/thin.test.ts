import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESIDENTS_PER_AGENCY_MAX } from '../../contract/roster.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import { VERDICTS } from '../../contract/record/kinds.ts';
import { judgeRun, openYardstick } from '../judge/judge.ts';
import { perfectWire, writeWire } from '../judge/wire.testing.ts';
import type { Trace } from './trace-api.ts';
import { openTrace } from './read.ts';
import { inputsOf, only, recordNamed, removeTraces, SMALL_FAULTY, truthOf } from './recording.testing.ts';
import { replayTrace } from './in-virtual-time.ts';
import { thinTrace, type Thinning } from './thin.ts';

const SPEED = 60;
const folders: string[] = [];
let whole: Trace;

beforeAll(async () => {
  ({ trace: whole } = await recordNamed('faulty', SMALL_FAULTY, 60, 60));
});
afterAll(() => {
  removeTraces();
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hundredblock-thin-'));
  folders.push(dir);
  return dir;
}

async function thinned(keep: Thinning): Promise<Trace> {
  const dir = folder();
  await thinTrace(whole, keep, dir);
  return openTrace(dir);
}

describe('a smaller trace', () => {
  it('holds everything if no limit is given', async () => {
    const trace = await thinned({});
    expect(await inputsOf(trace)).toEqual(await inputsOf(whole));
    expect(await truthOf(trace)).toEqual(await truthOf(whole));
    const { sha256: _new, ...header } = trace.header;
    const { sha256: _old, ...expected } = whole.header;
    expect(header).toEqual(expected);
  });

  it('holds as many residents and doorbells as it should, and nothing of the others', async () => {
    const trace = await thinned({ residents: 40, doorbells: 7, connectRampMs: 123 });
    const inputs = await inputsOf(trace);
    const preamble = inputs.slice(0, trace.header.preamble);
    const residents = new Set(only(preamble, 'connect').map(({ resident }) => resident));
    const doorbells = new Set(only(preamble, 'attach').map(({ doorbell }) => doorbell));
    expect([residents.size, doorbells.size]).toEqual([40, 7]);
    expect(trace.header).toMatchObject({ residents: 40, doorbells: 7 });
    expect(trace.header.scenario).toMatchObject({ load: { connectRampMs: 123 } });
    const { ids, x } = trace.onboarding.roster;
    expect(x).toHaveLength(ids.length);
    const known = new Set(ids);
    for (const { change } of only(inputs, 'preference')) expect(known.has(change.resident)).toBe(true);
    for (const { doorbell } of only(inputs, 'motion')) expect(doorbells.has(doorbell)).toBe(true);
    expect(only(inputs, 'cad')).toEqual(only(await inputsOf(whole), 'cad'));
    const counts = Object.values(trace.header.inputs).reduce((sum, n) => sum + n, 0);
    expect(trace.header.preamble + counts).toBe(inputs.length);
    const before = (await inputsOf(whole)).length;
    expect(trace.header.leftOut?.['thinned out']).toBe(before - inputs.length);
  });

  it('with few residents holds a subset of one with many', async () => {
    const idsOf = async (residents: number) => (await thinned({ residents })).onboarding.roster.ids;
    const large = new Set(await idsOf(120));
    const small = await idsOf(30);
    expect(small.every((id) => large.has(id))).toBe(true);
    expect(large.size).toBeGreaterThan(small.length);
  });

  it('holds the first agencies, their people and their truth', async () => {
    const trace = await thinned({ agencies: 2 });
    const names = trace.onboarding.agencies.map(({ id }) => id);
    expect(names).toEqual(whole.onboarding.agencies.slice(0, 2).map(({ id }) => id));
    for (const id of trace.onboarding.roster.ids) expect(Math.floor(id / RESIDENTS_PER_AGENCY_MAX)).toBeLessThan(2);
    for (const line of await truthOf(trace))
      expect(names).toContain(line.line === 'manifest' ? line.manifest.agency : line.agency);
  });

  it('ends with its shorter window', async () => {
    const trace = await thinned({ windowMs: 20 * MINUTE_MS });
    const { fromMs, untilMs } = trace.header;
    expect(untilMs - fromMs).toBe(20 * MINUTE_MS);
    const inputs = await inputsOf(trace);
    expect(inputs).toEqual((await inputsOf(whole)).slice(0, inputs.length));
    expect(inputs.at(-1)!.atMs).toBeLessThan(untilMs);
  });
});

describe('a smaller trace, judged', () => {
  it.each([
    ['fewer residents and doorbells', { residents: 60, doorbells: 5 }],
    ['fewer agencies', { agencies: 3 }],
    ['a shorter window', { windowMs: 40 * MINUTE_MS }],
    ['all of these', { agencies: 4, residents: 80, doorbells: 3, windowMs: 50 * MINUTE_MS }],
  ] as const)('with %s: both clocks agree, and nothing is wrong', async (_name, keep) => {
    const trace = await thinned(keep);
    const dir = folder();
    writeWire(dir, await perfectWire(trace, { speed: SPEED }));
    const judged = await judgeRun(await openYardstick(trace.dir), { observationsDir: dir, delayMs: {} });
    expect(judged.judgement.verdicts.delivered).toBeGreaterThan(0);
    const { delivered, ...others } = judged.judgement.verdicts;
    expect(others).toEqual(Object.fromEntries(VERDICTS.filter((v) => v !== 'delivered').map((v) => [v, 0])));
    expect(judged.judgement.violations).toEqual([]);
    expect(judged.sameOutcome).toMatchObject({ virtual: delivered, wall: delivered, unexplained: 0 });
  });

  it('owes its residents what the whole trace owes them', async () => {
    const trace = await thinned({ residents: 60 });
    const kept = new Set(trace.onboarding.roster.ids);
    const [before, after] = [await replayTrace(whole), await replayTrace(trace)];
    const owed = before.publishes.map(({ incidents, msgType, audience }) => ({
      incidents,
      msgType,
      audience: [...audience].filter((id) => kept.has(id)),
    }));
    const found = after.publishes.map(({ incidents, msgType, audience }) => ({
      incidents,
      msgType,
      audience: [...audience],
    }));
    const some = (list: typeof owed) => list.filter(({ audience }) => audience.length > 0);
    expect(some(found)).toEqual(some(owed));
  });
});
