/**
 * Police dispatch on one core: ten units, four priorities, load 0.85, arrivals and services drawn as it goes, through the component that the world uses, history
 * hash included. Beside it the same priority queue in Python: SimPy where `python3` has it, else a plain loop over `heapq`. Events a second of
 * processor time, so that a busy machine changes little.
 */
import { spawnSync } from 'node:child_process';
import { caseOf } from '../harness/studies/verification/case-file.ts';
import { replicate } from '../harness/studies/verification/replicate.ts';
import type { BenchRow } from './table.ts';

const ROUNDS = 5;
const CUSTOMERS = 150_000;
const UNITS = 10;
const RATES = [0.5, 2, 4, 2];

/** A floor on ours, not a comparison: what a month of a large city needs to take seconds. */
const EVENTS_PER_SECOND_MIN = 300_000;

export async function run(): Promise<BenchRow[]> {
  const ours: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const rate = ourRate(round);
    // The first round warms up.
    if (round > 0) ours.push(rate);
  }
  const value = median(ours);
  if (value < EVENTS_PER_SECOND_MIN)
    process.stderr.write(`dispatch: expected at least ${EVENTS_PER_SECOND_MIN} events/s, found ${Math.round(value)}\n`);
  const peer = peerRate();
  const base = peer?.rate ?? EVENTS_PER_SECOND_MIN;
  const baseName = peer?.name ?? 'floor (no python3 here)';
  return [{ name: 'dispatch, 4 priorities', unit: 'events/s', value, base, baseName, ratio: value / base }];
}

function ourRate(round: number): number {
  const { posed } = caseOf({
    name: 'bench',
    servers: UNITS,
    arrivals: RATES.map((rate, i) => ({ rate, priority: i + 1 })),
  });
  const before = process.cpuUsage();
  const { events } = replicate(posed, 1, round, { replications: 1, customers: CUSTOMERS, warmup: 0 });
  const { user, system } = process.cpuUsage(before);
  return (events / (user + system)) * 1e6;
}

function peerRate(): { name: string; rate: number } | null {
  const { status, stdout } = spawnSync('python3', ['-c', PEER], { encoding: 'utf8' });
  if (status !== 0) return null;
  const { name, seconds } = JSON.parse(stdout) as { name: string; seconds: number };
  // An event is the same thing on both sides: somebody comes, or somebody's service ends.
  return { name, rate: (2 * CUSTOMERS) / seconds };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** The same model twice: as SimPy's users write it, and as plain Python with a heap. */
const PEER = `
import heapq, json, random, time
RATES = ${JSON.stringify(RATES)}
UNITS, CUSTOMERS = ${UNITS}, ${CUSTOMERS}
random.seed(1)
try:
    import simpy
except ImportError:
    simpy = None

def with_simpy():
    env = simpy.Environment()
    units = simpy.PriorityResource(env, capacity=UNITS)
    def customer(priority):
        with units.request(priority=priority) as turn:
            yield turn
            yield env.timeout(random.expovariate(1))
    def source():
        for _ in range(CUSTOMERS):
            yield env.timeout(random.expovariate(sum(RATES)))
            env.process(customer(random.choices(range(4), RATES)[0]))
    env.process(source())
    env.run()

def with_heap():
    events, line, idle, came, order = [(0.0, 0, -1)], [], UNITS, 0, 0
    while events:
        now, _, kind = heapq.heappop(events)
        if kind < 0:
            came += 1
            order += 1
            heapq.heappush(line, (random.choices(range(4), RATES)[0], order))
            if came < CUSTOMERS:
                order += 1
                heapq.heappush(events, (now + random.expovariate(sum(RATES)), order, -1))
        else:
            idle += 1
        while idle and line:
            heapq.heappop(line)
            idle -= 1
            order += 1
            heapq.heappush(events, (now + random.expovariate(1), order, 1))

name, work = ("SimPy " + simpy.__version__, with_simpy) if simpy else ("heapq loop in Python (no SimPy here)", with_heap)
start = time.process_time()
work()
print(json.dumps({"name": name, "seconds": time.process_time() - start}))
`;
