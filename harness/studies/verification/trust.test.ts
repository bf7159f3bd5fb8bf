/** Smaller runs of the proofs that `npm run validate` publishes: the loop, the intervals, and the file of a simulated city. */
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../../scenarios/defaults.ts';
import { callsOfWorld, quietWorlds } from '../calibrate/quiet-world.ts';
import { estimateBranching } from '../../engine/branching.ts';
import { branch } from './branching.ts';
import { CASES } from './cases.ts';
import { faceOf, profileDistance } from './face.ts';
import { InHand } from './in-hand.ts';
import { meanInterval } from '../../../stats/interval.ts';
import { Pooled } from './pooled.ts';
import { erlangC } from '../../../stats/queues.ts';
import { REPEATED, repeat } from './coverage.ts';

it('a branching process of ratio 0.2 has rate 10 and dispersion 1.5625, and its ratio is found', () => {
  const runs = Array.from({ length: 20 }, (_, i) => branch({ perHour: 8, ratio: 0.2 }, 9, i, 400));
  const rate = meanInterval(
    runs.map((run) => run.rate),
    0.999,
  );
  expect([rate.low < 10, rate.high > 10, rate.halfWidth < 0.1]).toEqual([true, true, true]);
  const dispersion = meanInterval(
    runs.map((run) => run.dispersion),
    0.999,
  );
  expect([dispersion.low < 1.5625, dispersion.high > 1.5625]).toEqual([true, true]);
  // A Poisson process would be noticed.
  expect(dispersion.low).toBeGreaterThan(1.3);
  const { ratio, ofCaused } = estimateBranching(
    runs.map(({ block }) => block),
    [],
  );
  for (const found of [ratio, ofCaused.ratio]) expect(Math.abs(found! - 0.2)).toBeLessThan(0.01);
});

it('95% intervals hold a known mean wait about 95% of the time, and a wrong one far less often', () => {
  const { wait, meanWait } = erlangC(10, 8, 1);
  const size = { replications: 12, customers: 600, warmup: 100 };
  const [erlang] = CASES;
  const [right] = repeat(erlang, { pWait: wait }, 3, size, 100);
  // Three standard errors of 100 intervals.
  for (const held of [right.plain, right.controlled]) {
    expect(held).toBeGreaterThanOrEqual(88);
    expect(held / right.repetitions).toBeLessThanOrEqual(1);
  }
  const [wrong] = repeat(erlang, { meanWait: 1.5 * meanWait }, 3, size, 20);
  expect(wrong.controlled / wrong.repetitions).toBeLessThan(REPEATED.low);
});

describe('columns by id', () => {
  it('keep all customers apart while ids count on', () => {
    const inHand = new InHand();
    for (let id = 0; id < 5000; id += 1) {
      inHand.cameMs[inHand.enter(id)] = id;
      if (id % 7 !== 0) inHand.leave(id);
    }
    for (let id = 0; id < 5000; id += 1) {
      const at = inHand.at(id);
      expect(at >= 0).toBe(id % 7 === 0);
      if (at >= 0) expect(inHand.cameMs[at]).toBe(id);
    }
  });

  it('one fast server has the waits of its recursion, whoever is served first', () => {
    const pooled = new Pooled(2, 0, 3);
    pooled.came(0, 1);
    pooled.came(1, 2);
    pooled.came(2, 9);
    pooled.served(1, 8);
    pooled.served(2, 4);
    pooled.served(0, 6);
    // Services take 3, 4 and 2 at twice the speed, gaps are 1 and 2: the waits are 0, 2 and 4.
    const [waitMs, share] = pooled.excesses(0, 0, 0);
    expect([waitMs, share]).toEqual([2, 2 / 3]);
  });
});

it('the file of a simulated city has the profile and the eligible share that it was made with', () => {
  const agency = {
    count: 1,
    dialect: 'milwaukee',
    personsPerAgency: 60_000,
    withdrawAfterDays: null,
    thenDialect: null,
  } as const;
  const [world] = quietWorlds({ ...DEFAULTS, durationDays: 14, agencies: [agency] }, 6);
  const face = faceOf(callsOfWorld(world));
  expect(profileDistance(face.byHour, DEFAULTS.incidents.shareByHour)).toBeLessThan(10);
  expect(face.eligibleShare).toBeGreaterThan(1.5);
  expect(face.eligibleShare).toBeLessThan(6);
  expect(Math.abs(face.dispersion - 1)).toBeLessThan(0.25);
  expect(Math.abs(face.gapCv - 1)).toBeLessThan(0.1);
});
