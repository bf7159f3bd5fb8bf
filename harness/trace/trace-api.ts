/** The interface to traces for those who send them and judge by them: recording, opening, and replaying in virtual time. contract/trace.ts defines the files. */
import type { MsgType } from '../../contract/alert.ts';
import type { PlatformClock } from '../../contract/clock.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { Onboarding } from '../../contract/onboarding.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceHeader, TraceInput, TruthLine } from '../../contract/trace.ts';
import type { Judgement, TruthView } from '../../oracle/oracle-api.ts';
import type { ShardResult } from '../engine/shard-result.ts';

export interface RecordOptions {
  scenario: Readonly<Scenario>;
  seed: number;
  /** First platform moment of the window, UTC ms; not before the scenario's start. */
  fromMs: number;
  /** Length of the window, simulated ms. */
  windowMs: number;
  /** Folder to write to; it is made if it is missing. */
  dir: string;
  /** Ends the recording early. */
  signal?: AbortSignal;
  /** Hears the share of the recording that is done, 0 to 1, and the simulated moment. */
  onProgress?: (fraction: number, simulatedMs: number) => void;
}

export interface Recorded {
  header: TraceHeader;
  /** The world's own results, from its start to the window's end, as an ordinary run gives them. */
  shards: ShardResult[];
  /** True if the signal ended the recording: the trace then ends at the moment reached. */
  partial: boolean;
}

/** Records a trace (harness/trace/record.ts). Throws HB_OPTION_VALUE if the window is impossible, and whatever the file system throws. */
export type RecordTrace = (options: RecordOptions) => Promise<Recorded>;

/** An open trace. */
export interface Trace {
  dir: string;
  header: TraceHeader;
  onboarding: Onboarding;
  /** SHA-256 of trace.json, in lower-case hex. It names the whole trace, since trace.json holds the hashes of the other files. */
  sha256: string;
  /**
   * All inputs in order; `line` counts from 0, as SendLine.input does. If the trace is still being written, `paused` is called each time the reader has
   * caught up with the writer. Throws HB_TRACE at a line that can't be read.
   */
  inputs(paused?: () => void): AsyncGenerator<{ line: number; input: TraceInput }>;
  /** All lines of the truth, in order. Throws HB_TRACE at a line that can't be read. */
  truth(): AsyncGenerator<TruthLine>;
}

/** Opens a trace (harness/trace/read.ts). Throws HB_TRACE (one line) if a file is missing, altered, or of an unknown version. */
export type OpenTrace = (dir: string) => Promise<Trace>;

/** The truth of a trace in memory, as the oracle needs it. */
export interface TraceTruth {
  /** The contents of a CAD message or snapshot; null if the trace has no message of that id. */
  manifest(messageId: string): MessageManifest | null;
  /** When the change that the message reports was made, and when the source published it, platform ms; null if the trace has no such message. */
  meta(messageId: string): { changedMs: number; publishedMs: number } | null;
  /**
   * Private strings that the oracle must learn before this message (or post, by its postId). Each string is listed with the first input of the trace that
   * carries it, so whoever skips an input must still tell the oracle its strings.
   */
  privatesBefore(id: string): readonly { agency: string; recordId: string; strings: PrivateString[] }[];
  view: TruthView;
  faults: readonly Extract<TruthLine, { line: 'fault' }>[];
}

/** Reads the whole truth into memory (harness/trace/truth.ts). Throws HB_TRACE. */
export type LoadTruth = (trace: Trace) => Promise<TraceTruth>;

export interface ReplayedPublish {
  identifier: string;
  incidents: string;
  msgType: MsgType;
  /** Residents, ascending. */
  audience: Uint32Array;
  /** Platform time. */
  atMs: number;
}

/** The output of the reference pipeline for a trace. */
export interface Replayed {
  /** In order. */
  publishes: ReplayedPublish[];
  posts: { postId: string; text: string; audience: Uint32Array; atMs: number }[];
  /** By an oracle without tolerance. */
  judgement: Judgement;
  /** Number of CAD records by the receipt's outcome. */
  receipts: Record<string, number>;
}

/** Sends a trace through one reference pipeline in virtual time (harness/trace/in-virtual-time.ts). `truth` is the trace's own, if it is loaded already. */
export type ReplayTrace = (trace: Trace, truth?: TraceTruth) => Promise<Replayed>;

/** Receptions of the residents of one driver thread (`part`) since that thread's last batch. */
export interface ReceivedBatch {
  part: number;
  /** Distinct messages that were in none of the thread's batches before. They are numbered on from those that were. */
  frames: { type: 'alert' | 'post'; text: string }[];
  /** Columns of equal length: the resident, the number of the frame, and the moment of reception (Unix ms). */
  resident: Uint32Array;
  frame: Uint32Array;
  wallMs: Float64Array;
}

/** A trace that is still being written while a driver sends it, because its world reacts to what residents receive. */
export interface LiveTrace {
  /** The header as it is known when the window opens. */
  header: TraceHeader;
  /** Length of inputs.jsonl by then, in bytes: whole lines. */
  writtenBytes: number;
  /** Starts the world on the wall clock. From now on `onWritten` hears the length of inputs.jsonl in bytes whenever more is written. */
  launch(clock: PlatformClock, onWritten: (writtenBytes: number) => void): void;
  /** Lets residents react to what they received. */
  receive(batch: ReceivedBatch): void;
  /** Ends the trace at the moment reached. */
  close(): void;
  /** Resolves when all files of the trace are complete; rejects if the world or the disk failed. */
  whole: Promise<void>;
}
