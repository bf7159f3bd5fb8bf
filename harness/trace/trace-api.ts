/** What the recording, reading and replaying of traces offer to those who drive and judge by them. The files themselves: contract/trace.ts. */
import type { PlatformClock } from '../../contract/clock.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { MsgType } from '../../contract/alert.ts';
import type { Onboarding } from '../../contract/onboarding.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceHeader, TraceInput, TruthLine } from '../../contract/trace.ts';
import type { Judgement, TruthView } from '../../oracle/oracle-api.ts';
import type { ShardResult } from '../engine/shard.ts';

export interface RecordOptions {
  scenario: Readonly<Scenario>;
  seed: number;
  /** The window's first platform moment, UTC ms; not before the scenario's start. */
  fromMs: number;
  /** Its length, simulated ms. */
  windowMs: number;
  /** Folder to write to; made where it is missing. */
  dir: string;
  signal?: AbortSignal;
  onProgress?: (fraction: number, simulatedMs: number) => void;
}

export interface Recorded {
  header: TraceHeader;
  /** The world's own figures, from its start to the window's end, as an ordinary run would give them. */
  shards: ShardResult[];
  /** True where the signal ended it: the trace then ends at the moment reached. */
  partial: boolean;
}

/** harness/trace/record.ts. Throws HB_OPTION_VALUE where the window can't be, and what the file system throws. */
export type RecordTrace = (options: RecordOptions) => Promise<Recorded>;

export interface Trace {
  dir: string;
  header: TraceHeader;
  onboarding: Onboarding;
  /** SHA-256 of trace.json, which holds those of the other files: it names the whole trace. */
  sha256: string;
  /**
   * In order; `line` counts from 0, as SendLine.input does. `paused` is called where a trace that is still being written holds no more for now.
   * Throws HB_TRACE at a line that can't be read.
   */
  inputs(paused?: () => void): AsyncGenerator<{ line: number; input: TraceInput }>;
  truth(): AsyncGenerator<TruthLine>;
}

/** harness/trace/read.ts. Throws HB_TRACE (one line) where a file is missing, altered, or of an unknown version. */
export type OpenTrace = (dir: string) => Promise<Trace>;

export interface TraceTruth {
  /** What a CAD message or snapshot says; null where the trace holds none of that id. */
  manifestOf(messageId: string): MessageManifest | null;
  /** When the change that it tells was made, and when the source put it out, platform ms. */
  meta(messageId: string): { changedMs: number; publishedMs: number } | null;
  /**
   * What the oracle must learn before this message (or post, by its postId): each string stands with the first input of the trace that
   * carries it. Who lets an input out must still tell what stands with it.
   */
  privatesBefore(id: string): readonly { agency: string; recordId: string; strings: PrivateString[] }[];
  view: TruthView;
  faults: readonly Extract<TruthLine, { line: 'fault' }>[];
}

/** harness/trace/truth.ts. Keeps all of it in memory. Throws HB_TRACE. */
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

export interface Replayed {
  /** In order. */
  publishes: ReplayedPublish[];
  posts: { postId: string; text: string; audience: Uint32Array; atMs: number }[];
  /** By an oracle without tolerance. */
  judgement: Judgement;
  /** Outcomes of CAD records by name. */
  receipts: Record<string, number>;
}

/** harness/trace/in-virtual-time.ts: the trace through one reference pipeline in virtual time. `truth`: its own, where it was loaded before. */
export type ReplayTrace = (trace: Trace, truth?: TraceTruth) => Promise<Replayed>;

/** What residents received since the batch before, each batch of one thread (`part`). */
export interface Heard {
  part: number;
  /** Distinct messages that this thread had not told of yet: numbered on from those it had. */
  frames: { type: 'alert' | 'post'; text: string }[];
  /** Columns of equal length: who received which frame, and when (Unix ms). */
  resident: Uint32Array;
  frame: Uint32Array;
  wallMs: Float64Array;
}

/** A trace that is still being written while it is sent, because its world reacts to what residents receive. */
export interface LiveTrace {
  /** As it is known when the window opens. */
  header: TraceHeader;
  /** Bytes of inputs.jsonl that are written by then, whole lines. */
  writtenBytes: number;
  /** The window was given its place on the wall: from now on `more` is told of each further stretch of inputs.jsonl that is written. */
  launch(clock: PlatformClock, more: (writtenBytes: number) => void): void;
  heard(heard: Heard): void;
  /** Ends the trace where it is. */
  close(): void;
  /** Resolves when all files of the trace are whole; rejects where the world or the disk failed. */
  whole: Promise<void>;
}
