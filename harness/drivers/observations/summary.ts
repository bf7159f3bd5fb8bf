/** The driver's summary: what it measured of itself and of the target, from samples and from the records of its threads. */
import type { PlatformClock } from '../../../contract/clock.ts';
import type { Load } from '../../../contract/record/load.ts';
import type { Tail } from '../../../contract/record/measures.ts';
import type { DriverSummary } from '../../../contract/trace.ts';
import { TailHistogram } from '../../../stats/tail.ts';
import type { ObservedPart } from './observed-part.ts';
import type { ProcessUsage } from '../target/process-usage.ts';
import { locate } from './send-log.ts';
import type { TargetMetrics } from '../target/target-metrics.ts';

/** Processor time and memory of the driver and of the target at one moment (Unix ms). */
export interface Sample {
  wallMs: number;
  own: ProcessUsage;
  target: ProcessUsage;
}

/** Measurements that are gathered while a run goes on. */
export interface RunMeasurements {
  platformClock: boolean;
  launched: boolean;
  residentThreads: number;
  connected: Load['connected'];
  /** Before anybody connects. */
  before: Sample | null;
  /** When 2,000 residents were connected, or soon after; and when all were. */
  slopeFrom: { connected: number; sample: Sample } | null;
  slopeTo: { connected: number; sample: Sample } | null;
  /** At each second of the window, the first at its start. */
  samples: Sample[];
  /** Before the window, after it, after the drain. */
  scrapes: (TargetMetrics & { wallMs: number })[];
  /** Delay of the event loop, by thread. */
  loops: (Tail | null)[];
  notes: string[];
  readError: unknown;
}

/** The sources of a summary. */
export interface SummaryParts {
  measurements: RunMeasurements;
  results: readonly ObservedPart[];
  clock: PlatformClock;
  target: string;
  traceSha256: string;
  stopped: string | null;
  windowMs: number;
}

/** The content of driver.json. */
export function summarise(parts: SummaryParts): DriverSummary {
  const { measurements, results, clock, target, traceSha256, stopped, windowMs } = parts;
  const lag = new TailHistogram();
  const connect = new TailHistogram();
  const lagMaxMs = new Float64Array(measurements.launched ? Math.max(1, Math.ceil(windowMs / 1000)) : 0);
  for (const { sends, connectMs } of results) {
    for (const ms of connectMs) connect.add(ms);
    for (let record = 0; record < sends.count; record += 1) {
      const { block, i } = locate(sends, record);
      if (Number.isNaN(block.lagMs[i])) continue;
      lag.add(block.lagMs[i]);
      const second = Math.floor((block.intendedMs[i] - clock.originWallMs) / 1000);
      if (second >= 0 && second < lagMaxMs.length) lagMaxMs[second] = Math.max(lagMaxMs[second], block.lagMs[i]);
    }
  }
  return {
    driver: `hundredblock driver on Node ${process.versions.node}: a process with threads for sending, ${measurements.residentThreads} for residents' streams, 1 for doorbells`,
    target,
    platformClock: measurements.platformClock,
    connected: { ...measurements.connected, rampMs: Math.round(measurements.connected.rampMs) },
    generator: {
      cpuShare: cpuShareOf(measurements.samples.map(({ wallMs, own }) => ({ wallMs, cpuMs: own.cpuMs }))),
      eventLoopDelayMs: worstOf(measurements.loops),
      rssMiB: memoryOf(measurements, (sample) => sample.own.rssBytes),
      memoryPerResidentKiB: slopeOf(measurements, (sample) => sample.own.rssBytes),
    },
    targetProcess: targetProcessOf(measurements),
    shed: shedOf(measurements),
    notes: [...measurements.notes, ...results.flatMap(({ notes }) => notes)],
    traceSha256,
    clock,
    generatorLagMs: lag.tail(),
    connectMs: connect.tail(),
    stopped,
    seconds: Array.from(lagMaxMs, (max, second) => ({
      second,
      lagMaxMs: round3(max),
      generatorCpu: secondOf(measurements.samples, second, (sample) => sample.own.cpuMs),
      targetCpu: secondOf(measurements.samples, second, (sample) => sample.target.cpuMs),
    })),
  };
}

// --- internal ---

const MIB = 2 ** 20;
/** A target that tells its event loop's delay samples it in this period, as prom-client does. */
const LOOP_SAMPLE_MS = 10;
const SLOPE_RESIDENTS_MIN = 1000;

/** The delay of the thread that is latest: a late sender sends late, and a late residents thread takes messages for late that were not. */
function worstOf(loops: readonly (Tail | null)[]): Tail | null {
  return loops.reduce(
    (worst, loop) => (worst === null || (loop !== null && loop.p99 > worst.p99) ? loop : worst),
    null,
  );
}

function targetProcessOf(measurements: RunMeasurements): DriverSummary['targetProcess'] {
  const [first, second] = measurements.scrapes;
  const own = cpuShareOf(measurements.samples.map(({ wallMs, target }) => ({ wallMs, cpuMs: target.cpuMs })));
  const told = cpuShareOf(
    measurements.scrapes
      .slice(0, 2)
      .map(({ wallMs, cpuSeconds }) => ({ wallMs, cpuMs: cpuSeconds === null ? null : 1000 * cpuSeconds })),
  );
  const delay = second?.eventLoopDelayMs ?? null;
  return {
    cpuShare: own ?? told,
    eventLoopDelayMs:
      delay === null ? null : { count: Math.round((second.wallMs - first.wallMs) / LOOP_SAMPLE_MS), ...delay },
    rssMiB: memoryOf(measurements, (sample) => sample.target.rssBytes),
    memoryPerResidentKiB: slopeOf(measurements, (sample) => sample.target.rssBytes),
  };
}

/** Share of one processor, between the first and the last sample; null if one of them is unknown. */
function cpuShareOf(samples: readonly { wallMs: number; cpuMs: number | null }[]): number | null {
  const first = samples.at(0);
  const last = samples.at(-1);
  if (first === undefined || last === undefined || first.cpuMs === null || last.cpuMs === null) return null;
  if (last.wallMs <= first.wallMs) return null;
  return round3((last.cpuMs - first.cpuMs) / (last.wallMs - first.wallMs));
}

function secondOf(samples: readonly Sample[], second: number, cpuMs: (sample: Sample) => number | null): number | null {
  const both = samples.slice(second, second + 2).map((sample) => ({ wallMs: sample.wallMs, cpuMs: cpuMs(sample) }));
  return both.length < 2 ? null : cpuShareOf(both);
}

function memoryOf(
  measurements: RunMeasurements,
  bytes: (sample: Sample) => number | null,
): { before: number; peak: number } | null {
  const before = measurements.before === null ? null : bytes(measurements.before);
  if (before === null) return null;
  const ends = measurements.slopeTo === null ? [] : [measurements.slopeTo.sample];
  const peak = Math.max(before, ...[...ends, ...measurements.samples].map((sample) => bytes(sample) ?? 0));
  return { before: round1(before / MIB), peak: round1(peak / MIB) };
}

/** KiB of resident memory per connected resident, above the first 2,000. */
function slopeOf(measurements: RunMeasurements, bytes: (sample: Sample) => number | null): number | null {
  const { slopeFrom, slopeTo } = measurements;
  if (slopeFrom === null || slopeTo === null || slopeTo.connected - slopeFrom.connected < SLOPE_RESIDENTS_MIN)
    return null;
  const from = bytes(slopeFrom.sample);
  const to = bytes(slopeTo.sample);
  if (from === null || to === null) return null;
  return round1((to - from) / 1024 / (slopeTo.connected - slopeFrom.connected));
}

/** Work that the target refused during the run: its counts at the end less those at the window's start. */
function shedOf(measurements: RunMeasurements): DriverSummary['shed'] {
  const first = measurements.scrapes.at(0)?.shed ?? null;
  const last = measurements.scrapes.at(-1)?.shed ?? null;
  if (first === null || last === null) return null;
  const counts = [...last].map(([name, count]) => [name, Math.max(0, count - (first.get(name) ?? 0))] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
