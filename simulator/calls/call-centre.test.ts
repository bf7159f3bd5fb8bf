import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../contract/time.ts';
import { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { planShifts } from '../queue/roster.ts';
import { CallCentre, REDIAL_DELAY_MS_MEAN, type CallCentreOptions } from './call-centre.ts';

type Told = [
  what: 'answered' | 'finished' | 'abandoned',
  id: number,
  atMs: number,
  ms: number,
  redialAtMs?: number | null,
];

/** Offers calls at fixed moments, and returns everything that the host heard. */
function run(
  calls: readonly { id: number; atMs: number; weight?: number }[],
  options: Partial<CallCentreOptions> = {},
  untilMs = 1e9,
) {
  const kernel = new Kernel(0);
  const told: Told[] = [];
  const centre = new CallCentre({
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

  it('every call ends answered or abandoned, never both', () => {
    const ends = told.filter(([what]) => what !== 'finished').map(([, id]) => id);
    expect(ends.toSorted((a, b) => a - b)).toEqual(busy.map(({ id }) => id));
    expect(measures.abandoned).toBe(abandoned.length);
    expect(measures.abandoned).toBeGreaterThan(100);
  });

  it('half of the callers who hang up call again, after about half a minute', () => {
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

it('one more call does not shift another talk time', () => {
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

describe('overflow', () => {
  const overflow = { afterMs: 10_000, queueMax: 3, transferMs: 12_000, positions: 1 };
  // There is one position, busy with the first call for two minutes or more.
  const calls = [0, 1, 2].map((id) => ({ id, atMs: id * 1000, weight: 10 }));

  it('hands over calls that have waited, and tries again if the neighbour had nobody to spare', () => {
    const { told, measures } = run([...calls, { id: 3, atMs: 500, weight: 0 }], { positions: 1, overflow });
    const waits = new Map(told.filter(([what]) => what === 'answered').map(([, id, , waitMs]) => [id, waitMs]));
    expect(waits.get(0)).toBe(0);
    // Call 3 is handed over after 10 s and answered 12 s later. It takes no time: the neighbour is free again 22.5 s after the start.
    expect(waits.get(3)).toBe(22_000);
    // Call 1 asks at 11, 21 and 31 s; call 2 asks at 12 s, 22 s and every 10 s after that.
    expect(waits.get(1)).toBe(42_000);
    expect(measures.tallies.overflowed).toBe(2);
    expect(measures.tallies.overflowRefused).toBeGreaterThan(3);
    // The neighbour's busy time does not count.
    expect(measures.busyMs).toBe((talkOf(told, 0) as number) + (talkOf(told, 2) as number));
  });

  it('hands a call over at once if it finds a long line', () => {
    const { told } = run(calls, { positions: 1, overflow: { ...overflow, queueMax: 1 } });
    expect(told.find(([what, id]) => what === 'answered' && id === 2)?.[3]).toBe(12_000);
  });

  it('shifts no talk time and no patience', () => {
    const patient = { patienceMsMean: 60_000, positions: 1 };
    const plain = run(busy, patient).told;
    const handed = run(busy, { ...patient, overflow: { ...overflow, positions: 2 } }).told;
    const patienceOf = (told: readonly Told[]) =>
      new Map(
        told
          .filter(([what]) => what === 'abandoned')
          .map(([, id, , waitMs, redialAtMs]) => [id, [waitMs, (redialAtMs ?? 0) > 0]]),
      );
    const before = patienceOf(plain);
    const after = [...patienceOf(handed)].filter(([id]) => before.has(id));
    expect(after.length).toBeGreaterThan(20);
    for (const [id, patience] of after) expect(patience).toEqual(before.get(id));
    for (const { id } of busy) {
      const [a, b] = [talkOf(plain, id), talkOf(handed, id)];
      if (a !== undefined && b !== undefined) expect(b).toBe(a);
    }
    expect(after.length).toBeLessThan(before.size);
  });
});

describe('shifts of call-takers', () => {
  const shifts = planShifts({ lengthHours: 12, startHours: [0, 12], relativeStaff: [3, 1] }, 2);

  it('answer with the call-takers on duty, who finish their last call', () => {
    const noonMs = 12 * HOUR_MS;
    // Three calls of about twenty minutes come just before noon; three more come after it and find one position staffed.
    const calls = [-3, -2, -1, 1, 2, 3].map((minute, id) => ({ id, atMs: noonMs + minute * 60_000, weight: 10 }));
    const { told, measures } = run(calls, { positions: 4, shifts, zone: 'UTC' }, 24 * HOUR_MS);
    const answered = told.filter(([what]) => what === 'answered');
    expect(answered.slice(0, 4).map(([, id, , waitMs]) => [id, waitMs])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    expect(answered[4][3]).toBe((talkOf(told, 3) as number) - 60_000);
    const lateMs = [0, 1, 2].reduce((sum, id) => sum + calls[id].atMs + (talkOf(told, id) as number) - noonMs, 0);
    expect(measures.tallies.onDutyMs).toBe(3 * noonMs + noonMs + lateMs);
    expect(measures.positions).toBe(3);
  });

  it('take up waiting calls when they begin', () => {
    const { told } = run(
      [0, 1].map((id) => ({ id, atMs: 23 * HOUR_MS + id, weight: 1000 })),
      { positions: 4, shifts },
      25 * HOUR_MS,
    );
    expect(told.filter(([what]) => what === 'answered')[1].slice(0, 3)).toEqual(['answered', 1, 24 * HOUR_MS]);
  });
});
