import type { Scenario } from '../contract/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import { deepFreeze } from './freeze.ts';

/** Sunday 2026-06-07T01:00:00Z: Saturday evening, seven to nine o'clock on the agencies' own clocks. */
const START_MS = 1_780_794_000_000;

/**
 * The default scenario of load runs. A minute at speed 60 is an hour of a hundredfold Saturday night: about 350 CAD messages and 4 alerts a wall
 * second, each alert to some 650 of 10,000 residents. (Measured with seed 1: 346, 4.0 and 647.)
 */
export const rush: Readonly<Scenario> = deepFreeze<Scenario>({
  ...DEFAULTS,
  name: 'rush',
  description: 'For load: a Saturday night in three agencies with 333,000 people, incidents and staff a hundredfold.',
  startMs: START_MS,
  durationDays: 0.125,
  agencies: [
    { count: 1, dialect: 'eido', personsPerAgency: 150_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'tampa', personsPerAgency: 150_000, withdrawAfterDays: null, thenDialect: null },
    { count: 1, dialect: 'dallas', personsPerAgency: 33_000, withdrawAfterDays: null, thenDialect: null },
  ],
  people: {
    ...DEFAULTS.people,
    // 51% of iOS users let an app push (Airship). Weak.
    mutedShareOfAppUsers: 0.49,
    // A sprawling city. Assumed.
    personsPerKm2: 500,
  },
  intensity: { ...DEFAULTS.intensity, incidents: 100, staffing: 100 },
  incidents: {
    ...DEFAULTS.incidents,
    // Assumed: such a night has a bit more than twice the calls of the year's mean.
    callsForServicePer1000PersonsYear: 1600,
    // Officers initiate half of them, which is within the range that cities report (Vera, 2018).
    officerInitiatedShare: 0.5,
  },
  // Nobody mutes or quits: real life would never bring alerts in such numbers.
  reactions: { ...DEFAULTS.reactions, muteShare: 0, quitShare: 0 },
  policy: { ...DEFAULTS.policy, review: 'auto' },
  // The hour before the window fills queues and opens records. 10,000 residents and a quarter of the doorbells fit into one process's 20,000
  // descriptors.
  load: { ...DEFAULTS.load, fromMs: 3_600_000, connectedShareOfDoorbells: 0.25 },
});
