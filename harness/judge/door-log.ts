/** What reached the target's door and when, from what was sent and how it was answered. */
import { platformMsAt, wallMsOf, type PlatformClock } from '../../contract/clock.ts';
import type { MessageManifest } from '../../contract/manifest.ts';
import type { PipelineInput } from '../../contract/pipeline.ts';
import type { TraceInput } from '../../contract/trace.ts';
import type { Arrival } from '../../oracle/oracle-api.ts';
import type { Trace, TraceTruth } from '../trace/trace-api.ts';
import { toPipelineInput } from '../trace/truth.ts';
import type { SendColumns } from './observations.ts';

export interface DoorEvent {
  line: number;
  input: PipelineInput;
  manifest: MessageManifest | null;
  /** When it was sent; orders the events. */
  wallMs: number;
  atMs: number;
  arrival: Arrival;
}

/** A message that the target did not take, and said so, or never asked for. */
export interface Refusal {
  agency: string | null;
  recordIds: string[];
  /** The alert that it decides about; null where it is no decision. */
  incidents: string | null;
  /** A name of REFUSALS, `connection`, `timeout` or `never-polled`. */
  why: string;
  meantWallMs: number;
}

/** Inputs of the window by kind. */
export type InputCounts = Record<string, { meant: number; sent: number; acknowledged: number }>;

export interface DoorLog {
  /** In order of arrival. */
  events: DoorEvent[];
  refusals: Refusal[];
  /** Residents' apps going online and offline, in order. */
  presence: { resident: number; online: boolean; wallMs: number }[];
  counts: InputCounts;
  /** Why inputs were not acknowledged; those that were in the end, after several tries, stand under `retried`. */
  failures: Record<string, number>;
  retries: number;
}

/**
 * Each input is told to `each` besides. A portal's answer that nobody asked for is no
 * refusal where the next was fetched within `graceMs` (wall) of it, or the window ended: on a fast clock polls are no further apart than that.
 */
export async function readDoorLog(
  trace: Trace,
  truth: TraceTruth,
  sends: SendColumns,
  clock: PlatformClock,
  graceMs: number,
  each: (line: number, input: TraceInput) => void,
): Promise<DoorLog> {
  const { preamble, fromMs, untilMs } = trace.header;
  const log: DoorLog = { events: [], refusals: [], presence: [], counts: {}, failures: {}, retries: 0 };
  const polls: Poll[] = [];
  for await (const { line, input } of trace.inputs()) {
    each(line, input);
    if (line >= preamble) tally(log, sends, line, input);
    if (input.kind === 'connect' || input.kind === 'disconnect') {
      if (sends.has(line) && sends.failure(line) !== 'stopped')
        log.presence.push({ resident: input.resident, online: input.kind === 'connect', wallMs: turnOf(sends, line) });
      continue;
    }
    const given = toPipelineInput(input);
    if (given === null || given.kind === 'motion' || given.kind === 'wake') continue;
    const manifest = given.kind === 'cad' ? truth.manifest(given.messageId) : null;
    switch (fateOf(sends, line)) {
      case 'unsent':
        break;
      case 'refused':
        log.refusals.push(refusalOf(given, manifest, sends, line));
        break;
      case 'unanswered':
      case 'taken': {
        const unsure = fateOf(sends, line) === 'unanswered';
        const event = eventOf(trace, sends, clock, line, given, manifest, unsure);
        if (line < preamble) event.atMs = fromMs - 1;
        if (input.kind === 'snapshot') polls.push({ agency: input.agency, wallMs: event.wallMs });
        log.events.push(event);
      }
    }
  }
  const endMs = wallMsOf(clock, untilMs);
  log.refusals = log.refusals.filter((refusal) => !wasMadeUp(refusal, polls, graceMs, endMs));
  settleRetries(log.events, sends, clock, preamble);
  log.events.sort((a, b) => a.wallMs - b.wallMs || answeredOf(sends, a) - answeredOf(sends, b) || a.line - b.line);
  log.presence.sort((a, b) => a.wallMs - b.wallMs);
  return log;
}

// --- internal ---

type Fate = 'taken' | 'refused' | 'unanswered' | 'unsent';

/** A message that was read and found wanting was taken: its receipts say why. */
function fateOf(sends: SendColumns, line: number): Fate {
  if (!sends.has(line)) return 'unsent';
  const failure = sends.failure(line);
  if (failure === null || sends.rows(line) !== null) return 'taken';
  const unsent = Number.isNaN(sends.sentMs(line));
  if (failure === 'stopped') return unsent ? 'unsent' : 'unanswered';
  return !unsent && (failure === 'connection' || failure === 'timeout') ? 'unanswered' : 'refused';
}

function tally(log: DoorLog, sends: SendColumns, line: number, input: TraceInput): void {
  const count = (log.counts[input.kind] ??= { meant: 0, sent: 0, acknowledged: 0 });
  count.meant += 1;
  if (!sends.has(line)) return;
  if (!Number.isNaN(sends.sentMs(line))) count.sent += 1;
  const failure = sends.failure(line);
  if (failure === null) count.acknowledged += 1;
  const again = Math.max(0, sends.tries(line) - 1);
  log.retries += again;
  const name = failure ?? (again > 0 ? 'retried' : null);
  if (name !== null) log.failures[name] = (log.failures[name] ?? 0) + 1;
}

interface Poll {
  agency: string;
  wallMs: number;
}

/** Portals answer until `endMs`, the end of the window; what was asked for later, nobody knows. */
function wasMadeUp({ agency, why, meantWallMs }: Refusal, polls: readonly Poll[], graceMs: number, endMs: number) {
  if (why !== 'never-polled') return false;
  const untilMs = meantWallMs + graceMs;
  return untilMs >= endMs || polls.some((p) => p.agency === agency && p.wallMs > meantWallMs && p.wallMs <= untilMs);
}

function refusalOf(input: PipelineInput, manifest: MessageManifest | null, sends: SendColumns, line: number): Refusal {
  return {
    agency: input.kind === 'cad' ? input.agency : null,
    recordIds: manifest?.rows.map((row) => row.recordId.trim()) ?? [],
    incidents: input.kind === 'review' ? input.ticket.slice(0, input.ticket.lastIndexOf('-')) : null,
    why: sends.failure(line) ?? 'unknown',
    meantWallMs: sends.intendedMs(line),
  };
}

/** When an input was taken up: sent, or, where that was never done, meant. */
function turnOf(sends: SendColumns, line: number): number {
  const sentMs = sends.sentMs(line);
  return Number.isNaN(sentMs) ? sends.intendedMs(line) : sentMs;
}

function eventOf(
  trace: Trace,
  sends: SendColumns,
  clock: PlatformClock,
  line: number,
  input: PipelineInput,
  manifest: MessageManifest | null,
  unsure: boolean,
): DoorEvent {
  const exact = line < trace.header.preamble;
  const wallMs = turnOf(sends, line);
  const arrival: Arrival = exact ? { exact } : { meantMs: platformMsAt(clock, sends.intendedMs(line)) };
  if (unsure) arrival.unsure = true;
  // The target asks a portal by itself and tells nobody what it made of the answer.
  if (input.kind === 'cad' && input.dialect === 'dallas' && sends.rows(line) === null) arrival.withoutReceipt = true;
  const { bodyLengthMax } = trace.onboarding;
  return {
    line,
    input: lean(input, manifest, bodyLengthMax),
    manifest,
    wallMs,
    atMs: platformMsAt(clock, wallMs),
    arrival,
  };
}

/** A message's text is needed no more, but where it is too long, or a snapshot without rows that only tells its time. */
function lean(input: PipelineInput, manifest: MessageManifest | null, bodyLengthMax: number): PipelineInput {
  if (input.kind !== 'cad' || manifest === null || (manifest.snapshot && manifest.rows.length === 0)) return input;
  return input.body.length > bodyLengthMax ? input : { ...input, body: '' };
}

/** A portal's answer, and what was never acknowledged, count by when they were sent. */
function answeredOf(sends: SendColumns, { line, wallMs }: DoorEvent): number {
  const ms = sends.answeredMs(line);
  return Number.isNaN(ms) ? wallMs : ms;
}

/**
 * An agency's messages are answered in the order in which they were taken. One that was acknowledged only after several tries was taken
 * not before those that were answered before it, and at some moment until its answer.
 */
function settleRetries(events: readonly DoorEvent[], sends: SendColumns, clock: PlatformClock, preamble: number): void {
  const latest = new Map<string, number>();
  const window = events.filter((e) => e.line >= preamble && e.arrival.unsure !== true);
  window.sort((a, b) => answeredOf(sends, a) - answeredOf(sends, b) || a.wallMs - b.wallMs || a.line - b.line);
  for (const event of window) {
    const agency = event.input.kind === 'cad' ? event.input.agency : null;
    const before = agency === null ? -Infinity : (latest.get(agency) ?? -Infinity);
    if (sends.tries(event.line) > 1) {
      event.wallMs = Math.max(event.wallMs, before);
      event.atMs = platformMsAt(clock, event.wallMs);
      event.arrival.spreadMs = Math.max(0, platformMsAt(clock, answeredOf(sends, event)) - event.atMs);
    }
    if (agency !== null) latest.set(agency, Math.max(event.wallMs, before));
  }
}
