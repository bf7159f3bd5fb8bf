import { expect, it } from 'vitest';
import { CASES } from '../harness/studies/verification/cases.ts';
import { cobham, erlangA, erlangC, hypercube } from './queues.ts';

const THREE_CARS = CASES.at(-1)!.posed.arrivals.map(({ rate, prefers }) => ({
  rate,
  prefers: prefers.map((server) => server - 1),
}));

/** Published values and the digits that they are given to: the closed forms agree with the published tables. */
it.each<[string, number[], number[], number]>([
  ['Erlang-C (10, 8)', Object.values(erlangC(10, 8, 1)), [0.40918, 0.20459], 5],
  ['Erlang-C (20, 18)', Object.values(erlangC(20, 18, 1)), [0.55077, 0.27538], 5],
  ['Erlang-C (1, .8), which is M/M/1', Object.values(erlangC(1, 0.8, 1)), [0.8, 4], 9],
  [
    'Erlang-A, 50 agents: P(wait), abandoned',
    [erlangA(50, 48, 1, 0.5).wait, erlangA(50, 48, 1, 0.5).abandoned * 100],
    [0.46777, 3.09],
    2,
  ],
  ['Erlang-A, 50 agents: mean wait in s', [erlangA(50, 48, 1, 0.5).meanWait * 60], [3.71], 2],
  ['Cobham M/M/1, time in system', cobham(1, [0.2, 0.6], 1).map((wait) => wait + 1), [2, 6], 9],
  ['Cobham M/M/10, waits', cobham(10, [3, 5], 1), [0.05845, 0.29227], 5],
  ['hypercube, workloads', hypercube(THREE_CARS, 3, 1).workloads, [0.5574, 0.4734, 0.4693], 4],
  [
    'hypercube, all busy and mean wait',
    [hypercube(THREE_CARS, 3, 1).allBusy, hypercube(THREE_CARS, 3, 1).meanWait],
    [0.23684, 0.15789],
    5,
  ],
  ['hypercube, out of area', [hypercube(THREE_CARS, 3, 1).outOfArea], [0.43533], 5],
])('%s', (_name, computed, published, digits) => {
  expect(computed.length).toBe(published.length);
  computed.forEach((value, i) => expect(Math.abs(value - published[i])).toBeLessThanOrEqual(0.5 * 10 ** -digits));
});

it('Erlang-A with endless patience is Erlang-C', () => {
  const { wait, meanWait } = erlangA(10, 8, 1, 1e-9);
  const c = erlangC(10, 8, 1);
  expect(wait).toBeCloseTo(c.wait, 6);
  expect(meanWait).toBeCloseTo(c.meanWait, 6);
});
