/** The judgement of what a driver saw, made afterwards: nothing is sent. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Scenario } from '../../contract/scenario.ts';
import { judgeRun, openYardstick } from '../judge/judge.ts';
import type { Trace } from '../trace/trace-api.ts';
import { readRecorded } from '../trace/world.ts';
import type { Loaded } from './load.ts';
import { loadRunOf, windowDelays, writeLoadRun } from './load-record.ts';
import { identityOf } from './write-run.ts';

export interface JudgingOptions {
  /** Of the trace that was sent. */
  traceDir: string;
  /** What the driver left (contract/trace.ts, from SendLine on), or what k6's scripts wrote, of which the same is then made in `wire/`. */
  observationsDir: string;
  /** The command line that repeats the judgement. */
  command: string;
  /** Where the run directory's files go. */
  outDir: string;
  onProgress?: (fraction: number, text: string) => void;
}

/** Judges and writes what a load run would have written. Throws HB_TRACE where trace or observations can't be read, or don't belong together. */
export async function judgeObservations(o: JudgingOptions): Promise<Loaded> {
  const startedAtMs = Date.now();
  const begun = performance.now();
  o.onProgress?.(0, 'reading the trace');
  const yardstick = await openYardstick(o.traceDir);
  const recorded = await readRecorded(yardstick.trace);
  o.onProgress?.(0.5, 'judging');
  const judged = await judgeRun(yardstick, {
    observationsDir: await observed(o, yardstick.trace),
    delayMs: windowDelays(recorded),
  });
  const { seed } = recorded.header;
  const scenario = recorded.header.scenario as Scenario;
  const { id } = identityOf({ scenario, seed, startedAtMs }, recorded.shards);
  const began = { scenario, seed, command: o.command, outDir: o.outDir, workers: 1, startedAtMs, id };
  const run = loadRunOf(began, recorded, judged, performance.now() - begun);
  o.onProgress?.(0.9, 'writing the report');
  await writeLoadRun(began, run, { latencies: judged.latencySpreads, progress: null });
  return { record: run.record, stopped: judged.stopped };
}

// --- internal ---

async function observed({ observationsDir, outDir }: JudgingOptions, trace: Trace): Promise<string> {
  if (existsSync(join(observationsDir, 'driver.json'))) return observationsDir;
  const { isK6Output, observationsOf } = await import('../drivers/k6/observations.ts');
  if (!isK6Output(observationsDir)) return observationsDir;
  const wireDir = join(outDir, 'wire');
  await observationsOf(observationsDir, trace, wireDir);
  return wireDir;
}
