/**
 * Rates by hour and weekday: counts of each hour of the week against (rate x hour x weekday), fitted by likelihood for a Poisson process, which is
 * iterative proportional fitting.
 */
import { HOUR_MS } from '../../../contract/time.ts';
import { hourOfWeek, type CallSet } from './calls.ts';

const HOURS_OF_WEEK = 168;

/** Whole hours from the one of the first call to that of the last. */
export interface HourlyCounts {
  fromMs: number;
  /** Calls in each hour, and which hour of the week it is. */
  counts: Uint32Array;
  hourOfWeek: Uint8Array;
}

export interface Profile {
  /** Calls an hour on average over a whole week. */
  perHour: number;
  /** Shares in %, which add up to 100. */
  byHour: number[];
  byWeekday: number[];
}

export function hourlyCounts({ atMs, zone }: CallSet): HourlyCounts {
  const fromMs = Math.floor(atMs[0] / HOUR_MS) * HOUR_MS;
  const hours = Math.floor((atMs[atMs.length - 1] - fromMs) / HOUR_MS) + 1;
  const counts = new Uint32Array(hours);
  for (const ms of atMs) counts[Math.floor((ms - fromMs) / HOUR_MS)] += 1;
  return { fromMs, counts, hourOfWeek: Uint8Array.from(counts, (_, i) => hourOfWeek(fromMs + i * HOUR_MS, zone)) };
}

/** Hours and calls by hour of the week. */
export function byHourOfWeek({ counts, hourOfWeek: of }: HourlyCounts): { hours: number[]; calls: number[] } {
  const hours = new Array<number>(HOURS_OF_WEEK).fill(0);
  const calls = new Array<number>(HOURS_OF_WEEK).fill(0);
  counts.forEach((n, i) => {
    hours[of[i]] += 1;
    calls[of[i]] += n;
  });
  return { hours, calls };
}

export function fitProfile(hours: readonly number[], calls: readonly number[]): Profile {
  const a = new Array<number>(24).fill(1);
  const b = new Array<number>(7).fill(1);
  const level = (sums: { calls: number; expected: number }) => (sums.expected === 0 ? 0 : sums.calls / sums.expected);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let hour = 0; hour < 24; hour += 1) {
      const sums = { calls: 0, expected: 0 };
      for (let day = 0; day < 7; day += 1) {
        sums.calls += calls[24 * day + hour];
        sums.expected += hours[24 * day + hour] * b[day];
      }
      a[hour] = level(sums);
    }
    for (let day = 0; day < 7; day += 1) {
      const sums = { calls: 0, expected: 0 };
      for (let hour = 0; hour < 24; hour += 1) {
        sums.calls += calls[24 * day + hour];
        sums.expected += hours[24 * day + hour] * a[hour];
      }
      b[day] = level(sums);
    }
  }
  const sumA = a.reduce((sum, x) => sum + x, 0);
  const sumB = b.reduce((sum, x) => sum + x, 0);
  return {
    perHour: (sumA * sumB) / HOURS_OF_WEEK,
    byHour: a.map((x) => (100 * x) / sumA),
    byWeekday: b.map((x) => (100 * x) / sumB),
  };
}

/** Calls expected in one hour, by hour of the week. */
export function expectedCalls({ perHour, byHour, byWeekday }: Profile): number[] {
  return Array.from(
    { length: HOURS_OF_WEEK },
    (_, i) => (perHour * byHour[i % 24] * 24 * byWeekday[Math.floor(i / 24)] * 7) / 10_000,
  );
}

/** Pearson's statistic of single hours over its degrees of freedom: 1 for a Poisson process, more where calls come in bursts. */
export function dispersion({ counts, hourOfWeek: of }: HourlyCounts, expected: readonly number[]): number {
  let sum = 0;
  let cells = 0;
  counts.forEach((n, i) => {
    if (expected[of[i]] <= 0) return;
    sum += (n - expected[of[i]]) ** 2 / expected[of[i]];
    cells += 1;
  });
  return sum / Math.max(1, cells - FITTED);
}

// --- internal ---

const ROUNDS = 30;
/** 24 hours and 7 weekdays share one level. */
const FITTED = 30;
