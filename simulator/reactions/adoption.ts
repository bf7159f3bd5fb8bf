/**
 * Doorbells bought out of fear: slowly, and up to a bound. Ownership grew from 4% to 20% of internet households between 2017 and 2023, some
 * three points a year (Parks via CE Pro, solid). Nobody knows how much of that alerts caused, so that everything here is assumed. A doorbell
 * that was bought shows its owner more strangers, and police may ask for its clips; its motions are not reported to the platform.
 */
import type { People } from '../people/people.ts';

/** Nobody buys a doorbell once this share of app users has one. Assumed. */
const OWNERS_SHARE_MAX = 0.5;

/** Purchases of doorbells by app users. It changes `hasDoorbell` of the people. */
export class Adoption {
  #owners: number;
  readonly #people: Pick<People, 'hasDoorbell' | 'household'>;

  constructor(people: Pick<People, 'hasDoorbell' | 'household'>) {
    this.#people = people;
    this.#owners = people.hasDoorbell.reduce((n, has) => n + has, 0);
  }

  /** The resident's household buys a doorbell, unless it has one or enough others do. True if it bought one. */
  buy(resident: number): boolean {
    const { hasDoorbell, household } = this.#people;
    if (hasDoorbell[resident] === 1 || this.#owners >= OWNERS_SHARE_MAX * hasDoorbell.length) return false;
    // App users stand in order of household: those who live together stand beside each other.
    let first = resident;
    while (first > 0 && household[first - 1] === household[resident]) first -= 1;
    for (let i = first; i < household.length && household[i] === household[resident]; i += 1) {
      hasDoorbell[i] = 1;
      this.#owners += 1;
    }
    return true;
  }
}
