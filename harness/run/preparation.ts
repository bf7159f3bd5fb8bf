/** What is to be sent: a world recorded for the run, one that goes on while it is sent, or a trace that was kept. */
import { rm } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { Check } from 'typebox/value';
import { HundredblockError } from '../../contract/errors.ts';
import { ScenarioSchema, type Scenario } from '../../contract/scenario.ts';
import { checkClosedLoop } from '../drivers/node/closed-loop.ts';
import type { UrlTarget } from '../drivers/driver-api.ts';
import { probeTarget } from '../drivers/target/probe.ts';
import type { Recorded, RecordOptions, Trace } from '../trace/trace-api.ts';
import { LiveWorld } from '../trace/live-world.ts';
import { recordTrace } from '../trace/record.ts';
import { readRecorded } from '../trace/world.ts';
import type { ShardResult } from '../engine/shard-result.ts';

export interface PrepareOptions {
  scenario: Scenario;
  seed: number;
  /** Where a trace is recorded. */
  traceDir: string;
  target: UrlTarget | null;
  /** Sent as it is, instead of recording anything; `scenario` and `seed` are its own. */
  kept?: Trace;
  closedLoop?: boolean;
  signal?: AbortSignal;
  onProgress?: (fraction: number, text: string) => void;
}

export interface Prepared {
  /** As it ran. */
  scenario: Scenario;
  traceDir: string;
  /** Of a closed loop: the world, which goes on while it is driven. */
  live: LiveWorld | null;
  /** False where it was interrupted. */
  isReady: boolean;
  /** By agency, as far as it is known before the run. */
  histories: Pick<ShardResult, 'id' | 'historyHash'>[];
  /** Once nothing is sent any more: the whole trace. */
  end: () => Promise<Recorded>;
  /** For the record, once it has ended. */
  notes: () => string[];
}

/** Throws HB_OPTION_VALUE where the target can't be sent such a trace, HB_TRACE, and what the file system throws. */
export async function prepare(o: PrepareOptions): Promise<Prepared> {
  if (o.kept !== undefined) return prepareKept(o, o.kept);
  return o.closedLoop === true ? prepareLive(o) : prepareRecorded(o);
}

/** The window that a scenario's load options ask for. */
export function windowOf({ startMs, load }: Readonly<Scenario>): Pick<RecordOptions, 'fromMs' | 'windowMs'> {
  return { fromMs: startMs + load.fromMs, windowMs: Math.max(1, Math.round(load.durationMs * load.speed)) };
}

/**
 * The scenario moved in time for a target that only knows real time: its window opens at `launchMs` (Unix ms, rounded) and runs at speed 1, at whatever time of
 * day and of year that is. Throws HB_OPTION_VALUE if it would have to start outside the years that scenarios can have.
 */
export function rebaseScenario(scenario: Readonly<Scenario>, launchMs: number): Scenario {
  const startMs = Math.round(launchMs) - scenario.load.fromMs;
  if (!Check(ScenarioSchema.properties.startMs, startMs)) {
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      `startMs: expected a moment from 2000 to 2039 for a window that opens at the launch, found ${startMs}`,
    );
  }
  return { ...scenario, startMs, load: { ...scenario.load, speed: 1 } };
}

// --- internal ---

/** Wall time for a target in real time, beyond the ramp, from the trace's completion to the opening of the window. */
const OPENING_LEAD_MS = 20_000;

async function prepareKept(o: PrepareOptions, kept: Trace): Promise<Prepared> {
  if (!(await hasPlatformClock(o)))
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      '--trace: expected a target with a platform clock (a kept trace can not be moved to the moment of the run; load a scenario instead), found one that only knows real time',
    );
  const notes =
    kept.header.closedLoop === true
      ? [
          'The trace is that of a closed loop: residents react to what they received when it was recorded, not in this run.',
        ]
      : [];
  return preparedOf(o.scenario, kept.dir, await readRecorded(kept), notes);
}

/** A target that only knows real time gets a world whose window opens at a real moment still to come. */
async function prepareRecorded(o: PrepareOptions): Promise<Prepared> {
  const { scenario, traceDir } = o;
  const platformClock = await hasPlatformClock(o);
  const begun = performance.now();
  const recorded = await recordTrace(recordOptions(o, scenario));
  if (platformClock || recorded.partial) return preparedOf(scenario, traceDir, recorded, []);

  const neededMs = performance.now() - begun;
  const launchMs = Date.now() + 2 * neededMs + scenario.load.connectRampMs + OPENING_LEAD_MS;
  const rebased = rebaseScenario(scenario, launchMs);
  await rm(traceDir, { recursive: true });
  return preparedOf(rebased, traceDir, await recordTrace(recordOptions(o, rebased)), [
    'The target only knows real time: the world was moved to the moment of the run, and ran at speed 1.',
  ]);
}

function preparedOf(scenario: Scenario, traceDir: string, recorded: Recorded, notes: string[]): Prepared {
  return {
    scenario,
    traceDir,
    live: null,
    isReady: !recorded.partial,
    histories: recorded.shards,
    end: async () => recorded,
    notes: () => notes,
  };
}

/** The world up to its window; from there on it goes on with the run. */
async function prepareLive(o: PrepareOptions): Promise<Prepared> {
  const { scenario, traceDir } = o;
  checkClosedLoop(scenario);
  if (!(await hasPlatformClock(o)))
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      '--closed-loop: expected a target with a platform clock, found one that only knows real time',
    );
  const live = await LiveWorld.open(recordOptions(o, scenario));
  const { isOpen: isReady, histories } = live;
  return { scenario, traceDir, live, isReady, histories, end: () => live.end(), notes: () => live.notes() };
}

/** One that does not answer is found out by the driver, which leaves what a record needs. */
async function hasPlatformClock({ target, signal }: PrepareOptions): Promise<boolean> {
  if (target === null) return true;
  try {
    return (await probeTarget(target, signal)).platformClock;
  } catch (error) {
    if (error instanceof HundredblockError && error.code === 'HB_TARGET') return true;
    throw error;
  }
}

function recordOptions(o: PrepareOptions, scenario: Scenario): RecordOptions {
  return {
    scenario,
    seed: o.seed,
    ...windowOf(scenario),
    dir: o.traceDir,
    signal: o.signal,
    onProgress: (fraction) => o.onProgress?.(0.3 * fraction, 'preparing the world'),
  };
}
