import type { Scenario } from '../contract/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { deepFreeze } from './freeze.ts';

/** Every fault at once, on every dialect. The run must account for each injected fault, and nothing may leak. */
export const faulty: Readonly<Scenario> = deepFreeze<Scenario>({
  ...DEFAULTS,
  name: 'faulty',
  description: 'Two days, six agencies, one per dialect, every feed fault on, incidents tenfold.',
  durationDays: 2,
  agencies: [
    { count: 1, dialect: 'eido', personsPerAgency: 20_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'sf', personsPerAgency: 20_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'seattle', personsPerAgency: 20_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'dallas', personsPerAgency: 20_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'tampa', personsPerAgency: 20_000, withdrawAfterDays: 1.5, thenDialect: null },
    { count: 1, dialect: 'milwaukee', personsPerAgency: 20_000, withdrawAfterDays: 1, thenDialect: 'dallas' },
  ],
  intensity: { ...DEFAULTS.intensity, incidents: 10, staffing: 10 },
  // All assumed, and so high that each kind happens often in two days.
  faults: {
    delayShare: 0.05,
    delayMsMean: 600_000,
    duplicateShare: 0.03,
    reorderShare: 0.03,
    gapShare: 0.02,
    malformedShare: 0.02,
    // The clocks of two agencies run four minutes ahead, just within the policy's tolerance for future-dated records.
    clockSkewMs: 240_000,
    clockSkewAgencies: 2,
    outagesPerDay: 2,
    outageMsMean: 1_200_000,
    outageLossShare: 0.2,
  },
});
