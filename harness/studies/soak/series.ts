/** The series that a soak follows: how each is read from the samples, and its default budget. docs/guides/soak.md shows the same table. */
import type { Column, Samples } from './samples.ts';

/**
 * How soon a series settles. `memory` is late, because V8 grows for minutes; `heap`, measured after major collections, shows a leak
 * sooner.
 */
export type Settling = 'heap' | 'memory' | 'other';

/** A series, its budget, and how it is read from samples. */
export interface SeriesSpec {
  name: string;
  /** Its name in a budget, the same for both processes. */
  budgetName: string;
  title: string;
  /** Unit of the values as they are shown; slopes are per minute. */
  unit: 'MiB' | 'ms' | '' | '%';
  settles: Settling;
  /** Slope allowed per minute; null if the series is shown but not judged. */
  budget: number | null;
  /** The slope is that of the logarithm, in % a minute. */
  relative?: true;
  /** Quantile that stands for a batch of seconds; the median if left out. */
  quantile?: number;
  /** Points come from different collections, each of which forgets all before it: no correlation is supposed beyond the one found. */
  apart?: true;
  /** The series by row of the samples; NaN if a row has no value. */
  of: (samples: Samples) => Float64Array;
  /** The series grows by design until the target begins to delete what is older than its retention. */
  fills?: true;
}

const MIB = 2 ** 20;
/** Bytes that the driver keeps of an input (its row) and of a delivery until it writes them to a file (send-log.ts, delivery-log.ts). */
const INPUT_BYTES = 42;
const DELIVERY_BYTES = 28;

/** All series, in the order of the report. */
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
  ).flatMap(([kind, title]): SeriesSpec[] => [
    {
      name: `latency.${kind}`,
      budgetName: 'latency',
      title: `${title}, median of the second`,
      unit: 'ms',
      settles: 'other',
      budget: 0.25,
      relative: true,
      // Other work on the machine makes some seconds slow, never fast: a system that drifts is slower in its calm seconds too.
      quantile: 0.1,
      of: (samples) => samples[`latency.${kind}P50Ms`],
    },
    {
      name: `latency.${kind}P99`,
      budgetName: 'latencyP99',
      title: `${title}, p99 of the second`,
      unit: 'ms',
      settles: 'other',
      budget: null,
      relative: true,
      of: (samples) => samples[`latency.${kind}P99Ms`],
    },
  ]),
];

// --- internal ---

function scaled(values: Float64Array, by: number): Float64Array {
  return values.map((value) => value * by);
}

/** The difference row by row; NaN if either value is not known. */
function less(values: Float64Array, taken: Float64Array): Float64Array {
  return values.map((value, i) => value - taken[i]);
}

/** A value is repeated until the next is measured: only its changes are measurements. The first may be old, and is left out. */
function changesOf(values: Float64Array): Float64Array {
  let last = NaN;
  return values.map((value) => {
    if (Number.isNaN(value) || value === last) return NaN;
    const isFirst = Number.isNaN(last);
    last = value;
    return isFirst ? NaN : value;
  });
}

/** MiB that the driver must hold for the inputs and deliveries of the run so far; 0 for the target. */
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
