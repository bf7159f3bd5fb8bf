/**
 * Every option's default in one visible record. Each number has its source and its grade beside it: `solid` (measured or published for the thing
 * itself), `weak` (one site, a survey, or a similar thing) and `assumed` (chosen by us). Experiments must vary weak and assumed numbers, and
 * never present them as findings.
 */
import { DEFAULT_POLICY } from '../contract/policy.ts';
import type { Scenario } from '../contract/scenario.ts';
import { deepFreeze } from './freeze.ts';

/** Monday 2026-06-01T00:00:00Z. */
const START_MS = 1_780_272_000_000;

/** The scenario from which every other one starts. */
export const DEFAULTS: Readonly<Scenario> = deepFreeze<Scenario>({
  name: 'defaults',
  description: 'What every scenario starts from; runs as one small agency.',
  startMs: START_MS,
  durationDays: 7,
  // A run counts everything that it simulates; experiments leave out its beginning.
  warmUpHours: 0,
  agencies: [{ count: 1, dialect: 'eido', personsPerAgency: 50_000, withdrawAfterDays: null, thenDialect: null }],
  people: {
    // US average household, about 2.5 people. Solid.
    personsPerHousehold: 2.5,
    // Between 4% of internet households in 2017 and 20% in 2023 (Parks via CE Pro). Both ends are solid, the point is assumed.
    doorbellShareOfHouseholds: 0.12,
    // About 10 million users in the US (STOP), 3% of people. Weak.
    appUserShareOfPersons: 0.03,
    // Push opt-in is 81% on Android and 51% on iOS (Airship): a third of users get none. Solid for apps in general, weak for this one.
    mutedShareOfAppUsers: 0.34,
    // A US suburb. Assumed.
    personsPerKm2: 1500,
    // Residents' radii stay as they chose them; experiments vary this dose.
    radiusFactor: 1,
  },
  congestion: 'on',
  intensity: { incidents: 1, encounters: 1, motions: 1, staffing: 1 },
  incidents: {
    // The middle of 400 to 1,000 (CPSM, Morgan Hill CA, p. 152). The range is solid.
    callsForServicePer1000PersonsYear: 700,
    // New Orleans 32.7%, Seattle 38.6%, Detroit 59.8% (Vera, 2018). Solid.
    officerInitiatedShare: 0.35,
    // Assumed.
    hoaxShare: 0.02,
    // Assumed: owners who come back find most thefts from vehicles and many burglaries.
    coldShare: 0.6,
    // Assumed: at 1, about four tenths of the incidents happen on a tenth of the blocks.
    hotSpotSigma: 1,
    // Near-repeat burglary (after Mohler 2011) is solid; this mean is assumed.
    nearRepeatMean: 0.1,
    // Three suburbs, 3,651 rows, %. Weak.
    shareByHour: [
      2.8, 2.6, 1.2, 1.1, 0.5, 1.2, 1.4, 3.3, 6.3, 6.4, 6.9, 6.2, 6, 6.6, 7.1, 6.8, 5.8, 4.7, 3.2, 3.8, 5.4, 3.8, 4,
      3.1,
    ],
    // Friday 15.0% and Sunday 12.6% (Denton) are solid; the others are assumed, and equal except for Saturday.
    shareByWeekday: [14.3, 14.3, 14.3, 14.4, 15, 15.1, 12.6],
    // Relative numbers of community-initiated calls. Assumed, within graded bounds: the groups follow the New Orleans 2018 mix (complaints 22.5%,
    // traffic 18.2, property 9.0, alarms 6.5, suspicion 4.5, violent 1.1; Vera Institute, solid), and the eligible types add up to about 4.5%,
    // which is between 0.7% (three suburbs) and 6% (Milwaukee), both counted.
    typeMix: {
      burglary: 9,
      'vehicle-break-in': 13,
      'vehicle-theft': 9,
      robbery: 3,
      'shots-fired': 9,
      shooting: 0.8,
      stabbing: 0.6,
      hostage: 0.1,
      arson: 0.5,
      'burglary-domestic': 1,
      'stabbing-domestic': 0.3,
      animal: 35,
      civil: 30,
      'bomb-threat': 0.3,
      vandalism: 25,
      'welfare-check': 80,
      fire: 8,
      'burglar-alarm': 85,
      'suspicious-person': 58,
      'suspicious-vehicle': 24,
      disturbance: 130,
      noise: 75,
      fight: 15,
      assault: 12,
      domestic: 70,
      'in-custody': 2,
      'traffic-crash': 80,
      'traffic-hazard': 60,
      theft: 50,
      fraud: 20,
      'missing-person': 10,
      medical: 60,
      trespass: 25,
    },
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
    // Off: the staff is the same at all hours. Eight-hour shifts are usual; their relative staff follows the calls' hours (43, 41 and 16%), with
    // less at night. Assumed.
    shifts: { enabled: false, lengthHours: 8, startHours: [6, 14, 22], relativeStaff: [1, 1, 0.6] },
    // Assumed. After ten seconds of ringing, five are left of the 15 s of the NENA standard (solid); a transfer costs more than that.
    overflow: { enabled: false, afterMs: 10_000, queueMax: 5, transferMs: 12_000, callTakersPer100000Persons: 1 },
  },
  police: {
    // 2.17 sworn officers per 1,000 people (BJS, 2016), of whom about one in eighteen patrols at a time. The count is solid, the share assumed.
    unitsPer100000Persons: 12,
    // Assumed, from door to door, turnout included. Travel to Morgan Hill's priority 1 calls takes 4.8 min (CPSM).
    travelMetresPerSecond: 6,
    // Assumed.
    cancelShare: 0.06,
    // Agencies with vehicle location send the nearest unit; others follow beat lists. Assumed.
    assignment: 'nearest',
    // Assumed: officers seldom leave a call once they are there.
    preemption: false,
    // It is usual policy that officers go to violence in pairs; the choice of types is assumed. The published units per call are kept.
    backup: true,
    // Both assumed, at about three and four times the published mean waits of 10.5 and 16.5 min (CPSM, solid for one town).
    escalation: { enabled: true, priority3Ms: 1_800_000, priority4Ms: 3_600_000 },
    // Assumed.
    phone: { enabled: false, share: 0.3, afterMs: 1_800_000 },
    // All assumed; priority 1 waits 2.7 min for a unit on average (CPSM, solid for one town).
    aid: { enabled: false, afterMs: 180_000, unitsPer100000Persons: 2, extraTravelMs: 300_000 },
    // Off: the staff is the same at all hours. The shifts lie between a flat staff and the calls' hours (43, 41 and 16%): at night, patrol keeps
    // more units than calls need. Assumed.
    shifts: { enabled: false, lengthHours: 8, startHours: [6, 14, 22], relativeStaff: [1, 1, 0.7] },
    // Half an hour, about the middle of the shift. Assumed.
    breaks: { enabled: false, lengthMs: 1_800_000, fromMs: 7_200_000, untilMs: 21_600_000 },
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
    preset: 'full',
    // At strength 1 each has the value of the shares below; docs/model/loop.md has the assumptions of each.
    attention: { on: true, strength: 1 },
    fear: { on: true, strength: 1 },
    encounters: { on: true, strength: 1 },
    fatigue: { on: true, strength: 1 },
    posting: { on: true, strength: 1 },
    comments: { on: true, strength: 1 },
    clips: { on: true, strength: 1 },
    adoption: { on: true, strength: 1 },
    // Push reaction is 4.6% on Android and 3.4% on iOS (Airship). Solid for apps in general, weak for this one.
    openShare: 0.04,
    // At 2 to 5 pushes a week 37% say that they would disable them and 22% that they would quit (Localytics 2017): weak; a share per opened alert is assumed.
    muteShare: 0.02,
    quitShare: 0.01,
    // 13,000 posts to one department in 26 months (The Markup) show that posts exist; the share per alert is assumed.
    postShare: 0.01,
    // Assumed.
    commentShare: 0.002,
    // About 10% of owners ever shared a clip (Consumer Reports); the share per alert is assumed.
    clipShare: 0.01,
    // Assumed, and the subject of the police-load study.
    callShare: 0.02,
    postReaderCallShare: 0.0005,
    // Assumed: some 3 points of households a year bought one between 2017 and 2023 (Parks via CE Pro, solid), for whatever reason.
    adoptShare: 0.002,
    // 22,335 incidents by 2,014 departments in 2020, 11 each (FT, solid), in a department of 50,000 people, an assumed size, whose eligible cases in hand are some 700 a year.
    videoRequestShare: 0.016,
    // About 10% of owners ever shared a clip (Consumer Reports, weak). It is assumed that the same share of those asked does.
    videoConsentShare: 0.1,
    // Assumed.
    courtOrderShare: 0.02,
    // Assumed.
    delayMsMean: 600_000,
    // A day. Assumed.
    fearHalfLifeMs: 86_400_000,
    plantedRatio: 0,
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
      // San Francisco publishes after 19 to 24 min, measured by a third party. Solid.
      sf: 1_200_000,
      // Seattle Fire publishes after 8 to 15 min, measured by the same. Solid.
      seattle: 600_000,
      // Tulsa was measured at 3 to 17 min, Nashville at 9 min; portals of active calls are faster. Assumed.
      dallas: 120_000,
      // Assumed, between a push and a portal.
      tampa: 180_000,
      // A page of live calls, refreshed within the minute. Assumed.
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
    // All assumed: an engineer's first look at a system. At real rates little happens in a minute; `rush` turns them up.
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
