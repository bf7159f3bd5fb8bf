/**
 * A trace: what a world sends to a platform over a window of time, with intended times, so that any driver can send it and any clock
 * can be judged by it. A folder, all files UTF-8, JSON or one JSON value a line:
 *
 *   trace.json         TraceHeader: what it is, counts, SHA-256 of the other files. Readers refuse an unknown major version.
 *   onboarding.json    what the platform is told first (contract/onboarding.ts); portal URLs are left empty, the driver fills them in
 *   inputs.jsonl       TraceInput, in order of (atMs, line): first the preamble (all at `fromMs - 1`), then the window
 *   truth/             never for the platform: truth.jsonl, TruthLine; world.jsonl, the world's own figures (a whole record needs them)
 *
 * docs/reference/trace.md tells it all to those who write a driver in another language.
 */
import Type, { type Static } from 'typebox';
import type { Dialect } from './catalogue.ts';
import type { PlatformClock } from './clock.ts';
import type { MessageManifest, PrivateString } from './manifest.ts';
import type { RowReceipt } from './pipeline.ts';
import type { PreferenceChange } from './roster.ts';
import type { FaultKind } from './record/kinds.ts';
import type { Load } from './record/load.ts';
import type { Tail } from './record/measures.ts';

export const TRACE_SCHEMA = 'hundredblock.trace/1.2';

const Count = Type.Integer({ minimum: 0 });

export const TraceHeaderSchema = Type.Object({
  schema: Type.String(),
  seed: Type.Integer(),
  /** The scenario with all options, as ScenarioSchema; it may go on after the window. */
  scenario: Type.Unknown(),
  /** First and last (exclusive) platform moment of the window, UTC ms. */
  fromMs: Type.Integer(),
  untilMs: Type.Integer(),
  /** Lines of the preamble: inputs that restore what was open at `fromMs`. */
  preamble: Count,
  /** Inputs of the window by kind. */
  inputs: Type.Record(Type.String(), Count),
  /** Those that are online when the window opens. */
  residents: Count,
  doorbells: Count,
  /** True where residents reacted to what they received over sockets: the seed alone does not give this trace again. */
  closedLoop: Type.Optional(Type.Boolean()),
  /** What the world did that no trace can hold, by reason (`motions not attached`, ...). */
  leftOut: Type.Optional(Type.Record(Type.String(), Count)),
  /** File name to lower-case hex SHA-256, of every other file. */
  sha256: Type.Record(Type.String(), Type.String()),
});
export type TraceHeader = Static<typeof TraceHeaderSchema>;

/**
 * What is sent. `atMs`: platform time at which it reaches the platform's door. Residents and doorbells are known by
 * agency index * RESIDENTS_PER_AGENCY_MAX + index within the agency.
 */
export type TraceInput =
  /** Pushed in its dialect. `records`: whose order a driver that can't send without waiting for answers has to keep; absent before 1.2. */
  | {
      atMs: number;
      kind: 'cad';
      agency: string;
      dialect: Exclude<Dialect, 'dallas'>;
      messageId: string;
      records?: string[];
      body: string;
    }
  /** What a portal's answer to the poll of `polledMs` is; it arrives at `atMs`. A poll without one gets no answer. */
  | { atMs: number; kind: 'snapshot'; agency: string; messageId: string; polledMs: number; body: string }
  | { atMs: number; kind: 'preference'; change: PreferenceChange }
  | { atMs: number; kind: 'post'; postId: string; resident: number; text: string }
  | { atMs: number; kind: 'review'; ticket: string; decision: 'approve' | 'reject' }
  | { atMs: number; kind: 'motion'; doorbell: number }
  | { atMs: number; kind: 'clip'; doorbell: number; clipId: string; durationMs: number }
  | { atMs: number; kind: 'heartbeat'; doorbell: number; batteryPercent: number }
  /** Residents' app goes online and offline. Those that are online when the window opens connect before it, in the preamble. */
  | { atMs: number; kind: 'connect' | 'disconnect'; resident: number }
  /** Likewise doorbells. */
  | { atMs: number; kind: 'attach' | 'detach'; doorbell: number };
export type TraceInputKind = TraceInput['kind'];

/** What the oracle needs to know of a trace. Private strings come before the message or post that is the first to carry them, the `carrier`. */
export type TruthLine =
  | { line: 'manifest'; manifest: MessageManifest; changedMs: number; publishedMs: number }
  | { line: 'private'; agency: string; recordId: string; carrier: string; strings: PrivateString[] }
  /** One per record, as it stood when the window closed. `incident` is null where none lies behind it. */
  | {
      line: 'record';
      agency: string;
      recordId: string;
      incident: {
        incident: number;
        onsetMs: number;
        nothing: boolean;
        category: string | null;
        places: string[];
        withdrawnMs: number | null;
      } | null;
    }
  | {
      line: 'fault';
      agency: string;
      kind: FaultKind;
      atMs: number;
      messageId: string | null;
      detail: string;
      messages: number;
    };

/**
 * What a driver saw, for judging. A folder beside the trace: driver.json (DriverSummary), and
 * sends.jsonl (SendLine), frames.jsonl (FrameLine), deliveries.jsonl (DeliveryLine), connections.jsonl (ConnectionLine).
 * Wall times are Unix ms with a fraction.
 */
export interface SendLine {
  /** Line of inputs.jsonl, from 0. */
  input: number;
  /** When it was meant to be sent, by the clock that the run was given. */
  intendedMs: number;
  /** When its first byte was handed to the socket (a portal's answer: when the whole of it was); null where it never was. */
  sentMs: number | null;
  /** When it was acknowledged (202, PUBACK, 101); null where it never was. */
  answeredMs: number | null;
  /** HTTP status of the last answer, MQTT reason code, or null where none came. */
  status: number | null;
  /** Attempts made; above 1 only after a refusal or a broken connection. */
  tries: number;
  /** Why it is not acknowledged: a name of REFUSALS, `connection`, `timeout`, `never-polled`, `stopped`; null where it is. */
  failure: string | null;
  /** Receipts of a CAD message, null where none were given. */
  rows: RowReceipt[] | null;
}
/** A distinct message text, once. */
export interface FrameLine {
  frame: number;
  type: 'alert' | 'post';
  /** The bytes of `message`. */
  text: string;
}
/** A stream message received: [resident, sequence, frame, wall ms]. */
export type DeliveryLine = [number, number, number, number];
export interface ConnectionLine {
  resident: number;
  atMs: number;
  event: 'open' | 'closed' | 'refused';
  /** Close code, or HTTP status of a refusal; null where the connection broke. */
  code: number | null;
  /** Last sequence seen (closed) or told by hello (open). */
  sequence: number | null;
  /** True where the driver itself ended it. */
  intended: boolean;
}

/** driver.json: what a driver measured of itself and of the target. */
export type DriverSummary = Pick<
  Load,
  'driver' | 'target' | 'platformClock' | 'connected' | 'generator' | 'targetProcess' | 'shed' | 'notes'
> & {
  traceSha256: string;
  /** The clock that sends were planned by. */
  clock: PlatformClock;
  generatorLagMs: Tail;
  connectMs: Tail;
  /** Null: the run went to its end. Else why it stopped early, in words. */
  stopped: string | null;
  /** Per wall second of the window, of its own and the target's process. */
  seconds: { second: number; lagMaxMs: number; generatorCpu: number | null; targetCpu: number | null }[];
};
