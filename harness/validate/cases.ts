/**
 * Published queueing results, posed to the call-takers' queue and to police dispatch as they stand: the same components that the
 * world uses, on the same kernel. One unit of time is a million ms, so that whole milliseconds round by a millionth.
 */
import { createCallCentre } from '../../simulator/calls/call-centre.ts';
import { Kernel } from '../../simulator/kernel/kernel.ts';
import { KIND } from '../../simulator/kernel/kinds.ts';
import { cumulative, exponential, keyedDraw, pick } from '../../simulator/kernel/random.ts';
import { createDispatch } from '../../simulator/police/dispatch.ts';
import type { JobPriority } from '../../simulator/police/parameters.ts';
import { callSign } from '../../simulator/police/patrol.ts';

const UNIT_MS = 1_000_000;

export interface Size {
  replications: number;
  /** Customers of each replication that are counted, and those before them that are not. */
  customers: number;
  warmup: number;
}

export interface Case {
  name: string;
  source: string;
  component: 'call centre' | 'dispatch';
  /** Measure to published value, in mean service times where it is a time. */
  published: Readonly<Record<string, number>>;
  /** Enough for a 99.9% half-width below 2% of every value, with control variates: found by trial. */
  size: Size;
  replicate(seed: number, replication: number, size: Size): Replication;
}

export interface Replication {
  measures: Record<string, number>;
  /**
   * Control variates: what this replication drew, less what it should have drawn on average: gaps between arrivals, service times, customers' shares by
   * group. Their true means are 0, and much of a queue's variation follows them.
   */
  controls: number[];
  events: number;
}

export const CASES: readonly Case[] = [
  {
    name: 'Erlang-C (10, 8)',
    source: 'Erlang 1917',
    component: 'call centre',
    published: { wait: 0.40918, meanWait: 0.20459 },
    size: { replications: 60, customers: 120_000, warmup: 4000 },
    replicate: (seed, replication, size) =>
      callQueue({ seed, replication, size, positions: 10, lambda: 8, patience: Infinity }),
  },
  {
    name: 'Erlang-C (20, 18)',
    source: 'Erlang 1917',
    component: 'call centre',
    published: { wait: 0.55077, meanWait: 0.27538 },
    size: { replications: 60, customers: 340_000, warmup: 20_000 },
    replicate: (seed, replication, size) =>
      callQueue({ seed, replication, size, positions: 20, lambda: 18, patience: Infinity }),
  },
  {
    name: 'Erlang-A, 50 agents',
    source: 'Palm 1946; 2,880 calls an hour, service 1 min, patience 2 min',
    component: 'call centre',
    published: { wait: 0.46777, abandoned: 0.0309, meanWait: 3.71 / 60 },
    size: { replications: 60, customers: 75_000, warmup: 4000 },
    replicate: (seed, replication, size) =>
      callQueue({ seed, replication, size, positions: 50, lambda: 48, patience: 2 }),
  },
  {
    name: 'Cobham M/M/1',
    source: 'Cobham 1954; mu 1, lambda .2 and .6',
    component: 'dispatch',
    published: { inSystem1: 2, inSystem2: 6 },
    size: { replications: 60, customers: 30_000, warmup: 1000 },
    replicate: (seed, replication, size) =>
      jobQueue({
        seed,
        replication,
        size,
        units: 1,
        groups: [
          { rate: 0.2, priority: 1 },
          { rate: 0.6, priority: 2 },
        ],
      }),
  },
  {
    name: 'Cobham M/M/10',
    source: 'Cobham 1954; mu 1, lambda 3 and 5',
    component: 'dispatch',
    published: { wait1: 0.05845, wait2: 0.29227 },
    size: { replications: 60, customers: 150_000, warmup: 4000 },
    replicate: (seed, replication, size) =>
      jobQueue({
        seed,
        replication,
        size,
        units: 10,
        groups: [
          { rate: 3, priority: 1 },
          { rate: 5, priority: 2 },
        ],
      }),
  },
  {
    name: 'Hypercube, three cars',
    source: 'Larson & Odoni, Urban Operations Research, 5.4.3 to 5.5.3; lambda 1.5, mu 1, infinite queue',
    component: 'dispatch',
    published: {
      workload1: 0.5574,
      workload2: 0.4734,
      workload3: 0.4693,
      wait: 0.23684,
      outOfArea: 0.43533,
      meanWait: 0.15789,
    },
    size: { replications: 60, customers: 45_000, warmup: 500 },
    replicate: (seed, replication, size) =>
      jobQueue({ seed, replication, size, units: 3, groups: THREE_CARS.map((group) => ({ ...group, priority: 2 })) }),
  },
];

/** Atom groups of the three-car example: rate, and cars in order of preference, the group's own first. */
export const THREE_CARS: readonly { rate: number; prefers: readonly number[] }[] = [
  { rate: 0.5, prefers: [0, 1, 2] },
  { rate: 0.25, prefers: [0, 2, 1] },
  { rate: 0.35, prefers: [1, 0, 2] },
  { rate: 0.4, prefers: [2, 0, 1] },
];

interface CallQueue {
  seed: number;
  replication: number;
  size: Size;
  positions: number;
  lambda: number;
  /** Mean patience in mean service times. */
  patience: number;
}

/** Poisson calls to exponential call-takers. Measures: wait (share of callers who wait), meanWait (of all), abandoned (share). */
export function callQueue({ seed, replication, size, positions, lambda, patience }: CallQueue): Replication {
  const kernel = new Kernel(0);
  const seeds = { seed, replication };
  const total = size.warmup + size.customers;
  const sums = { done: 0, ended: 0, waited: 0, waitedMs: 0, abandoned: 0, gapMs: 0, excessMs: 0 };
  const counted = (id: number) => id >= size.warmup && id < total;
  function count(id: number, waitMs: number): void {
    if (!counted(id)) return;
    sums.done += 1;
    if (waitMs > 0) sums.waited += 1;
    sums.waitedMs += waitMs;
  }
  const centre = createCallCentre({
    kernel,
    seeds,
    agency: 'validation',
    positions,
    patienceMsMean: patience * UNIT_MS,
    redialShare: 0,
    handlingMsMean: UNIT_MS,
    handlingCv: 1,
    handling: 'exponential',
    host: {
      answered: count,
      finished: (id, talkMs) => {
        if (!counted(id)) return;
        sums.ended += 1;
        sums.excessMs += talkMs - UNIT_MS;
      },
      abandoned: (id, waitMs) => {
        count(id, waitMs);
        if (!counted(id)) return;
        sums.ended += 1;
        sums.abandoned += 1;
      },
    },
  });
  const draw = keyedDraw(seeds, 'validation/arrivals', 0);
  kernel.on(KIND.callArrival, (id) => {
    const gapMs = Math.round(exponential(draw, UNIT_MS / lambda));
    if (counted(id)) sums.gapMs += gapMs - UNIT_MS / lambda;
    kernel.schedule(kernel.nowMs + gapMs, KIND.callArrival, id + 1, 0);
    centre.offer({ id });
  });
  kernel.schedule(0, KIND.callArrival, 0, 0);
  // Arrivals go on until the last counted customer is gone, so that the end of a replication looks like its middle.
  while (sums.ended < size.customers) kernel.step();
  const measures = {
    wait: sums.waited / sums.done,
    meanWait: sums.waitedMs / sums.done / UNIT_MS,
    abandoned: sums.abandoned / sums.done,
  };
  return {
    measures,
    controls: [sums.gapMs, sums.excessMs].map((ms) => ms / size.customers / UNIT_MS),
    events: kernel.events,
  };
}

interface JobQueue {
  seed: number;
  replication: number;
  size: Size;
  units: number;
  groups: readonly { rate: number; priority: JobPriority; prefers?: readonly number[] }[];
}

/**
 * Poisson jobs to units that are there at once and work for an exponential time. Measures: `wait` (share of jobs that wait), `meanWait`, by priority `wait<p>` and
 * `inSystem<p>`, by unit `workload<n>` (share of time busy), and `outOfArea` (share of jobs that went to another unit than their first preference).
 */
function jobQueue({ seed, replication, size, units, groups }: JobQueue): Replication {
  const kernel = new Kernel(0);
  const seeds = { seed, replication };
  const total = size.warmup + size.customers;
  const sums = { done: 0, waited: 0, waitedMs: 0, outOfArea: 0, gapMs: 0 };
  const byPriority = [1, 2, 3, 4].map(() => ({ done: 0, waitedMs: 0, inSystemMs: 0, excessMs: 0 }));
  const byGroup = groups.map(() => 0);
  const counted = (id: number) => id >= size.warmup && id < total;
  const jobs = new Map<number, { group: (typeof groups)[number]; atMs: number; serviceMs: number }>();
  const names: string[] = [];
  const dispatch = createDispatch({
    kernel,
    seeds,
    agency: 'validation',
    units,
    city: { box: { x0: 0, y0: 0, x1: 1000, y1: 1000 } },
    travelMetresPerSecond: Infinity,
    startMs: 0,
    selfInitiated: null,
    host: {
      dispatched: (id, unitNames) => {
        const job = jobs.get(id);
        if (job === undefined || !counted(id)) return;
        const waitMs = kernel.nowMs - job.atMs;
        const own = job.group.prefers?.[0];
        const sum = byPriority[job.group.priority - 1];
        sums.done += 1;
        sums.waitedMs += waitMs;
        if (waitMs > 0) sums.waited += 1;
        if (own !== undefined && unitNames[0] !== names[own]) sums.outOfArea += 1;
        sum.done += 1;
        sum.waitedMs += waitMs;
        sum.inSystemMs += waitMs + job.serviceMs;
      },
      onScene: () => {},
      cleared: (id) => jobs.delete(id),
      selfInitiated: () => {
        throw new Error('no unit starts anything here');
      },
    },
  });
  for (let unit = 0; unit < units; unit += 1) names.push(callSign(unit));
  const draw = keyedDraw(seeds, 'validation/jobs', 0);
  const rates = cumulative(groups.map((group) => group.rate));
  const lambda = rates[rates.length - 1];
  let warm: { atMs: number; busyMs: Float64Array } = { atMs: 0, busyMs: new Float64Array(units) };
  kernel.on(KIND.callArrival, (id) => {
    if (id === size.warmup) warm = { atMs: kernel.nowMs, busyMs: dispatch.measures().busyMsByUnit };
    const gapMs = Math.round(exponential(draw, UNIT_MS / lambda));
    kernel.schedule(kernel.nowMs + gapMs, KIND.callArrival, id + 1, 0);
    const index = pick(rates, draw());
    const group = groups[index];
    const serviceMs = Math.round(exponential(draw, UNIT_MS));
    if (counted(id)) {
      sums.gapMs += gapMs - UNIT_MS / lambda;
      byPriority[group.priority - 1].excessMs += serviceMs - UNIT_MS;
      byGroup[index] += 1;
    }
    jobs.set(id, { group, atMs: kernel.nowMs, serviceMs });
    const tags = { cause: 'call', unfounded: false, induced: false } as const;
    dispatch.request({
      id,
      priority: group.priority,
      x: 0,
      y: 0,
      unitsWanted: 1,
      serviceMs,
      tags,
      preferred: group.prefers,
    });
  });
  kernel.schedule(0, KIND.callArrival, 0, 0);
  while (sums.done < size.customers) kernel.step();
  const measures: Record<string, number> = {
    wait: sums.waited / sums.done,
    meanWait: sums.waitedMs / sums.done / UNIT_MS,
    outOfArea: sums.outOfArea / sums.done,
  };
  byPriority.forEach((sum, i) => {
    measures[`wait${i + 1}`] = sum.waitedMs / sum.done / UNIT_MS;
    measures[`inSystem${i + 1}`] = sum.inSystemMs / sum.done / UNIT_MS;
  });
  dispatch.measures().busyMsByUnit.forEach((busyMs, i) => {
    measures[`workload${i + 1}`] = (busyMs - warm.busyMs[i]) / (kernel.nowMs - warm.atMs);
  });
  const excesses = byPriority.filter((sum) => sum.done > 0).map((sum) => sum.excessMs);
  const shares = groups.slice(1).map((group, i) => byGroup[i + 1] / size.customers - group.rate / lambda);
  return {
    measures,
    controls: [...[sums.gapMs, ...excesses].map((ms) => ms / size.customers / UNIT_MS), ...shares],
    events: kernel.events,
  };
}
