import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, utcMs } from '../../contract/time.ts';
import { Kernel } from '../kernel/kernel.ts';
import { MOTION_CAUSES, MOTION_HOUR_SHARES, startMotions, type MotionOptions } from './motions.ts';

const START_MS = utcMs(2026, 6, 1);

interface Seen {
  atMs: number;
  doorbell: number;
  cause: number;
}

function run(days: number, options: Partial<MotionOptions> = {}): { seen: Seen[]; kernel: Kernel } {
  const kernel = new Kernel(START_MS);
  const seen: Seen[] = [];
  startMotions({
    kernel,
    seeds: { seed: 7, replication: 0 },
    agency: 'pd-000',
    zone: 'UTC',
    doorbells: 200,
    motionsPerDay: 15,
    hourShares: MOTION_HOUR_SHARES,
    endMs: START_MS + days * DAY_MS,
    onMotion: (doorbell, cause) => seen.push({ atMs: kernel.nowMs, doorbell, cause }),
    ...options,
  });
  kernel.runUntil(START_MS + 2 * days * DAY_MS);
  return { seen, kernel };
}

describe('motions', () => {
  const { seen, kernel } = run(10);

  it('come at the rate asked for, and end at the end given', () => {
    // 30,000 are expected; five standard deviations are 866.
    expect(Math.abs(seen.length - 30_000)).toBeLessThan(870);
    expect(kernel.motions).toBe(seen.length);
    expect(seen.at(-1)?.atMs).toBeLessThan(START_MS + 10 * DAY_MS);
    expect(kernel.pending()).toBe(0);
  });

  it('follow the hour of day, the doorbell and the cause by their shares', () => {
    const hours = new Array<number>(24).fill(0);
    const causes = MOTION_CAUSES.map(() => 0);
    const bells = new Array<number>(200).fill(0);
    for (const { atMs, doorbell, cause } of seen) {
      hours[Math.floor((atMs % DAY_MS) / HOUR_MS)] += 1;
      causes[cause] += 1;
      bells[doorbell] += 1;
    }
    const near = (count: number, share: number): void => {
      const mean = share * seen.length;
      expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean) + 1);
    };
    hours.forEach((count, hour) => near(count, MOTION_HOUR_SHARES[hour] / 100));
    causes.forEach((count, i) => near(count, MOTION_CAUSES[i].share));
    bells.forEach((count) => near(count, 1 / 200));
    expect(MOTION_CAUSES.reduce((sum, c) => sum + c.share, 0)).toBeCloseTo(1, 10);
    expect(MOTION_HOUR_SHARES.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 10);
  });

  it('are the same for the same seed, causes included', () => {
    const golden = { hash: kernel.history.hex(), first: seen[0] };
    expect(run(10).kernel.history.hex()).toBe(golden.hash);
    expect(run(10, { seeds: { seed: 8, replication: 0 } }).kernel.history.hex()).not.toBe(golden.hash);
    expect(golden).toEqual({ hash: '239c84cf04a711a3', first: { atMs: 1_780_272_132_219, doorbell: 41, cause: 0 } });
  });

  it.each([
    ['America/Chicago', -5],
    ['Asia/Calcutta', 5.5],
  ])('go by the clock of %s', (zone, offsetHours) => {
    const hourShares = MOTION_HOUR_SHARES.map((_, hour) => (hour === 12 ? 1 : 0));
    const local = run(10, { zone, hourShares }).seen.map(
      ({ atMs }) => Math.floor((atMs + offsetHours * HOUR_MS) / HOUR_MS) % 24,
    );
    expect(local.length).toBeGreaterThan(29_000);
    expect(new Set(local)).toEqual(new Set([12]));
  });

  it.each([
    ['no doorbells', { doorbells: 0 }],
    ['a rate of nothing', { motionsPerDay: 0 }],
  ])('are none with %s', (_, options) => expect(run(1, options).seen).toEqual([]));

  it('keep their rate if several share a millisecond, but never two of one doorbell', () => {
    // Each of three doorbells has 200 a second: many motions clash and must wait for a later millisecond.
    const flat = { hourShares: new Array<number>(24).fill(1), doorbells: 3, motionsPerDay: 200 * 86_400 };
    const dense = run(100 / 86_400, flat).seen;
    expect(Math.abs(dense.length - 60_000)).toBeLessThan(5 * Math.sqrt(60_000));
    const keys = new Set(dense.map(({ atMs, doorbell }) => atMs * 4 + doorbell));
    expect(keys.size).toBe(dense.length);
    expect(new Set(dense.map(({ atMs }) => atMs)).size).toBeLessThan(dense.length - 1000);
  });

  it('differ by agency', () => {
    expect(run(1, { agency: 'pd-001' }).seen).not.toEqual(run(1).seen);
  });
});
