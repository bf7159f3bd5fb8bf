/** Two runs side by side: what counts as a difference, and where histories part. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../contract/time.ts';
import { diffRuns, type RunDiff } from './diff.ts';
import { fixtureRun, writeFixtureRun, type FixtureRun } from '../report/fixture.testing.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-diff-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let pairs = 0;
/** Compares a small fixture with one that `alter` has changed. */
async function compared(alter: (run: FixtureRun) => void): Promise<RunDiff> {
  pairs += 1;
  const [dirA, dirB] = ['a', 'b'].map((side) => join(folder, `${pairs}${side}`));
  const [a, b] = [small(), small()];
  alter(b);
  writeFixtureRun(dirA, a);
  writeFixtureRun(dirB, b);
  return diffRuns(dirA, dirB);
}

function small(): FixtureRun {
  return fixtureRun({ agencies: 3, days: 1, alertsPerAgency: 5 });
}

/** Changes a hash and all later ones of its agency, since hashes are cumulative. */
function part(run: FixtureRun, agency: string, from: number): void {
  for (const c of run.checkpoints) if (c.agency === agency && c.checkpoint >= from) c.hash = `beef${c.hash.slice(4)}`;
}

const { startMs, endMs } = small().record.simulated;

describe('diffRuns', () => {
  it('finds nothing between equal runs', async () => {
    expect(await compared(() => {})).toEqual({
      equalInputs: true,
      sameHash: true,
      exactDifferences: [],
      firstDifference: null,
    });
  });

  it('ignores where, when and how fast it ran', async () => {
    const found = await compared(({ record }) => {
      record.schema = 'hundredblock.run/1.7';
      record.id = 'another';
      record.command = 'another';
      record.code = { version: '9.9.9', gitCommit: null, gitDirty: true };
      record.host = { node: 'v99.0.0', platform: 'plan9', arch: 'mips', cpus: 96, memoryMiB: 1, workers: 48 };
      record.startedAt = '2031-01-01T00:00:00Z';
      record.wallMs = 1;
      record.eventsPerSecond = 2;
      record.maxRssMiB = 3;
    });
    expect(found).toEqual({ equalInputs: true, sameHash: true, exactDifferences: [], firstDifference: null });
  });

  it('tells runs of another seed from runs that should have been equal', async () => {
    const found = await compared(({ record }) => {
      record.seed = 8;
      record.historyHash = 'f00d';
    });
    expect(found.equalInputs).toBe(false);
    expect(found.sameHash).toBe(false);
    expect(found.exactDifferences).toEqual([
      { path: 'seed', a: 7, b: 8 },
      { path: 'historyHash', a: small().record.historyHash, b: 'f00d' },
    ]);
  });

  it('names an option that differs, and calls the inputs unequal', async () => {
    const found = await compared(({ record }) => {
      (record.scenario.options as { policy: { householdsMin: number } }).policy.householdsMin = 6;
    });
    expect(found.equalInputs).toBe(false);
    expect(found.exactDifferences).toEqual([{ path: 'scenario.options.policy.householdsMin', a: 5, b: 6 }]);
  });

  it('lists the leaves of exact fields that differ, one that only one side has included', async () => {
    const before = small().record;
    const found = await compared(({ record }) => {
      record.counts.alerts += 1;
      record.agencies[1].daily[0].calls += 2;
      record.withheld['overload'] = 4;
      record.falseAlertRate.value = null;
    });
    expect(found.exactDifferences).toEqual([
      {
        path: 'agencies.1.daily.0.calls',
        a: before.agencies[1].daily[0].calls,
        b: before.agencies[1].daily[0].calls + 2,
      },
      { path: 'counts.alerts', a: before.counts.alerts, b: before.counts.alerts + 1 },
      { path: 'falseAlertRate.value', a: before.falseAlertRate.value, b: null },
      { path: 'withheld.overload', a: undefined, b: 4 },
    ]);
  });

  it.each([
    {
      name: 'the earliest of two agencies',
      altered: [
        ['pd-000', 9],
        ['pd-002', 4],
      ] as const,
      agency: 'pd-002',
      checkpoint: 4,
    },
    {
      name: 'the first agency if both part at once',
      altered: [
        ['pd-001', 5],
        ['pd-002', 5],
      ] as const,
      agency: 'pd-001',
      checkpoint: 5,
    },
    { name: 'the first window of all', altered: [['pd-001', 0]] as const, agency: 'pd-001', checkpoint: 0 },
    { name: 'the last checkpoint', altered: [['pd-002', 23]] as const, agency: 'pd-002', checkpoint: 23 },
  ])('finds the first differing window: $name', async ({ altered, agency, checkpoint }) => {
    const found = await compared((run) => altered.forEach(([id, from]) => part(run, id, from)));
    const fromMs = startMs + checkpoint * HOUR_MS;
    expect(found.firstDifference).toEqual({ agency, checkpoint, fromMs, untilMs: fromMs + HOUR_MS });
  });

  it('finds a difference after the last checkpoint by the hash at the end', async () => {
    const found = await compared(({ record }) => {
      record.agencies[1].historyHash = 'f00d';
    });
    expect(found.firstDifference).toEqual({ agency: 'pd-001', checkpoint: 24, fromMs: endMs, untilMs: endMs });
  });

  it('does not take a longer run of the same history for another history', async () => {
    const found = await compared((run) => {
      run.record.simulated.endMs += HOUR_MS;
      for (const agency of run.record.agencies) agency.historyHash = 'f00d';
    });
    expect(found.firstDifference).toBeNull();
    expect(found.exactDifferences[0]).toEqual({ path: 'simulated.endMs', a: endMs, b: endMs + HOUR_MS });
  });

  it('refuses a directory that holds no run', async () => {
    const dir = join(folder, 'whole');
    writeFixtureRun(dir, small());
    await expect(diffRuns(dir, join(folder, 'none'))).rejects.toMatchObject({ code: 'HB_RECORD_FILE' });
  });
});
