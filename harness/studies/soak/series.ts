/** What a soak follows, how it is read off the samples, and the slope that it may have by default. docs/guides/soak.md shows the same table. */
import type { Column, Samples } from './samples.ts';

/** `memory` settles late: V8 takes what it thinks it needs, for minutes. What is left after major collections tells a leak sooner: it is `heap`. */
export type Settling = 'heap' | 'memory' | 'other';

export interface SeriesSpec {
  name: string;
  /** What a budget calls it: the same word for both processes. */
  budgetName: string;
  title: string;
  /** Of the values as they are shown; slopes are per minute. `%`: slopes are shares of the level. */
  unit: 'MiB' | 'ms' | '' | '%';
  settles: Settling;
  /** Slope allowed per minute; null: shown, not judged. */
  budget: number | null;
  /** Slopes are of the logarithm, in % a minute. */
  relative?: true;
  /** What stands for a batch of seconds, where it is not their median. */
  quantile?: number;
  /** Points are of different collections, each of which forgets all that lay before: their correlation counts as it is found. */
  apart?: true;
  /** By row of the samples; NaN where there is none. */
  of: (samples: Samples) => Float64Array;
  /** Grows by design until the target has kept things for as long as it keeps them. */
  fills?: true;
}

const MIB = 2 ** 20;
/** What the driver keeps of an input (its row) and of a delivery until it writes them down, in bytes; see send-log.ts and delivery-log.ts. */
const INPUT_BYTES = 42;
const DELIVERY_BYTES = 28;

export const SERIES: readonly SeriesSpec[] = [
  ...(['target', 'driver'] as const).flatMap((side): SeriesSpec[] => [
    {
      name: `${side}.heap`,
      budgetName: 'heap',
      title: `${side}: heap after major collections`,
      unit: 'MiB',
      settles: 'heap',
      budget: 0.25,
      apart: true,
      of: (samples) => scaled(changesOf(samples[`${side}.heapAfterGcBytes`]), 1 / MIB),
    },
    {
      name: `${side}.external`,
      budgetName: 'external',
      title: `${side}: buffers outside the heap`,
      unit: 'MiB',
      settles: 'memory',
      budget: 0.25,
      of: (samples) => scaled(samples[`${side}.externalBytes`], 1 / MIB),
    },
    {
      name: `${side}.rss`,
      budgetName: 'rss',
      title: `${side}: resident memory`,
      unit: 'MiB',
      settles: 'memory',
      budget: side === 'target' ? 1 : 5,
      of: (samples) => less(scaled(samples[`${side}.rssBytes`], 1 / MIB), keptMiB(samples, side)),
    },
    {
      name: `${side}.fds`,
      budgetName: 'fds',
      title: `${side}: open files beyond residents' and doorbells' connections`,
      unit: '',
      settles: 'other',
      budget: 0.2,
      of: (samples) => less(samples[`${side}.fds`], samples['driver.connected']),
    },
    {
      name: `${side}.loop`,
      budgetName: 'loop',
      title: `${side}: event-loop delay`,
      unit: 'ms',
      settles: 'other',
      budget: 2,
      of: (samples) => samples[`${side}.loopDelayMs`],
    },
    {
      name: `${side}.cpu`,
      budgetName: 'cpu',
      title: `${side}: share of a processor`,
      unit: '%',
      settles: 'other',
      budget: null,
      of: (samples) => scaled(samples[`${side}.cpuShare`], 100),
    },
  ]),
  {
    name: 'target.db',
    budgetName: 'db',
    title: 'target: database',
    unit: 'MiB',
    settles: 'other',
    budget: 0.5,
    fills: true,
    of: (samples) => scaled(samples['target.databaseBytes'], 1 / MIB),
  },
  {
    name: 'target.wal',
    budgetName: 'wal',
    title: "target: the database's log of writes",
    unit: 'MiB',
    settles: 'other',
    budget: 0.5,
    of: (samples) => scaled(samples['target.walBytes'], 1 / MIB),
  },
  {
    name: 'target.pending',
    budgetName: 'pending',
    title: 'target: inputs that wait for their commit',
    unit: '',
    settles: 'other',
    budget: 1,
    of: (samples) => samples['target.pendingInputs'],
  },
  {
    name: 'target.waiting',
    budgetName: 'waiting',
    title: 'target: bytes that wait for slow streams',
    unit: 'MiB',
    settles: 'other',
    budget: 0.25,
    of: (samples) => scaled(samples['target.streamWaitingBytes'], 1 / MIB),
  },
  {
    name: 'driver.unanswered',
    budgetName: 'unanswered',
    title: 'driver: inputs sent and not yet answered',
    unit: '',
    settles: 'other',
    budget: 1,
    of: (samples) => samples['driver.unanswered'],
  },
  ...(
    [
      ['accept', 'accept latency of dispatch messages'],
      ['device', "latency of doorbells' messages"],
      ['delivery', 'delivery latency'],
    ] as const
  ).flatMap(([what, title]): SeriesSpec[] => [
    {
      name: `latency.${what}`,
      budgetName: 'latency',
      title: `${title}, median of the second`,
      unit: 'ms',
      settles: 'other',
      budget: 0.25,
      relative: true,
      // Whatever else runs on the machine makes some seconds slow, never fast: a system that drifts is slower in its calm seconds too.
      quantile: 0.1,
      of: (samples) => samples[`latency.${what}P50Ms`],
    },
    {
      name: `latency.${what}P99`,
      budgetName: 'latencyP99',
      title: `${title}, p99 of the second`,
      unit: 'ms',
      settles: 'other',
      budget: null,
      relative: true,
      of: (samples) => samples[`latency.${what}P99Ms`],
    },
  ]),
];

// --- internal ---

function scaled(values: Float64Array, by: number): Float64Array {
  return values.map((value) => value * by);
}

/** NaN where the second is not known. */
function less(values: Float64Array, taken: Float64Array): Float64Array {
  return values.map((value, i) => value - taken[i]);
}

/** A value that holds until the next: only where it changes was it measured. */
function changesOf(values: Float64Array): Float64Array {
  let last = NaN;
  return values.map((value) => {
    if (Number.isNaN(value) || value === last) return NaN;
    const isFirst = Number.isNaN(last);
    last = value;
    return isFirst ? NaN : value;
  });
}

/** What the driver must hold of the run so far, by what was sent and delivered; nothing of the target. */
function keptMiB(samples: Samples, side: 'target' | 'driver'): Float64Array {
  const kept = new Float64Array(samples.second.length);
  if (side === 'target') return kept;
  const count = (column: Column, i: number): number => samples[column][i] || 0;
  let bytes = 0;
  for (let i = 0; i < kept.length; i += 1) {
    bytes += INPUT_BYTES * count('flow.sent', i) + DELIVERY_BYTES * count('flow.deliveries', i);
    kept[i] = bytes / MIB;
  }
  return kept;
}
