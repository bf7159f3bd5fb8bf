/** One run against the wall clock: record the world, send it over real sockets, judge what came of it, write the run directory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HundredblockError } from '../../contract/errors.ts';
import { EMPTY_ROSTER } from '../../contract/roster.ts';
import { DELAY_STAGES, type AlertLine, type RunRecord } from '../../contract/runrecord.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { judgeRun, openYardstick, type Judged } from '../judge/judge.ts';
import { outcomeGates } from '../judge/same-outcome.ts';
import type { DriveProgress, UrlTarget } from '../load/contract.ts';
import { checkClosedLoop } from '../load/closed-loop.ts';
import { drive } from '../load/drive.ts';
import { probeTarget } from '../load/probe.ts';
import { figuresOf, type Outcome } from '../measure/record.ts';
import type { Exposition } from '../metrics/exposition.ts';
import { OPEN_METRICS_FILE, writeOpenMetrics } from '../metrics/open-metrics.ts';
import type { RunFigures } from '../metrics/run-families.ts';
import { quantilesOf } from '../measure/stats.ts';
import type { OracleConfig } from '../oracle/contract.ts';
import { createOracle } from '../oracle/oracle.ts';
import type { Recorded, RecordOptions } from '../trace/contract.ts';
import { LiveWorld } from '../trace/live-world.ts';
import { rebaseScenario } from '../trace/rebase.ts';
import { recordTrace } from '../trace/record.ts';
import type { ShardResult } from './shard.ts';
import { headOf, identityOf, inOrder, writeRun } from './write-run.ts';

export interface LoadOptions {
  scenario: Scenario;
  seed: number;
  /** The command line that repeats the run. */
  command: string;
  /** Where the run directory's files go, with the trace in `trace/` and what the driver saw in `wire/`. */
  outDir: string;
  /** A system that runs already; null: the reference system is started for this run. */
  target: UrlTarget | null;
  /** Residents react to what they receive on the wire, instead of as they do in virtual time; see checkClosedLoop. */
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

/** Runs a scenario against a target. A target that is down, or fails on the way, leaves a partial record. Throws HB_OPTION_VALUE, HB_TRACE, and what the file system throws. */
export async function runLoad(o: LoadOptions): Promise<Loaded> {
  const startedAtMs = Date.now();
  const begun = performance.now();
  const traceDir = join(o.outDir, 'trace');
  const observationsDir = join(o.outDir, 'wire');
  const prepared = await (o.closedLoop === true ? prepareLive(o, traceDir) : prepare(o, traceDir));
  const { scenario, live } = prepared;
  const { id } = identityOf({ ...o, scenario, startedAtMs }, prepared.histories);
  const began = { ...o, scenario, workers: 1, startedAtMs, id };
  const cut = 'interrupted while the world was being prepared';
  if (!prepared.isReady) return writeUndriven(began, await prepared.end(), begun, cut);

  o.exposition?.begin(id, scenario.name, o.seed);
  const { failure, progress } = await driveIt(o, scenario, traceDir, observationsDir, live).finally(() =>
    live?.close(),
  );
  const recorded = await prepared.end();
  if (failure !== null) return writeUndriven(began, recorded, begun, failure);
  o.onProgress?.(0.9, 'judging');
  const inWindow = alertsWithin(recorded);
  const delays = delaysOf(inWindow);
  const delayMs = Object.fromEntries(DELAY_STAGES.map((stage) => [stage, quantilesOf(delays[stage])]));
  const judged = await judgeRun(await openYardstick(traceDir), { observationsDir, delayMs });
  judged.load.notes.push(...prepared.notes());

  const lines = inOrder(judged.judgement.lines);
  addDelays(lines, inWindow);
  const faults = recorded.shards.flatMap((s) => s.faults);
  const outcome: Outcome = {
    judgements: [judged.judgement],
    lines,
    faults,
    receipts: [judged.receipts],
    delays: [delays],
  };
  const record = recordOf(began, recorded, outcome, judged, performance.now() - begun);
  o.onProgress?.(0.98, 'writing the report');
  await writeRun(o.outDir, record, recorded.shards, lines, faults);
  const wall = { latencies: judged.latencySpreads, progress };
  const shown: RunFigures = { record, lines, faults, shards: recorded.shards, wall };
  await writeOpenMetrics(shown, join(o.outDir, OPEN_METRICS_FILE));
  o.exposition?.judged(shown);
  return { record, stopped: judged.stopped };
}

// --- internal ---

interface Prepared {
  /** As it ran. */
  scenario: Scenario;
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

type Delays = ShardResult['delays'];
type Began = LoadOptions & { scenario: Scenario; workers: number; startedAtMs: number; id: string };

/** Wall time for a target in real time, beyond the ramp, from the trace's completion to the opening of the window. */
const OPENING_LEAD_MS = 20_000;

/** A target that only knows real time gets a world whose window opens at a real moment still to come. */
async function prepare(o: LoadOptions, traceDir: string): Promise<Prepared> {
  const platformClock = await hasPlatformClock(o);
  const begun = performance.now();
  const recorded = await recordWorld(o, o.scenario, traceDir);
  if (platformClock || recorded.partial) return preparedOf(o.scenario, recorded, []);

  const neededMs = performance.now() - begun;
  const launchMs = Date.now() + 2 * neededMs + o.scenario.load.connectRampMs + OPENING_LEAD_MS;
  const rebased = rebaseScenario(o.scenario, launchMs);
  await rm(traceDir, { recursive: true });
  return preparedOf(rebased, await recordWorld(o, rebased, traceDir), [
    'The target only knows real time: the world was moved to the moment of the run, and ran at speed 1.',
  ]);
}

function preparedOf(scenario: Scenario, recorded: Recorded, notes: string[]): Prepared {
  return {
    scenario,
    live: null,
    isReady: !recorded.partial,
    histories: recorded.shards,
    end: async () => recorded,
    notes: () => notes,
  };
}

/** The world up to its window; from there on it goes on with the run. */
async function prepareLive(o: LoadOptions, traceDir: string): Promise<Prepared> {
  checkClosedLoop(o.scenario);
  if (!(await hasPlatformClock(o)))
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      '--closed-loop: expected a target with a platform clock, found one that only knows real time',
    );
  const live = await LiveWorld.open(recordOptions(o, o.scenario, traceDir));
  const { isOpen: isReady, histories } = live;
  return { scenario: o.scenario, live, isReady, histories, end: () => live.end(), notes: () => live.notes() };
}

/** One that does not answer is found out by the driver, which leaves what a record needs. */
async function hasPlatformClock({ target, signal }: LoadOptions): Promise<boolean> {
  if (target === null) return true;
  try {
    return (await probeTarget(target, signal)).platformClock;
  } catch (error) {
    if (error instanceof HundredblockError && error.code === 'HB_TARGET') return true;
    throw error;
  }
}

function recordWorld(o: LoadOptions, scenario: Scenario, dir: string): Promise<Recorded> {
  return recordTrace(recordOptions(o, scenario, dir));
}

function recordOptions(o: LoadOptions, scenario: Scenario, dir: string): RecordOptions {
  const { load, startMs } = scenario;
  return {
    scenario,
    seed: o.seed,
    fromMs: startMs + load.fromMs,
    windowMs: Math.max(1, Math.round(load.durationMs * load.speed)),
    dir,
    signal: o.signal,
    onProgress: (fraction) => o.onProgress?.(0.3 * fraction, 'preparing the world'),
  };
}

interface Driven {
  /** Why nothing could be driven at all; null where observations were left. */
  failure: string | null;
  /** As last told. */
  progress: DriveProgress | null;
}

async function driveIt(
  o: LoadOptions,
  scenario: Scenario,
  traceDir: string,
  outDir: string,
  live: LiveWorld | null,
): Promise<Driven> {
  let progress: DriveProgress | null = null;
  const dataDir = o.target === null ? await mkdtemp(join(tmpdir(), 'hundredblock-serve-')) : null;
  const { speed, durationMs } = scenario.load;
  try {
    await drive({
      traceDir,
      outDir,
      target: o.target ?? { kind: 'start', dataDir: dataDir!, args: [] },
      speed,
      ...(live === null ? {} : { live }),
      signal: o.signal,
      onProgress: (p) => {
        progress = p;
        o.exposition?.progress(p);
        o.onProgress?.(fractionOf(p), textOf(p, durationMs));
      },
    });
    return { failure: null, progress };
  } catch (error) {
    if (error instanceof HundredblockError && error.code === 'HB_TARGET') return { failure: error.message, progress };
    throw error;
  } finally {
    if (dataDir !== null) await rm(dataDir, { recursive: true, force: true });
  }
}

function fractionOf({ phase, done, of }: DriveProgress): number {
  const part = of === 0 ? 0 : done / of;
  switch (phase) {
    case 'starting':
    case 'onboarding':
      return 0.3;
    case 'preamble':
      return 0.32 + 0.03 * part;
    case 'connecting':
      return 0.35 + 0.1 * part;
    case 'running':
      return 0.45 + 0.4 * part;
    case 'draining':
      return 0.86;
    case 'writing':
    case 'done':
      return 0.88;
  }
}

function textOf(p: DriveProgress, durationMs: number): string {
  switch (p.phase) {
    case 'preamble':
      return `telling what was open, ${p.done}/${p.of}`;
    case 'connecting':
      return `connecting ${p.done}/${p.of}`;
    case 'running':
      return `second ${p.done} of ${Math.ceil(durationMs / 1000)}: ${p.sent} sent, ${p.deliveries} deliveries, lag ${p.lagMaxMs.toFixed(1)} ms`;
    case 'draining':
      return `draining: ${p.sent - p.acknowledged} unanswered, ${p.deliveries} deliveries`;
    case 'starting':
    case 'onboarding':
    case 'writing':
    case 'done':
      return p.phase;
  }
}

/** The alerts of the window in the world's own run: the simulated delays are theirs. */
function alertsWithin({ shards, header }: Recorded): AlertLine[] {
  return shards
    .flatMap((s) => s.judgement.lines)
    .filter((line) => line.msgType === 'Alert' && line.sentMs >= header.fromMs && line.sentMs < header.untilMs);
}

function delaysOf(lines: readonly AlertLine[]): Delays {
  return Object.fromEntries(
    DELAY_STAGES.map((stage) => [stage, lines.flatMap((line) => line.delayMs[stage] ?? [])]),
  ) as Delays;
}

/** The same alert bears the same key on both clocks. */
function addDelays(lines: readonly AlertLine[], virtual: readonly AlertLine[]): void {
  const known = new Map(virtual.map((line) => [line.incidents, line.delayMs]));
  for (const line of lines) if (line.msgType === 'Alert') line.delayMs = known.get(line.incidents) ?? {};
}

function recordOf(o: Began, recorded: Recorded, outcome: Outcome, judged: Judged, wallMs: number): RunRecord {
  const { shards } = recorded;
  const figures = figuresOf(o.scenario, shards, outcome);
  const { gaps } = judged.load.deliveries;
  const gates = [
    ...figures.gates,
    { name: 'streamGaps', limit: 0, found: gaps, ok: gaps === 0 },
    ...(judged.stopped === null ? outcomeGates(judged.sameOutcome) : []),
  ];
  return {
    ...headOf(o, shards, wallMs, figures.events.withoutMotions),
    id: o.id,
    partial: judged.stopped !== null,
    simulated: {
      startMs: o.scenario.startMs,
      endMs: judged.stopped === null ? recorded.header.untilMs : judged.endMs,
    },
    ...figures,
    gates,
    generatorLagMs: judged.generatorLagMs,
    latencyMs: judged.latencyMs,
    sameOutcome: judged.sameOutcome,
    load: judged.load,
  };
}

/** Nothing was sent: the record tells of the world alone. */
async function writeUndriven(o: Began, recorded: Recorded, begun: number, stopped: string): Promise<Loaded> {
  const { shards, header } = recorded;
  const none = createOracle({ ...NOBODY, toleranceMs: 0, latenessMsMax: 0 }).judge({ record: () => null });
  const faults = shards.flatMap((s) => s.faults);
  const figures = figuresOf(o.scenario, shards, {
    judgements: [none],
    lines: [],
    faults,
    receipts: [],
    delays: [delaysOf([])],
  });
  const run: RunRecord = {
    ...headOf(o, shards, performance.now() - begun, figures.events.withoutMotions),
    id: o.id,
    partial: true,
    simulated: { startMs: o.scenario.startMs, endMs: recorded.partial ? header.untilMs : header.fromMs },
    ...figures,
  };
  await writeRun(o.outDir, run, shards, [], faults);
  return { record: run, stopped };
}

const NOBODY: Pick<OracleConfig, 'agencies' | 'roster' | 'runKey' | 'bodyLengthMax'> = {
  agencies: [],
  roster: EMPTY_ROSTER,
  runKey: 'none',
  bodyLengthMax: 0,
};
