/** The preparation of a trace: a world recorded for the run, a world that goes on while it is sent, or a trace that was kept. */
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

/** Wall time for a target in real time, besides the ramp, from the trace's completion to the opening of the window. */
const OPENING_LEAD_MS = 20_000;

/** Options of a preparation. */
export interface PrepareOptions {
  scenario: Scenario;
  seed: number;
  /** Folder that a trace is recorded into. */
  traceDir: string;
  target: UrlTarget | null;
  /** A trace that is sent unchanged, instead of recording one; `scenario` and `seed` are those of this trace. */
  kept?: Trace;
  closedLoop?: boolean;
  signal?: AbortSignal;
  onProgress?: (fraction: number, text: string) => void;
}

/** A trace that can be sent. */
export interface Preparation {
  /** The scenario as it ran: it may have been moved in time. */
  scenario: Scenario;
  traceDir: string;
  /** The world of a closed loop, which goes on while it is driven; null for any other trace. */
  live: LiveWorld | null;
  /** False if the user interrupted it. */
  isReady: boolean;
  /** History hashes by agency, as far as they are known before the run. */
  histories: Pick<ShardResult, 'id' | 'historyHash'>[];
  /** The whole trace; to be called once, when nothing is sent any more. */
  end: () => Promise<Recorded>;
  /** Notes for the record; complete after `end`. */
  notes: () => string[];
}

/** Prepares the trace that the options ask for. Throws HB_OPTION_VALUE if the target can't take such a trace, HB_TRACE, and what the file system throws. */
export async function prepare(options: PrepareOptions): Promise<Preparation> {
  const { kept, closedLoop } = options;
  if (kept !== undefined) return prepareKept(options, kept);
  return closedLoop === true ? prepareLive(options) : prepareRecorded(options);
}

/** The window that a scenario's load options ask for: its start in Unix ms, and its length in simulated ms. */
export function loadWindow({ startMs, load }: Readonly<Scenario>): Pick<RecordOptions, 'fromMs' | 'windowMs'> {
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

async function prepareKept(options: PrepareOptions, kept: Trace): Promise<Preparation> {
  if (!(await hasPlatformClock(options)))
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
  return finished(options.scenario, kept.dir, await readRecorded(kept), notes);
}

/** A target that only knows real time gets a world whose window opens at a real moment still to come. */
async function prepareRecorded(options: PrepareOptions): Promise<Preparation> {
  const { scenario, traceDir } = options;
  const platformClock = await hasPlatformClock(options);
  const startMs = performance.now();
  const recorded = await recordTrace(recordOptions(options, scenario));
  if (platformClock || recorded.partial) return finished(scenario, traceDir, recorded, []);

  const neededMs = performance.now() - startMs;
  const launchMs = Date.now() + 2 * neededMs + scenario.load.connectRampMs + OPENING_LEAD_MS;
  const rebased = rebaseScenario(scenario, launchMs);
  await rm(traceDir, { recursive: true });
  return finished(rebased, traceDir, await recordTrace(recordOptions(options, rebased)), [
    'The target only knows real time: the world was moved to the moment of the run, and ran at speed 1.',
  ]);
}

/** The preparation of a trace that is already complete. */
function finished(scenario: Scenario, traceDir: string, recorded: Recorded, notes: string[]): Preparation {
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
async function prepareLive(options: PrepareOptions): Promise<Preparation> {
  const { scenario, traceDir } = options;
  checkClosedLoop(scenario);
  if (!(await hasPlatformClock(options)))
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      '--closed-loop: expected a target with a platform clock, found one that only knows real time',
    );
  const live = await LiveWorld.open(recordOptions(options, scenario));
  const { isOpen: isReady, histories } = live;
  return { scenario, traceDir, live, isReady, histories, end: () => live.end(), notes: () => live.notes() };
}

/** If the target does not answer, the driver reports it later and a record is still made; assume here that it has a clock. */
async function hasPlatformClock({ target, signal }: PrepareOptions): Promise<boolean> {
  if (target === null) return true;
  try {
    return (await probeTarget(target, signal)).platformClock;
  } catch (error) {
    if (error instanceof HundredblockError && error.code === 'HB_TARGET') return true;
    throw error;
  }
}

function recordOptions(options: PrepareOptions, scenario: Scenario): RecordOptions {
  const { seed, traceDir, signal, onProgress } = options;
  return {
    scenario,
    seed,
    ...loadWindow(scenario),
    dir: traceDir,
    signal,
    onProgress: (fraction) => onProgress?.(0.3 * fraction, 'preparing the world'),
  };
}
