/** A soak: a load run of any length that samples both processes each second and judges the slopes of the samples. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HundredblockError, type ErrorCode } from '../../../contract/errors.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import type { Soak, SoakSeries } from '../../../contract/record/soak.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { OPTIONS } from '../../../reference-impl/server/config.ts';
import { judgeRun, openYardstick } from '../../judge/judge.ts';
import type { DriveProgress, UrlTarget } from '../../drivers/driver-api.ts';
import { drive } from '../../drivers/node/drive.ts';
import { progressFraction, progressText } from '../../run/drive-progress.ts';
import { makeLoadRun, makeUndrivenRun, windowDelays, writeLoadRun, type LoadStart } from '../../run/load-record.ts';
import { prepare, type Preparation } from '../../run/preparation.ts';
import { driveTrace } from '../../run/trial.ts';
import { runIdentity, writeRun } from '../../run/write-run.ts';
import type { Budgets } from './budget.ts';
import { addLatencies } from './latency-seconds.ts';
import { createSampler, type Sampled } from './sampler.ts';
import { slopesOf } from './slopes.ts';
import { COLUMNS, SOAK_FILE, SOAK_SCHEMA, writeSamples, type SoakHeader } from './samples.ts';

/** The world, the target and the budgets of a soak. */
export interface SoakOptions {
  /** Lasts long enough for its window: see daysFor in soak-length.ts. */
  scenario: Scenario;
  seed: number;
  /** The command line that repeats the run. */
  command: string;
  outDir: string;
  /** A target that runs already; null: the reference service is started for this run. */
  target: UrlTarget | null;
  /** Process id of a target that runs already, if it is known: its memory and files are then read from /proc. */
  targetPid: number | null;
  budgets: Budgets;
  signal?: AbortSignal;
  onProgress?: (fraction: number, text: string) => void;
}

/** A soak that ended. */
export interface Soaked {
  record: RunRecord;
  /** Why the run ended early, in words; null if it went to its end. */
  stopped: string | null;
}

/** Most rows of a soak: a soak of more than 12 hours is sampled less often than each second. */
const ROWS_MAX = 43_200;

/**
 * Runs a soak and writes its run folder. Throws what runLoad throws. A target that is down, or fails on the way, leaves a partial
 * record.
 */
export async function runSoak(options: SoakOptions): Promise<Soaked> {
  const startedAtMs = Date.now();
  const begun = performance.now();
  const { outDir, seed, onProgress } = options;
  const prepared = await prepare({ ...options, traceDir: join(outDir, 'trace') });
  const { scenario } = prepared;
  const { id } = runIdentity({ ...options, scenario, startedAtMs }, prepared.histories);
  const began: LoadStart = { ...options, scenario, workers: 1, startedAtMs, id };
  const undriven = async (stopped: string): Promise<Soaked> => {
    const run = makeUndrivenRun(began, await prepared.end(), performance.now() - begun);
    await writeRun(outDir, run);
    return { record: run.record, stopped };
  };
  if (!prepared.isReady) return undriven('interrupted while the world was being prepared');
  const header = headerOf(scenario, seed);
  const driven = await driveSampled(options, prepared, header);
  if ('failure' in driven) return undriven(driven.failure);

  onProgress?.(0.9, 'judging');
  const recorded = await prepared.end();
  const observationsDir = join(outDir, 'wire');
  const yardstick = await openYardstick(prepared.traceDir);
  const judged = await judgeRun(yardstick, { observationsDir, delayMs: windowDelays(recorded) });
  judged.load.notes.push(...prepared.notes(), SCRAPED);
  judged.load.targetProcess.eventLoopDelayMs = null;
  await addLatencies(driven.sampled.samples, yardstick, observationsDir);
  writeSamples(join(outDir, SOAK_FILE), header, driven.sampled.samples);
  const run = makeLoadRun(began, recorded, judged, performance.now() - begun);
  const soak = soakOf(driven.sampled, header, options);
  run.record.soak = soak;
  run.record.gates.push(...slopeGates(soak));
  onProgress?.(0.98, 'writing the report');
  await writeLoadRun(began, run, { latencies: judged.latencySpreads, progress: driven.progress });
  return { record: run.record, stopped: judged.stopped };
}

/** A gate for each slope that is judged: the lower end of its interval must not be above its budget. Empty for a soak that is too short. */
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

function soakOf({ samples, gaps, cpuShare }: Sampled, { everyMs, speed }: SoakHeader, options: SoakOptions): Soak {
  const { second } = samples;
  const retentionMs = options.target === null ? RETENTION_MS : null;
  return {
    lengthMin: second.length === 0 ? 0 : second[second.length - 1] / 60,
    everyMs,
    samples: second.length,
    gaps,
    samplerCpuShare: Math.round(cpuShare * 1e4) / 1e4,
    ...slopesOf(samples, {
      budgets: options.budgets,
      retentionMin: retentionMs === null ? null : retentionMs / speed / MIN_MS,
    }),
  };
}

/** Simulated time for which the reference service keeps things when it is started for a run. */
const RETENTION_MS = OPTIONS.find(({ name }) => name === 'retentionMs')?.default as number;

const SCRAPED =
  "The target's event-loop delay is given with the soak, second by second: a target that is scraped each second keeps no value for the whole window.";

const LEAVES_SAMPLES: ReadonlySet<ErrorCode> = new Set(['HB_TARGET', 'HB_INTERNAL']);

type Driven = { sampled: Sampled; progress: DriveProgress | null } | { failure: string };

function headerOf({ name, load }: Scenario, seed: number): SoakHeader {
  const everyMs = 1000 * Math.ceil(load.durationMs / 1000 / ROWS_MAX);
  return { schema: SOAK_SCHEMA, scenario: name, seed, speed: load.speed, everyMs, columns: COLUMNS };
}

async function driveSampled(
  options: SoakOptions,
  { scenario, traceDir }: Preparation,
  header: SoakHeader,
): Promise<Driven> {
  const { outDir, target, targetPid, signal, onProgress } = options;
  let progress: DriveProgress | null = null;
  const sampler = createSampler({ path: join(outDir, SOAK_FILE), header, targetPid });
  try {
    await driveTrace({
      traceDir,
      outDir: join(outDir, 'wire'),
      target,
      drive,
      speed: scenario.load.speed,
      watch: sampler,
      signal,
      onProgress: (p) => {
        progress = p;
        sampler.progress(p);
        onProgress?.(progressFraction(p), progressText(p, scenario.load.durationMs));
      },
    });
    return { sampled: await sampler.close(), progress };
  } catch (error) {
    await sampler.close();
    // If the driver failed too, hours of samples are kept all the same.
    if (error instanceof HundredblockError && LEAVES_SAMPLES.has(error.code)) return { failure: error.message };
    throw error;
  }
}
