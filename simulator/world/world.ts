/**
 * One agency's world: its city, people, incidents, 911, CAD, police, newsroom and the reactions of its residents, wired together on
 * one kernel. It knows the truth of everything and nothing of any pipeline: what it sends goes out through `WorldHost`,
 * what the platform does comes back through the `on...` methods.
 */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Dialect } from '../../contract/catalogue.ts';
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { PreferenceChange } from '../../contract/roster.ts';
import { RESIDENTS_PER_AGENCY_MAX, ROSTER_MUTED, ROSTER_QUIT } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS } from '../../contract/time.ts';
import { createDesk, type CadDesk } from '../cad/desk.ts';
import { createCallCentre, type CallCentre } from '../calls/call-centre.ts';
import { createCalls } from '../calls/calls.ts';
import { householdPlace, placesOf, type City } from '../city/city.ts';
import { createFeed, type FeedFault, type FeedTally } from '../feeds/feed.ts';
import { startArrivals, mixOf, typeIndex } from '../incidents/arrivals.ts';
import { INDUCED_FROM, type Incident } from '../incidents/incident.ts';
import { ENCOUNTERS, ENCOUNTER_REPORTS, HOUR_SHARES } from '../incidents/mix.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { keyedDraw, type Seeds } from '../kernel/random.ts';
import { composePost } from '../reactions/posts.ts';
import { createNewsroom, type Newsroom } from '../newsroom/newsroom.ts';
import { identityOf } from '../people/identity.ts';
import { MOTION_HOUR_SHARES, startMotions } from '../people/motions.ts';
import { personOfHousehold, TEMPERAMENTS, type People } from '../people/people.ts';
import { createDispatch, type Dispatch } from '../police/dispatch.ts';
import { createReactions, CROSSING_MS, type Reactions } from '../reactions/reactions.ts';

/** What the world does to the outside, each at the moment of the call (`kernel.nowMs`). */
export interface WorldHost {
  door(
    message: { messageId: string; agency: string; dialect: Dialect; body: string },
    manifest: MessageManifest,
    meta: { changedMs: number; publishedMs: number },
  ): void;
  /** A resident of this agency changed its settings; they hold from now. */
  preference(change: PreferenceChange): void;
  /** The same, told ahead: from `atMs` (at least CROSSING_MS away) they hold in other agencies' shards too. */
  preferenceAhead(change: PreferenceChange, atMs: number): void;
  post(post: { postId: string; resident: number; text: string }, privates: PrivateString[]): void;
  review(ticket: string, decision: 'approve' | 'reject'): void;
  motion(doorbell: number): void;
  fault(fault: FeedFault): void;
  learnPrivate(recordId: string, strings: PrivateString[]): void;
  /** The record behind an alert's key, null where the key is unknown. */
  recordOf(incidents: string): string | null;
}

export interface WorldOptions {
  scenario: Scenario;
  seeds: Seeds;
  agencyIndex: number;
  persons: number;
  profile: AgencyProfile;
  /** The feed stops here for good; null never. */
  withdrawMs: number | null;
  city: City;
  people: People;
  kernel: Kernel;
  endMs: number;
  host: WorldHost;
}

export interface Daily {
  incidents: number;
  calls: number;
}

export interface World {
  start(): void;
  /** A message of the platform reached residents of this agency (indices within it) at `sentMs`. */
  onAlert(cause: string, residents: Iterable<number>, sentMs: number): void;
  onPostSeen(postId: string, residents: Iterable<number>, sentMs: number): void;
  onReviewRequest(ticket: string, incidents: string): void;
  onReviewWithdrawn(ticket: string): void;
  readonly incidents: readonly Incident[];
  readonly desk: CadDesk;
  readonly dispatch: Dispatch;
  readonly centre: CallCentre;
  readonly newsroom: Newsroom;
  readonly reactions: Reactions;
  feedTally(): FeedTally;
  /** True published places of a record's incident. */
  placesOf(incident: Incident): string[];
  counts(): {
    calls: number;
    inducedCalls: number;
    inducedIncidents: number;
    posts: number;
    daily: Daily[];
    hourlyCalls: number[];
  };
}

const YEAR_DAYS = 365;

export function createWorld(o: WorldOptions): World {
  const { scenario, seeds, kernel, city, people, profile, host } = o;
  const { intensity } = scenario;
  const days = Math.ceil(scenario.durationDays);
  const daily: Daily[] = Array.from({ length: days }, () => ({ incidents: 0, calls: 0 }));
  const hourlyCalls = new Array<number>(Math.ceil(scenario.durationDays * 24)).fill(0);
  const incidents: Incident[] = [];
  const tallies = { calls: 0, inducedCalls: 0, inducedIncidents: 0, posts: 0 };
  const today = (): Daily => daily[Math.min(days - 1, Math.floor((kernel.nowMs - scenario.startMs) / DAY_MS))];
  const per100000 = (rate: number): number =>
    Math.max(1, Math.round((rate * o.persons * intensity.staffing) / 100_000));

  const desk = createDesk(
    {
      kernel,
      seeds,
      agencyIndex: o.agencyIndex,
      agencyId: profile.id,
      zone: profile.zone,
      city,
      persons: o.persons,
      cancelShare: scenario.police.cancelShare,
      changed: (record, change) => feed.recordChanged(record, change),
      learnPrivate: host.learnPrivate,
    },
    () => dispatch,
  );

  const calls = createCalls(
    {
      kernel,
      seeds,
      agencyId: profile.id,
      city,
      persons: o.persons,
      endMs: o.endMs,
      wirelessShare: scenario.calls.wirelessShare,
      rebidMs: scenario.calls.rebidMs,
      personOfHome: (household, u) => personOfHousehold(people, household, u),
      placed: (call) => {
        tallies.calls += 1;
        if (call.incident.key >= INDUCED_FROM) tallies.inducedCalls += 1;
        today().calls += 1;
        hourlyCalls[Math.min(hourlyCalls.length - 1, Math.floor((kernel.nowMs - scenario.startMs) / 3_600_000))] += 1;
      },
      entered: (call) => desk.take(call),
      relocated: (call) => desk.relocate(call),
    },
    () => centre,
  );

  const centre = createCallCentre({
    kernel,
    seeds,
    agency: profile.id,
    positions: per100000(scenario.calls.callTakersPer100000Persons),
    patienceMsMean: scenario.calls.patienceMsMean,
    redialShare: scenario.calls.redialShare,
    handlingMsMean: scenario.calls.handlingMsMean,
    handlingCv: 0.8,
    host: {
      answered: (id) => calls.answered(id),
      finished: () => {},
      abandoned: (id, _waitMs, redialAtMs) => calls.abandoned(id, redialAtMs),
    },
  });

  const officer = scenario.incidents.officerInitiatedShare;
  const cfsPerDay =
    (o.persons * scenario.incidents.callsForServicePer1000PersonsYear * intensity.incidents) / 1000 / YEAR_DAYS;
  const dispatch = createDispatch({
    kernel,
    seeds,
    agency: profile.id,
    units: per100000(scenario.police.unitsPer100000Persons),
    city,
    travelMetresPerSecond: scenario.police.travelMetresPerSecond,
    startMs: scenario.startMs,
    zone: profile.zone,
    host: {
      dispatched: (id, units) => desk.dispatched(id, units),
      onScene: (id, _unit, first) => desk.onScene(id, first),
      cleared: (id) => desk.cleared(id),
      selfInitiated: (unit, _atMs, x, y, opportunity) => desk.onView(opportunity, unit, x, y),
    },
    selfInitiated:
      officer > 0 ? { ratePerHour: HOUR_SHARES.map((share) => (cfsPerDay * officer * share) / 100) } : null,
  });

  const feed = createFeed({
    kernel,
    seeds,
    profile,
    agencyIndex: o.agencyIndex,
    faults: scenario.faults,
    skewed: o.agencyIndex < scenario.faults.clockSkewAgencies,
    batchMs: scenario.feeds.batchMs,
    pollMs: scenario.feeds.pollMs,
    publishDelayMsMean: scenario.feeds.publishDelayMsMean,
    withdrawMs: o.withdrawMs,
    endMs: o.endMs,
    host: { door: host.door, fault: host.fault },
  });

  const newsroom = createNewsroom({
    kernel,
    seeds,
    agencyId: profile.id,
    reviewers: scenario.newsroom.reviewersPerAgency,
    reviewMsMean: scenario.newsroom.reviewMsMean,
    wrongRejectShare: scenario.newsroom.wrongRejectShare,
    wrongApproveShare: scenario.newsroom.wrongApproveShare,
    fit: (key) => {
      const recordId = host.recordOf(key);
      const incident = recordId === null ? null : desk.file(recordId)?.incident;
      return incident == null || incident.really < 0 || EVENT_TYPES[incident.really].community;
    },
    decide: host.review,
  });

  const idOf = (resident: number): number => o.agencyIndex * RESIDENTS_PER_AGENCY_MAX + resident;
  /** Settings reach every platform shard at the same moment, as late as a crossing takes. */
  const tellLater = (resident: number, change: PreferenceChange, ordinal: number): void => {
    const atMs = kernel.nowMs + CROSSING_MS;
    kernel.schedule(atMs, KIND.preference, resident, ordinal, change);
    host.preferenceAhead(change, atMs);
  };
  kernel.on(KIND.preference, (_entity, payload) => host.preference(payload as PreferenceChange));

  const begin = (incident: Incident): void => {
    incidents.push(incident);
    today().incidents += 1;
    kernel.history.fold(incident.reported * 64 + incident.really);
    kernel.history.fold(incident.place.x);
    kernel.history.fold(incident.place.y);
    // A doorbell on the block sees what happens there; it says nothing of what it was.
    const doorbell = people.doorbellOn(
      city.firstHousehold[incident.place.block],
      city.firstHousehold[incident.place.block + 1],
    );
    if (doorbell >= 0) host.motion(doorbell);
  };

  const reactions = createReactions({
    kernel,
    seeds,
    agencyId: profile.id,
    shares: scenario.reactions,
    encounterIntensity: intensity.encounters,
    temperament: (resident) => TEMPERAMENTS[people.temperament[resident]],
    hasDoorbell: (resident) => people.hasDoorbell[resident] === 1,
    listening: (resident) => people.flags[resident] === 0,
    act: {
      mute: (resident) => {
        people.flags[resident] |= ROSTER_MUTED;
        tellLater(resident, { resident: idOf(resident), muted: true }, 0);
      },
      quit: (resident) => {
        people.flags[resident] |= ROSTER_QUIT;
        tellLater(resident, { resident: idOf(resident), quit: true }, 1);
      },
      post: (resident, cause) => {
        tallies.posts += 1;
        const draw = keyedDraw(seeds, `${profile.id}/post`, `${cause}/${resident}`);
        const { text, privates } = composePost(draw, identityOf(seeds, o.agencyIndex, people.person[resident]));
        host.post({ postId: `${profile.id}-post-${tallies.posts}`, resident: idOf(resident), text }, privates);
      },
      report: (resident, cause, origin) => {
        const drawKey = `${cause}/${resident}`;
        const draw = keyedDraw(seeds, `${profile.id}/stranger`, drawKey);
        let u = draw();
        const reported = ENCOUNTER_REPORTS.find(([, share]) => (u -= share) < 0) ?? ENCOUNTER_REPORTS[0];
        const household = people.household[resident];
        const home = householdPlace(city, household);
        const incident: Incident = {
          key: INDUCED_FROM + tallies.inducedIncidents,
          drawKey,
          origin,
          onsetMs: kernel.nowMs,
          reported: typeIndex(reported[0]),
          really: -1,
          mistaken: ENCOUNTERS[Math.floor(draw() * ENCOUNTERS.length)],
          place: { kind: 'home', block: home.block, household, index: -1, mile: 0, x: home.x, y: home.y },
          records: [],
          firstCallMs: -1,
        };
        tallies.inducedIncidents += 1;
        begin(incident);
        calls.report(incident, mixOf(reported[0]), true);
      },
    },
  });

  return {
    start() {
      feed.start();
      startArrivals({
        kernel,
        seeds,
        agencyId: profile.id,
        zone: profile.zone,
        city,
        endMs: o.endMs,
        persons: o.persons,
        callsPerPersonYear:
          (scenario.incidents.callsForServicePer1000PersonsYear / 1000) * (1 - officer) * intensity.incidents,
        hoaxShare: scenario.incidents.hoaxShare,
        coldShare: scenario.incidents.coldShare,
        nearRepeatMean: scenario.incidents.nearRepeatMean,
        onset: (incident, mix) => {
          begin(incident);
          calls.report(incident, mix, false);
        },
      });
      startMotions({
        kernel,
        seeds,
        agency: profile.id,
        zone: profile.zone,
        doorbells: people.doorbells.length,
        motionsPerDay: scenario.doorbells.motionsPerDay * intensity.motions,
        hourShares: MOTION_HOUR_SHARES,
        endMs: o.endMs,
        onMotion: (doorbell) => host.motion(doorbell),
      });
    },
    onAlert: (cause, residents, sentMs) => {
      if (scenario.reactions.enabled) reactions.alerted(cause, residents, sentMs);
    },
    onPostSeen: (postId, residents, sentMs) => {
      if (scenario.reactions.enabled) reactions.sawPost(postId, residents, sentMs);
    },
    onReviewRequest: (ticket, key) => newsroom.request(ticket, key),
    onReviewWithdrawn: (ticket) => newsroom.withdraw(ticket),
    incidents,
    desk,
    dispatch,
    centre,
    newsroom,
    reactions,
    feedTally: () => feed.tally(),
    placesOf: (incident) =>
      placesOf(
        city,
        incident.place.block,
        incident.place.kind === 'mile' ? { highway: incident.place.index, mile: incident.place.mile } : undefined,
      ),
    counts: () => ({ ...tallies, daily, hourlyCalls }),
  };
}
