/** Closed loops over real sockets: what residents do follows from what they received, whatever the target did with the rest. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { platformMsAt } from '../../contract/clock.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { DeliveryLine, DriverSummary, FrameLine, TraceInput } from '../../contract/trace.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import type { UrlTarget } from '../../harness/drivers/driver-api.ts';
import { runLoad } from '../../harness/run/load.ts';
import { resolveScenario } from '../../harness/options/resolve.ts';
import { openTrace } from '../../harness/trace/read.ts';
import { startToy, type ToyProcess } from '../toy-target/toy-process.testing.ts';

/** One town that the toy target can read too, with residents who react to everything at once. The window opens with the world: all reactions are its own. */
const SETS = [
  'durationDays=0.05',
  'agencies.0.dialect=eido',
  'agencies.0.personsPerAgency=10000',
  'agencies.1.personsPerAgency=1000',
  'agencies.1.dialect=eido',
  'policy.review=auto',
  'incidents.callsForServicePer1000PersonsYear=1600',
  'intensity.incidents=600',
  'intensity.staffing=600',
  'intensity.encounters=300',
  'people.appUserShareOfPersons=0.05',
  'load.fromMs=0',
  'load.speed=150',
  'load.durationMs=6000',
  'load.connectRampMs=300',
  'load.connectedShareOfAppUsers=0.7',
  'reactions.openShare=1',
  'reactions.muteShare=0.3',
  'reactions.quitShare=0.05',
  'reactions.callShare=1',
  // Posts reach hundreds: readers who call would soon be all that happens.
  'reactions.postReaderCallShare=0',
  // Of posts alone it is known from the figures how many there were.
  'reactions.comments.on=false',
  'reactions.delayMsMean=30000',
];

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-loop-'));
let toy: ToyProcess | null = null;
afterEach(async () => {
  await toy?.stop();
  toy = null;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function closedLoop(name: string, target: UrlTarget | null, sets: readonly string[]): Promise<RunRecord> {
  const scenario = resolveScenario('smoke', [...SETS, ...sets]);
  const outDir = join(folder, name);
  const { record, stopped } = await runLoad({ scenario, seed: 1, command: '', outDir, target, closedLoop: true });
  expect(stopped).toBeNull();
  expect(record.load?.closedLoop).toBe(true);
  expect(record.load?.notes.join('\n')).toContain('Closed loop: residents reacted to what they received');
  return record;
}

async function toyTarget(sabotage: string): Promise<UrlTarget> {
  toy = await startToy(sabotage);
  return { kind: 'url', url: toy.url.origin, mqttUrl: null, harnessKey: toy.harnessKey, onboarded: false };
}

/** When each resident first received anything that people react to, platform ms. */
function receptionsOf(name: string): Map<number, number> {
  const dir = join(folder, name, 'wire');
  const linesOf = <T>(file: string): T[] =>
    readFileSync(join(dir, file), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as T);
  const { clock } = JSON.parse(readFileSync(join(dir, 'driver.json'), 'utf8')) as DriverSummary;
  const frames = linesOf<FrameLine>('frames.jsonl').map(
    ({ type, text }) => type === 'post' || (JSON.parse(text) as { msgType: string }).msgType === 'Alert',
  );
  const first = new Map<number, number>();
  for (const [resident, , frame, wallMs] of linesOf<DeliveryLine>('deliveries.jsonl')) {
    const atMs = platformMsAt(clock, wallMs);
    if (frames[frame] && atMs < (first.get(resident) ?? Infinity)) first.set(resident, atMs);
  }
  return first;
}

/** What residents did: their id, and when. */
async function actsOf(name: string): Promise<{ resident: number; atMs: number; kind: TraceInput['kind'] }[]> {
  const acts: Awaited<ReturnType<typeof actsOf>> = [];
  for await (const { input } of (await openTrace(join(folder, name, 'trace'))).inputs()) {
    const { kind, atMs } = input;
    if (kind === 'post') acts.push({ kind, atMs, resident: input.resident });
    if (kind === 'preference') acts.push({ kind, atMs, resident: input.change.resident });
  }
  return acts;
}

async function expectCausesFirst(name: string): Promise<Awaited<ReturnType<typeof actsOf>>> {
  const received = receptionsOf(name);
  const acts = await actsOf(name);
  for (const { resident, atMs } of acts) {
    expect(received.has(resident)).toBe(true);
    // A wall time is kept to the microsecond: a fraction of a platform ms at this speed.
    expect(atMs).toBeGreaterThanOrEqual(received.get(resident)! + MINUTE_MS - 1);
  }
  return acts;
}

function isOdd({ resident }: { resident: number }): boolean {
  return resident % 2 === 1;
}

describe('a closed loop', { timeout: 240_000 }, () => {
  it('lets residents of the reference system react to what they received, and is judged clean', async () => {
    const record = await closedLoop('serve', null, ['reactions.postShare=0.5']);
    const acts = await expectCausesFirst('serve');
    expect(acts.filter(({ kind }) => kind === 'post').length).toBeGreaterThan(5);
    expect(acts.filter(({ kind }) => kind === 'preference').length).toBeGreaterThan(5);
    const { posted, muted } = record.loop.reactions;
    expect(acts.filter(({ kind }) => kind === 'post')).toHaveLength(posted);
    expect(muted).toBeGreaterThan(5);
    expect(record.loop.inducedCalls).toBeGreaterThan(0);
    const { lost, misdelivered, duplicate, leaked, stale } = record.verdicts;
    expect({ lost, misdelivered, duplicate, leaked, stale }).toEqual({
      lost: 0,
      misdelivered: 0,
      duplicate: 0,
      leaked: 0,
      stale: 0,
    });
    expect(record.verdicts.delivered).toBeGreaterThan(100);
    expect(record.sameOutcome).toMatchObject({ unexplained: 0 });
    expect(record.load!.inputs.post.acknowledged).toBe(record.load!.inputs.post.meant);
    expect(acts.filter(isOdd).length).toBeGreaterThan(3);
    // The world is ahead by 200 ms of the wall: most inputs are due later than they are written, unless the machine stands still.
    expect(record.generatorLagMs!.p50).toBeLessThan(300);
    expect(readFileSync(join(folder, 'serve', 'report.html'), 'utf8')).toContain('The loop was closed');
  });

  it('moves nobody whom the target told nothing', async () => {
    const record = await closedLoop('odd', await toyTarget('drops-odd-residents'), ['reactions.postShare=0']);
    const acts = await expectCausesFirst('odd');
    expect(acts.filter((act) => !isOdd(act)).length).toBeGreaterThan(3);
    expect(acts.filter(isOdd)).toEqual([]);
    expect(record.verdicts.lost).toBeGreaterThan(50);
  });

  it('that is interrupted leaves a trace that ends there, and a partial record', async () => {
    const abort = new AbortController();
    const { record, stopped } = await runLoad({
      scenario: resolveScenario('smoke', SETS),
      seed: 1,
      command: '',
      outDir: join(folder, 'cut'),
      target: await toyTarget(''),
      closedLoop: true,
      signal: abort.signal,
      onProgress: (_, text) => {
        if (text.startsWith('second 2 ')) abort.abort();
      },
    });
    expect([stopped, record.partial]).toEqual(['interrupted', true]);
    const { header } = await openTrace(join(folder, 'cut', 'trace'));
    expect(header.untilMs).toBeLessThan(header.fromMs + 900_000);
    expect(record.verdicts.lost).toBe(0);
  });

  it('with a target that is down ends at once, and tells why', async () => {
    const { record, stopped } = await runLoad({
      scenario: resolveScenario('smoke', SETS),
      seed: 1,
      command: '',
      outDir: join(folder, 'down'),
      target: { kind: 'url', url: 'http://127.0.0.1:9', mqttUrl: null, harnessKey: 'a key', onboarded: false },
      closedLoop: true,
    });
    expect(stopped).toContain('/healthz: expected an answer 200, found none');
    expect(record.partial).toBe(true);
    await openTrace(join(folder, 'down', 'trace'));
  });

  it('is refused for a target that only knows real time', async () => {
    const refused = runLoad({
      scenario: resolveScenario('smoke', SETS),
      seed: 1,
      command: '',
      outDir: join(folder, 'clockless'),
      target: { ...(await toyTarget('')), harnessKey: null, onboarded: true },
      closedLoop: true,
    });
    await expect(refused).rejects.toMatchObject({ code: 'HB_OPTION_VALUE' });
  });
});
