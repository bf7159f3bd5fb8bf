import type { Scenario } from '../contract/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { deepFreeze } from './freeze.ts';

/**
 * The number of agencies that had joined by April 2019 (press), and the doorbells of 2017, 4% of households (Parks via CE Pro). The mix of
 * dialects is assumed.
 */
export const nation: Readonly<Scenario> = deepFreeze<Scenario>({
  ...DEFAULTS,
  name: 'nation',
  description: 'A day of 22,500,000 people under 225 agencies of all six dialects, published without human review.',
  durationDays: 1,
  agencies: [
    { count: 75, dialect: 'eido', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 30, dialect: 'milwaukee', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 40, dialect: 'tampa', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 20, dialect: 'sf', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 20, dialect: 'seattle', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
    { count: 40, dialect: 'dallas', personsPerAgency: 100_000, withdrawAfterDays: null, thenDialect: null },
  ],
  people: { ...DEFAULTS.people, doorbellShareOfHouseholds: 0.04 },
  policy: { ...DEFAULTS.policy, review: 'auto' },
});
