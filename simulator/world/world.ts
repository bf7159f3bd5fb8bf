/**
 * One agency's world: its city, people, incidents, 911, CAD, police, newsroom and the reactions of its residents, wired together on
 * one kernel. It knows the truth of everything and nothing of any pipeline: what it sends goes out through `WorldHost`,
 * what the platform does comes back through the `on...` methods.
 */
import type { AgencyProfile } from '../../contract/agency.ts';
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { PreferenceChange } from '../../contract/roster.ts';
import { RESIDENTS_PER_AGENCY_MAX, ROSTER_MUTED, ROSTER_QUIT } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS } from '../../contract/time.ts';
import { createDesk, type CadDesk } from '../cad/desk.ts';
import type { CadRecord } from '../cad/record.ts';
import { createCallCentre, type CallCentre } from '../calls/call-centre.ts';
import { createCalls, type Call } from '../calls/calls.ts';
import { householdPlace, placesOf, type City } from '../city/city.ts';
import type { FeedFault, FeedMessage, FeedTally, FeedTimes } from '../feeds/feed-api.ts';
import { Feed } from '../feeds/feed.ts';
import { startArrivals, mixOf, typeIndex } from '../incidents/arrivals.ts';
import { INDUCED_FROM, INDUCED_KEYS, type Incident } from '../incidents/incident.ts';
import { ENCOUNTERS, ENCOUNTER_REPORTS } from '../incidents/mix.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { keyedDraw, type Seeds } from '../kernel/random.ts';
import { composePost } from '../reactions/posts.ts';
import { createNewsroom, type Newsroom } from '../newsroom/newsroom.ts';
import { identityOf } from '../people/identity.ts';
import { MOTION_HOUR_SHARES, startMotions } from '../people/motions.ts';
import { personOfHousehold, type People } from '../people/people.ts';
import { Dispatch } from '../police/dispatch.ts';
import type { Lineage, Stimulus } from '../reactions/lineage.ts';
import { LoopGuard } from '../reactions/loop-guard.ts';
import { createReactions, CROSSING_MS, type Reactions } from '../reactions/reactions.ts';
import { callName, isFirstAttempt, ledgerOf, type Ledger, type LedgerPost } from './ledger.ts';
import { callTakersOf, patrolOf } from './staffing.ts';

/** What the world does to the outside, each at the moment of the call (`kernel.nowMs`). */
export interface WorldHost {
  door(message: FeedMessage, manifest: MessageManifest, times: FeedTimes): void;
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

export interface LoopDay {
  calls: number;
  caused: number;
  /** Of those caused: by alerts about calls that alerts had caused. */
  further: number;
}

export interface World {
  start(): void;
  /** An alert or a post reached residents of this agency (indices within it) at `sentMs`. */
  onMessage(stimulus: Stimulus, residents: Iterable<number>, sentMs: number): void;
  onReviewRequest(ticket: string, incidents: string): void;
  onReviewWithdrawn(ticket: string): void;
  readonly incidents: readonly Incident[];
  readonly desk: CadDesk;
  readonly dispatch: Dispatch;
  readonly centre: CallCentre;
  readonly newsroom: Newsroom;
  readonly reactions: Reactions;
  feedTally(): FeedTally;
  /** A post of this agency's residents, for others to react to; undefined for one that is not theirs. */
  postStimulus(postId: string): Stimulus | undefined;
  /** All that happened, by name. */
  ledger(): Ledger;
  /** True published places of a record's incident. */
  placesOf(incident: Incident): string[];
  counts(): {
    calls: number;
    inducedCalls: number;
    inducedIncidents: number;
    posts: number;
    daily: Daily[];
    /** By day: callers, whatever the number of their attempts. */
    dailyLoop: LoopDay[];
    /** When the loop was stopped because it was unstable; null: it was not. */
    loopStoppedMs: number | null;
    hourlyCalls: number[];
  };
}

const YEAR_DAYS = 365;
/** Call-takers, and units, that nothing that a scenario can bring keeps all busy: an agency's calls are a few an hour, a hundredfold under the strongest intensities. */
const UNCONGESTED_STAFF = 4000;

export function createWorld(o: WorldOptions): World {
  const { scenario, seeds, kernel, city, people, profile, host } = o;
  const { intensity } = scenario;
  const days = Math.ceil(scenario.durationDays);
  const daily: Daily[] = Array.from({ length: days }, () => ({ incidents: 0, calls: 0 }));
  const hourlyCalls = new Array<number>(Math.ceil(scenario.durationDays * 24)).fill(0);
  const incidents: Incident[] = [];
  const tallies = { calls: 0, inducedCalls: 0, inducedIncidents: 0, posts: 0 };
  const day = (): number => Math.min(days - 1, Math.floor((kernel.nowMs - scenario.startMs) / DAY_MS));
  const today = (): Daily => daily[day()];
  const dailyLoop: LoopDay[] = Array.from({ length: days }, () => ({ calls: 0, caused: 0, further: 0 }));
  const guard = new LoopGuard(scenario.startMs);
  let loopStoppedMs: number | null = null;
  const placedCalls: Call[] = [];
  const posts: LedgerPost[] = [];
  const stimuli = new Map<string, Stimulus>();
  const isCongested = scenario.congestion === 'on';

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
      work: {
        backup: scenario.police.backup,
        phoneShare: scenario.police.phone.enabled ? scenario.police.phone.share : 0,
      },
      changed: (record, change) => {
        feed.recordChanged(record, change);
        if (change === 'onScene') policeAt(record);
      },
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
        if (isFirstAttempt(call)) follow(call);
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
    ...(isCongested ? callTakersOf(scenario, o.persons) : { positions: UNCONGESTED_STAFF }),
    zone: profile.zone,
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
  const { shareByHour } = scenario.incidents;
  const hourSum = shareByHour.reduce((sum, share) => sum + share, 0);
  const cfsPerDay =
    (o.persons * scenario.incidents.callsForServicePer1000PersonsYear * intensity.incidents) / 1000 / YEAR_DAYS;
  const dispatch = new Dispatch({
    kernel,
    seeds,
    agency: profile.id,
    ...(isCongested ? patrolOf(scenario, o.persons) : { units: UNCONGESTED_STAFF }),
    city,
    // With travel, who is nearest would still depend on who else is out.
    travelMetresPerSecond: isCongested ? scenario.police.travelMetresPerSecond : Infinity,
    startMs: scenario.startMs,
    zone: profile.zone,
    host: {
      dispatched: (id, units) => desk.dispatched(id, units),
      onScene: (id, _unit, first) => desk.onScene(id, first),
      cleared: (id) => desk.cleared(id),
      selfInitiated: (unit, _atMs, x, y, opportunity) => desk.onView(opportunity, unit, x, y),
    },
    selfInitiated:
      officer > 0 ? { ratePerHour: shareByHour.map((share) => (cfsPerDay * officer * share) / hourSum) } : null,
  });

  const feed = new Feed({
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

  /** Once for each caller: what the loop is measured by, and what stops it. */
  const follow = (call: Call): void => {
    const { lineage } = call.incident;
    placedCalls.push(call);
    const loop = dailyLoop[day()];
    loop.calls += 1;
    if (lineage !== undefined) {
      loop.caused += 1;
      if (lineage.generation > 1) loop.further += 1;
      if (loopStoppedMs === null && guard.isUnstable(kernel.nowMs, lineage.generation)) {
        loopStoppedMs = kernel.nowMs;
        reactions.stop();
      }
    }
    if (scenario.policy.alerts === 'off') return;
    const name = callName(call.incident, call.caller);
    reactions.echo(name, {
      root: lineage?.root ?? `${profile.id}/${name}`,
      generation: (lineage?.generation ?? 0) + 1,
    });
  };

  const inducedKeys = new Set<number>();
  /** The same for the same encounter in any world, but for the rare one whose key another had before it. */
  const inducedKey = (name: string): number => {
    let key = Math.floor(keyedDraw(seeds, `${profile.id}/induced`, name)() * INDUCED_KEYS);
    while (inducedKeys.has(key)) key = (key + 1) % INDUCED_KEYS;
    inducedKeys.add(key);
    return INDUCED_FROM + key;
  };

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

  /** Police who found something of a category that alerts are for may ask residents for video, of the first record of an incident. */
  const policeAt = (record: CadRecord): void => {
    const incident = desk.file(record.recordId)?.incident;
    if (incident == null || incident.really < 0 || incident.records[0] !== record.ordinal) return;
    if (EVENT_TYPES[incident.really].category === null) return;
    const { x, y } = incident.place;
    reactions.activeCase({ id: incident.drawKey, x, y, onsetMs: incident.onsetMs });
  };

  const reactions = createReactions({
    kernel,
    seeds,
    agencyId: profile.id,
    scenario,
    startMs: scenario.startMs,
    endMs: o.endMs,
    people,
    act: {
      mute: (resident) => {
        people.flags[resident] |= ROSTER_MUTED;
        tellLater(resident, { resident: idOf(resident), muted: true }, 0);
      },
      quit: (resident) => {
        people.flags[resident] |= ROSTER_QUIT;
        tellLater(resident, { resident: idOf(resident), quit: true }, 1);
      },
      post: (resident, key, { lineage, kind, thread, depth }, isComment) => {
        tallies.posts += 1;
        const postId = `${profile.id}-post-${tallies.posts}`;
        const draw = keyedDraw(seeds, `${profile.id}/post`, key);
        const author = identityOf(seeds, o.agencyIndex, people.person[resident]);
        const { text, privates } = composePost(draw, author, isComment);
        posts.push({ kind: isComment ? 'comment' : 'post', id: key, atMs: kernel.nowMs, lineage });
        const about = kind === 'post' ? { thread, depth: depth + 1 } : { thread: postId, depth: 0 };
        stimuli.set(postId, { kind: 'post', id: postId, lineage, ...about });
        host.post({ postId, resident: idOf(resident), text }, privates);
      },
      report: (resident, drawKey, origin, lineage) => {
        const incident = encounterReported(resident, drawKey, origin, lineage);
        tallies.inducedIncidents += 1;
        begin(incident);
        // Whoever meets a stranger at the own door is the only one to call.
        calls.report(incident, { ...mixOf(EVENT_TYPES[incident.reported].id), furtherCallersMean: 0 }, true);
      },
    },
  });

  const encounterReported = (resident: number, name: string, origin: 'alert' | 'post', lineage: Lineage): Incident => {
    const drawKey = `met/${name}`;
    const draw = keyedDraw(seeds, `${profile.id}/stranger`, drawKey);
    let u = draw();
    const reported = ENCOUNTER_REPORTS.find(([, share]) => (u -= share) < 0) ?? ENCOUNTER_REPORTS[0];
    const household = people.household[resident];
    const home = householdPlace(city, household);
    return {
      key: inducedKey(drawKey),
      drawKey,
      origin,
      lineage,
      onsetMs: kernel.nowMs,
      reported: typeIndex(reported[0]),
      really: -1,
      mistaken: ENCOUNTERS[Math.floor(draw() * ENCOUNTERS.length)],
      place: { kind: 'home', block: home.block, household, index: -1, mile: 0, x: home.x, y: home.y },
      records: [],
      firstCallMs: -1,
    };
  };

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
        shareByHour,
        shareByWeekday: scenario.incidents.shareByWeekday,
        typeMix: scenario.incidents.typeMix,
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
    onMessage: (stimulus, residents, sentMs) => reactions.reached(stimulus, residents, sentMs),
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
    postStimulus: (postId) => stimuli.get(postId),
    ledger: () => ledgerOf(placedCalls, posts, desk.all()),
    counts: () => ({ ...tallies, daily, dailyLoop, loopStoppedMs, hourlyCalls }),
  };
}
