import type { Scenario } from '../contract/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { deepFreeze } from './freeze.ts';

/** A million people in 400,000 households, of which 15% (60,000) have a doorbell. */
export const metro: Readonly<Scenario> = deepFreeze<Scenario>({
  ...DEFAULTS,
  name: 'metro',
  description: 'A day of 1,000,000 people, 60,000 doorbells and ten agencies of all six dialects.',
  durationDays: 1,
  agencies: [
    { count: 4, dialect: 'eido', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'milwaukee', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 2, dialect: 'tampa', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'sf', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'seattle', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'dallas', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
  ],
  people: { ...DEFAULTS.people, doorbellShareOfHouseholds: 0.15 },
});
