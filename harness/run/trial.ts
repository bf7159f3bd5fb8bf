/** A trial: a trace driven against a target once, and judged. Every measurement on the wire repeats trials. */
import type { Quantiles } from '../../contract/record/measures.ts';
import type { DriverSummary } from '../../contract/trace.ts';
import type { Drive, DriveOptions, Pair, UrlTarget } from '../drivers/driver-api.ts';
import { drive } from '../drivers/node/drive.ts';
import { withTempFolder } from '../io/temp-folder.ts';
import { judgeRun, type JudgedRun, type Yardstick } from '../judge/judge.ts';

/** Options of one drive. */
export interface TraceDriveOptions extends Omit<DriveOptions, 'target'> {
  /** A system that runs already; null: the reference service is started for this drive, with an empty data folder, and stopped after it. */
  target: UrlTarget | null;
  /** Further arguments of `serve`, if it is started. */
  serveArgs?: readonly string[];
  /** The driver; left out, it is our own. */
  drive?: Drive;
  /** A reference service that runs already, and stays up: only with our own driver, and if `target` is null. */
  pair?: Pair;
}

/** Sends a trace once. Throws what Drive throws. */
export async function driveTrace(options: TraceDriveOptions): Promise<DriverSummary> {
  const { serveArgs = [], drive: by = drive, pair, target, ...rest } = options;
  if (target !== null) return by({ ...rest, target });
  if (pair !== undefined) return by({ ...rest, target: { kind: 'start', dataDir: '', args: [], pair } });
  return withTempFolder('hundredblock-serve-', (dataDir) =>
    by({ ...rest, target: { kind: 'start', dataDir, args: serveArgs } }),
  );
}

/** Options of one trial. */
export interface TrialOptions extends Omit<TraceDriveOptions, 'traceDir' | 'live'> {
  /** Yardstick of the trace that is sent; it is opened once for many trials. */
  yardstick: Yardstick;
  /** Simulated delays by stage, for the trial's record; none if left out. */
  delayMs?: Record<string, Quantiles>;
  /** Grace of the judgement: see judgeRun. */
  graceMs?: number;
}

/** The driver's summary of a trial, and the judgement. */
export interface Trial {
  driver: DriverSummary;
  judged: JudgedRun;
}

/** Sends a trace once and judges the outcome; the observations stay in `outDir`. Throws what Drive and judgeRun throw. */
export async function runTrial({ yardstick, delayMs = {}, graceMs, ...options }: TrialOptions): Promise<Trial> {
  const driver = await driveTrace({ ...options, traceDir: yardstick.trace.dir });
  return { driver, judged: await judgeRun(yardstick, { observationsDir: options.outDir, delayMs, graceMs }) };
}
