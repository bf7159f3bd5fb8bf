/**
 * Cases that are not among the published ones (loss systems, finite queues, impatience, places, other hypercubes), compared with their
 * formulas.
 */
import { describe, expect, it } from 'vitest';
import { HundredblockError } from '../../../contract/errors.ts';
import { caseOf } from './case-file.ts';
import { erlangC, hypercube } from '../../../stats/queues.ts';
import { solve } from './solve.ts';

/** Intervals from few customers: those that a user gets come from more. */
function intervalsOf(given: object): Record<string, { low: number; high: number; halfWidth: number }> {
  const { posed, expected } = caseOf(given);
  const wanted = Object.keys(expected);
  const { measures } = solve({
    posed,
    seed: 11,
    replications: 20,
    confidence: 0.999,
    halfWidthShareMax: 0.1,
    customersMax: 600_000,
    wanted,
  });
  return Object.fromEntries(measures.map(({ measure, interval }) => [measure, interval]));
}

/** Erlang's loss formula. */
function erlangB(servers: number, load: number): number {
  let blocked = 1;
  for (let n = 1; n <= servers; n += 1) blocked = (load * blocked) / (n + load * blocked);
  return blocked;
}

/** M/M/n/n+k: probabilities of states 0 to n+k. */
function finiteQueue(servers: number, places: number, load: number): number[] {
  const weights = [1];
  for (let n = 1; n <= servers + places; n += 1) weights.push((weights[n - 1] * load) / Math.min(n, servers));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

/** M/M/n with constant patience (Barrer 1957), mu = 1: from the density of the wait that a patient caller would have. */
function impatient(servers: number, lambda: number, patience: number): { abandoned: number; allBusy: number } {
  const below = 1 / erlangB(servers - 1, lambda);
  const drift = lambda - servers;
  const within = drift === 0 ? patience : (Math.exp(drift * patience) - 1) / drift;
  const beyond = Math.exp(drift * patience) / servers;
  const total = below + lambda * (within + beyond);
  return { abandoned: (lambda * beyond) / total, allBusy: (lambda * (within + beyond)) / total };
}

/** Work that a customer finds in service, for Erlang-3 services with means 1 and 0.5: half the rate times the second moment. */
const residualWork = (0.3 * (4 / 3) + 0.2 * (4 / 3) * 0.25) / 2;
const five = finiteQueue(3, 5, 2.5);
/** E[min(T, 1)] for an exponential T of rate 0.25. */
const idle = (1 - Math.exp(-0.25)) / 0.25;
const crowded = [
  { rate: 0.9, prefers: [2, 1, 3, 4] },
  { rate: 0.3, prefers: [4, 3, 2, 1] },
  { rate: 1.1, prefers: [1, 3, 2, 4] },
];
const cube = hypercube(
  crowded.map(({ rate, prefers }) => ({ rate, prefers: prefers.map((n) => n - 1) })),
  4,
  1,
);

describe('a case is covered', () => {
  it.each<{ name: string; given: object; expected: Record<string, number> }>([
    {
      name: 'a loss system',
      given: { servers: 5, arrivals: [{ rate: 8 }], service: { mean: 0.5 }, queueLimit: 0 },
      expected: { blocked: erlangB(5, 4), allBusy: erlangB(5, 4), utilisation: (4 * (1 - erlangB(5, 4))) / 5 },
    },
    {
      name: 'a loss system with lognormal service, which changes nothing',
      given: {
        component: 'call-takers',
        servers: 4,
        arrivals: [{ rate: 3 }],
        service: { distribution: 'lognormal', cv: 2 },
        queueLimit: 0,
      },
      expected: { blocked: erlangB(4, 3) },
    },
    {
      name: 'five places to wait',
      given: { servers: 3, arrivals: [{ rate: 2.5 }], queueLimit: 5 },
      expected: {
        blocked: five[8],
        allBusy: five.slice(3).reduce((a, b) => a + b, 0),
        meanWait: five.slice(4).reduce((sum, p, i) => sum + p * (i + 1), 0) / (2.5 * (1 - five[8])),
      },
    },
    {
      name: 'M/D/1 (Pollaczek and Khinchine)',
      given: { servers: 1, arrivals: [{ rate: 0.7 }], service: { distribution: 'deterministic' } },
      expected: { meanWait: 0.7 / (2 * 0.3) },
    },
    {
      name: 'patience that makes an overloaded queue M/M/infinity',
      given: { servers: 1, arrivals: [{ rate: 2 }], patienceMean: 1 },
      expected: { allBusy: 1 - Math.exp(-2), abandoned: (2 - 1 + Math.exp(-2)) / 2 },
    },
    {
      name: 'another hypercube',
      given: { servers: 4, arrivals: crowded },
      expected: {
        ...Object.fromEntries(cube.workloads.map((w, i) => [`workload${i + 1}`, w])),
        outOfArea: cube.outOfArea,
      },
    },
    {
      name: 'a unit at the centre of a square, with rectangular streets',
      given: {
        servers: 1,
        homes: [[5, 5]],
        arrivals: [{ name: 'square', rate: 0.001, at: [0, 0, 10, 10] }],
        queueLimit: 0,
      },
      expected: { meanTravel: 5, 'meanTravel.square': 5 },
    },
    {
      name: 'travel as part of the work, from wherever the unit is',
      given: {
        servers: 1,
        homes: [[0, 0]],
        arrivals: [{ rate: 0.25, at: [0, 2] }],
        service: { distribution: 'deterministic' },
        queueLimit: 0,
        speed: 2,
      },
      // An idle unit drives home and may be sent out on the way: after an exponential time T it travels 2 min(T, 1).
      expected: { meanTravel: 2 * idle, allBusy: (idle + 1) / (idle + 1 + 1 / 0.25) },
    },
    {
      name: 'patience that is the same for everybody (M/M/5+D)',
      given: { servers: 5, arrivals: [{ rate: 5 }], patienceMean: 0.5, patienceDistribution: 'deterministic' },
      expected: impatient(5, 5, 0.5),
    },
    {
      name: 'two classes with service times of their own, Erlang (Cobham)',
      given: {
        servers: 1,
        arrivals: [
          { rate: 0.3, priority: 1 },
          { rate: 0.2, priority: 2, serviceMean: 0.5 },
        ],
        service: { distribution: 'erlang', phases: 3 },
      },
      // The residual work, divided by the share of time that the first class leaves, and again by the share that both leave.
      expected: { meanWait1: residualWork / 0.7, meanWait2: residualWork / (0.7 * 0.6) },
    },
    {
      name: 'a unit that patrols the square, as the crow flies',
      given: {
        servers: 1,
        homes: [[0, 0, 1, 1]],
        metric: 'euclidean',
        arrivals: [{ rate: 0.01, at: [0, 0, 1, 1] }],
        queueLimit: 0,
      },
      expected: { meanTravel: (2 + Math.SQRT2 + 5 * Math.log(1 + Math.SQRT2)) / 15 },
    },
    {
      name: 'a service level and a mean queue',
      given: { component: 'call-takers', servers: 10, arrivals: [{ rate: 8 }], waitMax: 0.25 },
      expected: {
        within: 1 - erlangC(10, 8, 1).wait * Math.exp(-(10 - 8) * 0.25),
        meanQueue: 8 * erlangC(10, 8, 1).meanWait,
      },
    },
  ])('$name', ({ given, expected }) => {
    const intervals = intervalsOf({ name: 'a case', ...given, expected });
    for (const [measure, value] of Object.entries(expected)) {
      const { low, high, halfWidth } = intervals[measure];
      expect({ measure, value, low, high, inside: low <= value && value <= high }).toMatchObject({ inside: true });
      expect(halfWidth).toBeLessThan(0.15 * value);
    }
  });
});

describe('a case is refused', () => {
  const good = { name: 'a case', servers: 3, arrivals: [{ name: 'a', rate: 0.5, prefers: [1, 2, 3] }] };
  it.each<[string, unknown, string[]]>([
    ['no object', 3, ['case: expected an object']],
    ['a negative rate', { ...good, arrivals: [{ rate: -1 }] }, ['arrivals.0.rate: expected a number above 0']],
    ['an unknown option', { ...good, server: 2 }, ['unknown option server, did you mean servers?']],
    [
      'lists that do not match',
      { ...good, arrivals: [{ name: 'a', rate: 0.5, prefers: [1, 1, 4] }] },
      [
        'arrivals.0.prefers.1: expected each server once',
        'arrivals.0.prefers.2: expected a server from 1 to 3, found 4',
      ],
    ],
    [
      'a short list',
      { ...good, arrivals: [{ rate: 0.5, prefers: [1] }] },
      ['arrivals.0.prefers: expected all 3 servers'],
    ],
    [
      'homes for some',
      { ...good, homes: [[0, 0]] },
      ['homes: expected one for each of 3 servers', 'arrivals.0.at: expected a point'],
    ],
    ['too much work', { ...good, arrivals: [{ rate: 3 }] }, ['arrivals: expected less work than 3 servers can do']],
    [
      'a measure that the case does not have',
      { ...good, expected: { pwait: 1 } },
      ['expected.pwait: expected a measure of this case, found none of that name, did you mean pWait?'],
    ],
    [
      'two streams of call-takers',
      { ...good, component: 'call-takers' },
      ['component: expected dispatch, for preferences'],
    ],
  ])('for %s', (_name, given, lines) => {
    let message = '';
    try {
      caseOf(given);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const line of lines) expect(message).toContain(line);
  });

  it('with all problems at once, and parts without a problem are checked against one another', () => {
    const given = {
      name: 'a case',
      servers: 2,
      homes: [
        [0, 0],
        [1, 1, 0, 0],
      ],
      metric: 'euclidean',
      speed: 1,
      queueLimit: -1,
      arrivals: [
        { name: 'a', rate: -2, at: [0, 0] },
        { name: 'b', rate: 1, prefers: [3], at: [0] },
        { name: 'b', rate: 1, at: [0, 0] },
      ],
      patienceDistribution: 'deterministic',
    };
    expect(() => caseOf(given)).toThrowError(HundredblockError);
    let message = '';
    try {
      caseOf(given);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(
      message
        .split('\n')
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual([
      'arrivals.0.rate',
      'arrivals.1.at',
      'arrivals.1.prefers.0',
      'arrivals.2.name',
      'homes.1',
      'metric',
      'patienceDistribution',
      'queueLimit',
    ]);
  });
});
