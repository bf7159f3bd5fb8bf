/**
 * Published queueing results, posed to the call-takers' queue and to police dispatch as they stand: the same components that the
 * world uses, on the same kernel. One unit of time is a million ms, so that whole milliseconds round by a millionth.
 */
import { createCallCentre } from '../../simulator/calls/callCentre.ts';
import { Kernel } from '../../simulator/kernel/kernel.ts';
import { KIND } from '../../simulator/kernel/kinds.ts';
import { counterDraw, cumulative, exponential, pick } from '../../simulator/kernel/random.ts';
import { createDispatch } from '../../simulator/police/dispatch.ts';
import type { JobPriority } from '../../simulator/police/parameters.ts';

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
  /** Enough for a 99.9% half-width below 2% of every value: found by trial. */
  size: Size;
  /** One replication's value of each measure. */
  replicate(seed: number, replication: number, size: Size): { measures: Record<string, number>; events: number };
}

export const CASES: readonly Case[] = [
  {
    name: 'Erlang-C (10, 8)',
    source: 'Erlang 1917',
    component: 'call centre',
    published: { wait: 0.40918, meanWait: 0.20459 },
    size: { replications: 40, customers: 250_000, warmup: 4000 },
    replicate: (seed, replication, size) => callCentreQueue({ seed, replication, size, positions: 10, lambda: 8, patience: Infinity }),
  },
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
export function callCentreQueue({ seed, replication, size, positions, lambda, patience }: CallQueue): { measures: Record<string, number>; events: number } {
  const kernel = new Kernel(0);
  const seeds = { seed, replication };
  const total = size.warmup + size.customers;
  const sums = { done: 0, waited: 0, waitedMs: 0, abandoned: 0 };
  function count(id: number, waitMs: number): void {
    if (id < size.warmup || id >= total) return;
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
      finished: () => {},
      abandoned: (id, waitMs) => {
        count(id, waitMs);
        if (id >= size.warmup && id < total) sums.abandoned += 1;
      },
    },
  });
  const draw = counterDraw(seeds, 'validation/arrivals');
  let index = 0;
  const stream = () => draw(0, index++);
  kernel.on(KIND.callArrival, (id) => {
    kernel.schedule(kernel.nowMs + Math.round(exponential(stream, UNIT_MS / lambda)), KIND.callArrival, id + 1, 0);
    centre.offer({ id });
  });
  kernel.schedule(0, KIND.callArrival, 0, 0);
  // Arrivals go on until the last counted customer is served, so that the end of a replication looks like its middle.
  while (sums.done < size.customers) kernel.step();
  const measures = { wait: sums.waited / sums.done, meanWait: sums.waitedMs / sums.done / UNIT_MS, abandoned: sums.abandoned / sums.done };
  return { measures, events: kernel.events };
}
