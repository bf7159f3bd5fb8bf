/** A number per resident that decays exponentially: evaluated when somebody asks, so that those whom nothing reaches cost nothing. */
import exp from '@stdlib/math-base-special-exp';

/** What is left after `ms` of something with that half-life. */
export function leftAfter(ms: number, halfLifeMs: number): number {
  return exp((-ms * Math.LN2) / halfLifeMs);
}

export class Decaying {
  private readonly levels: Float64Array;
  private readonly atMs: Float64Array;
  private readonly halfLifeMs: number;

  constructor(residents: number, halfLifeMs: number) {
    this.levels = new Float64Array(residents);
    this.atMs = new Float64Array(residents);
    this.halfLifeMs = halfLifeMs;
  }

  level(resident: number, nowMs: number): number {
    const level = this.levels[resident];
    return level === 0 ? 0 : level * leftAfter(nowMs - this.atMs[resident], this.halfLifeMs);
  }

  /** Raises it by 1 and returns what it is then. */
  raise(resident: number, nowMs: number): number {
    const level = this.level(resident, nowMs) + 1;
    this.levels[resident] = level;
    this.atMs[resident] = nowMs;
    return level;
  }
}
