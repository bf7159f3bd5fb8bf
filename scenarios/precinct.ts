import type { Scenario } from '../contract/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { deepFreeze } from './freeze.ts';

/**
 * The base of the committed studies. It is as large as many replications of a month allow. Doorbells' motions affect no call and no unit, and
 * are left out.
 */
export const precinct: Readonly<Scenario> = deepFreeze<Scenario>({
  ...DEFAULTS,
  name: 'precinct',
  description: 'Four weeks of one agency of 50,000 people with a direct feed; what experiments vary.',
  durationDays: 28,
  agencies: [{ count: 1, dialect: 'eido', personsPerAgency: 50_000, withdrawAfterDays: null, thenDialect: null }],
  intensity: { ...DEFAULTS.intensity, motions: 0 },
});
