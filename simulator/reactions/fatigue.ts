/**
 * Fatigue: the more alerts a week, the sooner a resident mutes or leaves. At 2 to 5 pushes a week 37% say that they would disable them and 22% that
 * they would quit (Localytics 2017, weak): the scenario's shares hold in the middle of that, at 3.5 a week. That they grow in proportion is assumed.
 */
import { DAY_MS } from '../../contract/time.ts';
import { Decaying } from './decaying.ts';

const ALERTS_A_WEEK = 3.5;
/** With this half-life the decayed count of a steady stream is its number a week: 7 days times ln 2. */
const HALF_LIFE_MS = 7 * DAY_MS * Math.LN2;
/** However many alerts there are, the chances are not multiplied by more. */
const FACTOR_MAX = 10;

export class Fatigue {
  private readonly received: Decaying;
  private readonly strength: number;

  constructor(residents: number, strength: number) {
    this.received = new Decaying(residents, HALF_LIFE_MS);
    this.strength = strength;
  }

  note(resident: number, nowMs: number): void {
    if (this.strength > 0) this.received.raise(resident, nowMs);
  }

  /** What a resident's chances of muting and leaving are multiplied by; 0 where fatigue does not act. */
  factor(resident: number, nowMs: number): number {
    return this.strength * Math.min(FACTOR_MAX, this.received.level(resident, nowMs) / ALERTS_A_WEEK);
  }
}
