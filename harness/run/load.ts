/** One run against the wall clock: prepare a trace, send it over real sockets, judge the deliveries, write the run directory. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HundredblockError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { Drive, DriveProgress, UrlTarget } from '../drivers/driver-api.ts';
import { judgeRun, openYardstick } from '../judge/judge.ts';
import type { Exposition } from '../report/metrics/exposition.ts';
import type { Recorded, Trace } from '../trace/trace-api.ts';
import { progressFraction, progressText } from './drive-progress.ts';
import { loadDriver, type DriverName } from './driver-choice.ts';
import { makeLoadRun, makeUndrivenRun, windowDelays, writeLoadRun, type LoadStart } from './load-record.ts';
import { prepare, type Preparation } from './preparation.ts';
import { driveTrace } from './trial.ts';
import { runIdentity, writeRun } from './write-run.ts';

/** Options of a load run. */
export interface LoadOptions {
  scenario: Scenario;
  seed: number;
  /** The command line that repeats the run. */
  command: string;
  /** Folder for the run's files. The driver's observations go into its `wire/`, and a trace that is recorded for the run into its `trace/`. */
  outDir: string;
  /** A system that runs already; null: the reference service is started for this run. */
  target: UrlTarget | null;
  /** A trace that is sent unchanged, instead of recording one; `scenario` and `seed` are those of this trace. */
  kept?: Trace;
  /** Simulated seconds per wall second for a kept trace; left out, it is the scenario's. Any other trace is recorded for its speed. */
  speed?: number;
  /** Left out, it is our own. */
  driver?: DriverName;
  /** Residents react to what they receive on the wire, instead of as they do in virtual time; see checkClosedLoop. Only with our own driver. */
  closedLoop?: boolean;
  signal?: AbortSignal;
  onProgress?: (fraction: number, text: string) => void;
  /** Shows figures while the run goes on. */
  exposition?: Exposition;
}

/** A load run whose files are written. */
export interface LoadResult {
  record: RunRecord;
  /** Why the run ended early, in words; null if it went to its end. */
  stopped: string | null;
}

/**
 * Runs a scenario against a target. A target that is down, or fails on the way, leaves a partial record. Throws HB_OPTION_VALUE, HB_TOOL,
 * HB_TRACE, and what the file system throws.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const startedAtMs = Date.now();
  const startMs = performance.now();
  const wallMs = (): number => performance.now() - startMs;
  const drive = await loadDriver(options.driver ?? 'node');
  const prepared = await prepare({ ...options, traceDir: join(options.outDir, 'trace') });
  const { scenario, histories } = prepared;
  const { id } = runIdentity({ ...options, scenario, startedAtMs }, histories);
  const start: LoadStart = { ...options, scenario, workers: 1, startedAtMs, id };
  const writeUndriven = async (recorded: Recorded, stopped: string): Promise<LoadResult> => {
    const run = makeUndrivenRun(start, recorded, wallMs());
    await writeRun(start.outDir, run);
    return { record: run.record, stopped };
  };
  if (!prepared.isReady) return writeUndriven(await prepared.end(), 'interrupted while the world was being prepared');

  options.exposition?.begin(id, scenario.name, options.seed);
  const { failure, progress } = await drivePrepared(options, prepared, drive).finally(() => prepared.live?.close());
  const recorded = await prepared.end();
  if (failure !== null) return writeUndriven(recorded, failure);
  return judgeDriven(options, start, { prepared, recorded, progress, wallMs });
}

// --- internal ---

interface DriveOutcome {
  /** Why nothing could be driven at all; null if there are observations. */
  failure: string | null;
  /** The last that the driver reported. */
  progress: DriveProgress | null;
}

interface DrivenTrace {
  prepared: Preparation;
  recorded: Recorded;
  progress: DriveProgress | null;
  /** Wall time since the run started. */
  wallMs: () => number;
}

function wireDir({ outDir }: Pick<LoadOptions, 'outDir'>): string {
  return join(outDir, 'wire');
}

async function drivePrepared(options: LoadOptions, prepared: Preparation, drive: Drive): Promise<DriveOutcome> {
  const { scenario, traceDir, live } = prepared;
  const { kept, target, signal, exposition, onProgress } = options;
  let progress: DriveProgress | null = null;
  const speed = options.speed ?? scenario.load.speed;
  const windowMs = kept === undefined ? scenario.load.durationMs : (kept.header.untilMs - kept.header.fromMs) / speed;
  try {
    await driveTrace({
      traceDir,
      outDir: wireDir(options),
      target,
      drive,
      speed,
      ...(live === null ? {} : { live }),
      signal,
      onProgress: (now) => {
        progress = now;
        exposition?.progress(now);
        onProgress?.(progressFraction(now), progressText(now, windowMs));
      },
    });
    return { failure: null, progress };
  } catch (error) {
    if (error instanceof HundredblockError && error.code === 'HB_TARGET') return { failure: error.message, progress };
    throw error;
  }
}

async function judgeDriven(options: LoadOptions, start: LoadStart, driven: DrivenTrace): Promise<LoadResult> {
  const { prepared, recorded, progress, wallMs } = driven;
  options.onProgress?.(0.9, 'judging');
  const yardstick = await openYardstick(prepared.traceDir);
  const judged = await judgeRun(yardstick, { observationsDir: wireDir(options), delayMs: windowDelays(recorded) });
  judged.load.notes.push(...prepared.notes());
  const run = makeLoadRun(start, recorded, judged, wallMs());
  options.onProgress?.(0.98, 'writing the report');
  const figures = await writeLoadRun(start, run, { latencies: judged.latencySpreads, progress });
  options.exposition?.judged(figures);
  return { record: run.record, stopped: judged.stopped };
}
