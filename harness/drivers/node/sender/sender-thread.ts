/** The thread that sends everything that goes over HTTP (CAD messages, posts, preferences, decisions) and hosts the polled portals. */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import { SpreadTally } from '../../../../stats/spread.ts';
import { SendLog, UNCOUNTED } from '../../observations/send-log.ts';
import type { Failure } from '../../observations/sends.ts';
import { PortalHost } from '../../target/portal-host.ts';
import { wallClock } from '../../wall-clock.ts';
import { chunkWeight, type Chunk } from '../thread/chunk.ts';
import { measureLoopDelay } from '../thread/loop-delay.ts';
import { Schedule } from '../thread/schedule.ts';
import type { ThreadSetup, ThreadWork } from '../thread/thread-protocol.ts';
import { HttpConnection, type WaitingBytes } from './http-connection.ts';

const SNAPSHOT = TRACE_INPUT_KINDS.indexOf('snapshot');
const REVIEW = TRACE_INPUT_KINDS.indexOf('review');
const CAD = TRACE_INPUT_KINDS.indexOf('cad');

/** Requests under way on a connection before the window, when it is not the clock that sets the pace. */
const PREAMBLE_DEPTH = 32;

/** `consumed` is told the weight of each chunk whose inputs were all taken up. */
export async function createSenderThread(setup: ThreadSetup, consumed: (weight: number) => void): Promise<ThreadWork> {
  const wall = wallClock(setup.wallOffsetMs);
  const log = new SendLog(setup.boundsMs.lag);
  const memory: WaitingBytes = { now: 0, max: setup.waitingBytesMax, refused: 0 };
  const options = { endpoint: setup.http, wall, log, triesMax: setup.triesMax, memory, refusals: setup.wire.refusals };
  const connections = Array.from({ length: setup.connections }, () => new HttpConnection(options));
  const portals = await PortalHost.start(setup.portals, log, wall);
  const noConnects = new SpreadTally(setup.boundsMs.connect).spread;
  const loop = measureLoopDelay();
  const requests = new RequestSender(connections, log);
  const schedule = new Schedule(wall, {
    consumed,
    fire: (chunk, i, intendedMs, takenMs) => {
      if (chunk.kind[i] === SNAPSHOT) portals.fire(chunk.who[i], chunk.extra[i], intendedMs);
      else requests.send(chunk, i, intendedMs, takenMs - intendedMs);
    },
  });
  return {
    portals: portals.urls,
    preamble: (chunk) => {
      for (const connection of connections) connection.depth = PREAMBLE_DEPTH;
      for (let i = 0; i < chunk.count; i += 1) requests.send(chunk, i, wall(), NaN);
      consumed(chunkWeight(chunk));
    },
    inputs: (chunk) => {
      offerSnapshots(chunk, portals);
      schedule.add(chunk);
    },
    launch: (clock) => {
      loop.restart();
      for (const connection of connections) {
        connection.depth = Infinity;
        connection.open();
      }
      portals.launch(clock);
      schedule.launch(clock);
    },
    status: () => ({
      ...log.takeStatus(),
      owed: log.owed - portals.unasked.size,
      connected: 0,
      connecting: 0,
      refused: 0,
      deliveries: 0,
      lastDeliveryMs: 0,
      connects: noConnects,
    }),
    takeReceived: () => null,
    finish: async (stopped) => {
      schedule.stop();
      for (const connection of connections) connection.close();
      await portals.close();
      return {
        sends: log.close((record, sent) => failureOf(portals.unasked.has(record), stopped, sent)),
        frames: [],
        deliveries: [],
        connections: [],
        connectMs: [],
        eventLoopDelayMs: loop.stop(),
        notes: notesOf(memory, log),
      };
    },
  };
}

// --- internal ---

/** Hands requests to their connections; parts of one input share its record. */
class RequestSender {
  readonly #connections: readonly HttpConnection[];
  readonly #log: SendLog;
  #record = -1;
  #partsLeft = 0;

  constructor(connections: readonly HttpConnection[], log: SendLog) {
    this.#connections = connections;
    this.#log = log;
  }

  /** `lagMs` is NaN for an input before the window. */
  send(chunk: Chunk, i: number, intendedMs: number, lagMs: number): void {
    const kind = chunk.kind[i];
    if (this.#partsLeft === 0)
      this.#record = this.#log.open(chunk.line[i], intendedMs, lagMs, Number.isNaN(lagMs) ? UNCOUNTED : kind);
    this.#partsLeft = chunk.extra[i];
    this.#connections[chunk.who[i]].send({
      record: this.#record,
      bytes: chunk.bytes.subarray(chunk.offset[i], chunk.offset[i + 1]),
      partsAfter: this.#partsLeft,
      mayComeLate: kind === REVIEW,
      keepsAnswer: kind === CAD,
      tries: 0,
    });
  }
}

/** Hands the snapshots among these inputs to the portals. The bytes of one are its message id, its tag and its body; a line feed ends the first two. */
function offerSnapshots(chunk: Chunk, portals: PortalHost): void {
  for (let i = 0; i < chunk.count; i += 1) {
    if (chunk.kind[i] !== SNAPSHOT) continue;
    const bytes = Buffer.from(chunk.bytes.buffer, chunk.offset[i], chunk.offset[i + 1] - chunk.offset[i]);
    const idEnd = bytes.indexOf('\n');
    const tagEnd = bytes.indexOf('\n', idEnd + 1);
    portals.offer(chunk.who[i], {
      polledMs: chunk.extra[i],
      atMs: chunk.atMs[i],
      messageId: bytes.toString('latin1', 0, idEnd),
      etag: bytes.toString('latin1', idEnd + 1, tagEnd),
      body: bytes.subarray(tagEnd + 1),
      record: null,
      line: chunk.line[i],
    });
  }
}

function failureOf(isSnapshot: boolean, stopped: boolean, sent: boolean): Failure {
  if (isSnapshot) return 'never-polled';
  if (stopped) return 'stopped';
  return sent ? 'timeout' : 'connection';
}

function notesOf(memory: WaitingBytes, log: SendLog): string[] {
  const notes: string[] = [];
  if (memory.refused > 0)
    notes.push(`${memory.refused} requests were given up because ${memory.max} bytes waited for answers already`);
  if (log.answersDropped > 0) notes.push(`receipts of ${log.answersDropped} answers were too large to be kept`);
  return notes;
}
