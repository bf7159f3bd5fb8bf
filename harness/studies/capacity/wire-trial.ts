/** Runs one trial of a search over real sockets, and sums it up for the record. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import type { CapacityTrial } from '../../../contract/record/capacity.ts';
import { GRACE_WALL_MS, type JudgedRun } from '../../judge/judge.ts';
import type { DrivePhase, UrlTarget } from '../../drivers/driver-api.ts';
import type { Pair } from '../../drivers/driver-api.ts';
import { stolenMs } from '../../drivers/target/process-usage.ts';
import { runTrial } from '../../run/trial.ts';
import type { Pinning } from './pinning.ts';
import type { SearchTrial } from './search.ts';
import { judgeObjectives, type Measured, type Objective } from './slo.ts';
import type { Vary } from './vary.ts';
import type { Excerpt } from './workload.ts';

/** The excerpt to send, the target, and the objectives that the trial must meet. */
export interface WireTrialOptions {
  excerpt: Excerpt;
  phase: SearchTrial['phase'];
  load: number;
  vary: Vary;
  objectives: readonly Objective[];
  target: UrlTarget | null;
  pinning: Pinning;
  /** The reference service with a driver; null if `target` is driven. */
  pair: Pair | null;
  /** Folder for temporary files. */
  dir: string;
  signal?: AbortSignal;
}

/** A trial as the record keeps it, with the whole judgement. */
export interface WireTrial {
  trial: CapacityTrial;
  judged: JudgedRun;
}

/** Null if the user ended the trial. Throws HB_TARGET if the target could not be driven at all. */
export async function wireTrial(options: WireTrialOptions): Promise<WireTrial | null> {
  const { excerpt, target, pinning, pair, objectives, signal } = options;
  const outDir = await mkdtemp(join(options.dir, 'wire-'));
  try {
    const theft = watchTheft();
    const { judged } = await runTrial({
      yardstick: excerpt.yardstick,
      outDir,
      target,
      speed: excerpt.speed,
      signal,
      watch: pinning.watch,
      pair: pair ?? undefined,
      onProgress: ({ phase }) => theft.phase(phase),
      graceMs: Math.max(GRACE_WALL_MS, tightestMs(objectives)),
      limits: { drainMsMax: DRAIN_MS_MAX, drainQuietMs: DRAIN_QUIET_MS },
    });
    if (signal?.aborted === true) return null;
    if (judged.stopped !== null && judged.load.timeline.length === 0)
      throw new HundredblockError('HB_TARGET', judged.stopped);
    return { trial: trialOf(options, judged, theft.share()), judged };
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

// --- internal ---

/** A delivery that comes later than this after the window counts as lost. */
const DRAIN_MS_MAX = 10_000;
/** After the window, the trial ends once nothing came for this time. */
const DRAIN_QUIET_MS = 1000;
/**
 * Limits within which a generator is not the bottleneck, as in any load run (harness/judge/bottleneck.ts). LAG_SHARE_MAX: lag may also
 * be this share of the tightest limit that an objective sets on a latency.
 */
const CPU_SHARE_MAX = 0.9;
const LOOP_P99_MS_MAX = 100;
const LAG_P99_MS_MAX = 5;
const LAG_SHARE_MAX = 0.02;
/**
 * Share of all processors' time: with less stolen, trials at one load differ little; with twice as much, by seconds
 * (docs/guides/capacity.md).
 */
const STOLEN_SHARE_MAX = 0.02;
const STAGES = ['connect', 'accept', 'device', 'firstDelivery', 'delivery', 'completion'] as const;

function trialOf(options: WireTrialOptions, judged: JudgedRun, stolen: number | null): CapacityTrial {
  const { phase, load: tried, excerpt, vary, objectives } = options;
  const { judgement, latencyMs, generatorLagMs, load } = judged;
  const { verdicts } = judgement;
  const measured: Measured = {
    latencyMs,
    generatorLagMs,
    verdicts,
    unexplained: judged.sameOutcome.unexplained,
    load,
  };
  const failed = judgeObjectives(objectives, measured).filter(({ met }) => !met);
  return {
    phase,
    load: tried,
    seconds: Math.round(100 * excerpt.seconds) / 100,
    speed: excerpt.speed,
    passed: judged.stopped === null && failed.length === 0,
    limited: isLimited(judged, options),
    stolen,
    disturbed: (stolen ?? 0) > STOLEN_SHARE_MAX,
    failed: failed.map(({ objective, found }) => ({ objective: objective.text, found })),
    stopped: judged.stopped,
    latencyMs: Object.fromEntries(
      STAGES.flatMap((stage) => {
        const { count, p50, p99 } = latencyMs[stage];
        return count === 0 ? [] : [[stage, { p50, p99 }]];
      }),
    ),
    residents: load.connected.residents,
    doorbells: load.connected.doorbells,
    deliveries: load.deliveries.received,
    lost: verdicts.lost + verdicts.shed,
    throughput: throughputOf(vary, judged),
    targetCpu: load.targetProcess.cpuShare,
    generatorCpu: load.generator.cpuShare,
    lagP99Ms: generatorLagMs.p99,
  };
}

/** Measures the processor time that the machine's host gives to others within the window. */
function watchTheft() {
  const readings: { wallMs: number; stolenMs: number | null }[] = [];
  let last: DrivePhase = 'starting';
  return {
    phase: (now: DrivePhase): void => {
      if (now !== last && (now === 'running' || last === 'running'))
        readings.push({ wallMs: performance.now(), stolenMs: stolenMs() });
      last = now;
    },
    /** The share of all processors' time; null if the system does not report it, or there was no window. */
    share: (): number | null => {
      const [from, to] = readings;
      if (to === undefined || from.stolenMs === null || to.stolenMs === null) return null;
      const share = (to.stolenMs - from.stolenMs) / ((to.wallMs - from.wallMs) * cpus().length);
      return Math.round(1e4 * share) / 1e4;
    },
  };
}

/**
 * Whether the generator was the bottleneck: if it is late or has no processor time left, a trial measures the generator. Latencies count
 * from the moment at which a cause was meant to be sent, so lag is part of them. It matters unless it is small beside the limits that
 * the objectives set.
 */
function isLimited(
  { generatorLagMs, load: { generator } }: JudgedRun,
  { objectives, pinning }: Pick<WireTrialOptions, 'objectives' | 'pinning'>,
): boolean {
  const { cpuShare, eventLoopDelayMs } = generator;
  return (
    generatorLagMs.p99 >= Math.max(LAG_P99_MS_MAX, LAG_SHARE_MAX * tightestMs(objectives)) ||
    (eventLoopDelayMs?.p99 ?? 0) >= LOOP_P99_MS_MAX ||
    (cpuShare ?? 0) >= CPU_SHARE_MAX * pinning.generatorProcessors
  );
}

/**
 * The tightest limit on a latency among the objectives, ms; 0 if there is none. The target may take that long, so an incident that grew
 * too old for an alert within that time was not lost: the clock of a trial runs hundreds of times as fast as life.
 */
function tightestMs(objectives: readonly Objective[]): number {
  const limits = objectives.flatMap(({ unit, operator, limit }) =>
    unit === 'ms' && operator !== '>' && operator !== '>=' ? [limit] : [],
  );
  return limits.length === 0 ? 0 : Math.min(...limits);
}

/** Messages a second within the window; those that come after it were more than the target could do in time. */
function throughputOf(vary: Vary, { load, latencyMs }: JudgedRun): number {
  const seconds = load.windowMs / 1000;
  if (vary === 'devices') return latencyMs.device.count / seconds;
  return load.timeline.reduce((sum, { deliveries }) => sum + deliveries, 0) / seconds;
}
