/** A trace driven against a target once, and judged: what every measurement on the wire repeats. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Quantiles } from '../../contract/record/measures.ts';
import type { DriverSummary } from '../../contract/trace.ts';
import { judgeRun, type JudgedRun, type Yardstick } from '../judge/judge.ts';
import type { Drive, DriveOptions, UrlTarget } from '../drivers/driver-api.ts';
import type { Pair } from '../drivers/driver-api.ts';
import { drive } from '../drivers/node/drive.ts';

export interface TraceDriveOptions extends Omit<DriveOptions, 'target'> {
  /** A system that runs already; null: the reference system is started for this, with an empty data folder, and stopped after it. */
  target: UrlTarget | null;
  /** Further arguments of `serve`, where it is started. */
  serveArgs?: readonly string[];
  /** Whose sockets; the project's own driver where left out. */
  drive?: Drive;
  /** The reference system runs already, and stays up: with the project's own driver, where `target` is null. */
  pair?: Pair;
}

/** Sends a trace once. Throws what Drive throws. */
export async function driveTrace({
  serveArgs = [],
  drive: by = drive,
  pair,
  ...o
}: TraceDriveOptions): Promise<DriverSummary> {
  if (o.target !== null) return by({ ...o, target: o.target });
  if (pair !== undefined) return by({ ...o, target: { kind: 'start', dataDir: '', args: [], pair } });
  const dataDir = await mkdtemp(join(tmpdir(), 'hundredblock-serve-'));
  try {
    return await by({ ...o, target: { kind: 'start', dataDir, args: serveArgs } });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

export interface TrialOptions extends Omit<TraceDriveOptions, 'traceDir' | 'live'> {
  /** Of the trace to be sent; opened once for many trials. */
  yardstick: Yardstick;
  /** Simulated delays by stage, where the trial's record is to tell them. */
  delayMs?: Record<string, Quantiles>;
  /** As judgeRun has it. */
  graceMs?: number;
}

export interface Trial {
  driver: DriverSummary;
  judged: JudgedRun;
}

/** Sends a trace once and judges what came of it; what was seen stays in `outDir`. Throws what Drive and judgeRun throw. */
export async function runTrial({ yardstick, delayMs = {}, graceMs, ...o }: TrialOptions): Promise<Trial> {
  const driver = await driveTrace({ ...o, traceDir: yardstick.trace.dir });
  return { driver, judged: await judgeRun(yardstick, { observationsDir: o.outDir, delayMs, graceMs }) };
}
