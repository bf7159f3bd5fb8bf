/**
 * Every option's default in one visible record. Beside each number stands where it comes from and its grade:
 * `solid` (measured or published for the thing itself), `weak` (one site, a survey, or a neighbouring thing) and
 * `assumed` (chosen by us). Weak and assumed ones are to be swept in experiments, never presented as findings.
 */
import { DEFAULT_POLICY } from '../contract/policy.ts';
import type { Scenario } from '../contract/scenario.ts';
import { deepFreeze } from './freeze.ts';

/** Monday 2026-06-01T00:00:00Z. */
const START_MS = 1_780_272_000_000;

export const DEFAULTS: Readonly<Scenario> = deepFreeze<Scenario>({
  name: 'defaults',
  description: 'What every scenario starts from; runs as one small agency.',
  startMs: START_MS,
  durationDays: 7,
  agencies: [{ count: 1, dialect: 'eido', personsPerAgency: 50_000, withdrawAfterDays: null, thenDialect: null }],
  people: {
    // US average household, about 2.5 people. Solid.
    personsPerHousehold: 2.5,
    // 4% of internet households in 2017, 20% in 2023 (Parks via CE Pro); between the two. Solid ends, assumed point.
    doorbellShareOfHouseholds: 0.12,
    // About 10 million users in the US (STOP), 3% of people. Weak.
    appUserShareOfPersons: 0.03,
    // Push opt-in is 81% on Android and 51% on iOS (Airship): a third get none. Solid for apps at large, weak for this one.
    mutedShareOfAppUsers: 0.34,
    // A US suburb. Assumed.
    personsPerKm2: 1500,
  },
  intensity: { incidents: 1, encounters: 1, motions: 1, staffing: 1 },
  incidents: {
    // 400 to 1,000 (CPSM, Morgan Hill CA, p. 152); the middle. Solid range.
    callsForServicePer1000PersonsYear: 700,
    // New Orleans 32.7%, Seattle 38.6%, Detroit 59.8% (Vera, 2018). Solid.
    officerInitiatedShare: 0.35,
    // Assumed.
    hoaxShare: 0.02,
    // Assumed: most thefts from vehicles and many burglaries are found by owners who come back.
    coldShare: 0.6,
    // Assumed: at 1, a tenth of the blocks see about four tenths of the incidents.
    hotSpotSigma: 1,
    // Near-repeat burglary (after Mohler 2011): that it happens is solid, this mean is assumed.
    nearRepeatMean: 0.1,
  },
  doorbells: {
    // One home, 129 days. Weak.
    motionsPerDay: 15,
  },
  calls: {
    // Assumed: enough that 90% of calls are answered within 15 s, the NENA standard, at the default rates.
    callTakersPer100000Persons: 4,
    // Assumed.
    patienceMsMean: 120_000,
    // Assumed.
    redialShare: 0.5,
    // Assumed.
    handlingMsMean: 150_000,
    // Assumed: most US emergency calls come from mobile phones.
    wirelessShare: 0.8,
    // Assumed.
    rebidMs: 12_000,
  },
  police: {
    // 2.17 sworn officers per 1,000 people (BJS, 2016), of whom about one in eighteen patrols at a time. Solid count, assumed share.
    unitsPer100000Persons: 12,
    // Assumed, door to door, turnout included; Morgan Hill's priority 1 calls take 4.8 min of travel (CPSM).
    travelMetresPerSecond: 6,
    // Assumed.
    cancelShare: 0.06,
  },
  newsroom: {
    // All assumed: no news team has published its figures.
    reviewersPerAgency: 2,
    reviewMsMean: 180_000,
    wrongRejectShare: 0.02,
    wrongApproveShare: 0.02,
  },
  reactions: {
    enabled: true,
    // Push reaction 4.6% on Android, 3.4% on iOS (Airship). Solid for apps at large, weak for this one.
    openShare: 0.04,
    // At 2 to 5 pushes a week 37% say that they would disable them and 22% that they would quit (Localytics 2017); a share per alert is assumed.
    muteShare: 0.02,
    quitShare: 0.01,
    // 13,000 posts to one department in 26 months (The Markup): posts exist, the share per alert is assumed.
    postShare: 0.01,
    // About 10% of owners ever shared a clip (Consumer Reports); the share per alert is assumed.
    clipShare: 0.01,
    // Assumed, and the subject of the police-load study.
    callShare: 0.02,
    postReaderCallShare: 0.0005,
    // Assumed.
    delayMsMean: 600_000,
  },
  policy: { ...DEFAULT_POLICY },
  feeds: {
    // Seattle-like: a batch every five minutes. Assumed.
    batchMs: 300_000,
    // Dallas-like: the portal is polled every minute. Assumed.
    pollMs: 60_000,
    publishDelayMsMean: {
      // CHP publishes after 11 s; a direct push is of that order. Weak.
      eido: 20_000,
      // San Francisco 19 to 24 min, measured by a third party. Solid.
      sf: 1_200_000,
      // Seattle Fire 8 to 15 min, measured likewise. Solid.
      seattle: 600_000,
      // Tulsa 3 to 17 min, Nashville 9 min measured; portals of active calls are faster. Assumed.
      dallas: 120_000,
      // Assumed, between a push and a portal.
      tampa: 180_000,
      // Live calls page, refreshed within the minute. Assumed.
      milwaukee: 60_000,
    },
  },
  faults: {
    delayShare: 0,
    delayMsMean: 0,
    duplicateShare: 0,
    reorderShare: 0,
    gapShare: 0,
    malformedShare: 0,
    clockSkewMs: 0,
    clockSkewAgencies: 0,
    outagesPerDay: 0,
    outageMsMean: 0,
    outageLossShare: 0,
  },
  load: {
    // All assumed: how an engineer would first look at a system. At real rates nothing much happens in a minute; `rush` turns them up.
    fromMs: 0,
    durationMs: 60_000,
    speed: 60,
    connectedShareOfAppUsers: 1,
    connectedShareOfDoorbells: 1,
    connectRampMs: 10_000,
    heartbeatMs: 3_600_000,
    storms: [],
    slowConsumers: { share: 0, bytesPerSecond: 0 },
  },
  budgets: {
    lost: 0,
    late: 0,
    duplicate: 0,
    misdelivered: 0,
    stale: 0,
    leaked: 0,
    reviewLeaks: 0,
    shed: 0,
    unaccountedFaults: 0,
  },
});
