/**
 * The event kernel against a bare heap loop, side by side in one process: rounds alternate, each figure is the median over rounds, the ratio that of
 * the rounds' ratios (so that a machine that is busy for a while slows both sides of it).
 *
 * - `M/M/10`: ten servers, one line, load 0.8: few pending events, so that it weighs what an event costs besides the heap. Both sides take the same
 *   random numbers from one table. Ours folds every event into the history hash, and puts content beside it; the bare loop does neither.
 * - `hold`: 100,000 pending events; each step takes the earliest and schedules one a random increment later.
 */
import FlatQueue from 'flatqueue';
import { Kernel } from '../simulator/kernel/kernel.ts';
import { KIND } from '../simulator/kernel/kinds.ts';
import { counterDraw, exponential } from '../simulator/kernel/random.ts';
import type { BenchRow } from './table.ts';

const ROUNDS = 11;
const SERVERS = 10;
const CUSTOMERS = 300_000;
const PENDING = 100_000;
const HOLDS = 600_000;
const MEAN_MS = 1_000_000;

/** Random increments made beforehand, so that both sides are timed without them. */
const draw = counterDraw({ seed: 1, replication: 0 }, 'bench/kernel');
const increments = Float64Array.from(
  { length: 1 << 16 },
  (_, i) => 1 + Math.round(exponential(() => draw(i, 0), MEAN_MS)),
);
const MASK = increments.length - 1;

export async function run(): Promise<BenchRow[]> {
  return [compare('kernel M/M/10', ourQueue, bareQueue), compare('kernel hold 100,000', ourHold, bareHold)];
}

/** Both return what they computed, so that no engine drops the work and so that the two sides can be seen to agree. */
interface Outcome {
  events: number;
  checksum: number;
}

function compare(name: string, ours: () => Outcome, bare: () => Outcome): BenchRow {
  const rates: [number[], number[]] = [[], []];
  let sums: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    sums = [ours, bare].map((side, i) => {
      const start = performance.now();
      const { events, checksum } = side();
      const rate = (events / (performance.now() - start)) * 1000;
      // The first round warms up.
      if (round > 0) rates[i].push(rate);
      return checksum;
    });
  }
  if (sums[0] !== sums[1]) throw new Error(`${name}: the two sides disagree, ${sums[0]} and ${sums[1]}`);
  const ratio = median(rates[0].map((rate, i) => rate / rates[1][i]));
  return { name, unit: 'events/s', value: median(rates[0]), base: median(rates[1]), baseName: 'flatqueue loop', ratio };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Mean increment between arrivals is the service mean over (servers x load). */
function gap(i: number): number {
  return Math.ceil(increments[(i * 2) & MASK] / (SERVERS * 0.8));
}

function ourQueue(): Outcome {
  const kernel = new Kernel(0);
  const line = new Float64Array(1 << 16);
  // One object: a number that a closure shares is boxed anew at each change.
  const state = { head: 0, tail: 0, idle: SERVERS, arrived: 0, served: 0, waitedMs: 0 };
  kernel.on(KIND.callArrival, (id) => {
    state.arrived += 1;
    if (state.arrived < CUSTOMERS)
      kernel.schedule(kernel.nowMs + gap(state.arrived), KIND.callArrival, state.arrived, 0);
    if (state.idle > 0) {
      state.idle -= 1;
      kernel.schedule(kernel.nowMs + increments[(id * 2 + 1) & MASK], KIND.callFinished, id, 0);
    } else {
      line[state.tail & 0xffff] = kernel.nowMs;
      state.tail += 1;
    }
  });
  kernel.on(KIND.callFinished, (id) => {
    state.served += 1;
    if (state.head < state.tail) {
      state.waitedMs += kernel.nowMs - line[state.head & 0xffff];
      state.head += 1;
      kernel.schedule(kernel.nowMs + increments[(state.served * 2 + 1) & MASK], KIND.callFinished, id, 0);
    } else state.idle += 1;
  });
  kernel.schedule(gap(0), KIND.callArrival, 0, 0);
  kernel.runUntil(Infinity);
  return { events: kernel.events, checksum: state.waitedMs };
}

function bareQueue(): Outcome {
  // Items: the customer's id, shifted, and one bit for the kind; arrivals before departures of the same moment, as ours orders them.
  const queue = new FlatQueue<number>();
  const line = new Float64Array(1 << 16);
  let head = 0;
  let tail = 0;
  let idle = SERVERS;
  let arrived = 0;
  let served = 0;
  let waitedMs = 0;
  let events = 0;
  queue.push(0, gap(0));
  while (queue.length > 0) {
    const now = queue.peekValue() as number;
    const item = queue.pop() as number;
    events += 1;
    if ((item & 1) === 0) {
      const id = item >> 1;
      arrived += 1;
      if (arrived < CUSTOMERS) queue.push(arrived << 1, now + gap(arrived));
      if (idle > 0) {
        idle -= 1;
        queue.push(item | 1, now + increments[(id * 2 + 1) & MASK]);
      } else {
        line[tail & 0xffff] = now;
        tail += 1;
      }
    } else {
      served += 1;
      if (head < tail) {
        waitedMs += now - line[head & 0xffff];
        head += 1;
        queue.push(item, now + increments[(served * 2 + 1) & MASK]);
      } else idle += 1;
    }
  }
  return { events, checksum: waitedMs };
}

function ourHold(): Outcome {
  const kernel = new Kernel(0);
  let held = 0;
  kernel.on(KIND.deviceMotion, (entity) => {
    held += 1;
    kernel.schedule(kernel.nowMs + increments[held & MASK], KIND.deviceMotion, entity, 0);
  });
  for (let i = 0; i < PENDING; i += 1) kernel.schedule(increments[i & MASK] + (i >> 16), KIND.deviceMotion, i, 0);
  while (held < HOLDS) kernel.step();
  return { events: HOLDS, checksum: kernel.nowMs };
}

function bareHold(): Outcome {
  const queue = new FlatQueue<number>();
  for (let i = 0; i < PENDING; i += 1) queue.push(i, increments[i & MASK] + (i >> 16));
  let now = 0;
  for (let held = 1; held <= HOLDS; held += 1) {
    now = queue.peekValue() as number;
    const entity = queue.pop() as number;
    queue.push(entity, now + increments[held & MASK]);
  }
  return { events: HOLDS, checksum: now };
}
