/**
 * One agency in virtual time: its world, the pipeline under test, and the oracle between them, on one kernel. Everything a pipeline
 * gives is handled at the moment it gives it. What crosses to other agencies leaves in `outbox` and takes at least CROSSING_MS.
 */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { CreatePipeline, Pipeline, PipelineInput, PipelineOutput } from '../../contract/pipeline.ts';
import { distanceSquaredToBox, type Box } from '../../contract/plane.ts';
import { RESIDENTS_PER_AGENCY_MAX, type PreferenceChange, type Roster } from '../../contract/roster.ts';
import type { DELAY_STAGES } from '../../contract/record/kinds.ts';
import type { FaultLine, MapFile } from '../../contract/record/lines.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';
import { CATEGORIES, EVENT_TYPES, type Dialect } from '../../contract/catalogue.ts';
import { buildCity, type City } from '../../simulator/city/city.ts';
import type { FeedMessage, FeedTimes } from '../../simulator/feeds/feed-api.ts';
import { Kernel } from '../../simulator/kernel/kernel.ts';
import type { Incident } from '../../simulator/incidents/incident.ts';
import { KIND } from '../../simulator/kernel/kinds.ts';
import { borderRoster, buildPeople, mergeRosters, rosterOf, type People } from '../../simulator/people/people.ts';
import { alertStimulus, strangeStimulus, type Stimulus } from '../../simulator/reactions/lineage.ts';
import type { VideoCounts } from '../../simulator/reactions/video-portal.ts';
import type { Ledger } from '../../simulator/world/ledger.ts';
import type { ReactionName } from '../../contract/catalogue.ts';
import { CROSSING_MS } from '../../simulator/reactions/reactions.ts';
import type { LoopDay } from '../../simulator/world/tally.ts';
import { World } from '../../simulator/world/world.ts';
import type { Judgement, Oracle, RecordTruth, TruthView } from '../../oracle/oracle-api.ts';
import { alertKey } from '../../oracle/rules/composition.ts';
import { createOracle } from '../../oracle/oracle.ts';
import { FaultLedger } from './fault-ledger.ts';
import { profileOf, type AgencyPlan } from './plan.ts';
import type { Recorder } from './recorder.ts';
import { countedSince, type Staff } from './warm-up.ts';

/** What one shard sends another; delivered, in order of (source, sequence), at the next window's start. */
export type Crossing =
  | { to: number; kind: 'message'; stimulus: Stimulus; residents: number[]; sentMs: number }
  | { to: number; kind: 'preference'; change: PreferenceChange; atMs: number };

export interface Checkpoint {
  agency: string;
  checkpoint: number;
  untilMs: number;
  events: number;
  hash: string;
}

export interface TracedEvent {
  timeMs: number;
  kind: number;
  entity: number;
  ordinal: number;
  /** History hash before the event. */
  hash: string;
}

export interface ShardOptions {
  scenario: Scenario;
  seed: number;
  plan: AgencyPlan;
  agencyCount: number;
  cellSideDm: number;
  create: CreatePipeline;
  endMs: number;
  /** Null: nothing is written down. */
  recorder: Recorder | null;
  /** Whether all that happened is told one by one. */
  ledger: boolean;
}

export type DelayStage = (typeof DELAY_STAGES)[number];

export interface ShardResult {
  index: number;
  id: string;
  name: string;
  feeds: Dialect[];
  population: number;
  households: number;
  doorbells: number;
  appUsers: number;
  historyHash: string;
  events: number;
  motions: number;
  daily: RunRecord['agencies'][number]['daily'];
  checkpoints: Checkpoint[];
  incidents: number;
  calls: number;
  inducedCalls: number;
  inducedIncidents: number;
  posts: number;
  hourlyCalls: number[];
  cadRecords: number;
  cadMessages: number;
  judgement: Judgement;
  faults: FaultLine[];
  receipts: Record<string, number>;
  delays: Record<DelayStage, number[]>;
  police: ReturnType<World['dispatch']['measures']>;
  centre: ReturnType<World['centre']['measures']>;
  newsroom: ReturnType<World['newsroom']['measures']>;
  reactions: Record<ReactionName, number>;
  video: VideoCounts;
  dailyLoop: LoopDay[];
  loopStoppedMs: number | null;
  /** Null unless it was asked for. */
  ledger: Ledger | null;
  map: MapFile['agencies'][number];
  radii: { radiusDm: number; residents: number }[];
}

/** Longest body a pipeline must accept, UTF-16 units: a snapshot of a very busy portal. */
export const BODY_LENGTH_MAX = 4 * 1024 * 1024;
/** Nothing is late in virtual time unless the pipeline itself holds it: outputs come at the moment they are due. */
export const LATENESS_MS_MAX = 5000;
const MAP_BLOCKS_MAX = 4000;
const MAP_INCIDENTS_MAX = 2000;
const MAP_HOMES_MAX = 1500;

export class Shard {
  readonly plan: AgencyPlan;
  readonly box: Box;
  outbox: Crossing[] = [];
  trace: TracedEvent[] | null = null;
  private readonly o: ShardOptions;
  private readonly city: City;
  private readonly people: People;
  private readonly kernel: Kernel;
  private readonly checkpoints: Checkpoint[] = [];
  private world!: World;
  private pipeline!: Pipeline;
  private oracle!: Oracle;
  private readonly ledger = new FaultLedger();
  private readonly keys = new Map<string, string>();
  private readonly firstDoor = new Map<string, { publishedMs: number; doorMs: number }>();
  private readonly receipts: Record<string, number> = {};
  private readonly dailyMessages: number[] = [];
  private readonly dailyAlerts: number[] = [];
  private neighbours: { index: number; box: Box }[] = [];
  private cadMessages = 0;
  private wakeMs = Infinity;
  private wakes = 0;
  /** Whether what this shard's own pipeline publishes reaches residents. */
  private isWired = false;
  private nextCheckpointMs: number;
  /** What police and call-takers had done when the warm-up ended; null before. */
  private warmUp: Staff | null = null;

  constructor(o: ShardOptions) {
    this.o = o;
    this.plan = o.plan;
    const { scenario, seed, plan } = o;
    const seeds = { seed, replication: 0 };
    this.city = buildCity({
      seeds,
      agencyIndex: plan.index,
      agencyCount: o.agencyCount,
      cellSideDm: o.cellSideDm,
      name: `HARTWELL ${plan.index}`,
      persons: plan.persons,
      personsPerHousehold: scenario.people.personsPerHousehold,
      personsPerKm2: scenario.people.personsPerKm2,
      hotSpotSigma: scenario.incidents.hotSpotSigma,
    });
    this.people = buildPeople(this.city, { seeds, ...scenario.people });
    this.box = this.city.box;
    this.kernel = new Kernel(scenario.startMs);
    this.nextCheckpointMs = scenario.startMs + HOUR_MS;
  }

  /** The residents of this agency whom alerts of another, with that jurisdiction, may concern. */
  rosterNear(box: Box): Roster {
    return borderRoster(this.people, box);
  }

  /** Builds pipeline, oracle and world. `border`: the rosters of other agencies' residents near this one; `neighbours`: whose boxes. */
  start(border: Roster[], neighbours: { index: number; box: Box }[]): void {
    const { scenario, seed, plan } = this.o;
    const profile = profileOf(plan, scenario, this.city.gazetteer);
    const roster = mergeRosters([rosterOf(this.people), ...border]);
    this.neighbours = neighbours;
    const config = { agencies: [profile], roster, runKey: runKeyOf(seed), bodyLengthMax: BODY_LENGTH_MAX };
    this.pipeline = this.o.create({ ...config, roster: copyRoster(roster) });
    this.oracle = createOracle({ ...config, toleranceMs: 0, latenessMsMax: LATENESS_MS_MAX });
    this.world = this.buildWorld(profile);
    const { doorbells } = this.people;
    this.o.recorder?.opened({ plan, profile, roster: rosterOf(this.people), doorbells: doorbells.length });
    this.kernel.on(KIND.pipelineWake, () => this.wake());
    this.kernel.on(KIND.crossing, (_entity, payload) =>
      this.handle({ kind: 'preference', change: payload as PreferenceChange }, null),
    );
    this.world.start();
  }

  /** Delivers what other shards sent, then runs until `untilMs`, exclusive. */
  run(untilMs: number, inbox: readonly Crossing[]): void {
    for (const c of inbox) this.receive(c);
    const { kernel } = this;
    while (this.nextCheckpointMs <= untilMs) {
      kernel.runUntil(this.nextCheckpointMs);
      this.checkpoints.push({
        agency: this.plan.id,
        checkpoint: this.checkpoints.length,
        untilMs: this.nextCheckpointMs,
        events: kernel.events,
        hash: kernel.history.hex(),
      });
      this.endWarmUp(this.nextCheckpointMs);
      this.nextCheckpointMs += HOUR_MS;
    }
    kernel.runUntil(untilMs);
  }

  /** From now on residents react to what `received` tells alone: they are told of it by another platform, over a wire. */
  wire(): void {
    this.isWired = true;
  }

  /** What residents react to in a message of this agency; null for one that is not its own. */
  stimulusOf(kind: 'alert' | 'post', id: string): Stimulus | null {
    if (kind === 'post') return this.world.postStimulus(id) ?? null;
    const recordId = this.keys.get(id.split('.')[0]);
    return recordId === undefined ? null : alertStimulus(id, this.world.desk.file(recordId)?.incident?.lineage);
  }

  /**
   * A message of that platform reached residents of this agency (indices) at `atMs`, which may be some time ago. Whoever reacts within CROSSING_MS
   * of it can't be held up any more: returns by how many ms that makes the reactions later than they should be.
   */
  received(stimulus: Stimulus, residents: number[], atMs: number): number {
    const sentMs = Math.max(atMs, this.kernel.nowMs - CROSSING_MS);
    this.world.onMessage(stimulus, residents, sentMs);
    return sentMs - atMs;
  }

  /** What it is known by, and all that happened so far, hashed. */
  history(): Pick<ShardResult, 'id' | 'historyHash'> {
    return { id: this.plan.id, historyHash: this.kernel.history.hex() };
  }

  /** Everything that happened so far, in order. */
  incidents(): readonly Incident[] {
    return this.world.incidents;
  }

  /** What the world knows of its records, as things stand. */
  truth(): TruthView {
    return {
      record: (_agency, recordId): RecordTruth | null => {
        const file = this.world.desk.file(recordId);
        if (file === undefined || file.incident === null) return null;
        const { incident } = file;
        return {
          incident: incident.key,
          onsetMs: incident.onsetMs,
          nothing: incident.really < 0,
          category: incident.really < 0 ? null : EVENT_TYPES[incident.really].category,
          places: this.world.placesOf(incident),
          withdrawnMs: file.withdrawnMs,
        };
      },
    };
  }

  /** From now on, every event is written down. */
  startTrace(): void {
    const events: TracedEvent[] = [];
    this.trace = events;
    this.kernel.trace = (timeMs, kind, entity, ordinal) =>
      events.push({ timeMs, kind, entity, ordinal, hash: this.kernel.history.hex() });
  }

  finish(): ShardResult {
    const { plan, world, city, people, kernel } = this;
    const judgement = this.oracle.judge(this.truth());
    const delays: ShardResult['delays'] = {
      notice: [],
      answer: [],
      entry: [],
      publication: [],
      transport: [],
      review: [],
      total: [],
    };
    for (const line of judgement.lines) {
      if (line.msgType !== 'Alert') continue;
      this.measureDelay(line, delays);
    }
    const counts = world.counts();
    const { police, centre } = this.warmUp === null ? this.staff() : countedSince(this.staff(), this.warmUp);
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
      daily: counts.daily.map((d, day) => ({
        ...d,
        cadMessages: this.dailyMessages[day] ?? 0,
        alerts: this.dailyAlerts[day] ?? 0,
      })),
      checkpoints: this.checkpoints,
      incidents: world.incidents.length,
      calls: counts.calls,
      inducedCalls: counts.inducedCalls,
      inducedIncidents: counts.inducedIncidents,
      posts: counts.posts,
      hourlyCalls: counts.hourlyCalls,
      cadRecords: world.desk.records(),
      cadMessages: this.cadMessages,
      judgement,
      faults: this.ledger.settle(world.feedTally()),
      receipts: this.receipts,
      delays,
      police,
      centre,
      newsroom: world.newsroom.measures(),
      reactions: world.reactions.counts(),
      video: world.reactions.video(),
      dailyLoop: counts.dailyLoop,
      loopStoppedMs: counts.loopStoppedMs,
      ledger: this.o.ledger ? world.ledger() : null,
      map: this.drawMap(),
      radii: radiiOf(people),
    };
  }

  // --- internal ---

  private staff(): Staff {
    return { police: this.world.dispatch.measures(), centre: this.world.centre.measures() };
  }

  /** A warm-up lasts whole hours: it ends with a checkpoint, before anything else of that moment. */
  private endWarmUp(reachedMs: number): void {
    const { startMs, warmUpHours } = this.o.scenario;
    if (warmUpHours > 0 && reachedMs === startMs + warmUpHours * HOUR_MS) this.warmUp = this.staff();
  }

  private buildWorld(profile: AgencyProfile): World {
    const { scenario, seed, plan } = this.o;
    return new World({
      scenario,
      seeds: { seed, replication: 0 },
      agencyIndex: plan.index,
      persons: plan.persons,
      profile,
      // A feed that another replaces is withdrawn by the switch itself.
      withdrawMs: plan.feeds.length > 1 ? null : plan.withdrawnMs,
      city: this.city,
      people: this.people,
      kernel: this.kernel,
      endMs: this.o.endMs,
      host: {
        door: (message, manifest, times) => this.door(message, manifest, times),
        preference: (change) => this.take({ kind: 'preference', change }),
        preferenceAhead: (change, atMs) => this.tellNeighbours(change, atMs),
        post: (post, privates) => {
          this.learnPrivate(post.postId, privates);
          this.take({ kind: 'post', ...post });
        },
        review: (ticket, decision) => this.take({ kind: 'review', ticket, decision }),
        motion: (doorbell) => {
          const input = { kind: 'motion', doorbell } as const;
          this.o.recorder?.input(plan.index, this.kernel.nowMs, input);
          this.pipeline.handle(input, this.kernel.nowMs);
        },
        fault: (fault) => {
          this.o.recorder?.fault(plan.index, fault);
          this.ledger.inject(plan.id, fault);
        },
        learnPrivate: (recordId, strings) => this.learnPrivate(recordId, strings),
        recordOf: (incidents) => this.keys.get(incidents) ?? null,
      },
    });
  }

  private door(message: FeedMessage, manifest: MessageManifest, times: FeedTimes): void {
    const { kernel, o, plan } = this;
    this.cadMessages += 1;
    const day = this.today();
    this.dailyMessages[day] = (this.dailyMessages[day] ?? 0) + 1;
    for (const row of manifest.rows) {
      if (this.firstDoor.has(row.recordId)) continue;
      this.firstDoor.set(row.recordId, { publishedMs: times.publishedMs, doorMs: kernel.nowMs });
      this.keys.set(alertKey(runKeyOf(o.seed), plan.id, row.recordId), row.recordId);
    }
    this.ledger.arrived(message.messageId, message.dialect, kernel.nowMs);
    const input = { kind: 'cad', ...message } as const;
    o.recorder?.message(plan.index, kernel.nowMs, input, manifest, times);
    this.handle(input, manifest);
  }

  /** What residents and the news team of this agency do to the platform. */
  private take(input: Extract<PipelineInput, { kind: 'preference' | 'review' | 'post' }>): void {
    this.o.recorder?.input(this.plan.index, this.kernel.nowMs, input);
    this.handle(input, null);
  }

  private learnPrivate(recordId: string, strings: PrivateString[]): void {
    this.o.recorder?.privates(this.plan.index, recordId, strings);
    this.oracle.learnPrivate(this.plan.id, recordId, strings);
  }

  private today(): number {
    return Math.floor((this.kernel.nowMs - this.o.scenario.startMs) / DAY_MS);
  }

  private handle(input: PipelineInput, manifest: MessageManifest | null): void {
    const { kernel } = this;
    if (input.kind !== 'wake') this.oracle.door(input, manifest, kernel.nowMs);
    for (const output of this.pipeline.handle(input, kernel.nowMs)) {
      this.oracle.observe(output, kernel.nowMs);
      this.follow(output);
    }
    this.scheduleWake();
  }

  private follow(output: PipelineOutput): void {
    const { kernel, world } = this;
    switch (output.kind) {
      case 'receipt':
        for (const row of output.rows) {
          this.receipts[row.outcome] = (this.receipts[row.outcome] ?? 0) + 1;
          kernel.history.foldText(row.outcome);
        }
        this.ledger.receipt(output.messageId, output.rows);
        return;
      case 'publish': {
        kernel.history.foldText(output.frame);
        for (const id of output.audience) kernel.history.fold(id);
        if (output.alert.msgType !== 'Alert') return;
        const day = this.today();
        this.dailyAlerts[day] = (this.dailyAlerts[day] ?? 0) + 1;
        this.spread('alert', output.alert.identifier, output.audience);
        return;
      }
      case 'post':
        kernel.history.foldText(output.text);
        this.spread('post', output.postId, output.audience);
        return;
      case 'review-request':
        world.onReviewRequest(output.ticket, output.incidents);
        return;
      case 'review-withdrawn':
        world.onReviewWithdrawn(output.ticket);
        return;
      case 'suppressed':
      case 'withheld':
      case 'log':
        return;
    }
  }

  /** Tells each resident's own agency what reached it: this one now, others through the outbox. */
  private spread(kind: 'alert' | 'post', id: string, audience: Uint32Array): void {
    if (this.isWired) return;
    const stimulus = this.stimulusOf(kind, id) ?? strangeStimulus(kind, id);
    const byAgency = new Map<number, number[]>();
    for (const resident of audience) {
      const agency = Math.floor(resident / RESIDENTS_PER_AGENCY_MAX);
      const list = byAgency.get(agency);
      if (list === undefined) byAgency.set(agency, [resident % RESIDENTS_PER_AGENCY_MAX]);
      else list.push(resident % RESIDENTS_PER_AGENCY_MAX);
    }
    const sentMs = this.kernel.nowMs;
    for (const [agency, residents] of byAgency) {
      const crossing: Crossing = { to: agency, kind: 'message', stimulus, residents, sentMs };
      if (agency === this.plan.index) this.receive(crossing);
      else this.outbox.push(crossing);
    }
  }

  private receive(c: Crossing): void {
    switch (c.kind) {
      case 'message':
        this.world.onMessage(c.stimulus, c.residents, c.sentMs);
        return;
      case 'preference':
        this.kernel.schedule(c.atMs, KIND.crossing, c.change.resident, c.change.quit === true ? 1 : 0, c.change);
        return;
    }
  }

  private tellNeighbours(change: PreferenceChange, atMs: number): void {
    const i = change.resident % RESIDENTS_PER_AGENCY_MAX;
    const { x, y, radiusDm } = this.people;
    for (const { index, box } of this.neighbours) {
      if (distanceSquaredToBox(x[i], y[i], box) <= radiusDm[i] * radiusDm[i])
        this.outbox.push({ to: index, kind: 'preference', change, atMs });
    }
  }

  private scheduleWake(): void {
    const at = this.pipeline.nextWakeMs();
    if (at >= this.wakeMs || at >= this.o.endMs) return;
    this.wakeMs = Math.max(at, this.kernel.nowMs);
    this.wakes = (this.wakes + 1) % 65_536;
    this.kernel.schedule(this.wakeMs, KIND.pipelineWake, 0, this.wakes);
  }

  private wake(): void {
    if (this.kernel.nowMs !== this.wakeMs) return;
    this.wakeMs = Infinity;
    this.handle({ kind: 'wake' }, null);
  }

  private measureDelay(line: Judgement['lines'][number], delays: ShardResult['delays']): void {
    const recordId = this.keys.get(line.incidents);
    const file = recordId === undefined ? undefined : this.world.desk.file(recordId);
    const door = recordId === undefined ? undefined : this.firstDoor.get(recordId);
    if (file?.incident == null || door === undefined) return;
    const legs: Record<DelayStage, number> = {
      notice: file.callMs - file.incident.onsetMs,
      answer: file.answeredMs - file.callMs,
      entry: file.record.entryMs - file.answeredMs,
      publication: door.publishedMs - file.record.entryMs,
      transport: door.doorMs - door.publishedMs,
      review: line.sentMs - door.doorMs,
      total: line.sentMs - file.incident.onsetMs,
    };
    line.delayMs = legs;
    for (const stage of Object.keys(legs) as DelayStage[]) delays[stage].push(legs[stage]);
  }

  private drawMap(): ShardResult['map'] {
    const { city, people, world, plan } = this;
    const { blockBox } = city.gazetteer;
    const count = city.density.length;
    const every = (length: number, most: number): number => Math.max(1, Math.ceil(length / most));
    const blocks: number[][] = [];
    for (let i = 0; i < count; i += every(count, MAP_BLOCKS_MAX)) {
      blocks.push([...centreLine(blockBox.subarray(4 * i, 4 * i + 4)), city.density[i]]);
    }
    const incidents: number[][] = [];
    for (let i = 0; i < world.incidents.length; i += every(world.incidents.length, MAP_INCIDENTS_MAX)) {
      const it = world.incidents[i];
      const category = it.really < 0 ? null : EVENT_TYPES[it.really].category;
      const minutes = Math.round((it.onsetMs - this.o.scenario.startMs) / 60_000);
      incidents.push([
        it.place.x,
        it.place.y,
        minutes,
        it.really < 0 ? 0 : 1,
        category === null ? -1 : CATEGORIES.indexOf(category),
      ]);
    }
    const appUsers: number[][] = [];
    for (let i = 0; i < people.x.length; i += every(people.x.length, MAP_HOMES_MAX))
      appUsers.push([people.x[i], people.y[i]]);
    return { id: plan.id, name: plan.name, box: city.box, blocks, incidents, appUsers };
  }
}

/** Key of the HMAC that names this run's alerts. */
export function runKeyOf(seed: number): string {
  return `hundredblock/${seed}`;
}

/** The street along the middle of a block's box. */
function centreLine([x0, y0, x1, y1]: Int32Array): number[] {
  const x = Math.round((x0 + x1) / 2);
  const y = Math.round((y0 + y1) / 2);
  return x1 - x0 >= y1 - y0 ? [x0, y, x1, y] : [x, y0, x, y1];
}

function radiiOf(people: People): { radiusDm: number; residents: number }[] {
  const counts = new Map<number, number>();
  for (const radiusDm of people.radiusDm) counts.set(radiusDm, (counts.get(radiusDm) ?? 0) + 1);
  return [...counts].sort((a, b) => a[0] - b[0]).map(([radiusDm, residents]) => ({ radiusDm, residents }));
}

/** The pipeline gets columns of its own: it may change them, and the oracle's must not follow. */
function copyRoster(r: Roster): Roster {
  return {
    ids: r.ids.slice(),
    x: r.x.slice(),
    y: r.y.slice(),
    radiusDm: r.radiusDm.slice(),
    categories: r.categories.slice(),
    flags: r.flags.slice(),
  };
}
