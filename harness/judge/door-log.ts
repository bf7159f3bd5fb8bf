/** Works out which inputs reached the target's door and when, as far as a sender can know it from times of sending, answers and failures. */
import { platformMsAt, wallMsOf, type PlatformClock } from '../../contract/clock.ts';
import type { MessageManifest } from '../../contract/manifest.ts';
import type { PipelineInput } from '../../contract/pipeline.ts';
import type { TraceInput } from '../../contract/trace.ts';
import type { Arrival } from '../../oracle/oracle-api.ts';
import type { Trace, TraceTruth } from '../trace/trace-api.ts';
import { toPipelineInput } from '../trace/truth.ts';
import type { SendColumns } from './observations.ts';

/** An input that the target took, or may have taken. */
export interface DoorEvent {
  /** Line of inputs.jsonl, from 0. */
  line: number;
  input: PipelineInput;
  manifest: MessageManifest | null;
  /** Wall time of sending, by which events are ordered. */
  wallMs: number;
  /** The same on the platform's clock. */
  atMs: number;
  arrival: Arrival;
}

/** An input that the target refused for good, or a portal's answer that it never asked for. */
export interface Refusal {
  agency: string | null;
  recordIds: string[];
  /** Key of the alert that the input decides about; null if it is not a decision. */
  incidents: string | null;
  /** A name of REFUSALS, `connection`, `timeout` or `never-polled`. */
  reason: string;
  /** When the input was meant to be sent. */
  meantWallMs: number;
}

export interface DoorLog {
  /** In order of arrival. */
  events: DoorEvent[];
  refusals: Refusal[];
  /** The moments at which residents' apps went online and offline, in order. */
  presence: { resident: number; online: boolean; wallMs: number }[];
  /** Inputs of the window by kind. */
  counts: Record<string, { meant: number; sent: number; acknowledged: number }>;
  /** Number of inputs by the reason why they were not acknowledged. Those that were acknowledged after several tries are under `retried`. */
  failures: Record<string, number>;
  retries: number;
}

export interface DoorLogSources {
  trace: Trace;
  truth: TraceTruth;
  sends: SendColumns;
  clock: PlatformClock;
  /**
   * A portal's answer that nobody asked for is not a refusal if the target asked for the next one within this time, or if the window ended within it, wall ms. On a
   * fast clock polls are closer together than that.
   */
  graceMs: number;
  /** Is called with every input of the trace, in order. */
  onInput: (line: number, input: TraceInput) => void;
}

/** Throws HB_TRACE if the trace's inputs can't be read. */
export async function readDoorLog(sources: DoorLogSources): Promise<DoorLog> {
  const reader = new DoorLogReader(sources);
  for await (const { line, input } of sources.trace.inputs()) {
    sources.onInput(line, input);
    reader.read(line, input);
  }
  return reader.finish();
}

// --- internal ---

/** The target took the input; refused it for good; may have taken it, since it never answered; or was never sent it. */
type Fate = 'taken' | 'refused' | 'unanswered' | 'unsent';

interface Poll {
  agency: string;
  wallMs: number;
}

class DoorLogReader {
  readonly #sources: DoorLogSources;
  readonly #sends: SendColumns;
  readonly #clock: PlatformClock;
  readonly #log: DoorLog = { events: [], refusals: [], presence: [], counts: {}, failures: {}, retries: 0 };
  /** Answers that portals gave, in order. */
  readonly #polls: Poll[] = [];

  constructor(sources: DoorLogSources) {
    this.#sources = sources;
    this.#sends = sources.sends;
    this.#clock = sources.clock;
  }

  read(line: number, input: TraceInput): void {
    const { truth, trace } = this.#sources;
    if (line >= trace.header.preamble) this.#count(line, input);
    if (input.kind === 'connect' || input.kind === 'disconnect') {
      this.#notePresence(line, input.resident, input.kind === 'connect');
      return;
    }
    const pipelineInput = toPipelineInput(input);
    if (pipelineInput === null || pipelineInput.kind === 'motion' || pipelineInput.kind === 'wake') return;
    const manifest = pipelineInput.kind === 'cad' ? truth.manifest(pipelineInput.messageId) : null;
    const fate = this.#fate(line);
    if (fate === 'unsent') return;
    if (fate === 'refused') {
      this.#log.refusals.push(this.#refusal(line, pipelineInput, manifest));
      return;
    }
    const event = this.#event(line, pipelineInput, manifest);
    if (fate === 'unanswered') event.arrival.unsure = true;
    if (input.kind === 'snapshot') this.#polls.push({ agency: input.agency, wallMs: event.wallMs });
    this.#log.events.push(event);
  }

  finish(): DoorLog {
    const log = this.#log;
    log.refusals = log.refusals.filter((refusal) => !this.#wasMadeUp(refusal));
    this.#settleRetries();
    log.events.sort((a, b) => a.wallMs - b.wallMs || this.#answeredMs(a) - this.#answeredMs(b) || a.line - b.line);
    log.presence.sort((a, b) => a.wallMs - b.wallMs);
    return log;
  }

  #count(line: number, input: TraceInput): void {
    const log = this.#log;
    const sends = this.#sends;
    const count = (log.counts[input.kind] ??= { meant: 0, sent: 0, acknowledged: 0 });
    count.meant += 1;
    if (!sends.has(line)) return;
    if (!Number.isNaN(sends.sentMs(line))) count.sent += 1;
    const failure = sends.failure(line);
    if (failure === null) count.acknowledged += 1;
    const retries = Math.max(0, sends.tries(line) - 1);
    log.retries += retries;
    const name = failure ?? (retries > 0 ? 'retried' : null);
    if (name !== null) log.failures[name] = (log.failures[name] ?? 0) + 1;
  }

  #notePresence(line: number, resident: number, online: boolean): void {
    if (!this.#sends.has(line) || this.#sends.failure(line) === 'stopped') return;
    this.#log.presence.push({ resident, online, wallMs: this.#turnMs(line) });
  }

  /** A message that the target read and rejected was taken: its receipts say why it was rejected. */
  #fate(line: number): Fate {
    const sends = this.#sends;
    if (!sends.has(line)) return 'unsent';
    const failure = sends.failure(line);
    if (failure === null || sends.rows(line) !== null) return 'taken';
    const isUnsent = Number.isNaN(sends.sentMs(line));
    if (failure === 'stopped') return isUnsent ? 'unsent' : 'unanswered';
    return !isUnsent && (failure === 'connection' || failure === 'timeout') ? 'unanswered' : 'refused';
  }

  #refusal(line: number, input: PipelineInput, manifest: MessageManifest | null): Refusal {
    return {
      agency: input.kind === 'cad' ? input.agency : null,
      recordIds: manifest?.rows.map((row) => row.recordId.trim()) ?? [],
      incidents: input.kind === 'review' ? input.ticket.slice(0, input.ticket.lastIndexOf('-')) : null,
      reason: this.#sends.failure(line) ?? 'unknown',
      meantWallMs: this.#sends.intendedMs(line),
    };
  }

  /** The target made up for a portal's answer that it never asked for: it asked for the next one soon, or the window ended, after which nobody knows what it asks for. */
  #wasMadeUp({ agency, reason, meantWallMs }: Refusal): boolean {
    const { graceMs, trace } = this.#sources;
    if (reason !== 'never-polled') return false;
    const untilMs = meantWallMs + graceMs;
    if (untilMs >= wallMsOf(this.#clock, trace.header.untilMs)) return true;
    return this.#polls.some((poll) => poll.agency === agency && poll.wallMs > meantWallMs && poll.wallMs <= untilMs);
  }

  #event(line: number, input: PipelineInput, manifest: MessageManifest | null): DoorEvent {
    const { header, onboarding } = this.#sources.trace;
    const isPreamble = line < header.preamble;
    const wallMs = this.#turnMs(line);
    const arrival: Arrival = isPreamble
      ? { exact: true }
      : { meantMs: platformMsAt(this.#clock, this.#sends.intendedMs(line)) };
    // The target asks a portal by itself, and gives no receipt for the answer.
    if (input.kind === 'cad' && input.dialect === 'dallas' && this.#sends.rows(line) === null)
      arrival.withoutReceipt = true;
    return {
      line,
      input: withoutBody(input, manifest, onboarding.bodyLengthMax),
      manifest,
      wallMs,
      // The platform's clock stands still until the window opens.
      atMs: isPreamble ? header.fromMs - 1 : platformMsAt(this.#clock, wallMs),
      arrival,
    };
  }

  /** Wall time at which the driver took an input up: it sent it, or, if it never did, meant to send it. */
  #turnMs(line: number): number {
    const sentMs = this.#sends.sentMs(line);
    return Number.isNaN(sentMs) ? this.#sends.intendedMs(line) : sentMs;
  }

  /** Wall time of the acknowledgement. Portals' answers and inputs that were never acknowledged count by their sending. */
  #answeredMs({ line, wallMs }: DoorEvent): number {
    const ms = this.#sends.answeredMs(line);
    return Number.isNaN(ms) ? wallMs : ms;
  }

  /**
   * The target answers an agency's messages in the order in which it takes them. So a message that was acknowledged only after several tries was taken no earlier
   * than those that were acknowledged before it, and no later than its own answer.
   */
  #settleRetries(): void {
    const { preamble } = this.#sources.trace.header;
    const latestMs = new Map<string, number>();
    const window = this.#log.events.filter((event) => event.line >= preamble && event.arrival.unsure !== true);
    window.sort((a, b) => this.#answeredMs(a) - this.#answeredMs(b) || a.wallMs - b.wallMs || a.line - b.line);
    for (const event of window) {
      const agency = event.input.kind === 'cad' ? event.input.agency : null;
      const beforeMs = agency === null ? -Infinity : (latestMs.get(agency) ?? -Infinity);
      if (this.#sends.tries(event.line) > 1) {
        event.wallMs = Math.max(event.wallMs, beforeMs);
        event.atMs = platformMsAt(this.#clock, event.wallMs);
        event.arrival.spreadMs = Math.max(0, platformMsAt(this.#clock, this.#answeredMs(event)) - event.atMs);
      }
      if (agency !== null) latestMs.set(agency, Math.max(event.wallMs, beforeMs));
    }
  }
}

/** Drops a message's text, which would fill the memory. The oracle needs it only if it is too long, or if it is that of a snapshot without rows, which tells its time. */
function withoutBody(input: PipelineInput, manifest: MessageManifest | null, bodyLengthMax: number): PipelineInput {
  if (input.kind !== 'cad' || manifest === null || (manifest.snapshot && manifest.rows.length === 0)) return input;
  return input.body.length > bodyLengthMax ? input : { ...input, body: '' };
}
