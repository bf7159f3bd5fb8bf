/**
 * Fatigue: the more alerts a week, the sooner a resident mutes or leaves. At 2 to 5 pushes a week 37% of users say that they would disable
 * them and 22% that they would quit (Localytics 2017, weak): the scenario's shares hold in the middle of that, at 3.5 a week. It is assumed
 * that they grow in proportion.
 */
import { DAY_MS } from '../../contract/time.ts';
import { Decaying } from './decaying.ts';

const ALERTS_A_WEEK = 3.5;
/** 7 days times ln 2: with this half-life, the decayed count of a steady stream is its number a week. */
const HALF_LIFE_MS = 7 * DAY_MS * Math.LN2;
/** Greatest factor, however many alerts there are. */
const FACTOR_MAX = 10;

/** How tired of alerts each resident is. */
export class Fatigue {
  readonly #received: Decaying;
  readonly #strength: number;

  constructor(residents: number, strength: number) {
    this.#received = new Decaying(residents, HALF_LIFE_MS);
    this.#strength = strength;
  }

  /** An alert reached a resident. */
  note(resident: number, nowMs: number): void {
    if (this.#strength > 0) this.#received.raise(resident, nowMs);
  }

  /** Factor of a resident's chances of muting and leaving; 0 if fatigue does not act. */
  factor(resident: number, nowMs: number): number {
    return this.#strength * Math.min(FACTOR_MAX, this.#received.level(resident, nowMs) / ALERTS_A_WEEK);
  }
}
