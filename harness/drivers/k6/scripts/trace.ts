/**
 * The trace that is sent: read, checked against its SHA-256 and sorted once for all VUs (SharedArray), whatever their number. An element
 * holds the inputs that one VU needs at one time.
 */
import crypto from 'k6/crypto';
import { SharedArray } from 'k6/data';
import type { TraceHeader, TraceInput } from '../../../../contract/trace.ts';
import type { Settings } from './settings.ts';

/** An input that goes to an HTTP door, with its line. */
export type DoorInput = Extract<TraceInput, { kind: 'cad' | 'preference' | 'post' | 'review' }>;
/** Going online (1) or offline (0) at a platform time; if that is null, before the window, at this share (0 to 1) of the ramp. */
export type PhoneTurn = [line: number, resident: number, online: 0 | 1, atMs: number | null, ramp: number];
/** A message that a doorbell publishes. */
export type DoorbellMessage = Extract<TraceInput, { kind: 'motion' | 'clip' | 'heartbeat' }>;
/** An input that concerns a doorbell. */
export type DoorbellInput = DoorbellMessage | Extract<TraceInput, { kind: 'attach' | 'detach' }>;
/** A doorbell's input, and when it is due. */
export interface DoorbellTurn {
  line: number;
  input: DoorbellInput;
  /** Share of the ramp (0 to 1) at which it is due; null in the window. */
  ramp: number | null;
}

/** An input whose moment came. */
export interface DueInput {
  line: number;
  intendedMs: number;
  /** How late it was taken up; null for an input before the window, which the clock does not plan. */
  lagMs: number | null;
}

/** The trace as VUs see it. Methods read the array that all VUs share. */
export interface K6Trace {
  header: Pick<
    TraceHeader,
    'seed' | 'scenario' | 'fromMs' | 'untilMs' | 'preamble' | 'inputs' | 'residents' | 'doorbells'
  >;
  /** Names the whole trace. */
  sha256: string;
  credentialSecret: string;
  agencies: string[];
  /** Agencies with a portal, by index. */
  portals: number[];
  speed: number;
  windowMs: number;
  ticks: number;
  /** CAD messages due in each stretch of `stretchMs` of the window. */
  cadPerStretch: number[];
  stretchMs: number;
  onboarding(): string;
  preamble(): { line: number; input: DoorInput }[];
  /** Inputs due in the `index`-th TICK_MS of the window, from 0. If inputs are sent in order, only those in the lanes of this VU. */
  tick(index: number, vu?: number): { line: number; input: DoorInput }[];
  /** The `index`-th CAD message of the window, of `cads` in all. */
  cad(index: number): { line: number; input: DoorInput };
  cads: number;
  /** The turns of one VU's residents, and of its doorbells, in order of time. */
  phones(vu: number): PhoneTurn[];
  doorbells(vu: number): DoorbellTurn[];
}

/** Wall time that one iteration of a sender covers. */
export const TICK_MS = 100;

/** Inputs of one number are sent by one instance. */
export function laneNumber(agencies: readonly string[], input: DoorInput): number {
  switch (input.kind) {
    case 'cad':
      return agencies.indexOf(input.agency);
    case 'review':
      return 0;
    case 'post':
      return input.resident;
    case 'preference':
      return input.change.resident;
  }
}

/** To be called while the script is initialised. Throws one line if a file is missing, altered or of another version. */
export function openTrace(settings: Settings): K6Trace {
  const shared = new SharedArray<unknown>('trace', () => load(settings));
  const head = shared[0] as Head;
  const at = (offset: number): unknown => shared[offset];
  return {
    ...head,
    onboarding: () => at(1) as string,
    preamble: () => at(2) as { line: number; input: DoorInput }[],
    tick: (index, vu = 0) =>
      (index < head.ticks ? at(head.tickAt + index * head.tickVus + vu) : []) as { line: number; input: DoorInput }[],
    cad: (index) => at(head.cadAt + index) as { line: number; input: DoorInput },
    phones: (vu) => at(head.phonesAt + vu) as PhoneTurn[],
    doorbells: (vu) => at(head.doorbellsAt + vu) as DoorbellTurn[],
  };
}

// --- internal ---

interface Head extends Pick<
  K6Trace,
  | 'header'
  | 'sha256'
  | 'credentialSecret'
  | 'agencies'
  | 'portals'
  | 'speed'
  | 'windowMs'
  | 'ticks'
  | 'cadPerStretch'
  | 'stretchMs'
  | 'cads'
> {
  tickAt: number;
  tickVus: number;
  cadAt: number;
  phonesAt: number;
  doorbellsAt: number;
}

/** Readers of this major version only. */
const SCHEMA = /^hundredblock\.trace\/1\.[0-9]+$/;

/** Shortest stretch over which a rate that follows the trace stays the same, and the most stretches: k6 keeps all in memory. */
const STRETCH_MS_MIN = 200;
const STRETCHES_MAX = 3000;

function load(settings: Settings): unknown[] {
  const headerText = read(settings, 'trace.json');
  const header = JSON.parse(headerText) as TraceHeader;
  if (!SCHEMA.test(header.schema))
    throw bad('trace.json', 'schema hundredblock.trace/1.x', JSON.stringify(header.schema));
  const onboardingText = verified(settings, header, 'onboarding.json');
  const onboarding = JSON.parse(onboardingText) as {
    credentialSecret: string;
    agencies: { id: string; portal: unknown }[];
  };
  const speed = speedOf(settings, header);
  const windowMs = (header.untilMs - header.fromMs) / speed;
  const ticks = Math.ceil(windowMs / TICK_MS);
  const stretchMs = Math.max(STRETCH_MS_MIN, windowMs / STRETCHES_MAX);
  const agencies = onboarding.agencies.map(({ id }) => id);
  const tickVus = settings.arrivals === 'ordered' ? settings.senderVus : 1;
  const shape = { speed, ticks, tickVus, stretchMs, agencies };
  const sorted = sort(verified(settings, header, 'inputs.jsonl'), header, shape, settings);
  const head: Head = {
    header: {
      seed: header.seed,
      scenario: header.scenario,
      fromMs: header.fromMs,
      untilMs: header.untilMs,
      preamble: header.preamble,
      inputs: header.inputs,
      residents: header.residents,
      doorbells: header.doorbells,
    },
    sha256: crypto.sha256(headerText, 'hex'),
    credentialSecret: onboarding.credentialSecret,
    agencies,
    portals: onboarding.agencies.flatMap(({ portal }, index) => (portal === null ? [] : [index])),
    speed,
    windowMs,
    ticks,
    cadPerStretch: sorted.cadPerStretch,
    stretchMs,
    cads: sorted.cads.length,
    tickAt: 3,
    tickVus,
    cadAt: 3 + sorted.ticks.length,
    phonesAt: 3 + sorted.ticks.length + sorted.cads.length,
    doorbellsAt: 3 + sorted.ticks.length + sorted.cads.length + settings.residentVus,
  };
  return [
    head,
    onboardingText,
    sorted.preamble,
    ...sorted.ticks,
    ...sorted.cads,
    ...sorted.phones,
    ...sorted.doorbells,
  ];
}

function speedOf({ speed, durationMs }: Settings, { scenario, fromMs, untilMs }: TraceHeader): number {
  if (durationMs !== null) return (untilMs - fromMs) / durationMs;
  return speed ?? (scenario as { load: { speed: number } }).load.speed;
}

interface Shape {
  speed: number;
  ticks: number;
  tickVus: number;
  stretchMs: number;
  agencies: readonly string[];
}

/** Sorts inputs by who sends them. Snapshots are left out: the host of the portals has them. */
function sort(
  text: string,
  header: TraceHeader,
  { speed, ticks: tickCount, tickVus, stretchMs, agencies }: Shape,
  settings: Settings,
) {
  const lists = <T>(count: number): T[][] => Array.from({ length: count }, () => []);
  const sorted = {
    preamble: [] as { line: number; input: DoorInput }[],
    ticks: lists<{ line: number; input: DoorInput }>(tickCount * tickVus),
    cads: [] as { line: number; input: DoorInput }[],
    cadPerStretch: Array.from({ length: Math.ceil((TICK_MS * tickCount) / stretchMs) }, () => 0),
    phones: lists<PhoneTurn>(settings.residentVus),
    doorbells: lists<DoorbellTurn>(settings.deviceVus),
  };
  const lines = text.trimEnd().split('\n');
  const senderOf = tickVus === 1 ? () => 0 : sendersOf(lines, agencies);
  const ramped = { residents: 0, doorbells: 0 };
  const online = Math.max(1, header.residents + header.doorbells);
  for (const [line, json] of lines.entries()) {
    const input = JSON.parse(json) as TraceInput;
    const before = line < header.preamble;
    switch (input.kind) {
      case 'snapshot':
        break;
      case 'connect':
      case 'disconnect': {
        const turn: PhoneTurn = [
          line,
          input.resident,
          input.kind === 'connect' ? 1 : 0,
          before ? null : input.atMs,
          before ? ramped.residents++ / online : 0,
        ];
        sorted.phones[input.resident % settings.residentVus].push(turn);
        break;
      }
      case 'cad':
      case 'preference':
      case 'post':
      case 'review': {
        if (before) sorted.preamble.push({ line, input });
        else {
          const wallMs = (input.atMs - header.fromMs) / speed;
          const tick = Math.min(tickCount - 1, Math.floor(wallMs / TICK_MS));
          sorted.ticks[tick * tickVus + (senderOf(input) % tickVus)].push({ line, input });
          if (input.kind !== 'cad') break;
          if (settings.arrivals === 'ramping') sorted.cads.push({ line, input });
          sorted.cadPerStretch[Math.min(sorted.cadPerStretch.length - 1, Math.floor(wallMs / stretchMs))] += 1;
        }
        break;
      }
      default:
        // Doorbells' part of the ramp follows that of residents.
        sorted.doorbells[input.doorbell % settings.deviceVus].push({
          line,
          input,
          ramp: before ? (header.residents + ramped.doorbells++) / online : null,
        });
    }
  }
  return sorted;
}

/**
 * Numbers the sender of each input. A busy agency's records are spread over VUs, each of which is one thread. If a message tells of
 * several records, or does not say of which, all messages of its agency have one sender.
 */
function sendersOf(lines: readonly string[], agencies: readonly string[]): (input: DoorInput) => number {
  const whole = new Set<string>();
  for (const json of lines) {
    const input = JSON.parse(json) as TraceInput;
    if (input.kind === 'cad' && input.records?.length !== 1) whole.add(input.agency);
  }
  return (input) =>
    input.kind !== 'cad' || input.records === undefined || whole.has(input.agency)
      ? laneNumber(agencies, input)
      : hashOf(input.records[0]);
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function verified(settings: Settings, header: TraceHeader, file: string): string {
  const text = read(settings, file);
  const expected = header.sha256[file] ?? 'none';
  const found = crypto.sha256(text, 'hex');
  if (found !== expected) throw bad(file, `SHA-256 ${expected.slice(0, 12)}...`, `${found.slice(0, 12)}...`);
  return text;
}

function read({ traceDir }: Settings, file: string): string {
  try {
    return open(`${traceDir}/${file}`);
  } catch {
    throw bad(file, 'a file that can be read', 'none');
  }
}

function bad(file: string, expected: string, found: string): Error {
  return new Error(`trace: ${file}: expected ${expected}, found ${found}`);
}
