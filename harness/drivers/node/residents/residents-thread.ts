/** The thread that holds residents' streams. There may be several, each with a part of the residents. */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import type { ConnectionLine } from '../../../../contract/trace.ts';
import { Turns } from '../../session/turns.ts';
import { createClientFrame, createClientThread, type ClientFrame } from '../thread/client-thread.ts';
import type { ThreadSetup, ThreadWork } from '../thread/thread-protocol.ts';
import type { WallClock } from '../../wall-clock.ts';
import { DeliveryLog } from './delivery-log.ts';
import { Phone, type PhoneHost } from './phone.ts';

const CONNECT = TRACE_INPUT_KINDS.indexOf('connect');

/** Deliveries that are reported at once: any above that wait for the next report. */
const RECEIVED_MAX = 16_384;
/** Handshakes under way at once, over all threads: half of the queue that a listening socket has by default. */
const HANDSHAKES_MAX = 256;
const EXPIRE_MS = 250;
const CONNECTION_LINES_MAX = 2_000_000;
/** A source address has 28,000 ports to one destination. */
const CONNECTIONS_PER_ADDRESS = 25_000;
/** Slow readers read into a buffer of a quarter of a second's bytes, and of at most this size. */
const SLOW_BUFFER_BYTES_MAX = 65_536;

/** `consumed` is told the weight of each chunk whose inputs were all taken up. */
export function createResidentsThread(setup: ThreadSetup, consumed: (weight: number) => void): ThreadWork {
  const frame = createClientFrame(setup);
  const { wall, log } = frame;
  const deliveries = new DeliveryLog(setup.deliveriesMax);
  const connections = new ConnectionLog();
  const turns = new HandshakeTurns(Math.max(1, Math.floor(HANDSHAKES_MAX / setup.parts)), wall);
  const host = hostOf({ setup, frame, deliveries, connections, turns });
  const phones = new Map<number, Phone>();
  const phoneOf = (resident: number, isSlow: boolean): Phone => {
    let phone = phones.get(resident);
    if (phone === undefined) {
      phone = new Phone(host, resident, phones.size, isSlow);
      phones.set(resident, phone);
    }
    return phone;
  };
  let reported = 0;
  let framesReported = 0;
  return createClientThread(
    frame,
    {
      take: (chunk, i, record, intendedMs) => {
        const phone = phoneOf(chunk.who[i], chunk.extra[i] === 1);
        if (chunk.kind[i] === CONNECT) {
          phone.connect(record, intendedMs);
          return;
        }
        phone.disconnect();
        log.markSent(record, wall(), 1);
        log.markAcknowledged(record, wall(), -1, null);
      },
      deliveries: () => ({ deliveries: deliveries.count, lastDeliveryMs: deliveries.lastMs }),
      takeReceived: () => {
        const columns = deliveries.since(reported, RECEIVED_MAX);
        if (columns.resident.length === 0) return null;
        const frames = deliveries.frames(framesReported);
        reported += columns.resident.length;
        framesReported += frames.length;
        return { part: setup.part, frames, ...columns };
      },
      failure: (stopped) => (stopped ? 'stopped' : 'timeout'),
      end: () => {
        turns.stop();
        for (const phone of phones.values()) phone.end();
        return {
          frames: deliveries.frames(),
          deliveries: deliveries.blocks,
          connections: connections.lines,
          notes: notesOf(host, deliveries, connections),
        };
      },
    },
    consumed,
  );
}

// --- internal ---

interface HostParts {
  setup: ThreadSetup;
  frame: ClientFrame;
  deliveries: DeliveryLog;
  connections: ConnectionLog;
  turns: HandshakeTurns;
}

function hostOf({ setup, frame, deliveries, connections, turns }: HostParts): PhoneHost {
  const { wire, slowBytesPerSecond } = setup;
  const { wall, log, tally, connected } = frame;
  const slowBufferBytes = Math.max(1, Math.min(SLOW_BUFFER_BYTES_MAX, Math.floor(slowBytesPerSecond / 4)));
  return {
    wall,
    log,
    deliveries,
    endpoint: setup.http,
    credentialSecret: setup.credentialSecret,
    rules: { triesMax: setup.triesMax, tally, closeCodes: wire.closeCodes },
    wire,
    slowBytesPerSecond,
    slowBuffer: new Uint8Array(slowBufferBytes),
    localAddressOf: (ordinal) => localAddressOf(setup.http.host, ordinal * setup.parts + setup.part),
    queue: (phone) => turns.queue(phone),
    release: () => turns.release(),
    note: (line) => connections.add(line),
    connected,
    receivedMs: 0,
    counts: { gaps: 0, unreadable: 0, nonsense: 0 },
  };
}

/** The source address of the n-th connection; null leaves it to the system. The whole of 127.0.0.0/8 is this machine. */
function localAddressOf(target: string, ordinal: number): string | null {
  const address = Math.floor(ordinal / CONNECTIONS_PER_ADDRESS);
  return address === 0 || !target.startsWith('127.') ? null : `127.0.${address >> 8}.${1 + (address & 255)}`;
}

/** Gives away the thread's turns for a handshake. */
class HandshakeTurns {
  readonly #turns: Turns;
  readonly #wall: WallClock;
  readonly #timer: NodeJS.Timeout;

  constructor(atOnceMax: number, wall: WallClock) {
    this.#turns = new Turns(atOnceMax);
    this.#wall = wall;
    this.#timer = setInterval(() => this.#turns.expire(wall()), EXPIRE_MS);
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

/** Events of connections, within a bound. */
class ConnectionLog {
  readonly lines: ConnectionLine[] = [];
  dropped = 0;

  add(line: ConnectionLine): void {
    if (this.lines.length < CONNECTION_LINES_MAX) this.lines.push(line);
    else this.dropped += 1;
  }
}

function notesOf({ counts }: PhoneHost, deliveries: DeliveryLog, connections: ConnectionLog): string[] {
  const { gaps, unreadable, nonsense } = counts;
  const notes: string[] = [];
  if (deliveries.dropped > 0) notes.push(`${deliveries.dropped} deliveries beyond the bound were counted, not kept`);
  if (connections.dropped > 0)
    notes.push(`${connections.dropped} events of connections beyond the bound were not kept`);
  if (gaps > 0) notes.push(`the target told ${gaps} times that messages are no longer kept`);
  if (unreadable > 0) notes.push(`${unreadable} stream messages were not of the contract`);
  if (nonsense > 0) notes.push(`${nonsense} stream connections broke the WebSocket protocol`);
  return notes;
}
