/** A number for each resident that decays exponentially. It is computed when asked for, so that residents whom nothing reaches cost nothing. */
import exp from '@stdlib/math-base-special-exp';

/** The part that is left after `ms` of something with this half-life. */
export function leftAfter(ms: number, halfLifeMs: number): number {
  return exp((-ms * Math.LN2) / halfLifeMs);
}

/** Levels that start at 0. */
export class Decaying {
  readonly #levels: Float64Array;
  readonly #atMs: Float64Array;
  readonly #halfLifeMs: number;

  constructor(residents: number, halfLifeMs: number) {
    this.#levels = new Float64Array(residents);
    this.#atMs = new Float64Array(residents);
    this.#halfLifeMs = halfLifeMs;
  }

  /** The level at a moment, not before the last raise. */
  level(resident: number, nowMs: number): number {
    const level = this.#levels[resident];
    return level === 0 ? 0 : level * leftAfter(nowMs - this.#atMs[resident], this.#halfLifeMs);
  }

  /** Raises the level by 1 and returns it. */
  raise(resident: number, nowMs: number): number {
    const level = this.level(resident, nowMs) + 1;
    this.#levels[resident] = level;
    this.#atMs[resident] = nowMs;
    return level;
  }
}
