import type { Scenario } from '../contract/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { deepFreeze } from './freeze.ts';

/** Two agencies that mask addresses before anybody else sees them. */
export const hundredblockFeed: Readonly<Scenario> = deepFreeze<Scenario>({
  ...DEFAULTS,
  name: 'hundredblock-feed',
  description: 'A week with feeds masked at source: one cut to the hundred-block, one to the nearest crossing.',
  durationDays: 7,
  agencies: [
    { count: 1, dialect: 'tampa', personsPerAgency: 50_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'sf', personsPerAgency: 50_000, withdrawAfterDays: null, thenDialect: null },
  ],
});
