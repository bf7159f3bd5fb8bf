/** A trace driven against a target once, and judged: what every measurement on the wire repeats. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Quantiles } from '../../contract/runrecord.ts';
import type { DriverSummary } from '../../contract/trace.ts';
import { judgeRun, type Judged, type Yardstick } from '../judge/judge.ts';
import { LIMITS, type Drive, type DriveOptions, type UrlTarget } from '../load/contract.ts';
import { drive, startPair, stopPair, type Pair } from '../load/drive.ts';

export interface TraceDriveOptions extends Omit<DriveOptions, 'target'> {
  /** A system that runs already; null: the reference system is started for this, with an empty data folder, and stopped after it. */
  target: UrlTarget | null;
  /** Further arguments of `serve`, where it is started. */
  serveArgs?: readonly string[];
  /** Whose sockets; the project's own driver where left out. */
  drive?: Drive;
  /** Started before, for this trial alone: with the project's own driver, where the reference system is to be started. */
  standby?: Standby;
}

/** The reference system with an empty data folder, and a driver beside it, started ahead of the trial that they are for. */
export interface Standby {
  pair: Promise<Pair>;
  /** Holds the target's data and its log. */
  dir: string;
  /** Of one that no trial took: stops both, and removes the folder. */
  end(): Promise<void>;
}

export function standBy(): Standby {
  const dir = makeFolder();
  const dataDir = join(dir, 'data');
  mkdirSync(dataDir);
  const pair = startPair({ dataDir, args: [], logPath: join(dir, 'target.log'), timeoutMs: LIMITS.startMsMax });
  // Whoever takes it hears of a failure; where nobody does, nobody needs to.
  pair.catch(() => {});
  const end = async (): Promise<void> => {
    await pair.then(stopPair, () => {});
    await rm(dir, { recursive: true, force: true });
  };
  return { pair, dir, end };
}

/** Sends a trace once. Throws what Drive throws. */
export async function driveTrace({
  serveArgs = [],
  drive: by = drive,
  standby,
  ...o
}: TraceDriveOptions): Promise<DriverSummary> {
  if (o.target !== null) return by({ ...o, target: o.target });
  const dir = standby?.dir ?? makeFolder();
  try {
    return await by({ ...o, target: { kind: 'start', dataDir: dir, args: serveArgs, pair: standby?.pair } });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export interface TrialOptions extends Omit<TraceDriveOptions, 'traceDir' | 'live'> {
  /** Of the trace to be sent; opened once for many trials. */
  yardstick: Yardstick;
  /** Simulated delays by stage, where the trial's record is to tell them. */
  delayMs?: Record<string, Quantiles>;
  /** Both processes have ended, and nothing was judged yet. */
  onDriven?: () => void;
}

export interface Trial {
  driver: DriverSummary;
  judged: Judged;
}

/** Sends a trace once and judges what came of it; what was seen stays in `outDir`. Throws what Drive and judgeRun throw. */
export async function runTrial({ yardstick, delayMs = {}, onDriven, ...o }: TrialOptions): Promise<Trial> {
  const driver = await driveTrace({ ...o, traceDir: yardstick.trace.dir });
  onDriven?.();
  return { driver, judged: await judgeRun(yardstick, { observationsDir: o.outDir, delayMs }) };
}

// --- internal ---

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'hundredblock-serve-'));
}
