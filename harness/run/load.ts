/** One run against the wall clock: prepare a trace, send it over real sockets, judge what came of it, write the run directory. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HundredblockError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { judgeRun, openYardstick } from '../judge/judge.ts';
import type { Drive, DriveProgress, UrlTarget } from '../drivers/driver-api.ts';
import type { Exposition } from '../report/metrics/exposition.ts';
import type { Recorded, Trace } from '../trace/trace-api.ts';
import { fractionOf, textOf } from './drive-progress.ts';
import { driveOf, type DriverName } from './driver-choice.ts';
import { loadRunOf, undrivenRunOf, windowDelays, writeLoadRun, type LoadBegan } from './load-record.ts';
import { prepare, type Prepared } from './preparation.ts';
import { driveTrace } from './trial.ts';
import { identityOf, writeRun } from './write-run.ts';

export interface LoadOptions {
  scenario: Scenario;
  seed: number;
  /** The command line that repeats the run. */
  command: string;
  /** Where the run directory's files go, with what the driver saw in `wire/`, and in `trace/` the trace, if it was recorded for the run. */
  outDir: string;
  /** A system that runs already; null: the reference system is started for this run. */
  target: UrlTarget | null;
  /** A trace to be sent as it is, instead of recording one; `scenario` and `seed` are its own. */
  kept?: Trace;
  /** Simulated seconds per wall second; the scenario's own where left out. Only of a kept trace: any other is made for its speed. */
  speed?: number;
  /** The project's own where left out. */
  driver?: DriverName;
  /** Residents react to what they receive on the wire, instead of as they do in virtual time; see checkClosedLoop. Only with the project's own driver. */
  closedLoop?: boolean;
  signal?: AbortSignal;
  onProgress?: (fraction: number, text: string) => void;
  /** Where figures are shown while the run goes on. */
  exposition?: Exposition;
}

export interface Loaded {
  record: RunRecord;
  /** Why the run ended early, in words; null where it went to its end. */
  stopped: string | null;
}

/** Runs a scenario against a target. A target that is down, or fails on the way, leaves a partial record. Throws HB_OPTION_VALUE, HB_TOOL, HB_TRACE, and what the file system throws. */
export async function runLoad(o: LoadOptions): Promise<Loaded> {
  const startedAtMs = Date.now();
  const begun = performance.now();
  const by = await driveOf(o.driver ?? 'node');
  const prepared = await prepare({ ...o, traceDir: join(o.outDir, 'trace') });
  const { scenario, histories } = prepared;
  const { id } = identityOf({ ...o, scenario, startedAtMs }, histories);
  const began: LoadBegan = { ...o, scenario, workers: 1, startedAtMs, id };
  if (!prepared.isReady)
    return writeUndriven(began, await prepared.end(), begun, 'interrupted while the world was being prepared');

  o.exposition?.begin(id, scenario.name, o.seed);
  const driven = await drivePrepared(o, prepared, by).finally(() => prepared.live?.close());
  const recorded = await prepared.end();
  if (driven.failure !== null) return writeUndriven(began, recorded, begun, driven.failure);
  return judgeDriven(o, began, prepared, recorded, driven, begun);
}

// --- internal ---

interface Driven {
  /** Why nothing could be driven at all; null where observations were left. */
  failure: string | null;
  /** As last told. */
  progress: DriveProgress | null;
}

function wireDir({ outDir }: Pick<LoadOptions, 'outDir'>): string {
  return join(outDir, 'wire');
}

async function drivePrepared(o: LoadOptions, { scenario, traceDir, live }: Prepared, by: Drive): Promise<Driven> {
  let progress: DriveProgress | null = null;
  const speed = o.speed ?? scenario.load.speed;
  const windowMs = o.kept === undefined ? scenario.load.durationMs : wallMsOf(o.kept, speed);
  try {
    await driveTrace({
      traceDir,
      outDir: wireDir(o),
      target: o.target,
      drive: by,
      speed,
      ...(live === null ? {} : { live }),
      signal: o.signal,
      onProgress: (p) => {
        progress = p;
        o.exposition?.progress(p);
        o.onProgress?.(fractionOf(p), textOf(p, windowMs));
      },
    });
    return { failure: null, progress };
  } catch (error) {
    if (error instanceof HundredblockError && error.code === 'HB_TARGET') return { failure: error.message, progress };
    throw error;
  }
}

function wallMsOf({ header }: Trace, speed: number): number {
  return (header.untilMs - header.fromMs) / speed;
}

async function judgeDriven(
  o: LoadOptions,
  began: LoadBegan,
  prepared: Prepared,
  recorded: Recorded,
  { progress }: Driven,
  begun: number,
): Promise<Loaded> {
  o.onProgress?.(0.9, 'judging');
  const yardstick = await openYardstick(prepared.traceDir);
  const judged = await judgeRun(yardstick, { observationsDir: wireDir(o), delayMs: windowDelays(recorded) });
  judged.load.notes.push(...prepared.notes());
  const run = loadRunOf(began, recorded, judged, performance.now() - begun);
  o.onProgress?.(0.98, 'writing the report');
  const shown = await writeLoadRun(began, run, { latencies: judged.latencySpreads, progress });
  o.exposition?.judged(shown);
  return { record: run.record, stopped: judged.stopped };
}

/** Nothing was sent: the record tells of the world alone. */
async function writeUndriven(o: LoadBegan, recorded: Recorded, begun: number, stopped: string): Promise<Loaded> {
  const { record, shards, lines, faults } = undrivenRunOf(o, recorded, performance.now() - begun);
  await writeRun(o.outDir, record, shards, lines, faults);
  return { record, stopped };
}
