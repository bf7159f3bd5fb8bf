/**
 * One agency's world: its city, people, incidents, 911, CAD, police, newsroom and the reactions of its residents, wired together on one
 * kernel. It knows the truth of everything and nothing of any pipeline: what it sends goes out through `WorldHost`, what the platform does
 * comes back through the `on...` methods.
 */
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import { CadDesk } from '../cad/desk.ts';
import type { CadRecord } from '../cad/record.ts';
import { CallCentre } from '../calls/call-centre.ts';
import { Calls, type Call } from '../calls/calls.ts';
import { truePlaces } from '../city/labels.ts';
import type { FeedTally } from '../feeds/feed-api.ts';
import { Feed } from '../feeds/feed.ts';
import { startArrivals } from '../incidents/arrivals.ts';
import type { Incident } from '../incidents/incident.ts';
import { typeMix } from '../incidents/mix.ts';
import { Newsroom } from '../newsroom/newsroom.ts';
import { MOTION_HOUR_SHARES, startMotions } from '../people/motions.ts';
import { personOfHousehold } from '../people/people.ts';
import { Dispatch } from '../police/dispatch.ts';
import type { Stimulus } from '../reactions/lineage.ts';
import type { Reactions } from '../reactions/reactions.ts';
import { callName, isFirstAttempt, makeLedger, type Ledger } from './ledger.ts';
import { Residents } from './residents.ts';
import { callCentreOptions, dispatchOptions } from './staffing.ts';
import { WorldTally, type WorldCounts } from './tally.ts';
import type { WorldOptions } from './world-api.ts';

/** One agency's world. `start` begins it; the kernel runs it. */
export class World {
  /** In order of begin, those found cold in order of discovery. */
  readonly incidents: Incident[] = [];
  readonly desk: CadDesk;
  readonly dispatch: Dispatch;
  readonly centre: CallCentre;
  readonly newsroom: Newsroom;
  readonly reactions: Reactions;
  readonly #options: WorldOptions;
  readonly #tally: WorldTally;
  readonly #calls: Calls;
  readonly #feed: Feed;
  readonly #residents: Residents;

  // The parts call each other: each is made with functions that look the others up when they are called.
  constructor(options: WorldOptions) {
    this.#options = options;
    this.#tally = new WorldTally(options.kernel, options.scenario);
    this.desk = this.#makeDesk();
    this.#calls = this.#makeCalls();
    this.centre = new CallCentre(
      callCentreOptions(options, {
        answered: (id) => this.#calls.answered(id),
        finished: () => {},
        abandoned: (id, _waitMs, redialAtMs) => this.#calls.abandoned(id, redialAtMs),
      }),
    );
    this.dispatch = new Dispatch(
      dispatchOptions(options, {
        dispatched: (id, units) => this.desk.dispatched(id, units),
        onScene: (id, _unit, first) => this.desk.onScene(id, first),
        cleared: (id) => this.desk.cleared(id),
        selfInitiated: (unit, _atMs, x, y, opportunity) => this.desk.onView(opportunity, unit, x, y),
      }),
    );
    this.#feed = this.#makeFeed();
    this.newsroom = this.#makeNewsroom();
    this.#residents = new Residents(options, this.#tally, (incident) => {
      this.#begin(incident);
      // A resident who meets a stranger at the own door is the only one to call.
      this.#calls.report(incident, { ...typeMix(EVENT_TYPES[incident.reported].id), furtherCallersMean: 0 }, true);
    });
    this.reactions = this.#residents.reactions;
  }

  /** Begins the feed, incidents and motions. Call it once. */
  start(): void {
    this.#feed.start();
    this.#startArrivals();
    this.#startMotions();
  }

  /** An alert or a post reached residents of this agency (indices within it) at `sentMs`. */
  onMessage(stimulus: Stimulus, residents: Iterable<number>, sentMs: number): void {
    this.reactions.reached(stimulus, residents, sentMs);
  }

  onReviewRequest(ticket: string, incidents: string): void {
    this.newsroom.request(ticket, incidents);
  }

  onReviewWithdrawn(ticket: string): void {
    this.newsroom.withdraw(ticket);
  }

  feedTally(): FeedTally {
    return this.#feed.tally();
  }

  /** A post of this agency's residents, for others to react to; undefined if it is not theirs. */
  postStimulus(postId: string): Stimulus | undefined {
    return this.#residents.stimulus(postId);
  }

  /** Everything that happened, by name. */
  ledger(): Ledger {
    return makeLedger(this.#tally.placedCalls, this.#residents.posts, this.desk.all());
  }

  /** The published places that are right for an incident. */
  placesOf({ place: { kind, block, index, mile } }: Incident): string[] {
    return truePlaces(this.#options.city, block, kind === 'mile' ? { highway: index, mile } : undefined);
  }

  counts(): WorldCounts {
    return this.#tally.counts();
  }

  #makeDesk(): CadDesk {
    const { scenario, kernel, seeds, profile, agencyIndex, city, persons, host } = this.#options;
    const { cancelShare, backup, phone } = scenario.police;
    return new CadDesk({
      kernel,
      seeds,
      agencyIndex,
      agencyId: profile.id,
      zone: profile.zone,
      city,
      persons,
      cancelShare,
      work: { backup, phoneShare: phone.enabled ? phone.share : 0 },
      police: {
        request: (job) => this.dispatch.request(job),
        cancel: (jobId) => this.dispatch.cancel(jobId),
        reprioritise: (jobId, priority) => this.dispatch.reprioritise(jobId, priority),
      },
      changed: (record, change) => {
        this.#feed.recordChanged(record, change);
        if (change === 'onScene') this.#openCase(record);
      },
      learnPrivate: host.learnPrivate,
    });
  }

  #makeCalls(): Calls {
    const { scenario, kernel, seeds, profile, city, persons, people, endMs } = this.#options;
    return new Calls({
      kernel,
      seeds,
      agencyId: profile.id,
      city,
      persons,
      endMs,
      wirelessShare: scenario.calls.wirelessShare,
      rebidMs: scenario.calls.rebidMs,
      personOfHome: (household, u) => personOfHousehold(people, household, u),
      placed: (call) => this.#placed(call),
      offer: (call) => this.centre.offer(call),
      entered: (call) => this.desk.take(call),
      relocated: (call) => this.desk.relocate(call),
    });
  }

  #makeFeed(): Feed {
    const { scenario, kernel, seeds, profile, agencyIndex, withdrawMs, endMs, host } = this.#options;
    return new Feed({
      kernel,
      seeds,
      profile,
      agencyIndex,
      faults: scenario.faults,
      skewed: agencyIndex < scenario.faults.clockSkewAgencies,
      ...scenario.feeds,
      withdrawMs,
      endMs,
      host: { door: host.door, fault: host.fault },
    });
  }

  #makeNewsroom(): Newsroom {
    const { scenario, kernel, seeds, profile, host } = this.#options;
    const { reviewersPerAgency, reviewMsMean, wrongRejectShare, wrongApproveShare } = scenario.newsroom;
    return new Newsroom({
      kernel,
      seeds,
      agencyId: profile.id,
      reviewers: reviewersPerAgency,
      reviewMsMean,
      wrongRejectShare,
      wrongApproveShare,
      fit: (key) => {
        const recordId = host.recordOf(key);
        const incident = recordId === null ? null : this.desk.file(recordId)?.incident;
        return incident == null || incident.really < 0 || EVENT_TYPES[incident.really].community;
      },
      decide: host.review,
    });
  }

  #startArrivals(): void {
    const { scenario, kernel, seeds, profile, city, persons, endMs } = this.#options;
    const { callsForServicePer1000PersonsYear, officerInitiatedShare, ...incidents } = scenario.incidents;
    startArrivals({
      ...incidents,
      kernel,
      seeds,
      agencyId: profile.id,
      zone: profile.zone,
      city,
      endMs,
      persons,
      callsPerPersonYear:
        (callsForServicePer1000PersonsYear / 1000) * (1 - officerInitiatedShare) * scenario.intensity.incidents,
      onset: (incident, mix) => {
        this.#begin(incident);
        this.#calls.report(incident, mix, false);
      },
    });
  }

  #startMotions(): void {
    const { scenario, kernel, seeds, profile, people, endMs, host } = this.#options;
    startMotions({
      kernel,
      seeds,
      agency: profile.id,
      zone: profile.zone,
      doorbells: people.doorbells.length,
      motionsPerDay: scenario.doorbells.motionsPerDay * scenario.intensity.motions,
      hourShares: MOTION_HOUR_SHARES,
      endMs,
      onMotion: (doorbell) => host.motion(doorbell),
    });
  }

  /** An incident begins, or is found, now. */
  #begin(incident: Incident): void {
    const { kernel, people, city, host } = this.#options;
    const { block, x, y } = incident.place;
    this.incidents.push(incident);
    this.#tally.incident();
    kernel.history.fold(incident.reported * 64 + incident.really);
    kernel.history.fold(x);
    kernel.history.fold(y);
    // A doorbell on the block sees what happens there; its motion does not say what it was.
    const doorbell = people.doorbellOn(city.firstHousehold[block], city.firstHousehold[block + 1]);
    if (doorbell >= 0) host.motion(doorbell);
  }

  /** A 911 call is placed, redials included. */
  #placed(call: Call): void {
    const { scenario, profile } = this.#options;
    if (this.#tally.call(call)) this.reactions.stop();
    if (!isFirstAttempt(call) || scenario.policy.alerts === 'off') return;
    const { lineage } = call.incident;
    const name = callName(call.incident, call.caller);
    this.reactions.echo(name, {
      root: lineage?.root ?? `${profile.id}/${name}`,
      generation: (lineage?.generation ?? 0) + 1,
    });
  }

  /**
   * Police are at the scene of a record. If something of a category that alerts are for really happened there, they may ask residents for
   * video; of several records of one incident, only the first counts.
   */
  #openCase(record: CadRecord): void {
    const incident = this.desk.file(record.recordId)?.incident;
    if (incident == null || incident.really < 0 || incident.records[0] !== record.ordinal) return;
    if (EVENT_TYPES[incident.really].category === null) return;
    const { x, y } = incident.place;
    this.reactions.activeCase({ id: incident.drawKey, x, y, onsetMs: incident.onsetMs });
  }
}
