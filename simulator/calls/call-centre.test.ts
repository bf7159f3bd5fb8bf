import { describe, expect, it } from 'vitest';
import { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { createCallCentre, REDIAL_DELAY_MS_MEAN, type CallCentreOptions } from './call-centre.ts';

type Told = [
  what: 'answered' | 'finished' | 'abandoned',
  id: number,
  atMs: number,
  ms: number,
  redialAtMs?: number | null,
];

/** Offers calls at fixed moments; tells all that the host heard. */
function run(
  calls: readonly { id: number; atMs: number; weight?: number }[],
  options: Partial<CallCentreOptions> = {},
  untilMs = 1e9,
) {
  const kernel = new Kernel(0);
  const told: Told[] = [];
  const centre = createCallCentre({
    kernel,
    seeds: { seed: 11, replication: 0 },
    agency: 'pd-000',
    positions: 2,
    patienceMsMean: Infinity,
    redialShare: 0.5,
    handlingMsMean: 120_000,
    handlingCv: 0.8,
    host: {
      answered: (id, waitMs) => told.push(['answered', id, kernel.nowMs, waitMs]),
      finished: (id, talkMs) => told.push(['finished', id, kernel.nowMs, talkMs]),
      abandoned: (id, waitMs, redialAtMs) => told.push(['abandoned', id, kernel.nowMs, waitMs, redialAtMs]),
    },
    ...options,
  });
  kernel.on(KIND.callArrival, (id, payload) =>
    centre.offer(payload === undefined ? { id } : { id, weight: payload as number }),
  );
  for (const { id, atMs, weight } of calls) kernel.schedule(atMs, KIND.callArrival, id, 0, weight);
  kernel.runUntil(untilMs);
  return { told, measures: centre.measures(), kernel };
}

/** A call every 40 s to two positions at 120 s a call: they fall behind. */
const busy = Array.from({ length: 400 }, (_, id) => ({ id, atMs: id * 40_000 }));
const talkOf = (told: readonly Told[], id: number) =>
  told.find(([what, who]) => what === 'finished' && who === id)?.[3];

it.each([1, 2, 3])('%i positions answer in order of arrival, as they come free', (positions) => {
  const { told, measures } = run(busy, { positions });
  const answered = told.filter(([what]) => what === 'answered');
  expect(answered.map(([, id]) => id)).toEqual(busy.map(({ id }) => id));
  let onCalls = 0;
  for (const [what] of told) {
    onCalls += what === 'answered' ? 1 : -1;
    expect(onCalls).toBeLessThanOrEqual(positions);
  }
  for (const [, id, atMs, waitMs] of answered) expect(waitMs).toBe(atMs - busy[id].atMs);
  expect(measures).toMatchObject({ positions, offered: 400, abandoned: 0, redials: 0 });
  expect([...measures.answerMs]).toEqual(answered.map(([, , , waitMs]) => waitMs));
  expect(measures.within15s).toBe(answered.filter(([, , , waitMs]) => waitMs <= 15_000).length);
  expect(measures.within20s).toBe(answered.filter(([, , , waitMs]) => waitMs <= 20_000).length);
  if (positions === 3) expect(measures.within20s).toBeGreaterThan(measures.within15s);
  expect(measures.busyMs).toBe(
    told.filter(([what]) => what === 'finished').reduce((sum, [, , , talkMs]) => sum + talkMs, 0),
  );
});

describe('patience', () => {
  const { told, measures } = run(busy, { patienceMsMean: 60_000, positions: 1 });
  const abandoned = told.filter(([what]) => what === 'abandoned');

  it('every call ends answered or abandoned, none both', () => {
    const ends = told.filter(([what]) => what !== 'finished').map(([, id]) => id);
    expect(ends.toSorted((a, b) => a - b)).toEqual(busy.map(({ id }) => id));
    expect(measures.abandoned).toBe(abandoned.length);
    expect(measures.abandoned).toBeGreaterThan(100);
  });

  it('half of those who hang up call again, after half a minute or so', () => {
    const redials = abandoned.filter(([, , , , redialAtMs]) => redialAtMs !== null);
    expect(measures.redials).toBe(redials.length);
    expect(Math.abs(redials.length / abandoned.length - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / abandoned.length));
    const meanMs =
      redials.reduce((sum, [, , atMs, , redialAtMs]) => sum + (redialAtMs as number) - atMs, 0) / redials.length;
    expect(Math.abs(meanMs - REDIAL_DELAY_MS_MEAN)).toBeLessThan(
      (5 * REDIAL_DELAY_MS_MEAN) / Math.sqrt(redials.length),
    );
  });
});

it('one more call shifts no other talk time', () => {
  const before = run(busy).told;
  const after = run([...busy, { id: 9999, atMs: 12_345 }]).told;
  expect(before).not.toEqual(after.filter(([, id]) => id !== 9999));
  for (const { id } of busy) expect(talkOf(after, id)).toBe(talkOf(before, id));
});

it('another agency draws other talk times', () => {
  expect(talkOf(run(busy, { agency: 'pd-001' }).told, 0)).not.toBe(talkOf(run(busy).told, 0));
});

it('weight multiplies the talk time', () => {
  const plain = talkOf(run([{ id: 3, atMs: 0 }]).told, 3) as number;
  expect(Math.abs((talkOf(run([{ id: 3, atMs: 0, weight: 2.5 }]).told, 3) as number) - 2.5 * plain)).toBeLessThan(2);
});

it('talk times have the mean and spread asked for', () => {
  const { told } = run(
    Array.from({ length: 20_000 }, (_, id) => ({ id, atMs: id })),
    { positions: 20_000 },
  );
  const talks = told.filter(([what]) => what === 'finished').map(([, , , talkMs]) => talkMs);
  const mean = talks.reduce((sum, ms) => sum + ms, 0) / talks.length;
  const deviation = Math.sqrt(talks.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / talks.length);
  expect(Math.abs(mean / 120_000 - 1)).toBeLessThan((5 * 0.8) / Math.sqrt(talks.length));
  expect(Math.abs(deviation / mean - 0.8)).toBeLessThan(0.06);
});

it('measures count calls in progress until now', () => {
  const { measures, told } = run([{ id: 0, atMs: 1000 }], {}, 1500);
  expect(told).toEqual([['answered', 0, 1000, 0]]);
  expect(measures.busyMs).toBe(500);
});
