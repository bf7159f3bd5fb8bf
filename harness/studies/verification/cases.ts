/**
 * Published results for queues and for dispatch, as cases that the simulated components must reproduce. Times are in mean service times.
 */
import type { Case } from './case.ts';
import { caseOf } from './case-file.ts';
import type { Size } from './tally.ts';

/** A case with its published values and their source. */
export interface PublishedCase {
  posed: Case;
  source: string;
  published: Readonly<Record<string, number>>;
  /** Size at which the 99.9% half-width is below 2% of every value, with control variates and without them. Found by trial. */
  size: Size;
  plainSize: Size;
}

/** All published cases. */
export const CASES: readonly PublishedCase[] = [
  published(
    { name: 'Erlang-C (10, 8)', component: 'call-takers', servers: 10, arrivals: [{ rate: 8 }] },
    'Erlang 1917',
    { pWait: 0.40918, meanWait: 0.20459 },
    { replications: 60, customers: 22_000, warmup: 1000 },
    { replications: 60, customers: 360_000, warmup: 4000 },
  ),
  published(
    { name: 'Erlang-C (20, 18)', component: 'call-takers', servers: 20, arrivals: [{ rate: 18 }] },
    'Erlang 1917',
    { pWait: 0.55077, meanWait: 0.27538 },
    { replications: 60, customers: 33_000, warmup: 3000 },
    { replications: 60, customers: 1_020_000, warmup: 20_000 },
  ),
  published(
    { name: 'Erlang-A, 50 agents', component: 'call-takers', servers: 50, arrivals: [{ rate: 48 }], patienceMean: 2 },
    'Palm 1946; 2,880 calls an hour, service 1 min, patience 2 min',
    { pWait: 0.46777, abandoned: 0.0309, meanWait: 3.71 / 60 },
    { replications: 60, customers: 60_000, warmup: 3000 },
    { replications: 60, customers: 225_000, warmup: 4000 },
  ),
  published(
    {
      name: 'Cobham M/M/1',
      servers: 1,
      arrivals: [
        { rate: 0.2, priority: 1 },
        { rate: 0.6, priority: 2 },
      ],
    },
    'Cobham 1954; mu 1, lambda .2 and .6',
    { meanInSystem1: 2, meanInSystem2: 6 },
    { replications: 60, customers: 4000, warmup: 500 },
    { replications: 60, customers: 90_000, warmup: 1000 },
  ),
  published(
    {
      name: 'Cobham M/M/10',
      servers: 10,
      arrivals: [
        { rate: 3, priority: 1 },
        { rate: 5, priority: 2 },
      ],
    },
    'Cobham 1954; mu 1, lambda 3 and 5',
    { meanWait1: 0.05845, meanWait2: 0.29227 },
    { replications: 60, customers: 28_000, warmup: 2000 },
    { replications: 60, customers: 450_000, warmup: 4000 },
  ),
  published(
    {
      name: 'Hypercube, three cars',
      servers: 3,
      arrivals: [
        { rate: 0.5, prefers: [1, 2, 3] },
        { rate: 0.25, prefers: [1, 3, 2] },
        { rate: 0.35, prefers: [2, 1, 3] },
        { rate: 0.4, prefers: [3, 1, 2] },
      ],
    },
    'Larson & Odoni, Urban Operations Research, 5.4.3 to 5.5.3; lambda 1.5, mu 1, infinite queue',
    { workload1: 0.5574, workload2: 0.4734, workload3: 0.4693, pWait: 0.23684, outOfArea: 0.43533, meanWait: 0.15789 },
    { replications: 60, customers: 9000, warmup: 500 },
    { replications: 60, customers: 135_000, warmup: 500 },
  ),
];

// --- internal ---

function published(
  given: unknown,
  source: string,
  values: Readonly<Record<string, number>>,
  size: Size,
  plainSize: Size,
): PublishedCase {
  return { posed: caseOf(given).posed, source, published: values, size, plainSize };
}
