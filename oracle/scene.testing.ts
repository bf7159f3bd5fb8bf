/**
 * A small world made by hand: six agencies, one of each dialect, each with a chequered town, and the manifests of what their feeds
 * say. It uses nothing of the simulator, so that a fault of the simulator can't hide one of a pipeline or of the oracle.
 */
import seedrandom from 'seedrandom';
import type { AgencyProfile } from '../contract/agency.ts';
import { type Dialect, DIALECTS, EVENT_TYPES, type EventType, naturesOf } from '../contract/catalogue.ts';
import { SEATTLE_COLUMNS } from '../contract/dialects.ts';
import type { Gazetteer } from '../contract/gazetteer.ts';
import type {
  ManifestRow,
  MessageManifest,
  PrivateString,
  PublishedDisposition,
  PublishedLocation,
  RecordStatus,
} from '../contract/manifest.ts';
import type { CreatePipeline, Pipeline, PipelineConfig, PipelineInput, PipelineOutput } from '../contract/pipeline.ts';
import { dmToDegrees } from '../contract/plane.ts';
import { DEFAULT_POLICY, type Policy } from '../contract/policy.ts';
import { RESIDENTS_PER_AGENCY_MAX, type Roster } from '../contract/roster.ts';
import { civilFromMs, formatIso, HOUR_MS, MINUTE_MS, pad, SECOND_MS, utcMs } from '../contract/time.ts';
import { zoneOffsetMin } from '../contract/zones.ts';
import type { Judgement, Oracle, RecordTruth, TruthView } from './oracle-api.ts';
import { createOracle } from './oracle.ts';

/** One input to a pipeline, with what the oracle must be told beside it. */
export interface SceneEvent {
  atMs: number;
  input: PipelineInput;
  manifest: MessageManifest | null;
  secrets: { recordId: string; strings: PrivateString[] }[];
}

/** A world that is ready to run: `drive` runs it. */
export interface Scene {
  config: PipelineConfig;
  /** In time order. */
  events: SceneEvent[];
  truth: TruthView;
}

/** The size of a scene, and its policy. */
export interface SceneOptions {
  seed: number;
  incidentsPerAgency: number;
  residentsPerAgency: number;
  hours: number;
  /** Changes to the default policy, the same for all agencies. */
  policy?: Partial<Policy>;
  /** Further changes, from half-way through the scene on. */
  policyLater?: Partial<Policy>;
}

const SCENE_START_MS = utcMs(2026, 6, 1, 6);
const SCENE_RUN_KEY = 'handmade run key';
const ZONE = 'America/Chicago';
const TOWN_DM = 8 * 1000;
/** Towns lie apart by more than the town's width and less than the largest radius, so that alerts cross borders. */
const TOWN_STEP_DM = 12_000;
const STREETS = ['E OAK AVE', 'W MAPLE ST', 'N 5TH AVE', 'N 6TH AVE', 'S ELM BLVD', 'COUNTY RD 9'];

/** One record as its feed knows it. Each change makes a new one. */
interface HandRecord {
  id: string;
  event: EventType;
  onsetMs: number;
  incidentMs: number;
  status: RecordStatus;
  disposition: PublishedDisposition;
  location: PublishedLocation;
  secrets: PrivateString[];
}

type Random = () => number;

/** Makes a scene from its seed: the same options give the same scene. */
export function makeScene(options: SceneOptions): Scene {
  const random: Random = seedrandom.alea(`handmade ${options.seed}`);
  const agencies = DIALECTS.map((dialect, i) => makeAgency(dialect, i, options));
  const roster = makeRoster(random, agencies.length, options.residentsPerAgency);
  const config = { agencies, roster, runKey: SCENE_RUN_KEY, bodyLengthMax: 20_000 };
  const truths = new Map<string, RecordTruth>();
  const events: SceneEvent[] = [];
  agencies.forEach((profile, a) => events.push(...agencyEvents(random, profile, a, options, truths)));
  events.push(...preferenceEvents(random, roster, options));
  const ordered = events
    .map((event, ordinal) => ({ event, ordinal }))
    .sort((a, b) => a.event.atMs - b.event.atMs || a.ordinal - b.ordinal);
  return {
    config,
    events: ordered.map((o) => o.event),
    truth: { record: (agency, id) => truths.get(`${agency}\n${id}`) ?? null },
  };
}

/** A scene that was run, with everything that the pipeline gave. */
export interface Driven {
  judgement: Judgement;
  outputs: { atMs: number; output: PipelineOutput }[];
  pipeline: Pipeline;
}

/** Runs a scene through a pipeline and has the oracle judge it. Reviewers decide by the ticket's id alone. */
export function drive(
  scene: Scene,
  create: CreatePipeline,
  change: { toleranceMs?: number; latenessMsMax?: number } = {},
): Driven {
  const pipeline = create(scene.config);
  const oracle = createOracle({
    ...scene.config,
    toleranceMs: change.toleranceMs ?? 0,
    latenessMsMax: change.latenessMsMax ?? MINUTE_MS,
  });
  const outputs: { atMs: number; output: PipelineOutput }[] = [];
  const decisions: { atMs: number; input: PipelineInput }[] = [];
  const hand = (input: PipelineInput, manifest: MessageManifest | null, atMs: number): void => {
    oracle.door(input, manifest, atMs);
    for (const output of pipeline.handle(input, atMs)) {
      oracle.observe(output, atMs);
      outputs.push({ atMs, output });
      if (output.kind === 'review-request') decide(decisions, output.ticket, atMs);
    }
  };
  const pass = (untilMs: number): void => {
    for (;;) {
      const decisionMs = decisions[0]?.atMs ?? Infinity;
      const wakeMs = pipeline.nextWakeMs();
      const next = Math.min(decisionMs, wakeMs);
      if (next > untilMs || next === Infinity) return;
      if (wakeMs <= decisionMs) hand({ kind: 'wake' }, null, wakeMs);
      else hand(decisions.shift()!.input, null, decisionMs);
    }
  };
  for (const event of scene.events) {
    pass(event.atMs);
    confide(oracle, event);
    hand(event.input, event.manifest, event.atMs);
  }
  pass((scene.events.at(-1)?.atMs ?? 0) + 3 * HOUR_MS);
  return { judgement: oracle.judge(scene.truth), outputs, pipeline };
}

// --- internal ---

function confide(oracle: Oracle, event: SceneEvent): void {
  if (event.input.kind !== 'cad') return;
  for (const { recordId, strings } of event.secrets) oracle.learnPrivate(event.input.agency, recordId, strings);
}

function decide(decisions: { atMs: number; input: PipelineInput }[], ticket: string, atMs: number): void {
  const random = seedrandom.alea(ticket);
  const waitMs = Math.floor((random() < 0.05 ? 70 : 2 + 10 * random()) * MINUTE_MS);
  decisions.push({
    atMs: atMs + waitMs,
    input: { kind: 'review', ticket, decision: random() < 0.85 ? 'approve' : 'reject' },
  });
  decisions.sort((a, b) => a.atMs - b.atMs);
}

function makeAgency(dialect: Dialect, index: number, options: SceneOptions): AgencyProfile {
  const policy: Policy = { ...DEFAULT_POLICY, review: index % 2 === 0 ? 'auto' : 'human', ...options.policy };
  return {
    id: `pd-00${index}`,
    name: `Synthetic Police Department 00${index}`,
    zone: ZONE,
    feeds: [{ fromMs: 0, dialect }],
    natures: {
      [dialect]: {
        ...naturesOf(dialect),
        ...Object.fromEntries(DOMESTIC_ALERTABLE.map((d) => [d.event.natures[dialect], d.rule])),
      },
    },
    gazetteer: makeGazetteer(index * TOWN_STEP_DM),
    places: 'strict',
    policies: [
      { fromMs: 0, policy },
      { fromMs: SCENE_START_MS + (options.hours * HOUR_MS) / 2, policy: { ...policy, ...options.policyLater } },
    ],
  };
}

/** A town of three streets from west to east and three from south to north. Each has eight blocks; every seventh block has few households. */
export function makeGazetteer(x0: number): Gazetteer {
  const blocks: { street: number; hundred: number; box: number[]; households: number; area: number }[] = [];
  STREETS.forEach((_, street) => {
    for (let b = 0; b < 8; b++) {
      const across = street % 2 === 0;
      const line = 1000 + 3000 * (street >> 1);
      const box = across
        ? [x0 + b * 1000, line - 20, x0 + b * 1000 + 1000, line + 20]
        : [x0 + line - 20, b * 1000, x0 + line + 20, b * 1000 + 1000];
      blocks.push({
        street,
        hundred: b * 100,
        box,
        households: (street * 8 + b) % 7 === 0 ? 2 : 5 + ((street + b) % 20),
        area: b < 4 ? 0 : 1,
      });
    }
  });
  const crossings: [number, number, number, number][] = [];
  for (const a of [0, 2, 4])
    for (const b of [1, 3, 5])
      crossings.push([Math.min(a, b), Math.max(a, b), x0 + 1000 + 3000 * (b >> 1), 1000 + 3000 * (a >> 1)]);
  const box = { x0, y0: 0, x1: x0 + TOWN_DM, y1: TOWN_DM };
  const half = { ...box, x1: x0 + TOWN_DM / 2 };
  return {
    streets: STREETS,
    blockStreet: Uint16Array.from(blocks, (b) => b.street),
    blockHundred: Uint16Array.from(blocks, (b) => b.hundred),
    blockBox: Int32Array.from(blocks.flatMap((b) => b.box)),
    blockHouseholds: Uint16Array.from(blocks, (b) => b.households),
    blockArea: Uint16Array.from(blocks, (b) => b.area),
    crossingStreetA: Uint16Array.from(crossings, (c) => c[0]),
    crossingStreetB: Uint16Array.from(crossings, (c) => c[1]),
    crossingX: Int32Array.from(crossings, (c) => c[2]),
    crossingY: Int32Array.from(crossings, (c) => c[3]),
    crossingHouseholds: Uint16Array.from(crossings, (_, i) => (i === 0 ? 3 : 30)),
    crossingArea: Uint16Array.from(crossings, (_, i) => i % 2),
    landmarks: [{ name: 'CENTRAL LIBRARY', block: 9 }],
    highways: [
      {
        name: 'SR 17',
        milesMax: 12,
        stretches: [0, 1, 2].map((i) => ({ x0, y0: i * 2000, x1: x0 + 100, y1: i * 2000 + 2000 })),
        area: 0,
      },
    ],
    // The second area is nearly empty, so that its small blocks become the jurisdiction.
    areas: [
      { name: 'FAIRVIEW', box: half, households: 240 },
      { name: 'LOWLANDS', box: { ...box, x0: half.x1 }, households: 4 },
    ],
    jurisdiction: { name: 'HANDMADE', box, households: 250 },
  };
}

function makeRoster(random: Random, agencies: number, residents: number): Roster {
  const n = agencies * residents;
  const at = (i: number): number => Math.floor(i / residents);
  return {
    ids: Uint32Array.from({ length: n }, (_, i) => at(i) * RESIDENTS_PER_AGENCY_MAX + (i % residents)),
    x: Int32Array.from({ length: n }, (_, i) => at(i) * TOWN_STEP_DM + Math.floor(random() * TOWN_DM)),
    y: Int32Array.from({ length: n }, () => Math.floor(random() * TOWN_DM)),
    radiusDm: Int32Array.from({ length: n }, () => 1000 + Math.floor(random() * 7000)),
    categories: Uint16Array.from({ length: n }, () => (random() < 0.7 ? 0x3fff : Math.floor(random() * 0x4000))),
    flags: Uint8Array.from({ length: n }, () => (random() < 0.85 ? 0 : 1 + Math.floor(random() * 3))),
  };
}

function preferenceEvents(random: Random, roster: Roster, options: SceneOptions): SceneEvent[] {
  return Array.from({ length: Math.floor(roster.ids.length / 4) }, () => {
    const resident = roster.ids[Math.floor(random() * roster.ids.length)];
    const roll = random();
    const change =
      roll < 0.4
        ? { muted: random() < 0.5 }
        : roll < 0.5
          ? { quit: true }
          : roll < 0.75
            ? { radiusDm: 1000 + Math.floor(random() * 9000) }
            : { categories: Math.floor(random() * 0x4000) };
    return {
      atMs: SCENE_START_MS + Math.floor(random() * options.hours * HOUR_MS),
      input: { kind: 'preference', change: { resident, ...change } },
      manifest: null,
      secrets: [],
    };
  });
}

/** A state of a record, and the moment at which its feed tells it. */
interface Telling {
  atMs: number;
  updatedMs: number;
  record: HandRecord;
  malformed: boolean;
}

function agencyEvents(
  random: Random,
  profile: AgencyProfile,
  index: number,
  options: SceneOptions,
  truths: Map<string, RecordTruth>,
): SceneEvent[] {
  const tellings: Telling[] = [];
  for (let i = 0; i < options.incidentsPerAgency; i++)
    tellings.push(...incidentTellings(random, profile, index, i, options, truths));
  tellings.sort((a, b) => a.atMs - b.atMs || (a.record.id < b.record.id ? -1 : 1));
  const { dialect } = profile.feeds[0];
  return dialect === 'dallas'
    ? portalEvents(random, profile, tellings)
    : tellings.map((t, n) => messageEvent(profile, `${profile.id}-m${n}`, t));
}

/** The tellings of one incident: its record's history, and now and then that of a second record of the same event. */
function incidentTellings(
  random: Random,
  profile: AgencyProfile,
  index: number,
  i: number,
  options: SceneOptions,
  truths: Map<string, RecordTruth>,
): Telling[] {
  const dialect = profile.feeds[0].dialect;
  const eligible = EVENT_TYPES.filter((t) => t.category !== null);
  const event =
    random() < 0.7
      ? eligible[Math.floor(random() * eligible.length)]
      : EVENT_TYPES[Math.floor(random() * EVENT_TYPES.length)];
  const onsetMs = SCENE_START_MS + Math.floor(random() * options.hours * 3600) * SECOND_MS;
  const place = pick(random, placesOf(dialect, profile.gazetteer, random));
  const tellings: Telling[] = [];
  const records = random() < 0.15 ? 2 : 1;
  for (let r = 0; r < records; r++) {
    const id = `${index}${pad(i, 4)}-${r}`;
    const delayMs = Math.floor((random() < 0.1 ? 55 + random() * 10 : 1 + 8 * random()) * MINUTE_MS);
    const incidentMs =
      onsetMs + (r === 0 ? 30 : Math.floor(random() * 1500)) * SECOND_MS + (random() < 0.02 ? HOUR_MS : 0);
    let record: HandRecord = {
      id,
      event,
      onsetMs,
      incidentMs,
      status: 'open',
      disposition: 'none',
      location: place,
      secrets: secretsOf(random, id, place),
    };
    let atMs = Math.max(onsetMs, incidentMs) + delayMs;
    const tell = (change: Partial<HandRecord>, waitMs: number): void => {
      atMs += waitMs;
      record = { ...record, ...change };
      tellings.push({ atMs, updatedMs: atMs - 20 * SECOND_MS, record, malformed: random() < 0.03 });
    };
    tell({}, 0);
    for (let step = Math.floor(random() * 5); step > 0; step--) {
      const waitMs = Math.floor((1 + random() * 25) * MINUTE_MS);
      const roll = random();
      if (roll < 0.2) tell({}, waitMs);
      else if (roll < 0.3)
        tellings.push({ ...tellings[tellings.length - 1], atMs: atMs + waitMs, updatedMs: atMs - HOUR_MS });
      else if (roll < 0.45) tell({ event: eligible[Math.floor(random() * eligible.length)] }, waitMs);
      else if (roll < 0.5) tell({ event: pick(random, DOMESTIC) }, waitMs);
      else if (roll < 0.65) tell({ location: pick(random, placesOf(dialect, profile.gazetteer, random)) }, waitMs);
      else if (roll < 0.75) tell({ status: 'cancelled', disposition: 'none' }, waitMs);
      else if (roll < 0.8) tell({ status: 'open', disposition: 'none' }, waitMs);
      else tell({ status: 'closed', disposition: pick(random, ['founded', 'unfounded', 'duplicate', 'none']) }, waitMs);
    }
    const last = tellings.filter((t) => t.record.id === id).map((t) => t.record);
    const ended = tellings.find(
      (t) =>
        t.record.id === id &&
        (t.record.status === 'cancelled' || ['unfounded', 'duplicate'].includes(t.record.disposition)),
    );
    truths.set(`${profile.id}\n${id}`, {
      incident: index * 10_000 + i,
      onsetMs,
      nothing: random() < 0.2,
      category: event.category,
      places: [...new Set(last.flatMap((l) => [rightPlace(l.location), 'FAIRVIEW AREA', 'HANDMADE JURISDICTION']))],
      withdrawnMs: ended?.updatedMs ?? null,
    });
  }
  return tellings;
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)];
}

function rightPlace(location: PublishedLocation): string {
  switch (location.kind) {
    case 'address':
      return blockText(Math.floor(location.number / 100), location.street);
    case 'block':
      return blockText(location.hundred / 100, location.street);
    case 'crossing':
      return [...location.streets].sort().join(' / ');
    case 'landmark':
    case 'mile':
    case 'coordinates':
    case 'none':
      return location.text;
  }
}

function blockText(hundreds: number, street: string): string {
  return hundreds === 0 ? `UNIT BLOCK ${street}` : `${hundreds}00 BLOCK ${street}`;
}

/** Places as a dialect writes them. */
function placesOf(dialect: Dialect, g: Gazetteer, random: Random): PublishedLocation[] {
  const street = pick(random, STREETS);
  const hundreds = Math.floor(random() * 8);
  const number = hundreds * 100 + (random() < 0.2 ? 0 : Math.floor(random() * 100));
  const c = Math.floor(random() * g.crossingX.length);
  const streets: [string, string] = [STREETS[g.crossingStreetA[c]], STREETS[g.crossingStreetB[c]]];
  const crossing = (sign: string): PublishedLocation => ({
    kind: 'crossing',
    streets,
    text: streets.join(` ${sign} `),
  });
  const mile = Math.floor(random() * 140) / 10;
  switch (dialect) {
    case 'eido':
      return [
        { kind: 'address', number, street, text: `${number} ${street}` },
        { kind: 'address', number, street, text: `${number} 1/2 ${street.toLowerCase()}` },
        { kind: 'address', number, street, text: `${number}A  ${street} APT 4` },
        { kind: 'landmark', name: 'CENTRAL LIBRARY', text: 'Central Library' },
        { kind: 'mile', highway: 'SR 17', mile, text: `SR 17 MM ${mile}` },
        { kind: 'none', text: 'BEHIND THE OLD MILL' },
        crossing('/'),
      ];
    case 'milwaukee':
      return [
        { kind: 'address', number, street, text: `${number} ${street},MKE` },
        { ...crossing('/'), text: `${streets.join(' / ')},MKE` },
        { kind: 'address', number: 9999, street, text: `9999 ${street},MKE` },
      ];
    case 'tampa':
      return [
        { kind: 'block', hundred: hundreds * 100, street, text: `${hundreds === 0 ? '' : hundreds}XX ${street}` },
        crossing('&'),
      ];
    case 'dallas':
      return [
        { kind: 'block', hundred: hundreds * 100, street, text: `${hundreds * 100}|${street}` },
        { ...crossing('/'), text: `|${streets.join(' / ')}` },
      ];
    case 'sf':
      return [crossing('\\')];
    case 'seattle': {
      const x = g.jurisdiction.box.x0 + Math.floor(random() * (TOWN_DM + 4000)) - 2000;
      const y = Math.floor(random() * TOWN_DM);
      return [{ kind: 'coordinates', x, y, text: `${dmToDegrees(x).toFixed(7)},${dmToDegrees(y).toFixed(7)}` }];
    }
  }
}

/** Agencies may give a domestic matter its category. That does not make it a concern of the community. */
const DOMESTIC_ALERTABLE = (['burglary', 'stabbing'] as const).map((category) => ({
  event: EVENT_TYPES.find((t) => t.id === `${category}-domestic`)!,
  rule: { category, community: false },
}));
const DOMESTIC = EVENT_TYPES.filter((t) => !t.community);
const FIRST = ['Avery', 'Blake', 'Casey', 'Devon', 'Ellis'];
const LAST = ['Quillfeather', 'Marrowby', 'Oxendale', 'Thistlewick', 'Vandermoss'];

function secretsOf(random: Random, id: string, place: PublishedLocation): PrivateString[] {
  const name = `${pick(random, FIRST)} ${pick(random, LAST)}`;
  const letters = Array.from({ length: 10 }, () => String.fromCharCode(65 + Math.floor(random() * 26))).join('');
  const strings: PrivateString[] = [
    { kind: 'name', value: name },
    { kind: 'phone', value: `(000) 555-01${pad(Math.floor(random() * 100), 2)}` },
    { kind: 'plate', value: `SYN ${id.slice(1, 5)}` },
    { kind: 'medical', value: 'insulin pump' },
    { kind: 'birth-date', value: `19${70 + Math.floor(random() * 20)}-03-07` },
    { kind: 'email', value: `${name.split(' ')[0].toLowerCase()}.${id}@example.com` },
    { kind: 'canary', value: `ZQ${letters}` },
  ];
  if (place.kind === 'address') strings.push({ kind: 'address', value: `${place.number} ${place.street}` });
  return strings;
}

function narrative(secrets: readonly PrivateString[]): string {
  const by = (kind: string): string => secrets.find((s) => s.kind === kind)?.value ?? 'UNKNOWN';
  return `RP ${by('name').toUpperCase()} ${by('phone')} DOB ${by('birth-date')} STATES PLATE ${by('plate')} LEFT SB, HAS ${by('medical')}, ${by('email')} REF ${by('canary')}`;
}

// --- bodies ---

function messageEvent(profile: AgencyProfile, messageId: string, t: Telling): SceneEvent {
  const { dialect } = profile.feeds[0];
  const row = manifestRow(dialect, t, 0);
  const manifest: MessageManifest = {
    messageId,
    agency: profile.id,
    dialect,
    snapshot: false,
    readable: true,
    rows: [row],
  };
  let body = bodyOf(dialect, t, row);
  if (t.malformed) {
    row.wellFormed = false;
    // Some malformed messages are cut off, others lack a field that they must have. A CSV batch loses a cell.
    if (messageId.endsWith('1') || messageId.endsWith('3')) {
      manifest.readable = false;
      body = dialect === 'seattle' ? body.slice(5) : body.slice(0, Math.floor(body.length / 2));
    } else body = dialect === 'seattle' ? body.replace(/,[^,]*$/, '') : breakField(body);
  }
  return {
    atMs: t.atMs,
    input: { kind: 'cad', messageId, agency: profile.id, dialect, body },
    manifest,
    secrets: [{ recordId: row.recordId, strings: t.record.secrets }],
  };
}

function breakField(body: string): string {
  const message = JSON.parse(body) as Record<string, unknown>;
  for (const key of ['incidentComponent', 'cad_number', 'incident_id', 'location'])
    if (key in message) message[key] = 7;
  return JSON.stringify(message);
}

/** A record as its dialect can tell it: anything that the dialect has no word for is lost. */
function manifestRow(dialect: Dialect, t: Telling, row: number): ManifestRow {
  const { record } = t;
  let { status, disposition } = record;
  if (dialect === 'eido' && status !== 'closed') disposition = 'none';
  const updatedMs = dialect === 'seattle' || dialect === 'milwaukee' ? null : t.updatedMs;
  if (status === 'cancelled') disposition = 'none';
  if (dialect === 'dallas') [status, disposition] = ['open', 'none'];
  return {
    row,
    wellFormed: true,
    recordId: record.id,
    incidentMs: record.incidentMs,
    updatedMs,
    nature: record.event.natures[dialect],
    status,
    disposition,
    location: record.location,
  };
}

function local(ms: number): { date: string; time: string; us: string } {
  const c = civilFromMs(ms + zoneOffsetMin(ZONE, ms) * MINUTE_MS);
  const hour = c.hour % 12 === 0 ? 12 : c.hour % 12;
  return {
    date: `${pad(c.year, 4)}-${pad(c.month, 2)}-${pad(c.day, 2)}`,
    time: `${pad(c.hour, 2)}:${pad(c.minute, 2)}:${pad(c.second, 2)}`,
    us: `${pad(c.month, 2)}/${pad(c.day, 2)}/${pad(c.year, 4)} ${pad(hour, 2)}:${pad(c.minute, 2)}:${pad(c.second, 2)} ${c.hour < 12 ? 'AM' : 'PM'}`,
  };
}

const SF_CODE = { founded: 'REP', unfounded: 'GOA', duplicate: 'DUP', none: 'HAN' } as const;
const SEATTLE_TEXT = {
  founded: 'REPORT WRITTEN (NO ARREST)',
  unfounded: 'UNABLE TO LOCATE INCIDENT OR COMPLAINANT',
  duplicate: 'DUPLICATED OR CANCELLED BY RADIO',
  none: 'ASSISTANCE RENDERED',
} as const;
const MILWAUKEE_TEXT = {
  founded: 'To be Filed',
  unfounded: 'False Alarm',
  duplicate: 'Duplicate Assignment',
  none: 'Advised',
} as const;
const CAPITAL = { founded: 'Founded', unfounded: 'Unfounded', duplicate: 'Duplicate', none: 'Handled' } as const;

function bodyOf(dialect: Dialect, t: Telling, row: ManifestRow): string {
  const { record } = t;
  const when = local(record.incidentMs);
  const stamp = local(t.updatedMs);
  const closed = row.status === 'closed';
  switch (dialect) {
    case 'eido':
      return JSON.stringify({
        $id: `urn:${record.id}`,
        eidoVersion: '1.0',
        lastUpdateTimeStamp: formatIso(t.updatedMs, -300, true),
        agencyComponent: [{ $id: 'a', agencyName: 'Synthetic' }],
        incidentComponent: {
          incidentTypeCommonRegistryText: record.event.apco,
          incidentTypeInternalCode: row.nature,
          incidentStatusCommonRegistryText: closed ? 'Closed' : row.status === 'cancelled' ? 'Cancelled' : 'Active',
          internalIncidentId: record.id,
          ...(closed ? { dispositionComponent: [{ dispositionText: CAPITAL[row.disposition] }] } : {}),
        },
        callComponent: [
          { callStartTimestamp: formatIso(record.incidentMs + 5000, -300) },
          { callStartTimestamp: formatIso(record.incidentMs, -300, true) },
        ],
        locationComponent: [{ $id: 'l', locationText: record.location.text, latitude: 0.01, longitude: 0.01 }],
        personComponent: [
          {
            personNameText: record.secrets.find((s) => s.kind === 'name')!.value,
            telephoneText: record.secrets.find((s) => s.kind === 'phone')!.value,
            birthDateText: record.secrets.find((s) => s.kind === 'birth-date')!.value,
            emailText: record.secrets.find((s) => s.kind === 'email')!.value,
            medicalText: record.secrets.find((s) => s.kind === 'medical')!.value,
          },
        ],
        vehicleComponent: [{ licensePlateText: record.secrets.find((s) => s.kind === 'plate')!.value }],
        notesComponent: [{ noteText: narrative(record.secrets) }],
        emergencyResourceComponent: [{ unitText: 'A12' }, { unitText: 'B7' }],
      });
    case 'sf':
      return JSON.stringify({
        id: `row-${record.id}`,
        cad_number: record.id,
        received_datetime: `${when.date}T${when.time}.000`,
        call_type_original: row.nature,
        call_type_final: '',
        disposition: row.status === 'open' ? null : row.status === 'cancelled' ? 'CAN' : SF_CODE[row.disposition],
        intersection_name: record.location.text,
        call_last_updated_at: `${stamp.date}T${stamp.time}.${pad(t.updatedMs % 1000, 3)}`,
      });
    case 'tampa':
      return JSON.stringify({
        incident_id: record.id,
        event_type: row.nature,
        opened_at: formatIso(record.incidentMs),
        updated_at: formatIso(t.updatedMs, 0, true),
        block_address: record.location.text,
        status: row.status === 'open' ? 'ACTIVE' : row.status === 'cancelled' ? 'CANCELED' : 'CLEARED',
        disposition: closed
          ? { founded: 'REPORT', unfounded: 'UNFOUNDED', duplicate: 'DUPLICATE', none: 'SERVED' }[row.disposition]
          : null,
        remarks: narrative(record.secrets),
      });
    case 'milwaukee':
      return JSON.stringify({
        id: record.id,
        time: `${when.date} ${when.time}`,
        location: record.location.text,
        nature: row.nature,
        status:
          row.status === 'open'
            ? 'Service in Progress'
            : row.status === 'cancelled'
              ? 'Assignment Cancelled'
              : MILWAUKEE_TEXT[row.disposition],
      });
    case 'seattle': {
      const [longitude, latitude] = record.location.text.split(',');
      const clearance =
        row.status === 'open'
          ? ''
          : row.status === 'cancelled'
            ? 'CALL CANCELLED BEFORE ARRIVAL'
            : SEATTLE_TEXT[row.disposition];
      const cells = [
        record.id,
        clearance,
        '911',
        '2',
        row.nature,
        '',
        when.us,
        '',
        'N',
        'N1',
        'N1A',
        longitude,
        latitude,
      ];
      return `${SEATTLE_COLUMNS.join(',')}\n${cells.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(',')}`;
    }
    case 'dallas':
      return JSON.stringify({
        incident_number: record.id,
        nature_of_call: row.nature,
        date: when.date,
        time: when.time,
        ...dallasPlace(record.location.text),
      });
  }
}

function dallasPlace(text: string): { block: string; location: string } {
  const [block, location] = text.split('|');
  return { block, location };
}

/** Polls of the open records, one every five minutes. Closed and cancelled records are gone from them; two units share each incident. */
function portalEvents(random: Random, profile: AgencyProfile, tellings: readonly Telling[]): SceneEvent[] {
  const events: SceneEvent[] = [];
  const open = new Map<string, Telling>();
  let next = 0;
  const endMs = (tellings.at(-1)?.atMs ?? SCENE_START_MS) + HOUR_MS;
  for (let atMs = SCENE_START_MS; atMs < endMs; atMs += 5 * MINUTE_MS) {
    for (; next < tellings.length && tellings[next].atMs <= atMs; next++) {
      const t = tellings[next];
      if (t.record.status === 'open') open.set(t.record.id, t);
      else open.delete(t.record.id);
    }
    // Rows older than three hours leave the portal.
    for (const [id, t] of open) if (t.record.incidentMs + 3 * HOUR_MS < atMs) open.delete(id);
    const stale = random() < 0.05;
    const asOfMs = Math.floor((atMs - (stale ? 12 * MINUTE_MS : 4 * SECOND_MS)) / SECOND_MS) * SECOND_MS;
    const rows: unknown[] = [];
    const manifestRows: ManifestRow[] = [];
    for (const t of open.values()) {
      const row = manifestRow('dallas', { ...t, updatedMs: asOfMs }, manifestRows.length);
      manifestRows.push(row);
      const cells = JSON.parse(bodyOf('dallas', t, row)) as Record<string, unknown>;
      rows.push({ ...cells, unit_number: 'A12' }, { ...cells, unit_number: 'B7', nature_of_call: 'second unit' });
      if (random() < 0.01) {
        manifestRows.push({ ...row, row: manifestRows.length, wellFormed: false });
        rows.push({ ...cells, location: 7 });
      }
    }
    const stamp = local(asOfMs);
    const messageId = `${profile.id}-s${events.length}`;
    events.push({
      atMs,
      input: {
        kind: 'cad',
        messageId,
        agency: profile.id,
        dialect: 'dallas',
        body: JSON.stringify({ as_of: `${stamp.date}T${stamp.time}`, rows }),
      },
      manifest: {
        messageId,
        agency: profile.id,
        dialect: 'dallas',
        snapshot: true,
        readable: true,
        rows: manifestRows,
      },
      secrets: [...open.values()].map((t) => ({ recordId: t.record.id, strings: t.record.secrets })),
    });
  }
  return events;
}
