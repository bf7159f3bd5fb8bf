/**
 * Rates by hour and weekday: counts of each hour of the week are fitted to (rate x hour x weekday) by the likelihood of a Poisson
 * process, which is iterative proportional fitting.
 */

const HOURS_OF_WEEK = 168;
const ROUNDS = 30;
/** Parameters fitted: 24 hours and 7 weekdays, which share one level. */
const FITTED = 30;

/** Counts of consecutive whole hours. */
export interface HourlyCounts {
  /** Start of the first hour, UTC ms. */
  fromMs: number;
  /** Calls in each hour. */
  counts: Uint32Array;
  /** Hour of the week of each hour, 0 to 167 from Monday midnight. */
  hourOfWeek: Uint8Array;
}

/** Rates by hour and weekday. */
export interface Profile {
  /** Calls an hour on average over a whole week. */
  perHour: number;
  /** Shares in % that add up to 100: of 24 hours, and of 7 weekdays from Monday. */
  byHour: number[];
  byWeekday: number[];
}

/** Number of hours, and of calls, by hour of the week: 168 of each. */
export function byHourOfWeek({ counts, hourOfWeek }: HourlyCounts): { hours: number[]; calls: number[] } {
  const hours = new Array<number>(HOURS_OF_WEEK).fill(0);
  const calls = new Array<number>(HOURS_OF_WEEK).fill(0);
  counts.forEach((n, i) => {
    hours[hourOfWeek[i]] += 1;
    calls[hourOfWeek[i]] += n;
  });
  return { hours, calls };
}

/** Fits hours and weekdays in turn. `hours` and `calls`: 168 of each, by hour of the week (byHourOfWeek). */
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

/** Calls that a profile expects in one hour, by hour of the week. */
export function expectedCalls({ perHour, byHour, byWeekday }: Profile): number[] {
  return Array.from(
    { length: HOURS_OF_WEEK },
    (_, i) => (perHour * byHour[i % 24] * 24 * byWeekday[Math.floor(i / 24)] * 7) / 10_000,
  );
}

/**
 * Pearson's statistic of single hours over its degrees of freedom: 1 for a Poisson process, more if calls come in bursts.
 * `expected`: calls in one hour, by hour of the week.
 */
export function dispersion({ counts, hourOfWeek }: HourlyCounts, expected: readonly number[]): number {
  let sum = 0;
  let cells = 0;
  counts.forEach((n, i) => {
    const mean = expected[hourOfWeek[i]];
    if (mean <= 0) return;
    sum += (n - mean) ** 2 / mean;
    cells += 1;
  });
  return sum / Math.max(1, cells - FITTED);
}
