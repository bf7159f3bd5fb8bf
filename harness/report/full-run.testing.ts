/** Tests only: a run whose record has every section that a record can have. */
import type { Against, AgainstCount, AgainstDelay } from '../../contract/record/against.ts';
import type { Capacity, CapacityTrial } from '../../contract/record/capacity.ts';
import type { Soak, SoakSeries } from '../../contract/record/soak.ts';
import { estimateBranching } from '../engine/branching.ts';
import { fixtureLoadRun, type FixtureRun } from './fixture.testing.ts';

/** A run against the wall clock that was also searched for its capacity, soaked and compared with another world. */
export function fixtureFullRun(): FixtureRun {
  const run = fixtureLoadRun();
  const { record } = run;
  record.capacity = CAPACITY;
  record.soak = SOAK;
  record.against = AGAINST;
  record.branching = estimateBranching(
    [{ calls: 1000, caused: 950, further: 900 }],
    [{ agency: 'pd-000', atMs: record.simulated.startMs }],
  );
  record.loop.video = { requests: 4, asked: 9, shared: 3, declined: 2, courtOrders: 1 };
  record.withheld = { overload: 3 };
  return run;
}

function trial(load: number, changes: Partial<CapacityTrial> = {}): CapacityTrial {
  return {
    phase: 'confirm',
    load,
    seconds: 15,
    speed: 150,
    passed: load < 12,
    limited: false,
    failed: load < 12 ? [] : [{ objective: 'completion.p99<2s', found: 2400 }],
    stopped: null,
    latencyMs: { accept: { p50: 2, p99: 10 * load }, completion: { p50: 20, p99: 16 * load ** 2 } },
    residents: 4000,
    doorbells: 1500,
    deliveries: 50_000,
    lost: load < 13 ? 0 : 900,
    throughput: 3000,
    targetCpu: 0.8,
    generatorCpu: 0.3,
    lagP99Ms: 2,
    ...changes,
  };
}

/** A search that narrowed the capacity down. */
export const CAPACITY: Capacity = {
  vary: 'alertRate',
  unit: 'alerts per wall second',
  lower: 11.4,
  upper: 12.3,
  confidence: 0.99,
  ended: 'narrow',
  generatorLimited: false,
  objectives: ['completion.p99<2s', 'lost=0'],
  brokeFirst: {
    objective: 'completion.p99<2s',
    stage: 'completion',
    load: 12.1,
    grewMost: { stage: 'accept', fromMs: 110, toMs: 1200 },
  },
  knee: null,
  usl: null,
  conditions: ['Full trials of 15 s.'],
  trials: [
    trial(4, { phase: 'locate' }),
    trial(16, { phase: 'locate' }),
    trial(11.2),
    trial(12.1),
    trial(13),
    trial(11.6),
    trial(15, { limited: true }),
    trial(12.4, { disturbed: true, stolen: 0.083 }),
  ],
};

const count = (net: number, direct: number): AgainstCount => ({
  first: 900 + net,
  second: 900,
  net,
  direct,
  onlyFirst: net,
  onlySecond: 0,
  unexplained: Math.max(0, net - direct),
});
const delay: AgainstDelay = { pairs: 70, meanMs: 4200, low: -1000, high: 9400, blocks: 7, later: 9, sooner: 2 };
/** A run beside another without alerts. */
export const AGAINST: Against = {
  sets: ['policy.alerts=off', 'name=<b>'],
  secondHistoryHash: 'x',
  congestion: 'on',
  calls: count(12, 12),
  redials: count(3, 1),
  posts: count(5, 5),
  dispatches: count(10, 11),
  unitHours: { first: 30, second: 24.5, net: 5.5, direct: 6.25 },
  exact: false,
  branchingRatio: 0.1,
  answer: delay,
  response: delay,
  responseByPriority: { 1: delay },
};

const SERIES: SoakSeries = {
  name: 'target.fds',
  title: 'target: open files',
  unit: '',
  slopeUnit: '/min',
  budget: 0.2,
  warmUpMin: 2,
  slope: 1,
  low: 0.9,
  high: 1.1,
  points: 480,
  pointsEffective: 22.5,
  verdict: 'beyond',
  shown: [
    [0, 20, 19, 22],
    [1, 21, 20, 23],
  ],
  line: [
    [0, 20],
    [1, 21],
  ],
};

/** A soak in which one series grew, one held and one had nothing to show. */
const SOAK: Soak = {
  lengthMin: 10,
  everyMs: 1000,
  samples: 600,
  gaps: { missed: 2, unscraped: 1 },
  samplerCpuShare: 0.006,
  confidence: 0.999,
  verdict: 'beyond',
  series: [
    SERIES,
    { ...SERIES, name: 'driver.fds', title: 'driver: open files', slope: 0, low: -0.1, high: 0.1, verdict: 'within' },
    {
      ...SERIES,
      name: 'latency.accept',
      title: 'accept',
      unit: 'ms',
      budget: null,
      verdict: 'no data',
      shown: [],
      line: null,
    },
  ],
};
