/**
 * Watches whether the loop feeds on itself: whether calls that alerts caused lead to alerts that cause calls, and so on. If each such call
 * causes n further ones, calls of the first generation grow to 1 / (1 - n) times their number; with n of 1 or more there would be no end. If
 * within a day the calls of later generations are nine times those of the first, n is near 0.9 or above: the loop is unstable and is
 * stopped. A burst of calls after one alert is no loop.
 */
import { HOUR_MS } from '../../contract/time.ts';

const HOURS = 24;
/** Calls of later generations for each call of the first. 9 means a ratio n of 0.9, in equilibrium. */
const LATER_PER_FIRST_MAX = 9;
/** Calls of the first generation count as at least this many, so that a handful of calls in a quiet town is no loop. */
const FIRST_MIN = 50;

/** Counts a day of calls that alerts caused. */
export class LoopGuard {
  /** Calls by generation, first and later, by hour modulo 24. */
  readonly #first = new Float64Array(HOURS);
  readonly #later = new Float64Array(HOURS);
  #hour = -1;
  readonly #startMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** A call that alerts caused comes in. True if the loop must be stopped. */
  isUnstable(nowMs: number, generation: number): boolean {
    const hour = Math.floor((nowMs - this.#startMs) / HOUR_MS);
    for (let h = Math.max(this.#hour + 1, hour - HOURS + 1); h <= hour; h += 1) {
      this.#first[h % HOURS] = 0;
      this.#later[h % HOURS] = 0;
    }
    this.#hour = hour;
    (generation > 1 ? this.#later : this.#first)[hour % HOURS] += 1;
    return sum(this.#later) > LATER_PER_FIRST_MAX * Math.max(FIRST_MIN, sum(this.#first));
  }
}

// --- internal ---

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
