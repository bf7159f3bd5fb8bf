/** A load run against a target of another make: what residents received is judged as that of the reference system. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { startToy, type ToyProcess } from '../toy-target/toy-process.testing.ts';

const BIN = fileURLToPath(new URL('../../bin/hundredblock.js', import.meta.url));
/** The toy target reads eido feeds only. So many incidents that a few seconds hold some alerts. */
const SCENARIO = {
  name: 'toy-load',
  startMs: 1_780_794_000_000,
  durationDays: 0.05,
  agencies: [{ count: 1, dialect: 'eido', personsPerAgency: 10_000, withdrawAfterDays: null, thenDialect: null }],
  policy: { review: 'auto' },
  incidents: { callsForServicePer1000PersonsYear: 1600, officerInitiatedShare: 0.5 },
  intensity: { incidents: 600, staffing: 600 },
  reactions: { enabled: false },
  load: { fromMs: 900_000, connectRampMs: 500, connectedShareOfDoorbells: 0 },
};

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-toy-'));
let toy: ToyProcess | null = null;
afterEach(async () => {
  await toy?.stop();
  toy = null;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function load(target: ToyProcess, changes: object = {}): Promise<RunRecord> {
  const scenario = join(folder, 'toy-load.json');
  writeFileSync(scenario, JSON.stringify({ ...SCENARIO, ...changes }));
  const flags = ['--target', target.url.origin, '--harness-key', target.harnessKey];
  const out = [
    '--duration',
    '5s',
    '--speed',
    '60',
    '--out',
    join(folder, `run-${target.url.port}`),
    '--json',
    '--quiet',
  ];
  const child = spawn(process.execPath, [BIN, 'load', scenario, ...flags, ...out], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  await once(child, 'close');
  return JSON.parse(stdout) as RunRecord;
}

describe('load against the toy target', { timeout: 180_000 }, () => {
  it('finds every delivery as owed, and the outcome that of virtual time', async () => {
    toy = await startToy();
    const record = await load(toy);
    expect(record.verdicts).toMatchObject({ lost: 0, misdelivered: 0, duplicate: 0, leaked: 0, stale: 0 });
    expect(record.counts.alerts).toBeGreaterThan(0);
    expect(record.verdicts.delivered).toBeGreaterThan(100);
    // A machine under load may be late; that is not the target's doing.
    expect(record.sameOutcome).toMatchObject({ unexplained: 0 });
  });

  it('runs in real time where the target has no other clock, with the world moved to now', async () => {
    toy = await startToy('', ['--real-time']);
    const startedMs = Date.now();
    const record = await load(toy, {
      intensity: { incidents: 4000, staffing: 4000 },
      feeds: { publishDelayMsMean: { eido: 1000 } },
    });
    expect(record.load).toMatchObject({ speed: 1, platformClock: false });
    expect(record.load!.fromMs).toBeGreaterThan(startedMs);
    expect(record.load!.fromMs).toBeLessThan(Date.now());
    expect(record.verdicts).toMatchObject({ lost: 0, misdelivered: 0, duplicate: 0, leaked: 0, stale: 0 });
    expect(record.load!.inputs.cad.acknowledged).toBeGreaterThan(0);
    expect(record.sameOutcome).toMatchObject({ unexplained: 0 });
  });
});
