/**
 * Doorbells bought out of fear: slow, and bounded. Ownership grew from 4% to 20% of internet households between 2017 and 2023, some three points a year
 * (Parks via CE Pro, solid); how much of it alerts caused nobody knows, so that all here is assumed. A doorbell bought shows its owner more strangers and can be
 * asked for clips; its motions are not added to those that the platform is told of.
 */
import type { People } from '../people/people.ts';

/** No purchase once this share of app users has one. Assumed. */
const OWNERS_SHARE_MAX = 0.5;

export class Adoption {
  private owners: number;
  private readonly people: Pick<People, 'hasDoorbell' | 'household'>;

  constructor(people: Pick<People, 'hasDoorbell' | 'household'>) {
    this.people = people;
    this.owners = people.hasDoorbell.reduce((n, has) => n + has, 0);
  }

  /** The resident's household buys one, unless it has one or enough have. True where it did. */
  buy(resident: number): boolean {
    const { hasDoorbell, household } = this.people;
    if (hasDoorbell[resident] === 1 || this.owners >= OWNERS_SHARE_MAX * hasDoorbell.length) return false;
    // App users stand in order of household: those who live together stand beside each other.
    let first = resident;
    while (first > 0 && household[first - 1] === household[resident]) first -= 1;
    for (let i = first; i < household.length && household[i] === household[resident]; i += 1) {
      hasDoorbell[i] = 1;
      this.owners += 1;
    }
    return true;
  }
}
