/** A soak: a load run of any length with both processes sampled each second, and the slopes of what was sampled. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HundredblockError, type ErrorCode } from '../../../contract/errors.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import type { Soak, SoakSeries } from '../../../contract/record/soak.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { OPTIONS } from '../../../reference-impl/server/config.ts';
import { judgeRun, openYardstick } from '../../judge/judge.ts';
import type { Drive, DriveProgress, UrlTarget } from '../../drivers/driver-api.ts';
import { drive } from '../../drivers/node/drive.ts';
import { fractionOf, textOf } from '../../run/drive-progress.ts';
import { loadRunOf, undrivenRunOf, windowDelays, writeLoadRun, type LoadBegan } from '../../run/load-record.ts';
import { prepare, type Prepared } from '../../run/preparation.ts';
import { driveTrace } from '../../run/trial.ts';
import { identityOf, writeRun } from '../../run/write-run.ts';
import type { Budgets } from './budget.ts';
import { addLatencies } from './latency-seconds.ts';
import { createSampler, type Sampled } from './sampler.ts';
import { slopesOf } from './slopes.ts';
import { COLUMNS, SOAK_FILE, SOAK_SCHEMA, writeSamples, type SoakHeader } from './samples.ts';

export interface SoakOptions {
  /** Long enough for its window: see scenarioFor. */
  scenario: Scenario;
  seed: number;
  /** The command line that repeats the run. */
  command: string;
  outDir: string;
  /** A system that runs already; null: the reference system is started for this run. */
  target: UrlTarget | null;
  /** Of a target that was not started for the run, where it is known: its memory and files are then read from /proc. */
  targetPid: number | null;
  budgets: Budgets;
  /** Starts the target otherwise than the reference system is started. */
  drive?: Drive;
  signal?: AbortSignal;
  onProgress?: (fraction: number, text: string) => void;
}

export interface Soaked {
  record: RunRecord;
  /** Why the run ended early, in words; null where it went to its end. */
  stopped: string | null;
}

/** The rows of a soak are at most so many: a longer one is sampled less often. */
const ROWS_MAX = 43_200;

/** Throws what runLoad throws. A target that is down, or fails on the way, leaves a partial record. */
export async function runSoak(o: SoakOptions): Promise<Soaked> {
  const startedAtMs = Date.now();
  const begun = performance.now();
  const prepared = await prepare({ ...o, traceDir: join(o.outDir, 'trace') });
  const { scenario } = prepared;
  const { id } = identityOf({ ...o, scenario, startedAtMs }, prepared.histories);
  const began: LoadBegan = { ...o, scenario, workers: 1, startedAtMs, id };
  const undriven = async (stopped: string): Promise<Soaked> => {
    const { record, shards, lines, faults } = undrivenRunOf(began, await prepared.end(), performance.now() - begun);
    await writeRun(o.outDir, record, shards, lines, faults);
    return { record, stopped };
  };
  if (!prepared.isReady) return undriven('interrupted while the world was being prepared');
  const header = headerOf(scenario, o.seed);
  const driven = await driveSampled(o, prepared, header);
  if ('failure' in driven) return undriven(driven.failure);

  o.onProgress?.(0.9, 'judging');
  const recorded = await prepared.end();
  const observationsDir = join(o.outDir, 'wire');
  const yardstick = await openYardstick(prepared.traceDir);
  const judged = await judgeRun(yardstick, { observationsDir, delayMs: windowDelays(recorded) });
  judged.load.notes.push(...prepared.notes(), SCRAPED);
  judged.load.targetProcess.eventLoopDelayMs = null;
  await addLatencies(driven.sampled.samples, yardstick, observationsDir);
  writeSamples(join(o.outDir, SOAK_FILE), header, driven.sampled.samples);
  const run = loadRunOf(began, recorded, judged, performance.now() - begun);
  const found = soakOf(driven.sampled, header, o);
  run.record.soak = found;
  run.record.gates.push(...slopeGates(found));
  o.onProgress?.(0.98, 'writing the report');
  await writeLoadRun(began, run, { latencies: judged.latencySpreads, progress: driven.progress });
  return { record: run.record, stopped: judged.stopped };
}

/** Each slope that is judged: the lower end of its interval must not be above its budget. None of a soak that is too short. */
function slopeGates({ series }: Soak): RunRecord['gates'] {
  return series.flatMap(({ name, slopeUnit, budget, low, verdict }) =>
    budget === null || low === null || !JUDGED.has(verdict)
      ? []
      : [{ name: `slope of ${name}, ${slopeUnit}, at least`, limit: budget, found: low, ok: verdict !== 'beyond' }],
  );
}

// --- internal ---

const JUDGED: ReadonlySet<SoakSeries['verdict']> = new Set(['within', 'inconclusive', 'beyond']);
const MIN_MS = 60_000;

function soakOf({ samples, gaps, cpuShare }: Sampled, { everyMs, speed }: SoakHeader, o: SoakOptions): Soak {
  const { second } = samples;
  const retentionMs = o.target === null ? RETENTION_MS : null;
  return {
    lengthMin: second.length === 0 ? 0 : second[second.length - 1] / 60,
    everyMs,
    samples: second.length,
    gaps,
    samplerCpuShare: Math.round(cpuShare * 1e4) / 1e4,
    ...slopesOf(samples, {
      budgets: o.budgets,
      retentionMin: retentionMs === null ? null : retentionMs / speed / MIN_MS,
    }),
  };
}

/** Of the reference system as it is started for a run. */
const RETENTION_MS = OPTIONS.find(({ name }) => name === 'retentionMs')?.default as number;

const SCRAPED =
  "The target's event-loop delay stands with the soak, second by second: a target that is asked each second forgets what it was over the window.";

const LEAVES_SAMPLES: ReadonlySet<ErrorCode> = new Set(['HB_TARGET', 'HB_INTERNAL']);

type Driven = { sampled: Sampled; progress: DriveProgress | null } | { failure: string };

function headerOf({ name, load }: Scenario, seed: number): SoakHeader {
  const everyMs = 1000 * Math.ceil(load.durationMs / 1000 / ROWS_MAX);
  return { schema: SOAK_SCHEMA, scenario: name, seed, speed: load.speed, everyMs, columns: COLUMNS };
}

async function driveSampled(o: SoakOptions, { scenario, traceDir }: Prepared, header: SoakHeader): Promise<Driven> {
  let progress: DriveProgress | null = null;
  const sampler = createSampler({ path: join(o.outDir, SOAK_FILE), header, targetPid: o.targetPid });
  try {
    await driveTrace({
      traceDir,
      outDir: join(o.outDir, 'wire'),
      target: o.target,
      drive: o.drive ?? drive,
      speed: scenario.load.speed,
      watch: sampler,
      signal: o.signal,
      onProgress: (p) => {
        progress = p;
        sampler.progress(p);
        o.onProgress?.(fractionOf(p), textOf(p, scenario.load.durationMs));
      },
    });
    return { sampled: await sampler.close(), progress };
  } catch (error) {
    await sampler.close();
    // Hours of samples stay where the driver failed as well.
    if (error instanceof HundredblockError && LEAVES_SAMPLES.has(error.code)) return { failure: error.message };
    throw error;
  }
}
