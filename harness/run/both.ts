/** One scenario in virtual time and one on the wire, in one run directory with one report. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { ON_THE_WIRE } from '../records/run-folder.ts';
import { writeReport } from '../report/report.ts';
import { runLoad } from './load.ts';
import { runScenario } from './run.ts';

/** Share of the progress bar that the virtual run takes: about 6 of 45 s of wall time. */
const VIRTUAL_SHARE = 0.13;

/** A scenario to be run. */
export interface Plan {
  scenario: Scenario;
  /** The command line that repeats this run alone. */
  command: string;
}

/** Both plans, and the place for their files. */
export interface BothOptions {
  virtual: Plan;
  wall: Plan;
  seed: number;
  /** Folder for the virtual run's files and the report; the files of the run on the wire go into a folder within it. */
  outDir: string;
  signal?: AbortSignal;
  /** `fraction` counts both runs as one. */
  onProgress?: (fraction: number, text: string) => void;
}

/** The records of both runs. */
export interface Both {
  virtual: RunRecord;
  /** Null if the virtual run was interrupted. */
  wall: RunRecord | null;
  /** Why the run on the wire ended early, in words; null if it went to its end. */
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
