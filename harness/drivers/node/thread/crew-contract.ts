/**
 * How the conductor of a run talks with its threads. A crew is a thread that sends inputs of some kinds on their time: `sender` (HTTP
 * and portals), `swarm` (residents' streams), `devices` (doorbells).
 */
import type { PlatformClock } from '../../../../contract/clock.ts';
import type { Tail } from '../../../../contract/record/measures.ts';
import type { ConnectionLine } from '../../../../contract/trace.ts';
import type { CLOSE_CODES, Refusal } from '../../../../contract/wire.ts';
import type { Chunk } from './chunk.ts';
import type { ReceivedBatch } from '../../../trace/trace-api.ts';
import type { Endpoint } from './lean-socket.ts';
import type { Sends } from './sends.ts';
import type { Spread } from '../../../../stats/spread.ts';

export type CrewRole = 'sender' | 'swarm' | 'devices';

export interface CrewSetup {
  role: CrewRole;
  wallOffsetMs: number;
  credentialSecret: string;
  http: Endpoint;
  /** Null: no doorbell can be connected. */
  mqtt: Endpoint | null;
  /** Of contract/wire.ts. Handed on, because threads don't load the schemas there: those cost each of them a second and 30 MiB. */
  wire: { refusals: Readonly<Record<Refusal, number>>; streamPath: string; closeCodes: typeof CLOSE_CODES };
  /** Upper bounds of the buckets that lags, and times to connect, are counted by. Handed on like `wire`. */
  boundsMs: { lag: readonly number[]; connect: readonly number[] };
  triesMax: number;
  waitingBytesMax: number;
  deliveriesMax: number;
  /** sender: HTTP connections, by number as in Item.who; and the polled portals by agency index. */
  lines: number;
  portals: { agency: number; everyMs: number }[];
  /** swarm: which of how many it is, and how fast those residents read that read slowly. */
  part: number;
  parts: number;
  slowBytesPerSecond: number;
  /** swarm: whether it tells what residents receive, as they do. */
  tells: boolean;
}

export type CrewRequest =
  /** First of all; answered with `ready`. */
  | { kind: 'setup'; setup: CrewSetup }
  /** Inputs before the window: taken up at once, or spread evenly over a ramp that starts at a wall time. */
  | { kind: 'preamble'; chunk: Chunk; ramp: { startMs: number; overMs: number } | null }
  /** Inputs of the window, in order, some time before they are due. */
  | { kind: 'inputs'; chunk: Chunk }
  | { kind: 'launch'; clock: PlatformClock }
  /** Sends nothing more, closes everything and answers with `result`. */
  | { kind: 'finish'; stopped: boolean };

export type CrewReport =
  | { kind: 'ready'; portals: Map<number, string> }
  /** So much of what was handed in has been sent. */
  | { kind: 'consumed'; weight: number }
  | { kind: 'status'; status: CrewStatus }
  | { kind: 'heard'; heard: ReceivedBatch }
  | { kind: 'result'; result: CrewResult };

/** Inputs of the window by index in TRACE_INPUT_KINDS: their turn had come, handed to a socket, acknowledged. */
export interface InputTotals {
  meant: number[];
  sent: number[];
  acknowledged: number[];
}

export interface CrewStatus {
  /** Inputs whose turn has come. */
  taken: number;
  sent: number;
  acknowledged: number;
  /** Taken up, and neither acknowledged nor given up. */
  owed: number;
  /** Connections open; asked for and not open (or back after a loss); given up. */
  connected: number;
  connecting: number;
  refused: number;
  deliveries: number;
  /** When an answer or a delivery last came; 0 before. */
  lastAnswerMs: number;
  lastDeliveryMs: number;
  /** Since the status before. */
  lagMaxMs: number;
  totals: InputTotals;
  lags: Spread;
  connects: Spread;
}

export interface DeliveryBlock {
  count: number;
  resident: Uint32Array<ArrayBuffer>;
  sequence: Float64Array<ArrayBuffer>;
  frame: Uint32Array<ArrayBuffer>;
  wallMs: Float64Array<ArrayBuffer>;
}

export interface CrewResult {
  sends: Sends;
  /** Frames by number, as text of `message`. */
  frames: { type: 'alert' | 'post'; text: string }[];
  deliveries: DeliveryBlock[];
  connections: ConnectionLine[];
  /** Each time from asking for a connection to being connected (hello, CONNACK). */
  connectMs: number[];
  eventLoopDelayMs: Tail;
  notes: string[];
}

/** What a thread does, apart from talking. */
export interface Crew {
  portals: Map<number, string>;
  preamble(chunk: Chunk, ramp: { startMs: number; overMs: number } | null): void;
  inputs(chunk: Chunk): void;
  launch(clock: PlatformClock): void;
  status(): CrewStatus;
  /** What residents received since it was last asked for, a bounded number of deliveries; null where that is nothing. */
  heard(): ReceivedBatch | null;
  finish(stopped: boolean): Promise<CrewResult>;
}
