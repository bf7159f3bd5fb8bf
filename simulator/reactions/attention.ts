/** Attention: who opened an alert lately looks at the next one sooner. Decays within days. All numbers assumed. */
import { DAY_MS } from '../../contract/time.ts';
import { Decaying } from './decaying.ts';

const HALF_LIFE_MS = 3 * DAY_MS;
/** By how much each alert opened just now raises the chance that the next is opened, at strength 1. */
const GAIN = 0.25;
/** Nobody looks more than so many times as often. */
const FACTOR_MAX = 3;

export class Attention {
  private readonly opened: Decaying;
  private readonly strength: number;

  constructor(residents: number, strength: number) {
    this.opened = new Decaying(residents, HALF_LIFE_MS);
    this.strength = strength;
  }

  /** What a resident's chance of opening is multiplied by. */
  factor(resident: number, nowMs: number): number {
    return Math.min(FACTOR_MAX, 1 + GAIN * this.strength * this.opened.level(resident, nowMs));
  }

  note(resident: number, nowMs: number): void {
    if (this.strength > 0) this.opened.raise(resident, nowMs);
  }
}
