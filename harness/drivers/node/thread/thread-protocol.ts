/**
 * Messages between the driver's main thread and its sending threads. Each sending thread has one role: `sender` (HTTP requests, and
 * hosting portals), `residents` (their streams) or `doorbells` (MQTT).
 */
import type { PlatformClock } from '../../../../contract/clock.ts';
import type { CLOSE_CODES, Refusal } from '../../../../contract/wire.ts';
import type { Spread } from '../../../../stats/spread.ts';
import type { ObservedPart } from '../../observations/observed-part.ts';
import type { SendStatus } from '../../observations/sends.ts';
import type { ReceivedBatch } from '../../../trace/trace-api.ts';
import type { Chunk } from './chunk.ts';
import type { Endpoint } from './lean-socket.ts';

/** The kind of inputs that a thread sends. */
export type ThreadRole = 'sender' | 'residents' | 'doorbells';

/** The first message to a thread: its role, and everything that it needs for it. */
export interface ThreadSetup {
  role: ThreadRole;
  /** Unix ms minus monotonic ms (wall-clock.ts). */
  wallOffsetMs: number;
  credentialSecret: string;
  http: Endpoint;
  /** Null: no doorbell can be connected. */
  mqtt: Endpoint | null;
  /** Names from contract/wire.ts. They are handed on because that file loads schemas, which would cost each thread a second and 30 MiB. */
  wire: { refusals: Readonly<Record<Refusal, number>>; streamPath: string; closeCodes: typeof CLOSE_CODES };
  /** Upper bounds of the buckets by which lags, and times to connect, are counted. Handed on for the same reason. */
  boundsMs: { lag: readonly number[]; connect: readonly number[] };
  /** Attempts at one input. */
  triesMax: number;
  /** Bytes of requests that may wait for an answer. */
  waitingBytesMax: number;
  /** Deliveries that this thread records. */
  deliveriesMax: number;
  /** For the sender: the number of its HTTP connections, and the polled portals by agency index. */
  connections: number;
  portals: { agency: number; everyMs: number }[];
  /** For a residents thread: its number among `parts` such threads. */
  part: number;
  parts: number;
  /** For a residents thread: the pace of residents who read slowly. */
  slowBytesPerSecond: number;
  /** For a residents thread: whether it reports what residents receive while they do. */
  reportsDeliveries: boolean;
}

/** Inputs before the window, spread evenly over a time that starts at a wall time. */
export interface RampSpan {
  startMs: number;
  overMs: number;
}

/** From the main thread to a sending thread. */
export type ThreadRequest =
  /** Comes first; answered with `ready`. */
  | { kind: 'setup'; setup: ThreadSetup }
  /** Inputs before the window; if `ramp` is null, all are taken up at once. */
  | { kind: 'preamble'; chunk: Chunk; ramp: RampSpan | null }
  /** Inputs of the window, in order, some time before they are due. */
  | { kind: 'inputs'; chunk: Chunk }
  | { kind: 'launch'; clock: PlatformClock }
  /** Asks the thread to send nothing more, close everything and answer with `result`. */
  | { kind: 'finish'; stopped: boolean };

/** From a sending thread to the main thread. */
export type ThreadReport =
  | { kind: 'ready'; portals: Map<number, string> }
  /** Inputs of this weight (chunkWeight) were taken up: others may be read ahead. */
  | { kind: 'consumed'; weight: number }
  | { kind: 'status'; status: ThreadStatus }
  | { kind: 'received'; batch: ReceivedBatch }
  | { kind: 'result'; result: ObservedPart };

/** How things stand in a thread. */
export interface ThreadStatus extends SendStatus {
  /** Clients that are connected; on their way to a connection, or back to it after a loss; given up. */
  connected: number;
  connecting: number;
  refused: number;
  deliveries: number;
  /** When a delivery last came (Unix ms); 0 before. `lastAnswerMs` counts deliveries too. */
  lastDeliveryMs: number;
  connects: Spread;
}

/** The work of one role. thread-entry.ts does the talking. */
export interface ThreadWork {
  /** URLs of the portals that it hosts, by agency index. */
  portals: Map<number, string>;
  preamble(chunk: Chunk, ramp: RampSpan | null): void;
  inputs(chunk: Chunk): void;
  launch(clock: PlatformClock): void;
  status(): ThreadStatus;
  /** A bounded number of deliveries that came since the last call; null if none did. */
  takeReceived(): ReceivedBatch | null;
  finish(stopped: boolean): Promise<ObservedPart>;
}
