/**
 * Motions that doorbells see: one process for each agency, which is the superposition of its doorbells' processes. Gaps are exponential at
 * the rate of the busiest hour, thinned to the rate of the local hour; each event draws its doorbell and its cause.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { counterDraw, cumulative, pick, type Seeds } from '../kernel/random.ts';
import ln from '@stdlib/math-base-special-ln';

/** Causes of motions, by code. Shares assumed. */
export const MOTION_CAUSES = [
  { name: 'resident', share: 0.34 },
  { name: 'passer-by', share: 0.26 },
  { name: 'vehicle', share: 0.14 },
  { name: 'delivery', share: 0.1 },
  { name: 'animal', share: 0.06 },
  { name: 'guest', share: 0.06 },
  { name: 'canvasser', share: 0.02 },
  { name: 'meter-reader', share: 0.02 },
] as const;

/** Shares of a day's motions by local hour 0 to 23, %. Assumed: people come and go by day, most of all in the late afternoon. */
export const MOTION_HOUR_SHARES: readonly number[] = [
  0.8, 0.5, 0.4, 0.4, 0.6, 1.4, 3, 5.2, 6, 5.2, 5, 5.3, 5.6, 5.5, 5.8, 6.9, 7.9, 8.2, 7.4, 6.2, 5, 3.7, 2.5, 1.5,
];

/** The doorbells of one agency, and the function that hears of their motions. */
export interface MotionOptions {
  kernel: Kernel;
  seeds: Seeds;
  /** Agency id: the stream's name. */
  agency: string;
  /** IANA zone of the doorbells' wall clock. */
  zone: string;
  /** The number of doorbells; events name them 0 to doorbells - 1. */
  doorbells: number;
  /** Mean per doorbell, intensity included. */
  motionsPerDay: number;
  /** 24 weights by local hour. */
  hourShares: readonly number[];
  /** No motion is scheduled at or after this. */
  endMs: number;
  /** Hears of each motion. `cause`: an index into MOTION_CAUSES, folded into the history already. */
  onMotion: (doorbell: number, cause: number) => void;
}

/** Starts the process from the kernel's present time, up to `endMs`. */
export function startMotions(options: MotionOptions): void {
  const { kernel, doorbells, hourShares } = options;
  const ratePerMs = (doorbells * options.motionsPerDay) / DAY_MS;
  if (!(ratePerMs > 0)) return;
  const draw = counterDraw(options.seeds, `${options.agency}/motions`);
  const peak = Math.max(...hourShares);
  const meanGapMs = hourShares.reduce((sum, share) => sum + share, 0) / (24 * peak * ratePerMs);
  const accept = hourShares.map((share) => share / peak);

  // The next motion, drawn but not yet scheduled, with its exact time.
  let atMs = kernel.nowMs;
  let doorbell = 0;
  let cause = 0;
  let index = 0;
  let acceptNow = 0;
  let acceptUntilMs = -Infinity;
  /** Doorbells scheduled for the present millisecond, and the number of those whose event has not run. */
  const batch: number[] = [];
  let waiting = 0;
  /** No motion is scheduled before this: a millisecond whose motions have run is over. */
  let floorMs = kernel.nowMs;

  const drawNext = (): void => {
    do {
      atMs -= meanGapMs * ln(1 - draw(index, 0));
      index += 1;
      if (atMs >= acceptUntilMs) {
        // Offsets from UTC are multiples of 15 minutes and change at such moments: within a quarter of an hour the local hour stays.
        const quarter = Math.floor(atMs / QUARTER_MS);
        const localMs = quarter * QUARTER_MS + zoneOffsetMin(options.zone, quarter * QUARTER_MS) * MINUTE_MS;
        acceptNow = accept[Math.floor(localMs / HOUR_MS) % 24];
        acceptUntilMs = (quarter + 1) * QUARTER_MS;
      }
    } while (draw(index - 1, 1) >= acceptNow);
    doorbell = Math.floor(draw(index - 1, 2) * doorbells);
    cause = pick(CAUSE_SUMS, draw(index - 1, 3));
  };

  /** Schedules all motions of the next millisecond that has any, so that the kernel orders them. */
  const scheduleBatch = (): void => {
    batch.length = 0;
    const ms = Math.max(floorMs, Math.round(atMs));
    floorMs = ms + 1;
    if (ms >= options.endMs) return;
    do {
      kernel.schedule(ms, KIND.deviceMotion, doorbell, 0, cause);
      batch.push(doorbell);
      drawNext();
      // A second motion of one doorbell within a millisecond waits for the next millisecond, and every later motion waits with it.
    } while (Math.round(atMs) <= ms && !batch.includes(doorbell));
    waiting = batch.length;
  };

  kernel.on(KIND.deviceMotion, (entity, payload) => {
    const what = payload as number;
    kernel.history.fold(what);
    options.onMotion(entity, what);
    waiting -= 1;
    if (waiting === 0) scheduleBatch();
  });
  drawNext();
  scheduleBatch();
}

// --- internal ---

const QUARTER_MS = 15 * MINUTE_MS;
const CAUSE_SUMS = cumulative(MOTION_CAUSES.map((c) => c.share));
