import type { Scenario } from '../contract/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { deepFreeze } from './freeze.ts';

/** An agency stops its direct feed: it shows what residents lose when only the public portal remains. */
export const withdrawn: Readonly<Scenario> = deepFreeze<Scenario>({
  ...DEFAULTS,
  name: 'withdrawn',
  description:
    'A week: an agency of 50,000 people withdraws its direct feed half-way, then only its public portal is left.',
  durationDays: 7,
  agencies: [{ count: 1, dialect: 'eido', personsPerAgency: 50_000, withdrawAfterDays: 3.5, thenDialect: 'dallas' }],
});
