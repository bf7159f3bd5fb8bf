/** Whole runs in virtual time: their files are complete, their figures add up, and they are the same on any number of workers. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Value from 'typebox/value';
import { FAULT_KINDS } from '../../contract/record/kinds.ts';
import type { AlertLine, FaultLine } from '../../contract/record/lines.ts';
import { RunRecordSchema, type RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { resolveScenario } from '../options/resolve.ts';
import { runScenario } from './run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hundredblock-run-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

let runs = 0;
async function run(
  scenario: Scenario,
  seed: number,
  workers = 1,
  signal?: AbortSignal,
): Promise<{ record: RunRecord; outDir: string }> {
  runs += 1;
  return runScenario({ scenario, seed, workers, command: 'test', outDir: join(folder, String(runs)), signal });
}

async function lines<T>(outDir: string, file: string): Promise<T[]> {
  const text = await readFile(join(outDir, file), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** The fields tagged exact, which are equal for equal inputs. */
function exactPart(record: RunRecord): unknown {
  const tags = RunRecordSchema.properties as unknown as Record<string, { 'x-tag': string }>;
  return Object.fromEntries(Object.entries(record).filter(([key]) => tags[key]['x-tag'] === 'exact'));
}

describe('a run of smoke', () => {
  const scenario = resolveScenario('smoke', [], {});
  let record: RunRecord;
  let outDir: string;
  beforeAll(async () => {
    ({ record, outDir } = await run(scenario, 7));
  });

  it('writes a record that its schema accepts, and the files beside it', async () => {
    expect(Value.Check(RunRecordSchema, record)).toBe(true);
    expect(JSON.parse(await readFile(join(outDir, 'run.json'), 'utf8'))).toEqual(record);
    expect((await readdir(outDir)).sort()).toEqual([
      'alerts.jsonl',
      'checkpoints.jsonl',
      'faults.jsonl',
      'map.json',
      'metrics.om',
      'report.html',
      'run.json',
    ]);
  });

  it('adds up', async () => {
    const alerts = await lines<AlertLine>(outDir, 'alerts.jsonl');
    expect(record.counts.alerts).toBeGreaterThan(5);
    expect(sum(record.truth)).toBe(record.counts.alerts);
    expect(alerts.filter((l) => l.msgType === 'Alert').length).toBe(record.counts.alerts);
    expect(alerts.reduce((n, l) => n + l.audience, 0)).toBe(record.counts.deliveries);
    expect(sum(record.verdicts)).toBe(record.counts.deliveries + record.verdicts.lost + record.verdicts.shed);
    expect(record.verdicts.delivered).toBe(record.counts.deliveries);
    expect(sum(record.truthByDelivery)).toBe(
      alerts.filter((l) => l.msgType === 'Alert').reduce((n, l) => n + l.audience, 0),
    );
    for (const line of alerts) expect(sum(line.verdicts as Record<string, number>)).toBe(line.audience);
    for (const line of alerts.filter((l) => l.msgType === 'Alert')) {
      const { total, ...legs } = line.delayMs as Record<string, number>;
      expect(sum(legs)).toBe(total);
    }
    expect(record.agencies.reduce((n, a) => n + a.daily.reduce((m, d) => m + d.calls, 0), 0)).toBe(record.counts.calls);
    expect(record.police.hourly.reduce((n, h) => n + h.calls, 0)).toBe(record.counts.calls);
  });

  it('is clean: nothing lost, late, leaked or sent to the wrong people', () => {
    expect(record.gates.filter((g) => !g.ok)).toEqual([]);
    expect(record.violations).toEqual([]);
    expect(record.privacy.leaks).toEqual([]);
    expect(record.privacy.householdsPerPlace.min).toBeGreaterThanOrEqual(scenario.policy.householdsMin);
  });

  it('is the same again on two workers', async () => {
    const two = await run(scenario, 7, 2);
    expect(exactPart(two.record)).toEqual(exactPart(record));
    expect(await readFile(join(two.outDir, 'metrics.om'), 'utf8')).toBe(
      await readFile(join(outDir, 'metrics.om'), 'utf8'),
    );
  });

  it('is the same again after other runs of its process, and another with another seed', async () => {
    const hours = resolveScenario('smoke', [], { days: 0.15 });
    const [first, again, other] = [await run(hours, 7), await run(hours, 7), await run(hours, 8)];
    expect(exactPart(again.record)).toEqual(exactPart(first.record));
    expect(first.record.counts.deliveries).toBeGreaterThan(0);
    expect(other.record.historyHash).not.toBe(first.record.historyHash);
  });

  it('ends early and says so when interrupted', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const long = resolveScenario('smoke', [], { days: 300 });
    const { record: partial } = await run(long, 7, 1, controller.signal);
    expect(partial.partial).toBe(true);
    expect(partial.simulated.endMs).toBeLessThan(long.startMs + 300 * 86_400_000);
    expect(Value.Check(RunRecordSchema, partial)).toBe(true);
  });
});

describe('feeds that go wrong', () => {
  it('faulty: every injected fault of every kind is accounted for, nothing leaks, nothing is lost silently', async () => {
    const { record, outDir } = await run(resolveScenario('faulty', [], {}), 7);
    for (const kind of FAULT_KINDS) {
      expect(record.faults[kind].injected).toBeGreaterThan(0);
      expect(record.faults[kind].accounted).toBe(record.faults[kind].injected);
    }
    expect((await lines<FaultLine>(outDir, 'faults.jsonl')).every((f) => f.accounted)).toBe(true);
    expect(record.gates.filter((g) => !g.ok)).toEqual([]);
    expect(record.counts.alerts).toBeGreaterThan(20);
    expect(record.receipts['rejected']).toBeGreaterThanOrEqual(record.faults['malformed'].injected);
  });

  it('withdrawn: alerts come from the direct feed first, from the portal afterwards, and later', async () => {
    const scenario = resolveScenario('withdrawn', [], {});
    const { record, outDir } = await run(scenario, 7);
    const alerts = (await lines<AlertLine>(outDir, 'alerts.jsonl')).filter((l) => l.msgType === 'Alert');
    const kinds = alerts.map((l) => l.feedKind);
    expect(new Set(kinds)).toEqual(new Set(['direct', 'portal']));
    expect(kinds.lastIndexOf('direct')).toBeLessThan(kinds.indexOf('portal'));
    expect(record.faults['withdrawal']).toEqual({ injected: 1, accounted: 1 });
    expect(record.gates.filter((g) => !g.ok)).toEqual([]);
  });

  it('hundredblock-feed: places masked at source are published as such', async () => {
    const { record } = await run(resolveScenario('hundredblock-feed', [], {}), 7);
    expect(record.falseAlerts.byFeedKind.map((x) => x.key)).toEqual(['masked']);
    expect(record.gates.filter((g) => !g.ok)).toEqual([]);
  });
});
