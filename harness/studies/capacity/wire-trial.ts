/** One trial of a search over real sockets, and what is kept of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import type { CapacityTrial } from '../../../contract/record/capacity.ts';
import { GRACE_WALL_MS, type Judged } from '../../judge/judge.ts';
import type { DrivePhase, UrlTarget } from '../../drivers/driver-api.ts';
import type { Pair } from '../../drivers/driver-api.ts';
import { stolenMs } from '../../drivers/target/process-figures.ts';
import { runTrial } from '../../run/trial.ts';
import type { Pinning } from './pinning.ts';
import type { SearchTrial } from './search.ts';
import { judgeObjectives, type Measured, type Objective } from './slo.ts';
import type { Vary } from './vary.ts';
import type { Stint } from './workload.ts';

export interface WireTrialOptions {
  stint: Stint;
  phase: SearchTrial['phase'];
  load: number;
  vary: Vary;
  objectives: readonly Objective[];
  target: UrlTarget | null;
  pinning: Pinning;
  /** The reference system with a driver; null where `target` is to be driven. */
  pair: Pair | null;
  /** Scratch. */
  dir: string;
  signal?: AbortSignal;
}

export interface WireTrial {
  trial: CapacityTrial;
  judged: Judged;
}

/** Null where its user ended it. Throws HB_TARGET where the target could not be driven at all. */
export async function wireTrial(o: WireTrialOptions): Promise<WireTrial | null> {
  const outDir = await mkdtemp(join(o.dir, 'wire-'));
  try {
    const theft = watchTheft();
    const { judged } = await runTrial({
      yardstick: o.stint.yardstick,
      outDir,
      target: o.target,
      speed: o.stint.speed,
      signal: o.signal,
      watch: o.pinning.watch,
      pair: o.pair ?? undefined,
      onProgress: ({ phase }) => theft.phase(phase),
      graceMs: Math.max(GRACE_WALL_MS, tightestMs(o.objectives)),
      limits: { drainMsMax: DRAIN_MS_MAX, drainQuietMs: DRAIN_QUIET_MS },
    });
    if (o.signal?.aborted === true) return null;
    if (judged.stopped !== null && judged.load.timeline.length === 0)
      throw new HundredblockError('HB_TARGET', judged.stopped);
    return { trial: trialOf(o, judged, theft.share()), judged };
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

// --- internal ---

/** What comes later than this after the window counts as lost. */
const DRAIN_MS_MAX = 10_000;
/** After the window all is over once nothing came for so long. */
const DRAIN_QUIET_MS = 1000;
/** Of a generator, as in any load run (harness/judge/bottleneck.ts); lag may be so much of the tightest limit of a latency, too. */
const CPU_SHARE_MAX = 0.9;
const LOOP_P99_MS_MAX = 100;
const LAG_P99_MS_MAX = 5;
const LAG_SHARE_MAX = 0.02;
/** Of all processors' time: below it trials at one load differ little, with twice as much by seconds (docs/guides/capacity.md). */
const STOLEN_SHARE_MAX = 0.02;
const STAGES = ['connect', 'accept', 'device', 'firstDelivery', 'delivery', 'completion'] as const;

function trialOf(o: WireTrialOptions, judged: Judged, stolen: number | null): CapacityTrial {
  const { judgement, latencyMs, generatorLagMs, load } = judged;
  const { verdicts } = judgement;
  const measured: Measured = {
    latencyMs,
    generatorLagMs,
    verdicts,
    unexplained: judged.sameOutcome.unexplained,
    load,
  };
  const failed = judgeObjectives(o.objectives, measured).filter(({ met }) => !met);
  return {
    phase: o.phase,
    load: o.load,
    seconds: Math.round(100 * o.stint.seconds) / 100,
    speed: o.stint.speed,
    passed: judged.stopped === null && failed.length === 0,
    limited: isLimited(judged, o),
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
    throughput: throughputOf(o.vary, judged),
    targetCpu: load.targetProcess.cpuShare,
    generatorCpu: load.generator.cpuShare,
    lagP99Ms: generatorLagMs.p99,
  };
}

/** What the machine's host takes from it within the window. */
function watchTheft() {
  const seen: { wallMs: number; stolenMs: number | null }[] = [];
  let last: DrivePhase = 'starting';
  return {
    phase: (now: DrivePhase): void => {
      if (now !== last && (now === 'running' || last === 'running'))
        seen.push({ wallMs: performance.now(), stolenMs: stolenMs() });
      last = now;
    },
    /** Of all processors' time; null where it was not told, or there was no window. */
    share: (): number | null => {
      const [from, to] = seen;
      if (to === undefined || from.stolenMs === null || to.stolenMs === null) return null;
      const share = (to.stolenMs - from.stolenMs) / ((to.wallMs - from.wallMs) * cpus().length);
      return Math.round(1e4 * share) / 1e4;
    },
  };
}

/**
 * A generator that is late, or full, measures itself. Latencies count from the moment at which a cause was meant to be sent, so that lag is
 * part of them: it matters where it is no longer small beside what the objectives allow.
 */
function isLimited({ generatorLagMs, load: { generator } }: Judged, o: WireTrialOptions): boolean {
  const { cpuShare, eventLoopDelayMs } = generator;
  return (
    generatorLagMs.p99 >= Math.max(LAG_P99_MS_MAX, LAG_SHARE_MAX * tightestMs(o.objectives)) ||
    (eventLoopDelayMs?.p99 ?? 0) >= LOOP_P99_MS_MAX ||
    (cpuShare ?? 0) >= CPU_SHARE_MAX * o.pinning.generatorProcessors
  );
}

/**
 * What the objectives let the target take, ms; 0 where they say nothing of it. An incident that became too old to be told meanwhile was not
 * lost: the clock of a trial goes hundreds of times as fast as life.
 */
function tightestMs(objectives: readonly Objective[]): number {
  const limits = objectives.flatMap(({ unit, operator, limit }) =>
    unit === 'ms' && operator !== '>' && operator !== '>=' ? [limit] : [],
  );
  return limits.length === 0 ? 0 : Math.min(...limits);
}

/** Within the window: what comes after it was more than the target could do in time. */
function throughputOf(vary: Vary, { load, latencyMs }: Judged): number {
  const seconds = load.windowMs / 1000;
  if (vary === 'devices') return latencyMs.device.count / seconds;
  return load.timeline.reduce((sum, { deliveries }) => sum + deliveries, 0) / seconds;
}
