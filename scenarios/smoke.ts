import type { Scenario } from '../contract/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { deepFreeze } from './freeze.ts';

/** Two small towns with twenty times the incidents and the staff for them, so that every part of the code runs within seconds. */
export const smoke: Readonly<Scenario> = deepFreeze<Scenario>({
  ...DEFAULTS,
  name: 'smoke',
  description:
    'Seconds: two towns of 10,000 people (EIDO, Dallas-like portal) for a day, incidents twentyfold. For tests.',
  durationDays: 1,
  agencies: [
    { count: 1, dialect: 'eido', personsPerAgency: 10_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'dallas', personsPerAgency: 10_000, withdrawAfterDays: null, thenDialect: null },
  ],
  intensity: { ...DEFAULTS.intensity, incidents: 20, staffing: 20 },
});
