import type { Scenario } from '../contract/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { deepFreeze } from './freeze.ts';

/** The default scenario: real rates, and one agency of each feed kind. */
export const city: Readonly<Scenario> = deepFreeze<Scenario>({
  ...DEFAULTS,
  name: 'city',
  description:
    'A week in a city of 150,000 people under three agencies: a direct feed, one masked at source, a public portal.',
  durationDays: 7,
  agencies: [
    { count: 1, dialect: 'eido', personsPerAgency: 50_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'seattle', personsPerAgency: 50_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'dallas', personsPerAgency: 50_000, withdrawAfterDays: null, thenDialect: null },
  ],
});
