/**
 * One agency in virtual time: its world, the pipeline under test and the oracle between the two, on one kernel. The shard handles each output of the
 * pipeline at the moment it is given. Messages to other agencies leave through `outbox` and take at least CROSSING_MS.
 */
import type { AgencyProfile } from '../../contract/agency.ts';
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { CreatePipeline, Pipeline, PipelineInput, PipelineOutput } from '../../contract/pipeline.ts';
import { distanceSquaredToBox, type Box } from '../../contract/plane.ts';
import { RESIDENTS_PER_AGENCY_MAX, type PreferenceChange, type Roster } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';
import type { Oracle, RecordTruth, TruthView } from '../../oracle/oracle-api.ts';
import { createOracle } from '../../oracle/oracle.ts';
import { buildCity, type City } from '../../simulator/city/city.ts';
import type { FeedMessage, FeedTimes } from '../../simulator/feeds/feed-api.ts';
import type { Incident } from '../../simulator/incidents/incident.ts';
import { Kernel } from '../../simulator/kernel/kernel.ts';
import { KIND } from '../../simulator/kernel/kinds.ts';
import { borderRoster, buildPeople, mergeRosters, residentRoster, type People } from '../../simulator/people/people.ts';
import { alertStimulus, strangeStimulus, type Stimulus } from '../../simulator/reactions/lineage.ts';
import { CROSSING_MS } from '../../simulator/reactions/reactions.ts';
import { World } from '../../simulator/world/world.ts';
import { Arrivals } from './arrivals.ts';
import { splitByAgency, type Crossing } from './crossings.ts';
import { FaultLedger } from './fault-ledger.ts';
import { PipelineWakes } from './pipeline-wakes.ts';
import { agencyProfile, BODY_LENGTH_MAX, LATENESS_MS_MAX, runKey, type AgencyPlan } from './plan.ts';
import type { Recorder } from './recorder.ts';
import { countRadii, drawMap } from './shard-map.ts';
import type { Checkpoint, DelayStage, ShardResult, TracedEvent } from './shard-result.ts';
import { withoutWarmUp, type StaffMeasures } from './warm-up.ts';

export interface ShardOptions {
  scenario: Scenario;
  seed: number;
  plan: AgencyPlan;
  agencyCount: number;
  cellSideDm: number;
  create: CreatePipeline;
  endMs: number;
  /** Is told what reaches the pipeline; null if nothing is written down. */
  recorder: Recorder | null;
  /** Whether the result lists every call, job and post. */
  ledger: boolean;
}

/** Another agency, and the box that its residents live in. */
export interface AgencyBox {
  index: number;
  box: Box;
}

export class Shard {
  readonly plan: AgencyPlan;
  readonly box: Box;
  /** Messages to other agencies. Whoever runs the shard empties it after each window. */
  outbox: Crossing[] = [];
  /** Events since `startTrace`; null before it. */
  trace: TracedEvent[] | null = null;
  readonly #options: ShardOptions;
  readonly #city: City;
  readonly #people: People;
  readonly #kernel: Kernel;
  readonly #arrivals: Arrivals;
  readonly #wakes: PipelineWakes;
  readonly #faults = new FaultLedger();
  readonly #checkpoints: Checkpoint[] = [];
  readonly #receipts: Record<string, number> = {};
  readonly #dailyMessages: number[] = [];
  readonly #dailyAlerts: number[] = [];
  #world!: World;
  #pipeline!: Pipeline;
  #oracle!: Oracle;
  #neighbours: readonly AgencyBox[] = [];
  #cadMessages = 0;
  /** If true, residents react to what reaches them over a wire, not to what this shard's own pipeline publishes. */
  #isWired = false;
  #nextCheckpointMs: number;
  /** Measures of police and call-takers at the end of the warm-up; null before it. */
  #warmUp: StaffMeasures | null = null;

  constructor(options: ShardOptions) {
    const { scenario, seed, plan, endMs } = options;
    const seeds = { seed, replication: 0 };
    this.#options = options;
    this.plan = plan;
    this.#city = buildCity({
      seeds,
      agencyIndex: plan.index,
      agencyCount: options.agencyCount,
      cellSideDm: options.cellSideDm,
      name: `HARTWELL ${plan.index}`,
      persons: plan.persons,
      personsPerHousehold: scenario.people.personsPerHousehold,
      personsPerKm2: scenario.people.personsPerKm2,
      hotSpotSigma: scenario.incidents.hotSpotSigma,
    });
    this.#people = buildPeople(this.#city, { seeds, ...scenario.people });
    this.box = this.#city.box;
    this.#kernel = new Kernel(scenario.startMs);
    this.#arrivals = new Arrivals(plan.id, seed);
    this.#wakes = new PipelineWakes(this.#kernel, endMs, () => this.#handle({ kind: 'wake' }, null));
    this.#nextCheckpointMs = scenario.startMs + HOUR_MS;
  }

  /** The residents of this agency whom an alert of the agency in `box` may reach. */
  rosterNear(box: Box): Roster {
    return borderRoster(this.#people, box);
  }

  /** Builds pipeline, oracle and world. `border` holds the rosters of other agencies' residents near this one, `neighbours` the agencies near its own. */
  start(border: Roster[], neighbours: readonly AgencyBox[]): void {
    const { scenario, seed, create, recorder } = this.#options;
    const { plan } = this;
    const roster = mergeRosters([residentRoster(this.#people), ...border]);
    const profile = agencyProfile(plan, scenario, this.#city.gazetteer);
    const config = { agencies: [profile], roster, runKey: runKey(seed), bodyLengthMax: BODY_LENGTH_MAX };
    this.#neighbours = neighbours;
    this.#pipeline = create({ ...config, roster: copyRoster(roster) });
    this.#oracle = createOracle({ ...config, toleranceMs: 0, latenessMsMax: LATENESS_MS_MAX });
    this.#world = this.#buildWorld(profile);
    recorder?.opened({ plan, profile, roster: residentRoster(this.#people), doorbells: this.#people.doorbells.length });
    this.#kernel.on(KIND.crossing, (_entity, payload) =>
      this.#handle({ kind: 'preference', change: payload as PreferenceChange }, null),
    );
    this.#world.start();
  }

  /** Delivers what other shards sent, then runs until `untilMs`, exclusive. */
  run(untilMs: number, inbox: readonly Crossing[]): void {
    for (const crossing of inbox) this.#receive(crossing);
    while (this.#nextCheckpointMs <= untilMs) {
      this.#kernel.runUntil(this.#nextCheckpointMs);
      this.#checkpoint(this.#nextCheckpointMs);
      this.#nextCheckpointMs += HOUR_MS;
    }
    this.#kernel.runUntil(untilMs);
  }

  /** From now on residents react only to what `receiveFromWire` tells: another platform sends to them, over a wire. */
  connectToWire(): void {
    this.#isWired = true;
  }

  /** The stimulus by which residents react to an alert or a post of this agency; null if the message is not this agency's own. */
  stimulus(kind: 'alert' | 'post', id: string): Stimulus | null {
    if (kind === 'post') return this.#world.postStimulus(id) ?? null;
    const recordId = this.#arrivals.recordId(id.split('.')[0]);
    return recordId === null ? null : alertStimulus(id, this.#world.desk.file(recordId)?.incident?.lineage);
  }

  /**
   * A message reached residents of this agency (indices) over the wire at `atMs`, which may lie in the past. A reaction that is due within CROSSING_MS of the
   * message may be overdue by now: returns by how many ms reactions are later than they should be.
   */
  receiveFromWire(stimulus: Stimulus, residents: number[], atMs: number): number {
    const sentMs = Math.max(atMs, this.#kernel.nowMs - CROSSING_MS);
    this.#world.onMessage(stimulus, residents, sentMs);
    return sentMs - atMs;
  }

  /** The hash of all that has happened, under the agency's id. */
  history(): Pick<ShardResult, 'id' | 'historyHash'> {
    return { id: this.plan.id, historyHash: this.#kernel.history.hex() };
  }

  /** All incidents that have happened, in order. */
  incidents(): readonly Incident[] {
    return this.#world.incidents;
  }

  /** The truth about this agency's records, as the world knows it by now. */
  truth(): TruthView {
    const world = this.#world;
    return {
      record: (_agency, recordId): RecordTruth | null => {
        const file = world.desk.file(recordId);
        if (file === undefined || file.incident === null) return null;
        const { incident } = file;
        return {
          incident: incident.key,
          onsetMs: incident.onsetMs,
          nothing: incident.really < 0,
          category: incident.really < 0 ? null : EVENT_TYPES[incident.really].category,
          places: world.placesOf(incident),
          withdrawnMs: file.withdrawnMs,
        };
      },
    };
  }

  /** From now on, writes down every event. */
  startTrace(): void {
    const events: TracedEvent[] = [];
    this.trace = events;
    this.#kernel.trace = (timeMs, kind, entity, ordinal) =>
      events.push({ timeMs, kind, entity, ordinal, hash: this.#kernel.history.hex() });
  }

  /** Judges the run, and gives everything that it keeps of this agency. */
  finish(): ShardResult {
    const { plan } = this;
    const { startMs } = this.#options.scenario;
    const [world, city, people, kernel] = [this.#world, this.#city, this.#people, this.#kernel];
    const judgement = this.#oracle.judge(this.truth());
    const delays = this.#addDelays(judgement.lines);
    const counts = world.counts();
    const whole = this.#measureStaff();
    const { police, centre } = this.#warmUp === null ? whole : withoutWarmUp(whole, this.#warmUp);
    return {
      index: plan.index,
      id: plan.id,
      name: plan.name,
      feeds: plan.feeds.map((f) => f.dialect),
      population: plan.persons,
      households: city.households,
      doorbells: people.doorbells.length,
      appUsers: people.person.length,
      historyHash: kernel.history.hex(),
      events: kernel.events,
      motions: kernel.motions,
      daily: counts.daily.map((counted, day) => ({
        ...counted,
        cadMessages: this.#dailyMessages[day] ?? 0,
        alerts: this.#dailyAlerts[day] ?? 0,
      })),
      checkpoints: this.#checkpoints,
      incidents: world.incidents.length,
      calls: counts.calls,
      inducedCalls: counts.inducedCalls,
      inducedIncidents: counts.inducedIncidents,
      posts: counts.posts,
      hourlyCalls: counts.hourlyCalls,
      cadRecords: world.desk.records(),
      cadMessages: this.#cadMessages,
      judgement,
      faults: this.#faults.settle(world.feedTally()),
      receipts: this.#receipts,
      delays,
      police,
      centre,
      newsroom: world.newsroom.measures(),
      reactions: world.reactions.counts(),
      video: world.reactions.video(),
      dailyLoop: counts.dailyLoop,
      loopStoppedMs: counts.loopStoppedMs,
      ledger: this.#options.ledger ? world.ledger() : null,
      map: drawMap({ id: plan.id, name: plan.name, city, people, incidents: world.incidents, startMs }),
      radii: countRadii(people),
    };
  }

  // --- internal ---

  #buildWorld(profile: AgencyProfile): World {
    const { scenario, seed, recorder, endMs } = this.#options;
    const { plan } = this;
    return new World({
      scenario,
      seeds: { seed, replication: 0 },
      agencyIndex: plan.index,
      persons: plan.persons,
      profile,
      // If another feed replaces this one, the switch itself withdraws it.
      withdrawMs: plan.feeds.length > 1 ? null : plan.withdrawnMs,
      city: this.#city,
      people: this.#people,
      kernel: this.#kernel,
      endMs,
      host: {
        door: (message, manifest, times) => this.#door(message, manifest, times),
        preference: (change) => this.#take({ kind: 'preference', change }),
        preferenceAhead: (change, atMs) => this.#tellNeighbours(change, atMs),
        post: (post, privates) => {
          this.#learnPrivate(post.postId, privates);
          this.#take({ kind: 'post', ...post });
        },
        review: (ticket, decision) => this.#take({ kind: 'review', ticket, decision }),
        motion: (doorbell) => {
          const input = { kind: 'motion', doorbell } as const;
          recorder?.input(plan.index, this.#kernel.nowMs, input);
          this.#pipeline.handle(input, this.#kernel.nowMs);
        },
        fault: (fault) => {
          recorder?.fault(plan.index, fault);
          this.#faults.inject(plan.id, fault);
        },
        learnPrivate: (recordId, strings) => this.#learnPrivate(recordId, strings),
        recordOf: (incidents) => this.#arrivals.recordId(incidents),
      },
    });
  }

  /** A CAD message is at the platform's door. */
  #door(message: FeedMessage, manifest: MessageManifest, times: FeedTimes): void {
    const { nowMs } = this.#kernel;
    const day = this.#today();
    this.#cadMessages += 1;
    this.#dailyMessages[day] = (this.#dailyMessages[day] ?? 0) + 1;
    this.#arrivals.note(manifest, times.publishedMs, nowMs);
    this.#faults.arrived(message.messageId, message.dialect, nowMs);
    const input = { kind: 'cad', ...message } as const;
    this.#options.recorder?.message(this.plan.index, nowMs, input, manifest, times);
    this.#handle(input, manifest);
  }

  /** A resident or the news team of this agency gives the platform something to do. */
  #take(input: Extract<PipelineInput, { kind: 'preference' | 'review' | 'post' }>): void {
    this.#options.recorder?.input(this.plan.index, this.#kernel.nowMs, input);
    this.#handle(input, null);
  }

  #learnPrivate(recordId: string, strings: PrivateString[]): void {
    this.#options.recorder?.privates(this.plan.index, recordId, strings);
    this.#oracle.learnPrivate(this.plan.id, recordId, strings);
  }

  #handle(input: PipelineInput, manifest: MessageManifest | null): void {
    const { nowMs } = this.#kernel;
    if (input.kind !== 'wake') this.#oracle.door(input, manifest, nowMs);
    for (const output of this.#pipeline.handle(input, nowMs)) {
      this.#oracle.observe(output, nowMs);
      this.#follow(output);
    }
    this.#wakes.plan(this.#pipeline.nextWakeMs());
  }

  /** Lets the world react to an output. The history hash holds everything that a target must give in the same way. */
  #follow(output: PipelineOutput): void {
    const { history } = this.#kernel;
    switch (output.kind) {
      case 'receipt':
        for (const row of output.rows) {
          this.#receipts[row.outcome] = (this.#receipts[row.outcome] ?? 0) + 1;
          history.foldText(row.outcome);
        }
        this.#faults.receipt(output.messageId, output.rows);
        return;
      case 'publish': {
        history.foldText(output.frame);
        for (const id of output.audience) history.fold(id);
        if (output.alert.msgType !== 'Alert') return;
        const day = this.#today();
        this.#dailyAlerts[day] = (this.#dailyAlerts[day] ?? 0) + 1;
        this.#spread('alert', output.alert.identifier, output.audience);
        return;
      }
      case 'post':
        history.foldText(output.text);
        this.#spread('post', output.postId, output.audience);
        return;
      case 'review-request':
        this.#world.onReviewRequest(output.ticket, output.incidents);
        return;
      case 'review-withdrawn':
        this.#world.onReviewWithdrawn(output.ticket);
        return;
      case 'suppressed':
      case 'withheld':
      case 'log':
        return;
    }
  }

  /** Gives a message to the agencies of its audience: to this one at once, to others through the outbox. */
  #spread(kind: 'alert' | 'post', id: string, audience: Uint32Array): void {
    if (this.#isWired) return;
    const stimulus = this.stimulus(kind, id) ?? strangeStimulus(kind, id);
    const sentMs = this.#kernel.nowMs;
    for (const [agency, residents] of splitByAgency(audience)) {
      const crossing: Crossing = { to: agency, kind: 'message', stimulus, residents, sentMs };
      if (agency === this.plan.index) this.#receive(crossing);
      else this.outbox.push(crossing);
    }
  }

  #receive(crossing: Crossing): void {
    switch (crossing.kind) {
      case 'message':
        this.#world.onMessage(crossing.stimulus, crossing.residents, crossing.sentMs);
        return;
      case 'preference': {
        const { change, atMs } = crossing;
        this.#kernel.schedule(atMs, KIND.crossing, change.resident, change.quit === true ? 1 : 0, change);
        return;
      }
    }
  }

  /** A resident's new settings hold at other agencies too, if these are within the resident's radius. */
  #tellNeighbours(change: PreferenceChange, atMs: number): void {
    const i = change.resident % RESIDENTS_PER_AGENCY_MAX;
    const { x, y, radiusDm } = this.#people;
    for (const { index, box } of this.#neighbours) {
      if (distanceSquaredToBox(x[i], y[i], box) <= radiusDm[i] * radiusDm[i])
        this.outbox.push({ to: index, kind: 'preference', change, atMs });
    }
  }

  #today(): number {
    return Math.floor((this.#kernel.nowMs - this.#options.scenario.startMs) / DAY_MS);
  }

  /** A warm-up lasts whole hours: it ends with a checkpoint, before anything else of that moment. */
  #checkpoint(untilMs: number): void {
    const { startMs, warmUpHours } = this.#options.scenario;
    this.#checkpoints.push({
      agency: this.plan.id,
      checkpoint: this.#checkpoints.length,
      untilMs,
      events: this.#kernel.events,
      hash: this.#kernel.history.hex(),
    });
    if (warmUpHours > 0 && untilMs === startMs + warmUpHours * HOUR_MS) this.#warmUp = this.#measureStaff();
  }

  #measureStaff(): StaffMeasures {
    return { police: this.#world.dispatch.measures(), centre: this.#world.centre.measures() };
  }

  /** Writes the delays of each alert into its line, and gives all of them by leg. */
  #addDelays(lines: ShardResult['judgement']['lines']): ShardResult['delays'] {
    const all: ShardResult['delays'] = {
      notice: [],
      answer: [],
      entry: [],
      publication: [],
      transport: [],
      review: [],
      total: [],
    };
    for (const line of lines) {
      if (line.msgType !== 'Alert') continue;
      const legs = this.#arrivals.delays(line, this.#world.desk);
      if (legs === null) continue;
      line.delayMs = legs;
      for (const stage of Object.keys(legs) as DelayStage[]) all[stage].push(legs[stage]);
    }
    return all;
  }
}

/** A copy for the pipeline, which may change its columns: those of the oracle must not follow. */
function copyRoster(roster: Roster): Roster {
  return {
    ids: roster.ids.slice(),
    x: roster.x.slice(),
    y: roster.y.slice(),
    radiusDm: roster.radiusDm.slice(),
    categories: roster.categories.slice(),
    flags: roster.flags.slice(),
  };
}
