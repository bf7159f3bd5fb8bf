/** The thread that sends what agencies, residents' hands and the news team send over HTTP, and hosts the polled portals. */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import { weightOf, type Chunk } from '../thread/chunk.ts';
import type { Crew, CrewSetup } from '../thread/crew-contract.ts';
import { HttpLine, type WaitingBytes } from './line.ts';
import { measureLoopDelay } from '../thread/loop-delay.ts';
import { hostPortals, type PortalHost } from './portal.ts';
import { Schedule } from '../thread/schedule.ts';
import { SpreadTally } from '../../../../stats/spread.ts';
import { SendLog, UNCOUNTED } from '../thread/send-log.ts';
import type { Failure } from '../thread/sends.ts';
import { wallOf } from '../wall.ts';

export async function createSender(setup: CrewSetup, consumed: (weight: number) => void): Promise<Crew> {
  const wall = wallOf(setup.wallOffsetMs);
  const log = new SendLog(setup.boundsMs.lag);
  const memory: WaitingBytes = { now: 0, max: setup.waitingBytesMax, refused: 0 };
  const options = { endpoint: setup.http, wall, log, triesMax: setup.triesMax, memory, refusals: setup.wire.refusals };
  const lines = Array.from({ length: setup.lines }, () => new HttpLine(options));
  const portals = await hostPortals(setup.portals, log, wall);
  const noConnects = new SpreadTally(setup.boundsMs.connect).spread;
  const loop = measureLoopDelay();
  const send = sendTo(lines, log);
  const schedule = new Schedule(wall, {
    consumed,
    fire: (chunk, i, intendedMs, takenMs) => {
      if (chunk.kind[i] === SNAPSHOT) portals.fire(chunk.who[i], chunk.extra[i], intendedMs);
      else send(chunk, i, intendedMs, takenMs - intendedMs);
    },
  });
  return {
    portals: portals.urls,
    preamble: (chunk) => {
      for (const line of lines) line.depth = PREAMBLE_DEPTH;
      for (let i = 0; i < chunk.count; i += 1) send(chunk, i, wall(), NaN);
      consumed(weightOf(chunk));
    },
    inputs: (chunk) => {
      offerSnapshots(chunk, portals);
      schedule.add(chunk);
    },
    launch: (clock) => {
      loop.restart();
      for (const line of lines) {
        line.depth = Infinity;
        line.open();
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
    heard: () => null,
    finish: async (stopped) => {
      schedule.stop();
      for (const line of lines) line.close();
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

const SNAPSHOT = TRACE_INPUT_KINDS.indexOf('snapshot');
const REVIEW = TRACE_INPUT_KINDS.indexOf('review');
const CAD = TRACE_INPUT_KINDS.indexOf('cad');

/** Requests under way per connection before the window: there, it is not the clock that sets the pace. */
const PREAMBLE_DEPTH = 32;

/** Hands items to their connections; parts of one input share its record. */
function sendTo(lines: readonly HttpLine[], log: SendLog) {
  let record = -1;
  let partsLeft = 0;
  return (chunk: Chunk, i: number, intendedMs: number, lagMs: number): void => {
    if (partsLeft === 0)
      record = log.open(chunk.line[i], intendedMs, lagMs, Number.isNaN(lagMs) ? UNCOUNTED : chunk.kind[i]);
    partsLeft = chunk.extra[i];
    lines[chunk.who[i]].send({
      record,
      bytes: chunk.bytes.subarray(chunk.offset[i], chunk.offset[i + 1]),
      partsAfter: partsLeft,
      mayComeLate: chunk.kind[i] === REVIEW,
      keepsAnswer: chunk.kind[i] === CAD,
      tries: 0,
    });
  };
}

/** A snapshot's bytes: message id, tag and body, each but the last ended by a line feed. */
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

function failureOf(snapshot: boolean, stopped: boolean, sent: boolean): Failure {
  if (snapshot) return 'never-polled';
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
