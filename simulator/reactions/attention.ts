/** Attention: a resident who opened an alert lately is likelier to open the next. It decays within days. All numbers are assumed. */
import { DAY_MS } from '../../contract/time.ts';
import { Decaying } from './decaying.ts';

const HALF_LIFE_MS = 3 * DAY_MS;
/** Relative increase of the chance that the next alert is opened, for each alert opened just now, at strength 1. */
const GAIN = 0.25;
/** Greatest factor. */
const FACTOR_MAX = 3;

/** How attentive each resident is. */
export class Attention {
  readonly #opened: Decaying;
  readonly #strength: number;

  constructor(residents: number, strength: number) {
    this.#opened = new Decaying(residents, HALF_LIFE_MS);
    this.#strength = strength;
  }

  /** Factor of a resident's chance of opening an alert. */
  factor(resident: number, nowMs: number): number {
    return Math.min(FACTOR_MAX, 1 + GAIN * this.#strength * this.#opened.level(resident, nowMs));
  }

  /** A resident opened an alert. */
  note(resident: number, nowMs: number): void {
    if (this.#strength > 0) this.#opened.raise(resident, nowMs);
  }
}
