/**
 * A trace holds all inputs that a world sends to a platform over a window of time, with their intended times, so that any driver can send it, and a run on any
 * clock can be judged by it. It is a folder of UTF-8 files, each with one JSON value, or with one on each line:
 *
 *   trace.json         TraceHeader: its origin, counts, and the SHA-256 of the other files. Readers refuse an unknown major version.
 *   onboarding.json    the document that the platform receives first (contract/onboarding.ts); the driver fills in the URLs of portals
 *   inputs.jsonl       TraceInput, in order of (atMs, line): first the preamble (all at `fromMs - 1`), then the window
 *   truth/             never for the platform: truth.jsonl, TruthLine; world.jsonl, the world's own numbers, which a whole record needs
 *
 * docs/reference/trace.md explains all of it to those who write a driver in another language.
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

/** Name and version of the format. */
export const TRACE_SCHEMA = 'hundredblock.trace/1.2';

const Count = Type.Integer({ minimum: 0 });

/** trace.json. */
export const TraceHeaderSchema = Type.Object({
  schema: Type.String(),
  seed: Type.Integer(),
  /** The scenario with all its options (ScenarioSchema). It may go on after the window. */
  scenario: Type.Unknown(),
  /** The window in platform time, UTC ms: its first moment, and the first after it. */
  fromMs: Type.Integer(),
  untilMs: Type.Integer(),
  /** Number of lines of the preamble: inputs that restore the records that were open at `fromMs`. */
  preamble: Count,
  /** Number of inputs in the window, by kind. */
  inputs: Type.Record(Type.String(), Count),
  /** Numbers of residents and doorbells that are online when the window opens. */
  residents: Count,
  doorbells: Count,
  /** True if residents reacted to messages that they received over sockets: then the seed alone does not produce this trace again. */
  closedLoop: Type.Optional(Type.Boolean()),
  /** Number of the world's actions that no trace can hold, by reason (`motions not attached`, ...). */
  leftOut: Type.Optional(Type.Record(Type.String(), Count)),
  /** For the name of every other file: its SHA-256 in lower-case hex. */
  sha256: Type.Record(Type.String(), Type.String()),
});
/** A header that TraceHeaderSchema accepts. */
export type TraceHeader = Static<typeof TraceHeaderSchema>;

/**
 * One input. `atMs` is the platform time, UTC ms, at which it reaches the platform's door. Residents and doorbells are known by the number agency index *
 * RESIDENTS_PER_AGENCY_MAX + index within the agency.
 */
export type TraceInput =
  /** A CAD message that is pushed. `records` names the records in it: messages about one record must be sent in order. It is absent before version 1.2. */
  | {
      atMs: number;
      kind: 'cad';
      agency: string;
      dialect: Exclude<Dialect, 'dallas'>;
      messageId: string;
      records?: string[];
      body: string;
    }
  /** A portal's answer to the poll of platform time `polledMs`; it arrives at `atMs`. A poll without a line gets no answer. */
  | { atMs: number; kind: 'snapshot'; agency: string; messageId: string; polledMs: number; body: string }
  | { atMs: number; kind: 'preference'; change: PreferenceChange }
  | { atMs: number; kind: 'post'; postId: string; resident: number; text: string }
  | { atMs: number; kind: 'review'; ticket: string; decision: 'approve' | 'reject' }
  | { atMs: number; kind: 'motion'; doorbell: number }
  | { atMs: number; kind: 'clip'; doorbell: number; clipId: string; durationMs: number }
  | { atMs: number; kind: 'heartbeat'; doorbell: number; batteryPercent: number }
  /** A resident's app goes online or offline. Residents who are online when the window opens connect in the preamble. */
  | { atMs: number; kind: 'connect' | 'disconnect'; resident: number }
  /** A doorbell goes online or offline, likewise. */
  | { atMs: number; kind: 'attach' | 'detach'; doorbell: number };
/** The kind of an input. */
export type TraceInputKind = TraceInput['kind'];

/** A line of truth.jsonl, for the oracle alone. Private strings come before the message or post that is the first to carry them, the `carrier`. Times are UTC ms. */
export type TruthLine =
  | { line: 'manifest'; manifest: MessageManifest; changedMs: number; publishedMs: number }
  | { line: 'private'; agency: string; recordId: string; carrier: string; strings: PrivateString[] }
  /** One for each record, as it stood when the window closed. `incident` is null if nothing happened that the record is about. */
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
 * A line of sends.jsonl. A driver leaves its observations, for judging, in a folder beside the trace: driver.json (DriverSummary), sends.jsonl (SendLine),
 * frames.jsonl (FrameLine), deliveries.jsonl (DeliveryLine) and connections.jsonl (ConnectionLine). Their times are wall times, Unix ms with a fraction.
 */
export interface SendLine {
  /** Number of the line of inputs.jsonl, from 0. */
  input: number;
  /** Time at which it was meant to be sent, by the clock of the run. */
  intendedMs: number;
  /** Time at which its first byte (of a portal's answer, the last byte) was handed to the socket; null if it never was. */
  sentMs: number | null;
  /** Time at which it was acknowledged (202, PUBACK, 101); null if it never was. */
  answeredMs: number | null;
  /** HTTP status or MQTT reason code of the last answer; null if none came. */
  status: number | null;
  /** Number of attempts; above 1 only after a refusal or a broken connection. */
  tries: number;
  /** Reason for which it was not acknowledged: a name of REFUSALS, `connection`, `timeout`, `never-polled` or `stopped`; null if it was. */
  failure: string | null;
  /** Receipts of a CAD message; null if none were given. */
  rows: RowReceipt[] | null;
}
/** A line of frames.jsonl: one distinct message text. */
export interface FrameLine {
  /** Number by which deliveries name the text. */
  frame: number;
  type: 'alert' | 'post';
  /** The text of the stream message's `message`, as it came. */
  text: string;
}
/** A line of deliveries.jsonl: a stream message that was received, as [resident, sequence, frame, wall ms]. */
export type DeliveryLine = [number, number, number, number];
/** A line of connections.jsonl: a change of a resident's connection. */
export interface ConnectionLine {
  resident: number;
  atMs: number;
  event: 'open' | 'closed' | 'refused';
  /** Close code, or HTTP status of a refusal; null if the connection broke. */
  code: number | null;
  /** Last sequence that the client received (on `closed`), or that hello told (on `open`). */
  sequence: number | null;
  /** True if the driver itself ended the connection. */
  intended: boolean;
}

/** driver.json: measurements of the driver and of the target. */
export type DriverSummary = Pick<
  Load,
  'driver' | 'target' | 'platformClock' | 'connected' | 'generator' | 'targetProcess' | 'shed' | 'notes'
> & {
  traceSha256: string;
  /** The clock that sends were planned by. */
  clock: PlatformClock;
  generatorLagMs: Tail;
  connectMs: Tail;
  /** Reason for which the run stopped early, in words; null if it went to its end. */
  stopped: string | null;
  /** For each wall second of the window: the greatest lag, and each process's use of the processors as a share of one. */
  seconds: { second: number; lagMaxMs: number; generatorCpu: number | null; targetCpu: number | null }[];
};
