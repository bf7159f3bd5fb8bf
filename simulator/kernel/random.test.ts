import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  counterDraw,
  cumulative,
  exponential,
  keyedDraw,
  lognormal,
  normal,
  philox2x32,
  pick,
  poisson,
  type Draw,
} from './random.ts';

const seeds = { seed: 7, replication: 0 };

/** Known answers of Philox2x32-10 (Random123's kat_vectors), first word. */
it.each([
  [0, 0, 0, 0xff1dae59],
  [0xffffffff, 0xffffffff, 0xffffffff, 0x2c3f628b],
  [0x243f6a88, 0x85a308d3, 0x13198a2e, 0xdd7ce038],
])('philox2x32(%i, %i; %i)', (c0, c1, key, first) => {
  expect(philox2x32(c0, c1, key)).toBe(first);
});

it('a stream is a function of seed, replication, concern and entity', () => {
  const four = (draw: Draw) => Array.from({ length: 4 }, draw);
  const first = four(keyedDraw(seeds, 'calls/pd-000/delay', 5));
  expect(four(keyedDraw(seeds, 'calls/pd-000/delay', 5))).toEqual(first);
  const others = [
    keyedDraw({ seed: 8, replication: 0 }, 'calls/pd-000/delay', 5),
    keyedDraw({ seed: 7, replication: 1 }, 'calls/pd-000/delay', 5),
    keyedDraw(seeds, 'calls/pd-001/delay', 5),
    keyedDraw(seeds, 'calls/pd-000/delay', 6),
  ];
  for (const other of others) expect(four(other)).not.toEqual(first);
});

/** These never change: a change of one would change every seeded output. */
it('golden draws', () => {
  const draw = keyedDraw(seeds, 'golden', 'a');
  expect([draw(), draw()]).toEqual([0.6692092216107994, 0.27688554488122463]);
  const counter = counterDraw(seeds, 'golden');
  expect([counter(0, 0), counter(0, 1), counter(4_294_967_295, 3)]).toEqual([
    0.38951224158518016, 0.27540085557848215, 0.297201250679791,
  ]);
});

it('counter draws lie in [0, 1) and do not depend on the order of calls', () => {
  const counter = counterDraw(seeds, 'order');
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (entity, index, otherEntity, otherIndex) => {
      const value = counter(entity, index);
      counter(otherEntity, otherIndex);
      expect(counter(entity, index)).toBe(value);
      expect(value >= 0 && value < 1).toBe(true);
    }),
  );
});

describe('moments', () => {
  const COUNT = 200_000;
  const counter = counterDraw(seeds, 'moments');

  /** Mean and variance over fixed draws lie within five standard errors of their true values (those of variances by the kurtosis given). */
  it.each([
    ['uniform', (draw: Draw) => draw(), 0.5, 1 / 12, 1.8],
    ['exponential', (draw: Draw) => exponential(draw, 3), 3, 9, 9],
    ['normal', (draw: Draw) => normal(draw), 0, 1, 3],
    ['lognormal', (draw: Draw) => lognormal(draw, 20, 0.5), 20, 100, 8.035],
    ['poisson, small', (draw: Draw) => poisson(draw, 0.3), 0.3, 0.3, 3 + 1 / 0.3],
    ['poisson, in three chunks', (draw: Draw) => poisson(draw, 40), 40, 40, 3 + 1 / 40],
  ])('%s', (_name, sample, mean, variance, kurtosis) => {
    let index = 0;
    const draw = () => counter(1, index++);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < COUNT; i += 1) {
      const x = sample(draw) - mean;
      sum += x;
      squares += x * x;
    }
    expect(Math.abs(sum / COUNT)).toBeLessThan(5 * Math.sqrt(variance / COUNT));
    expect(Math.abs(squares / COUNT - variance)).toBeLessThan(5 * variance * Math.sqrt((kurtosis - 1) / COUNT));
  });
});

describe('pick', () => {
  it('takes an index in proportion to its weight, never one of weight 0', () => {
    const weights = [0, 3, 0, 1, 0];
    const sums = cumulative(weights);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 4000; i += 1) counts[pick(sums, i / 4000)] += 1;
    expect(counts).toEqual([0, 3000, 0, 1000, 0]);
  });

  it.each([[[]], [[0, 0]], [[1, NaN]], [[Infinity]]])('refuses weights %j', (weights) => {
    expect(() => cumulative(weights)).toThrow(/weights must add up/);
  });
});
