/** One scenario in virtual time and one on the wire, in one run directory with one report. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { writeReport } from '../report/report.ts';
import { ON_THE_WIRE } from '../records/run-folder.ts';
import { runLoad } from './load.ts';
import { runScenario } from './run.ts';

export interface Planned {
  scenario: Scenario;
  /** The command line that repeats this run alone. */
  command: string;
}

export interface BothOptions {
  virtual: Planned;
  wall: Planned;
  seed: number;
  /** Where the virtual run's files and the report go; those of the run on the wire lie in a folder within. */
  outDir: string;
  signal?: AbortSignal;
  /** `fraction` of all of it. */
  onProgress?: (fraction: number, text: string) => void;
}

export interface Both {
  virtual: RunRecord;
  /** Null where the virtual run was interrupted. */
  wall: RunRecord | null;
  /** Why the run on the wire ended early, in words; null where it went to its end. */
  stopped: string | null;
}

/** Runs one after the other. Throws what runScenario and runLoad throw. */
export async function runBoth({
  virtual: week,
  wall: wire,
  seed,
  outDir,
  signal,
  onProgress,
}: BothOptions): Promise<Both> {
  const { record: virtual } = await runScenario({
    ...week,
    seed,
    workers: 1,
    outDir,
    signal,
    onProgress: (fraction, _ms, text) => onProgress?.(VIRTUAL_SHARE * fraction, `${week.scenario.name}, ${text}`),
  });
  if (virtual.partial) return { virtual, wall: null, stopped: null };
  const wireDir = join(outDir, ON_THE_WIRE);
  await mkdir(wireDir);
  const { record: wall, stopped } = await runLoad({
    ...wire,
    seed,
    outDir: wireDir,
    target: null,
    signal,
    onProgress: (fraction, text) =>
      onProgress?.(VIRTUAL_SHARE + (1 - VIRTUAL_SHARE) * fraction, `${wire.scenario.name} on the wire, ${text}`),
  });
  await writeReport(outDir);
  return { virtual, wall, stopped };
}

// --- internal ---

/** Of the wall time of both, for the bar: about 6 of 45 s. */
const VIRTUAL_SHARE = 0.13;
