/** The thread that holds residents' streams. */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import type { ConnectionLine } from '../../../../contract/trace.ts';
import type { Chunk } from '../thread/chunk.ts';
import type { Crew, CrewSetup } from '../thread/crew-contract.ts';
import { DeliveryLog } from './delivery-log.ts';
import { Turns } from '../../session/turns.ts';
import { measureLoopDelay } from '../thread/loop-delay.ts';
import { Phone, type PhoneHost } from './phone.ts';
import { Ramp } from '../thread/ramp.ts';
import { Schedule } from '../thread/schedule.ts';
import { SpreadTally } from '../../../../stats/spread.ts';
import { SendLog, UNCOUNTED } from '../thread/send-log.ts';
import { wallOf, type Wall } from '../wall.ts';

export function createSwarm(setup: CrewSetup, consumed: (weight: number) => void): Crew {
  const wall = wallOf(setup.wallOffsetMs);
  const log = new SendLog(setup.boundsMs.lag);
  const connects = new SpreadTally(setup.boundsMs.connect);
  const deliveries = new DeliveryLog(setup.deliveriesMax);
  const connections: ConnectionLine[] = [];
  const connectMs: number[] = [];
  const phones = new Map<number, Phone>();
  const tally = { connected: 0, connecting: 0, refused: 0 };
  const turns = new Handshakes(Math.max(1, Math.floor(HANDSHAKES_MAX / setup.parts)), wall);
  let unnoted = 0;
  let told = 0;
  let framesTold = 0;
  const host: PhoneHost = {
    wall,
    log,
    deliveries,
    endpoint: setup.http,
    credentialSecret: setup.credentialSecret,
    rules: { triesMax: setup.triesMax, tally, closeCodes: setup.wire.closeCodes },
    slowBytesPerSecond: setup.slowBytesPerSecond,
    wire: setup.wire,
    slowBuffer: new Uint8Array(Math.max(1, Math.min(65_536, Math.floor(setup.slowBytesPerSecond / 4)))),
    localAddressOf: (ordinal) => localAddressOf(setup.http.host, ordinal * setup.parts + setup.part),
    queue: (phone) => turns.queue(phone),
    release: () => turns.release(),
    note: (line) => {
      if (connections.length < CONNECTION_LINES_MAX) connections.push(line);
      else unnoted += 1;
    },
    connected: (ms) => {
      connectMs.push(ms);
      connects.add(ms);
    },
    receivedMs: 0,
    counts: { gaps: 0, unreadable: 0, nonsense: 0 },
  };
  const phoneOf = (resident: number, slow: boolean): Phone => {
    let phone = phones.get(resident);
    if (phone === undefined) {
      phone = new Phone(host, resident, phones.size, slow);
      phones.set(resident, phone);
    }
    return phone;
  };
  const fire = (chunk: Chunk, i: number, intendedMs: number, lagMs: number): void => {
    const record = log.open(chunk.line[i], intendedMs, lagMs, Number.isNaN(lagMs) ? UNCOUNTED : chunk.kind[i]);
    const phone = phoneOf(chunk.who[i], chunk.extra[i] === 1);
    if (chunk.kind[i] === CONNECT) {
      phone.connect(record, intendedMs);
      return;
    }
    phone.disconnect();
    log.markSent(record, wall(), 1);
    log.markAcknowledged(record, wall(), -1, null);
  };
  const schedule = new Schedule(wall, {
    consumed,
    fire: (chunk, i, intendedMs, takenMs) => fire(chunk, i, intendedMs, takenMs - intendedMs),
  });
  const ramp = new Ramp(wall, { consumed, fire: (chunk, i, intendedMs) => fire(chunk, i, intendedMs, NaN) });
  const loop = measureLoopDelay();
  return {
    portals: new Map(),
    preamble: (chunk, over) => ramp.add(chunk, over),
    inputs: (chunk) => schedule.add(chunk),
    launch: (clock) => {
      loop.restart();
      schedule.launch(clock);
    },
    status: () => ({
      ...log.takeStatus(),
      ...tally,
      deliveries: deliveries.count,
      lastAnswerMs: Math.max(log.lastAnswerMs, deliveries.lastMs),
      lastDeliveryMs: deliveries.lastMs,
      connects: connects.spread,
    }),
    heard: () => {
      const columns = deliveries.since(told, HEARD_MAX);
      if (columns.resident.length === 0) return null;
      const frames = deliveries.frames(framesTold);
      told += columns.resident.length;
      framesTold += frames.length;
      return { part: setup.part, frames, ...columns };
    },
    finish: async (stopped) => {
      schedule.stop();
      ramp.stop();
      turns.stop();
      const sends = log.close(() => (stopped ? 'stopped' : 'timeout'));
      for (const phone of phones.values()) phone.end();
      return {
        sends,
        frames: deliveries.frames(),
        deliveries: deliveries.blocks,
        connections,
        connectMs,
        eventLoopDelayMs: loop.stop(),
        notes: notesOf(host, deliveries, unnoted),
      };
    },
  };
}

// --- internal ---

const CONNECT = TRACE_INPUT_KINDS.indexOf('connect');

/** Deliveries told of at once: what comes in faster waits for the next time. */
const HEARD_MAX = 16_384;

/** Handshakes under way at once, over all threads: half of the queue that a listening socket has by default. */
const HANDSHAKES_MAX = 256;
const CONNECTION_LINES_MAX = 2_000_000;
/** A source address has 28,000 ports to one destination. */
const CONNECTIONS_PER_ADDRESS = 25_000;

/** Where to come from; null leaves it to the system. The whole of 127.0.0.0/8 is this machine. */
function localAddressOf(target: string, ordinal: number): string | null {
  const address = Math.floor(ordinal / CONNECTIONS_PER_ADDRESS);
  return address === 0 || !target.startsWith('127.') ? null : `127.0.${address >> 8}.${1 + (address & 255)}`;
}

/** Gives away the thread's turns for a handshake. */
class Handshakes {
  readonly #turns: Turns;
  readonly #wall: Wall;
  readonly #timer: NodeJS.Timeout;

  constructor(atOnceMax: number, wall: Wall) {
    this.#turns = new Turns(atOnceMax);
    this.#wall = wall;
    this.#timer = setInterval(() => this.#turns.expire(wall()), 250);
  }

  queue(phone: Phone): void {
    this.#turns.queue(phone);
    this.#turns.run(this.#wall());
  }

  release(): void {
    this.#turns.release();
    // Not at once: the phone that gives its turn back is in the middle of something.
    if (this.#turns.isAwaited) setImmediate(() => this.#turns.run(this.#wall()));
  }

  stop(): void {
    this.#turns.stop();
    clearInterval(this.#timer);
  }
}

function notesOf(host: PhoneHost, deliveries: DeliveryLog, unnoted: number): string[] {
  const { gaps, unreadable, nonsense } = host.counts;
  const notes: string[] = [];
  if (deliveries.dropped > 0) notes.push(`${deliveries.dropped} deliveries beyond the bound were counted, not kept`);
  if (unnoted > 0) notes.push(`${unnoted} events of connections beyond the bound were not kept`);
  if (gaps > 0) notes.push(`the target told ${gaps} times that messages are no longer kept`);
  if (unreadable > 0) notes.push(`${unreadable} stream messages were not of the contract`);
  if (nonsense > 0) notes.push(`${nonsense} stream connections broke the WebSocket protocol`);
  return notes;
}
