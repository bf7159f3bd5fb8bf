/** The observations are made up here, so that the right verdicts are known. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Errors } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunRecordSchema } from '../../contract/record/run-record.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import type { TraceHeader } from '../../contract/trace.ts';
import { judgeRun, openYardstick } from '../judge/judge.ts';
import { readObservations } from '../judge/observations.ts';
import { DELIVERY_MS, LAG_MS, perfectWire, writeWire, type Wire } from '../judge/wire.testing.ts';
import { resolveScenario } from '../options/resolve.ts';
import type { Recorded, Trace } from '../trace/trace-api.ts';
import { openTrace } from '../trace/read.ts';
import { recordTrace } from '../trace/record.ts';
import { judgeObservations } from './judging.ts';
import { makeLoadRun, windowDelays } from './load-record.ts';
import { prepare } from './preparation.ts';

const SPEED = 60;
const folder = mkdtempSync(join(tmpdir(), 'hundredblock-judging-'));
const traceDir = join(folder, 'trace');
let recorded: Recorded;
let trace: Trace;
let wire: Wire;

beforeAll(async () => {
  const scenario = resolveScenario('smoke', [
    'policy.review=auto',
    'intensity.incidents=150',
    'intensity.staffing=150',
    'doorbells.motionsPerDay=1',
    'load.heartbeatMs=0',
    'load.connectedShareOfDoorbells=0.1',
  ]);
  const fromMs = scenario.startMs + 30 * MINUTE_MS;
  recorded = await recordTrace({ scenario, seed: 3, fromMs, windowMs: 30 * MINUTE_MS, dir: traceDir });
  trace = await openTrace(traceDir);
  wire = await perfectWire(trace, { speed: SPEED });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let dirs = 0;
function newDir(): string {
  return join(folder, String((dirs += 1)));
}

function written(change: (wire: Wire) => void = () => {}): string {
  const dir = newDir();
  const changed = structuredClone(wire);
  change(changed);
  writeWire(dir, changed);
  return dir;
}

function judge(observationsDir: string, dir = traceDir) {
  return judgeObservations({ traceDir: dir, observationsDir, command: 'hundredblock judge', outDir: newDir() });
}

describe('observations judged afterwards', () => {
  it('give the whole record that the run itself would have given, from the kept trace alone', async () => {
    const observationsDir = written();
    const outDir = newDir();
    const { record, stopped } = await judgeObservations({ traceDir, observationsDir, command: 'c', outDir });
    expect(stopped).toBeNull();
    expect(Errors(RunRecordSchema, record)).toEqual([]);
    // load.ts does the same with the world still in memory.
    const judged = await judgeRun(await openYardstick(traceDir), { observationsDir, delayMs: windowDelays(recorded) });
    const { scenario, seed } = recorded.header as TraceHeader & { scenario: ReturnType<typeof resolveScenario> };
    const began = {
      scenario,
      seed,
      command: 'c',
      workers: 1,
      startedAtMs: Date.parse(record.startedAt),
      id: record.id,
      outDir,
    };
    const expected = makeLoadRun(began, recorded, judged, record.wallMs).record;
    const { maxRssMiB, eventsPerSecond } = record;
    expect(record).toEqual({ ...expected, maxRssMiB, eventsPerSecond });
    expect(record.counts.alerts).toBeGreaterThan(2);
    expect(record.verdicts.delivered).toBeGreaterThan(100);
    expect(record.latencyMs?.delivery.p50).toBeCloseTo(LAG_MS + DELIVERY_MS, 0);
    expect(record.gates.every((gate) => gate.ok)).toBe(true);
    for (const file of ['run.json', 'report.html', 'metrics.om', 'alerts.jsonl', 'map.json', 'checkpoints.jsonl'])
      expect(existsSync(join(outDir, file))).toBe(true);
    expect(JSON.parse(readFileSync(join(outDir, 'run.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(record)));
  });

  it('show what was lost, doubled or sent to the wrong people', async () => {
    const { record } = await judge(
      written(({ deliveries }) => {
        const [[resident, sequence, frame, ms]] = deliveries;
        deliveries.push([resident, sequence + 100, frame, ms + 1]);
        deliveries.splice(1, 1);
      }),
    );
    expect(record.verdicts.lost).toBeGreaterThan(0);
    expect(record.verdicts.duplicate).toBeGreaterThan(0);
    expect(record.gates.filter((gate) => !gate.ok).map((gate) => gate.name)).toEqual(
      expect.arrayContaining(['lost', 'duplicate']),
    );
  });

  it('of a run that stopped early give a partial record, and why', async () => {
    const { record, stopped } = await judge(written(({ driver }) => void (driver.stopped = 'the target ended')));
    expect([record.partial, stopped]).toEqual([true, 'the target ended']);
  });

  it.each([
    [
      'that tell nothing of the driver',
      ({ driver }: Wire) => void Reflect.deleteProperty(driver, 'generator'),
      'driver.json: expected a driver summary (docs/reference/trace.md), found one that must have required properties generator',
    ],
    [
      'with a clock that is none',
      ({ driver }: Wire) => void Reflect.deleteProperty(driver, 'clock'),
      'driver.json: expected a driver summary (docs/reference/trace.md), found one that must have required properties clock',
    ],
    [
      'of a line that the trace has not',
      ({ sends }: Wire) => void (sends[0].input = 2 ** 40),
      'sends.jsonl: expected an input below',
    ],
    [
      'with receipts that are none',
      ({ sends }: Wire) => void Object.assign(sends[0], { rows: [null] }),
      'sends.jsonl: expected rows as in a receipt, or null, on line 1',
    ],
    [
      'of a frame that is not there',
      ({ deliveries }: Wire) => void (deliveries[2][2] = 100_000),
      'deliveries.jsonl: expected a resident and a frame of frames.jsonl on line 3',
    ],
    [
      'with frames out of order',
      ({ frames }: Wire) => void (frames[0].frame = 2 ** 31),
      'frames.jsonl: expected frame 0 and its text on line 1',
    ],
  ])('%s are refused in one line', async (_what, change, said) => {
    const error: unknown = await readObservations(written(change), wire.sends.length).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'HB_TRACE', message: expect.stringContaining(said) });
    expect((error as Error).message).not.toContain('\n');
  });

  it('of another trace are refused', async () => {
    const other = written(({ driver }) => void (driver.traceSha256 = 'f'.repeat(64)));
    await expect(judge(other)).rejects.toMatchObject({
      code: 'HB_TRACE',
      message: expect.stringContaining('driver.json: expected observations of the trace'),
    });
  });
});

describe('a trace of a closed loop', () => {
  it('is sent and judged like any other, and the record says what it was', async () => {
    const dir = newDir();
    cpSync(traceDir, dir, { recursive: true });
    writeFileSync(join(dir, 'trace.json'), JSON.stringify({ ...trace.header, closedLoop: true }));
    const kept = await openTrace(dir);
    const { scenario, seed } = kept.header as TraceHeader & { scenario: ReturnType<typeof resolveScenario> };
    const prepared = await prepare({ scenario, seed, traceDir: '', target: null, kept });
    expect(prepared).toMatchObject({ traceDir: dir, live: null, isReady: true });
    expect(prepared.notes()).toEqual([expect.stringContaining('closed loop')]);
    const { record } = await judge(
      written(({ driver }) => void (driver.traceSha256 = kept.sha256)),
      dir,
    );
    expect(record.load?.closedLoop).toBe(true);
  });
});
