/** Searches for a capacity with real processes and sockets: short ones, whose answer depends on the machine, and whose shape does not. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Errors } from 'typebox/value';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { RunRecordSchema, type RunRecord } from '../../contract/record/run-record.ts';
import { startRealQueue } from '../../harness/studies/capacity/real-queue.ts';
import { search } from '../../harness/studies/capacity/search.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
const SCENARIO = {
  name: 'small-load',
  startMs: 1_780_794_000_000,
  durationDays: 0.05,
  agencies: [{ count: 2, dialect: 'eido', personsPerAgency: 10_000, withdrawAfterDays: null, thenDialect: null }],
  policy: { review: 'auto' },
  incidents: { callsForServicePer1000PersonsYear: 1600, officerInitiatedShare: 0.5 },
  intensity: { incidents: 600, staffing: 600 },
  reactions: { enabled: false },
  load: { fromMs: 900_000 },
};

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-capacity-'));
const scenario = join(folder, 'small-load.json');
writeFileSync(scenario, JSON.stringify(SCENARIO));
let child: ChildProcess | null = null;
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `interruptAt`: Ctrl-C as soon as stderr says so. */
async function capacity(flags: readonly string[], out: string, interruptAt: string | null = null): Promise<Ended> {
  const all = ['capacity', scenario, ...flags, '--out', join(folder, out), '--json'];
  child = spawn(process.execPath, [BIN, ...all], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (part: Buffer) => (ended.stdout += part.toString()));
  let isInterrupted = false;
  child.stderr?.on('data', (part: Buffer) => {
    ended.stderr += part.toString();
    if (isInterrupted || interruptAt === null || !ended.stderr.includes(interruptAt)) return;
    isInterrupted = true;
    child?.kill('SIGINT');
  });
  [ended.code] = (await once(child, 'close')) as [number | null];
  return ended;
}

describe('capacity', { timeout: 600_000 }, () => {
  it('of alerts a second: an interval within the bounds, its trials, and a report', async () => {
    const flags = ['--vary', 'alertRate', '--from', '0.2', '--to', '0.6', '--trial', '4s', '--budget', '60s'];
    const { code, stdout, stderr } = await capacity([...flags, '--residents', '100', '--doorbells', '20'], 'rate');
    expect(stderr).toContain('CAPACITY');
    expect(code).toBe(0);
    const record = JSON.parse(stdout) as RunRecord;
    expect(Errors(RunRecordSchema, record)).toEqual([]);
    const found = record.capacity!;
    expect(found.trials.length).toBeGreaterThan(1);
    for (const { load } of found.trials) {
      expect(load).toBeGreaterThanOrEqual(0.2);
      expect(load).toBeLessThanOrEqual(0.6);
    }
    const counted = found.trials.filter(({ limited }) => !limited);
    for (const trial of counted) expect(trial.passed).toBe(trial.failed.length === 0 && trial.stopped === null);
    expect(record.load?.connected.residents).toBe(100);
    expect(record.sameOutcome?.unexplained).toBe(0);
    const page = readFileSync(join(folder, 'rate', 'report.html'), 'utf8');
    expect(page).toContain('Latency against load');
  });

  it('interrupted: what is known is written, and it says so', async () => {
    const flags = ['--vary', 'residents', '--to', '200', '--doorbells', '10', '--trial', '60s'];
    const { code, stdout } = await capacity(flags, 'cut', ' trial ');
    expect(code).toBe(130);
    const record = JSON.parse(stdout) as RunRecord;
    expect(record.partial).toBe(true);
    expect(record.capacity).toMatchObject({ ended: 'interrupted', lower: null, upper: null });
    expect(existsSync(join(folder, 'cut', 'report.html'))).toBe(true);
  });

  it('a target that is not there is an error, and leaves nothing', async () => {
    const flags = ['--vary', 'alertRate', '--target', 'http://127.0.0.1:9', '--harness-key', 'k'.repeat(20)];
    const { code, stdout, stderr } = await capacity([...flags, '--trial', '3s'], 'nowhere');
    expect(code).toBe(1);
    expect(stderr).toContain('HB_TARGET');
    expect(stdout).toBe('');
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });
});

describe('a server of known capacity over HTTP', { timeout: 600_000 }, () => {
  it('carries at least what it serves, and not much more', async () => {
    const serviceRate = 40;
    const queue = await startRealQueue(serviceRate, 20);
    try {
      let trials = 0;
      const found = await search({
        from: null,
        to: null,
        start: 12,
        quantum: 0,
        shortSeconds: 1,
        fullSeconds: 3,
        confidence: 0.99,
        widthMax: 0.4,
        mayGoOn: () => trials < 30,
        trial: (load, seconds) => {
          trials += 1;
          return queue.trial(load, seconds, `test ${trials}`);
        },
      });
      // Trials of 3 s with room for 20 pass up to 1.1 times the service rate or so.
      if (found.upper !== null) expect(found.upper).toBeGreaterThan(0.8 * serviceRate);
      if (found.lower !== null) expect(found.lower).toBeLessThan(1.4 * serviceRate);
      expect(found.lower ?? found.upper ?? found.generatorLimited).not.toBe(false);
    } finally {
      await queue.close();
    }
  });
});
