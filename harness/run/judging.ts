/** The judgement of observations that a driver left earlier: nothing is sent. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Scenario } from '../../contract/scenario.ts';
import { judgeRun, openYardstick } from '../judge/judge.ts';
import type { Trace } from '../trace/trace-api.ts';
import { readRecorded } from '../trace/world.ts';
import type { LoadResult } from './load.ts';
import { makeLoadRun, windowDelays, writeLoadRun } from './load-record.ts';
import { runIdentity } from './write-run.ts';

/** The folders of a judgement. */
export interface JudgingOptions {
  /** Folder of the trace that was sent. */
  traceDir: string;
  /** Observations as contract/trace.ts defines them from SendLine on, or the output of k6's scripts, from which `wire/` is made. */
  observationsDir: string;
  /** The command line that repeats the judgement. */
  command: string;
  /** Folder for the run's files. */
  outDir: string;
  onProgress?: (fraction: number, text: string) => void;
}

/**
 * Judges, and writes the files that a load run would have written. Throws HB_TRACE if trace or observations can't be read, or don't
 * belong together.
 */
export async function judgeObservations(options: JudgingOptions): Promise<LoadResult> {
  const { traceDir, command, outDir, onProgress } = options;
  const startedAtMs = Date.now();
  const startMs = performance.now();
  onProgress?.(0, 'reading the trace');
  const yardstick = await openYardstick(traceDir);
  const recorded = await readRecorded(yardstick.trace);
  onProgress?.(0.5, 'judging');
  const judged = await judgeRun(yardstick, {
    observationsDir: await findObservations(options, yardstick.trace),
    delayMs: windowDelays(recorded),
  });
  const { seed } = recorded.header;
  const scenario = recorded.header.scenario as Scenario;
  const { id } = runIdentity({ scenario, seed, startedAtMs }, recorded.shards);
  const start = { scenario, seed, command, outDir, workers: 1, startedAtMs, id };
  const run = makeLoadRun(start, recorded, judged, performance.now() - startMs);
  onProgress?.(0.9, 'writing the report');
  await writeLoadRun(start, run, { latencies: judged.latencySpreads, progress: null });
  return { record: run.record, stopped: judged.stopped };
}

// --- internal ---

/** The folder with observations in the contract's form; those of k6 are written into `wire/` of the run first. */
async function findObservations({ observationsDir, outDir }: JudgingOptions, trace: Trace): Promise<string> {
  if (existsSync(join(observationsDir, 'driver.json'))) return observationsDir;
  const { isK6Output, observationsOf } = await import('../drivers/k6/observations.ts');
  if (!isK6Output(observationsDir)) return observationsDir;
  const wireDir = join(outDir, 'wire');
  await observationsOf(observationsDir, trace, wireDir);
  return wireDir;
}
