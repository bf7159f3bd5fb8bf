/**
 * The test town in which checks take place: a few streets, agencies and residents made by hand, with which the target is onboarded anew
 * for each check.
 */
import { randomBytes } from 'node:crypto';
import type { AgencyProfile } from '../../contract/agency.ts';
import { type Dialect, naturesOf } from '../../contract/catalogue.ts';
import { tokenOf, type Role } from '../../contract/credentials.ts';
import type { Gazetteer } from '../../contract/gazetteer.ts';
import { onboardingOf, type Onboarding, type Portal } from '../../contract/onboarding.ts';
import type { PipelineConfig } from '../../contract/pipeline.ts';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import { ROSTER_MUTED, ROSTER_QUIT, type Roster } from '../../contract/roster.ts';
import { MINUTE_MS, utcMs } from '../../contract/time.ts';
import { HEADERS, MEDIA, PATHS } from '../../contract/wire.ts';
import { must } from './outcome.ts';
import { type Answer, type Client, mustTake, describeAnswer } from './client.ts';
import { eidoBody, type ReportedRecord, ZONE } from './dialect-body.ts';
import { listen, type Listener, type ListenOptions } from './listener.ts';

/** Residents, each for a purpose. All live near the 200 block of W MAPLE ST, except FAR, who lives more than 800 m away. */
export const NEAR = 7;
export const BESIDE = 12;
export const FAR = 13;
/** Wants arson and hostage situations only. */
export const PICKY = 21;
export const MUTED = 22;
export const LEFT = 23;
/** Has an id above 2^20. */
export const HIGH = 1_048_583;

/** The agency of most checks; its feed is eido. */
export const AGENCY = 'pd-conform';
/** A second agency, for checks of who may post for whom. */
export const OTHER_AGENCY = 'pd-other';
/** An agency whose alerts wait for the news team. */
export const HUMAN_AGENCY = 'pd-human';
/** One agency for each dialect that is not eido. */
export const DIALECT_AGENCIES: Readonly<Record<Exclude<Dialect, 'eido'>, string>> = {
  sf: 'pd-sf',
  seattle: 'pd-seattle',
  dallas: 'pd-dallas',
  tampa: 'pd-tampa',
  milwaukee: 'pd-milwaukee',
};
/** Longest message body that the test town's agencies may send (bodyLengthMax of the onboarding document). */
export const BODY_LENGTH_MAX = 20_000;
/** Platform time at which a test town begins, if the target has a clock. */
export const TOWN_START_MS = utcMs(2026, 6, 1, 12, 2) + 30_000;

/** The target under test and how to reach it. */
export interface TestTarget {
  client: Client;
  harnessKey: string;
  /** URL of the target's MQTT broker; null if none was given. */
  mqtt: string | null;
  /** Part of every private text that is sent, and of everything else that must not come back. */
  canary: string;
  /** How long to wait for an answer or a message that must come. */
  patienceMs: number;
  /** False if the target has no clock that can be set (404). */
  hasClock: boolean;
}

/** Changes to the ordinary test town. */
export interface TestTownOptions {
  /** Records of one category and place within this time are one event; 0 unless given, so that checks do not meet. */
  sameEventMsMax?: number;
  timeRoundingMs?: number;
  portal?: Portal | null;
  /** Residents besides those above. */
  others?: { id: number; x: number; y: number; radiusDm: number }[];
  runKey?: string;
}

/** An onboarded test town, with the means to act in it. */
export interface TestTown {
  readonly target: TestTarget;
  readonly config: PipelineConfig;
  readonly document: Onboarding;
  /** Platform time. */
  nowMs(): number;
  /** Stops the target's clock at this time; only if it has one. */
  standAt(ms: number): Promise<void>;
  token(role: Role, id: string | number): string;
  /** A new open record on the 200 block of W MAPLE ST, which began a moment ago. */
  record(changes?: Partial<ReportedRecord>): ReportedRecord;
  /** Sends an eido message with a key of its own. */
  push(told: ReportedRecord, agency?: string): Promise<Answer>;
  /** Sends any body. */
  pushBody(agency: string, key: string | null, body: string, headers?: Record<string, string>): Promise<Answer>;
  listen(resident: number, options?: ListenOptions): Promise<Listener>;
  /** Waits until all messages so far have reached these listeners: sends an alert to all residents and waits for it. */
  settle(...listeners: Listener[]): Promise<void>;
  /** A key that was not used before. */
  key(): string;
  close(): Promise<void>;
}

/** Onboards the target with a new test town; throws Missed if the target does not accept it. */
export async function openTestTown(target: TestTarget, options: TestTownOptions = {}): Promise<TestTown> {
  const config = configOf(options);
  const secret = randomBytes(24).toString('base64url');
  const portals = new Map(options.portal == null ? [] : [[DIALECT_AGENCIES.dallas, options.portal]]);
  const document = onboardingOf(config, secret, portals);
  mustTake(await onboard(target, JSON.stringify(document)));
  let standsAtMs = TOWN_START_MS;
  if (target.hasClock) await setClock(target, { originWallMs: 0, originMs: TOWN_START_MS, speed: 0 });
  const listeners: Listener[] = [];
  const settled = new Map<Listener, number>();
  const nowMs = (): number => (target.hasClock ? standsAtMs : Date.now());
  let serial = 0;
  let barriers = 0;
  const token = (role: Role, id: string | number): string => tokenOf(secret, role, id);
  const key = (): string => `conform-${++serial}`;
  const town: TestTown = {
    target,
    config,
    document,
    nowMs,
    token,
    key,
    async standAt(ms) {
      standsAtMs = ms;
      await setClock(target, { originWallMs: 0, originMs: ms, speed: 0 });
    },
    record: (changes = {}) => ({
      recordId: `C${++serial}`,
      event: 'burglary',
      // Each record has a different moment: without tolerance they are different events.
      incidentMs: nowMs() - 3 * MINUTE_MS - serial,
      updatedMs: nowMs() - 1000,
      number: 254,
      street: 'W MAPLE ST',
      ...changes,
    }),
    push: (told, agency = AGENCY) => town.pushBody(agency, key(), eidoBody(told, target.canary)),
    pushBody: (agency, idempotencyKey, body, headers = {}) =>
      target.client.send('POST', cadPath(agency), {
        token: token('agency', agency),
        headers: {
          'content-type': MEDIA.json,
          ...(idempotencyKey === null ? {} : { [HEADERS.idempotencyKey]: idempotencyKey }),
          ...headers,
        },
        body,
      }),
    async listen(resident, listenOptions = {}) {
      const listener = await listen(target.client.url, target.patienceMs, {
        token: token('resident', resident),
        ...listenOptions,
      });
      listeners.push(listener);
      return listener;
    },
    async settle(...waiting) {
      for (const listener of waiting) settled.set(listener, countBarriers(listener));
      barriers++;
      const answer = await town.push(
        town.record({ event: 'hostage', number: 754, street: 'E OAK AVE', recordId: `B${barriers}` }),
        BARRIER_AGENCY,
      );
      must(answer.status === 202, `the message that ends a step was answered ${describeAnswer(answer)}`);
      for (const listener of waiting)
        await listener.until(() => countBarriers(listener) > settled.get(listener)!, 'an alert owed to all residents');
    },
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
  return town;
}

/** Whether an alert is one of those that `settle` waits for. */
export function isBarrier(text: string): boolean {
  return text.includes(`"senderName":"${BARRIER_NAME}"`);
}

/** Path of an agency's CAD door. */
export function cadPath(agency: string): string {
  return PATHS.cad.replace(':agency', agency);
}

/** Sends an onboarding document; `harnessKey` null: without a credential. */
export function onboard(
  target: TestTarget,
  body: string,
  harnessKey: string | null = target.harnessKey,
): Promise<Answer> {
  return target.client.send('PUT', PATHS.onboarding, {
    token: harnessKey ?? undefined,
    headers: { 'content-type': MEDIA.json },
    body,
  });
}

/** Sets the target's clock; throws Missed if the target does not accept that. */
export async function setClock(
  target: TestTarget,
  clock: { originWallMs: number; originMs: number; speed: number },
): Promise<void> {
  const answer = await target.client.send('PUT', PATHS.clock, {
    token: target.harnessKey,
    headers: { 'content-type': MEDIA.json },
    body: JSON.stringify(clock),
  });
  mustTake(answer);
}

// --- internal ---

const BARRIER_AGENCY = 'pd-barrier';
const BARRIER_NAME = 'Conformance Barrier';
const STREETS = ['E OAK AVE', 'N 5TH AVE', 'W MAPLE ST'];
const TOWN_DM = 8000;
/** The jurisdiction reaches farther east than its streets. */
const JURISDICTION_DM = 12_000;
const ALL = 0x3fff;
const ARSON_AND_HOSTAGE = 0b1100_0000;

function countBarriers(listener: Listener): number {
  return listener.frames.filter((frame) => isBarrier(frame.text)).length;
}

function configOf(options: TestTownOptions): PipelineConfig {
  const policy: Policy = {
    ...DEFAULT_POLICY,
    review: 'auto',
    sameEventMsMax: options.sameEventMsMax ?? 0,
    timeRoundingMs: options.timeRoundingMs ?? DEFAULT_POLICY.timeRoundingMs,
  };
  const gazetteer = gazetteerByHand();
  const agency = (id: string, name: string, dialect: Dialect, changes: Partial<Policy> = {}): AgencyProfile => ({
    id,
    name,
    zone: ZONE,
    feeds: [{ fromMs: 0, dialect }],
    natures: { [dialect]: naturesOf(dialect) },
    gazetteer,
    places: 'strict',
    policies: [{ fromMs: 0, policy: { ...policy, ...changes } }],
  });
  const agencies = [
    agency(AGENCY, 'Conformance Police Department', 'eido'),
    agency(OTHER_AGENCY, 'Other Police Department', 'eido'),
    agency(HUMAN_AGENCY, 'Reviewed Police Department', 'eido', { review: 'human' }),
    agency(BARRIER_AGENCY, BARRIER_NAME, 'eido', { sameEventMsMax: 0 }),
    ...Object.entries(DIALECT_AGENCIES).map(([dialect, id]) => agency(id, `${id} by feed`, dialect as Dialect)),
  ];
  return {
    agencies,
    roster: rosterByHand(options.others ?? []),
    runKey: options.runKey ?? 'conformance run key',
    bodyLengthMax: BODY_LENGTH_MAX,
  };
}

/** W MAPLE ST and E OAK AVE run west to east, N 5TH AVE south to north; each has eight blocks of 100 m. */
function gazetteerByHand(): Gazetteer {
  const blocks = STREETS.flatMap((_, street) =>
    Array.from({ length: 8 }, (__, i) => {
      const from = 1000 * i;
      const box = [
        [from, 1980, from + 1000, 2020],
        [3980, from, 4020, from + 1000],
        [from, 4980, from + 1000, 5020],
      ][street];
      // The last blocks of two streets have too few households to be named: an area stands for one; the other's area is too small as well.
      const isSmall = i === 7 && street !== 1;
      return { street, hundred: 100 * i, box, households: isSmall ? 2 : 12, area: isSmall && street === 0 ? 1 : 0 };
    }),
  );
  const box = { x0: 0, y0: 0, x1: TOWN_DM, y1: TOWN_DM };
  return {
    streets: STREETS,
    blockStreet: Uint16Array.from(blocks, (block) => block.street),
    blockHundred: Uint16Array.from(blocks, (block) => block.hundred),
    blockBox: Int32Array.from(blocks.flatMap((block) => block.box)),
    blockHouseholds: Uint16Array.from(blocks, (block) => block.households),
    blockArea: Uint16Array.from(blocks, (block) => block.area),
    crossingStreetA: Uint16Array.of(0, 1),
    crossingStreetB: Uint16Array.of(1, 2),
    crossingX: Int32Array.of(4000, 4000),
    crossingY: Int32Array.of(2000, 5000),
    crossingHouseholds: Uint16Array.of(48, 48),
    crossingArea: Uint16Array.of(0, 0),
    landmarks: [{ name: 'CENTRAL LIBRARY', block: 14 }],
    highways: [
      {
        name: 'SR 17',
        milesMax: 12,
        stretches: [0, 1, 2].map((i) => ({ x0: 0, y0: 2000 * i, x1: 100, y1: 2000 * i + 2000 })),
        area: 0,
      },
    ],
    areas: [
      { name: 'FAIRVIEW', box: { ...box, y0: 3000 }, households: 200 },
      { name: 'LOWLANDS', box: { ...box, y1: 3000 }, households: 3 },
    ],
    jurisdiction: { name: 'CONFORM', box: { ...box, x1: JURISDICTION_DM }, households: 203 },
  };
}

function rosterByHand(others: NonNullable<TestTownOptions['others']>): Roster {
  const rows = [
    { id: NEAR, x: 2850, y: 5100, radiusDm: 3000, categories: ALL, flags: 0 },
    { id: BESIDE, x: 2500, y: 5600, radiusDm: 3000, categories: ALL, flags: 0 },
    { id: FAR, x: 11_900, y: 7900, radiusDm: 200, categories: ALL, flags: 0 },
    { id: PICKY, x: 2600, y: 5200, radiusDm: 3000, categories: ARSON_AND_HOSTAGE, flags: 0 },
    { id: MUTED, x: 2700, y: 5100, radiusDm: 3000, categories: ALL, flags: ROSTER_MUTED },
    { id: LEFT, x: 2700, y: 5100, radiusDm: 3000, categories: ALL, flags: ROSTER_QUIT },
    { id: HIGH, x: 3000, y: 5050, radiusDm: 2500, categories: ALL, flags: 0 },
    ...others.map((other) => ({ ...other, categories: ALL, flags: 0 })),
  ].sort((a, b) => a.id - b.id);
  return {
    ids: Uint32Array.from(rows, (row) => row.id),
    x: Int32Array.from(rows, (row) => row.x),
    y: Int32Array.from(rows, (row) => row.y),
    radiusDm: Int32Array.from(rows, (row) => row.radiusDm),
    categories: Uint16Array.from(rows, (row) => row.categories),
    flags: Uint8Array.from(rows, (row) => row.flags),
  };
}
