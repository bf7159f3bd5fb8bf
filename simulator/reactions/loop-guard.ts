/**
 * Watches whether the loop feeds on itself: whether calls that alerts caused lead to alerts that cause calls, and so on. Where each of them causes n further ones, those
 * of the first generation come to 1 / (1 - n) times their number; with n at or above 1 there would be no end. Where within a day the calls of later generations are nine
 * times those of the first, n is near or above 0.9: the loop is unstable and is stopped. A burst of calls after one alert is no loop.
 */
import { HOUR_MS } from '../../contract/time.ts';

const HOURS = 24;
/** 9 calls of later generations for each of the first: a ratio of 0.9, in equilibrium. */
const LATER_PER_FIRST_MAX = 9;
/** First ones taken as given, so that a handful in a quiet town is no loop. */
const FIRST_MIN = 50;

export class LoopGuard {
  private readonly first = new Float64Array(HOURS);
  private readonly later = new Float64Array(HOURS);
  private hour = -1;
  private readonly startMs: number;

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  /** A call that alerts caused comes in; true where the loop has to be stopped. */
  isUnstable(nowMs: number, generation: number): boolean {
    const hour = Math.floor((nowMs - this.startMs) / HOUR_MS);
    for (let h = Math.max(this.hour + 1, hour - HOURS + 1); h <= hour; h += 1) {
      this.first[h % HOURS] = 0;
      this.later[h % HOURS] = 0;
    }
    this.hour = hour;
    (generation > 1 ? this.later : this.first)[hour % HOURS] += 1;
    return sum(this.later) > LATER_PER_FIRST_MAX * Math.max(FIRST_MIN, sum(this.first));
  }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
