/** The frame of a thread that holds clients, residents' apps or doorbells: it takes inputs up, tells how things stand, and ends. */
import type { ObservedPart } from '../../observations/observed-part.ts';
import { SpreadTally } from '../../../../stats/spread.ts';
import type { SessionTally } from '../../session/connection.ts';
import { wallClock, type WallClock } from '../../wall-clock.ts';
import type { Chunk } from './chunk.ts';
import { measureLoopDelay } from './loop-delay.ts';
import { Ramp } from './ramp.ts';
import { Schedule } from './schedule.ts';
import { SendLog, UNCOUNTED } from '../../observations/send-log.ts';
import type { Failure } from '../../observations/sends.ts';
import type { ThreadSetup, ThreadStatus, ThreadWork } from './thread-protocol.ts';

/** Everything that the clients of a thread share, whatever their kind. */
export interface ClientFrame {
  wall: WallClock;
  log: SendLog;
  tally: SessionTally;
  /** A client is connected, this long after it was asked to be. */
  connected(tookMs: number): void;
  connects: ConnectTimes;
}

/** The part of a client thread that depends on the kind of its clients. */
export interface ClientWork {
  /** An input's turn came: a record of the send log was opened for it. */
  take(chunk: Chunk, i: number, record: number, intendedMs: number): void;
  /** Deliveries, as far as its clients receive any. */
  deliveries?(): Pick<ThreadStatus, 'deliveries' | 'lastDeliveryMs'>;
  takeReceived?: ThreadWork['takeReceived'];
  /** How an input that is still owed at the end failed; `sent`: it was handed to a socket. */
  failure(stopped: boolean, sent: boolean): Failure;
  /** Ends all clients, after the send log was closed. */
  end(): Pick<ObservedPart, 'notes'> & Partial<Pick<ObservedPart, 'frames' | 'deliveries' | 'connections'>>;
}

/** Makes the parts that a thread's clients share. */
export function createClientFrame({ wallOffsetMs, boundsMs }: ThreadSetup): ClientFrame {
  const connects = new ConnectTimes(boundsMs.connect);
  return {
    wall: wallClock(wallOffsetMs),
    log: new SendLog(boundsMs.lag),
    tally: { connected: 0, connecting: 0, refused: 0 },
    connected: (tookMs) => connects.add(tookMs),
    connects,
  };
}

/** `consumed` is told the weight of each chunk whose inputs were all taken up. */
export function createClientThread(
  { wall, log, tally, connects }: ClientFrame,
  work: ClientWork,
  consumed: (weight: number) => void,
): ThreadWork {
  const fire = (chunk: Chunk, i: number, intendedMs: number, lagMs: number): void => {
    const kind = Number.isNaN(lagMs) ? UNCOUNTED : chunk.kind[i];
    work.take(chunk, i, log.open(chunk.line[i], intendedMs, lagMs, kind), intendedMs);
  };
  const schedule = new Schedule(wall, {
    consumed,
    fire: (chunk, i, intendedMs, takenMs) => fire(chunk, i, intendedMs, takenMs - intendedMs),
  });
  const ramp = new Ramp(wall, { consumed, fire: (chunk, i, intendedMs) => fire(chunk, i, intendedMs, NaN) });
  const loop = measureLoopDelay();
  return {
    portals: new Map(),
    preamble: (chunk, span) => ramp.add(chunk, span),
    inputs: (chunk) => schedule.add(chunk),
    launch: (clock) => {
      loop.restart();
      schedule.launch(clock);
    },
    status: () => {
      const { deliveries, lastDeliveryMs } = work.deliveries?.() ?? { deliveries: 0, lastDeliveryMs: 0 };
      const lastAnswerMs = Math.max(log.lastAnswerMs, lastDeliveryMs);
      return { ...log.takeStatus(), ...tally, deliveries, lastDeliveryMs, lastAnswerMs, connects: connects.spread };
    },
    takeReceived: () => work.takeReceived?.() ?? null,
    finish: async (stopped) => {
      schedule.stop();
      ramp.stop();
      const sends = log.close((_record, sent) => work.failure(stopped, sent));
      const ended = work.end();
      const none = { frames: [], deliveries: [], connections: [] };
      return { sends, ...none, ...ended, connectMs: connects.ms, eventLoopDelayMs: loop.stop() };
    },
  };
}

// --- internal ---

/** Times from asking for a connection to having it: each of them, and their counts by bucket. */
class ConnectTimes {
  readonly ms: number[] = [];
  readonly #tally: SpreadTally;

  constructor(boundsMs: readonly number[]) {
    this.#tally = new SpreadTally(boundsMs);
  }

  get spread() {
    return this.#tally.spread;
  }

  add(tookMs: number): void {
    this.ms.push(tookMs);
    this.#tally.add(tookMs);
  }
}
