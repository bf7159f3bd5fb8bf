/** One resident's app: connects to the stream, comes back with `after` when it lost the connection, and notes what it receives. */
import { createHash } from 'node:crypto';
import { tokenOf } from '../../../../contract/credentials.ts';
import type { ConnectionLine } from '../../../../contract/trace.ts';
import type { CrewSetup } from '../thread/crew-contract.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { clientFrame, FrameError, OPCODE, readFrames, type FrameHandlers, type FrameState } from './frame-reader.ts';
import {
  dropSocket,
  openSocket,
  sharedReadBuffer,
  type Endpoint,
  type LeanSocket,
  type SocketOwner,
} from '../thread/lean-socket.ts';
import type { SendLog } from '../thread/send-log.ts';
import type { Failure } from '../thread/sends.ts';
import { refusalOf } from '../sender/refusal.ts';
import { spread } from './spread.ts';
import { readMessage } from './stream-message.ts';
import type { Wall } from '../wall.ts';

/** What all phones of a thread share. */
export interface PhoneHost {
  wall: Wall;
  log: SendLog;
  deliveries: DeliveryLog;
  endpoint: Endpoint;
  credentialSecret: string;
  triesMax: number;
  wire: CrewSetup['wire'];
  /** Bytes a second of those that read slowly, and what they read into. */
  slowBytesPerSecond: number;
  slowBuffer: Uint8Array;
  localAddressOf: (ordinal: number) => string | null;
  /** Asks for `begin` when a handshake may start; each is given back by `release`. */
  queue: (phone: Phone) => void;
  release: () => void;
  note: (line: ConnectionLine) => void;
  /** From asking to hello, ms. */
  connected: (ms: number) => void;
  /** When the bytes that are being read came in: taken once per read. */
  receivedMs: number;
  counts: {
    connected: number;
    connecting: number;
    refused: number;
    gaps: number;
    unreadable: number;
    nonsense: number;
  };
}

type State = 'off' | 'queued' | 'handshake' | 'greeting' | 'open' | 'waiting' | 'gone';

export class Phone implements SocketOwner, FrameState, FrameHandlers {
  readonly #host: PhoneHost;
  readonly resident: number;
  readonly #ordinal: number;
  readonly #slow: boolean;
  #socket: LeanSocket | null = null;
  #state: State = 'off';
  /** Last sequence seen or told; -1 before the first hello. */
  #sequence = -1;
  #record = -1;
  #askedMs = 0;
  #attempts = 0;
  #failures = 0;
  /** Counts what happened, so that a timer can tell that it is out of date; the whole handshake is one. */
  epoch = 0;
  rest: Buffer | null = null;
  fragments: Buffer[] | null = null;

  constructor(host: PhoneHost, resident: number, ordinal: number, slow: boolean) {
    this.#host = host;
    this.resident = resident;
    this.#ordinal = ordinal;
    this.#slow = slow;
  }

  /** Goes online. `record`: of the send log, for the input that asks for it. */
  connect(record: number, askedMs: number): void {
    this.#fail('connection', -1);
    if (this.#socket !== null || this.#state === 'queued' || this.#state === 'waiting') this.#leave();
    this.#record = record;
    this.#askedMs = askedMs;
    this.#failures = 0;
    this.#ask();
  }

  /** Goes offline, as a phone does that loses its network. */
  disconnect(): void {
    this.#fail('connection', -1);
    this.#leave();
  }

  /** The run is over. */
  end(): void {
    this.#record = -1;
    this.#leave();
  }

  /** A handshake may start now. */
  begin(): void {
    if (this.#state !== 'queued') {
      this.#host.release();
      return;
    }
    this.#enter('handshake');
    this.#attempts += 1;
    this.#failures += 1;
    if (this.#record !== -1) this.#host.log.markSent(this.#record, this.#host.wall(), this.#failures);
    const buffer = this.#slow ? () => (this.#state === 'open' ? this.#host.slowBuffer : sharedReadBuffer) : undefined;
    this.#socket = openSocket(this, this.#host.endpoint, this.#host.localAddressOf(this.#ordinal), buffer);
  }

  /** The handshake that was begun at this epoch took too long. */
  expire(epoch: number): void {
    if (this.epoch === epoch && (this.#state === 'handshake' || this.#state === 'greeting')) this.#lose(null);
  }

  onOpen(): void {
    const { endpoint, credentialSecret, wire } = this.#host;
    const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
    const after = this.#sequence === -1 ? '' : `?after=${this.#sequence}`;
    this.#socket?.write(
      `GET ${wire.streamPath}${after} HTTP/1.1\r\nHost: ${host}:${endpoint.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${this.#key()}\r\n` +
        `Authorization: Bearer ${tokenOf(credentialSecret, 'resident', this.resident)}\r\n\r\n`,
      'latin1',
    );
  }

  onBytes(bytes: Buffer): boolean {
    this.#host.receivedMs = this.#host.wall();
    try {
      const frames = this.#state === 'handshake' ? this.#upgrade(bytes) : bytes;
      if (frames !== null && frames.length > 0) readFrames(this, frames, this);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#host.counts.nonsense += 1;
      this.#lose(error.code);
    }
    if (!this.#slow || this.#state !== 'open') return true;
    this.#readOnLater(bytes.length);
    return false;
  }

  onClosed(): void {
    this.#lose(null);
  }

  onText(bytes: Buffer, start: number, end: number): void {
    const { counts, deliveries } = this.#host;
    const message = readMessage(bytes, start, end);
    if (message === null) counts.unreadable += 1;
    else if (message.kind === 'hello') this.#greet(message.lastSequence);
    else if (message.kind === 'gap') {
      counts.gaps += 1;
      this.#sequence = Math.max(this.#sequence, message.upTo);
    } else {
      this.#sequence = Math.max(this.#sequence, message.sequence);
      deliveries.add(
        this.resident,
        message.sequence,
        message.type,
        message.bytes,
        message.start,
        message.end,
        this.#host.receivedMs,
      );
    }
  }

  onPing(payload: Buffer): void {
    this.#socket?.write(clientFrame(OPCODE.pong, payload, this.epoch * 0x9e3779b9));
  }

  onClose(code: number | null): void {
    const socket = this.#socket;
    if (socket === null) return;
    // The frame that answers it goes out before the connection does.
    const payload = Buffer.alloc(code === null ? 0 : 2);
    if (code !== null) payload.writeUInt16BE(code);
    socket.write(clientFrame(OPCODE.close, payload, this.epoch * 0x9e3779b9));
    this.#lose(code);
  }

  #ask(): void {
    this.#enter('queued');
    this.#host.queue(this);
  }

  #enter(state: State): void {
    const { counts } = this.#host;
    if (isConnecting(this.#state)) counts.connecting -= 1;
    if (this.#state === 'open') counts.connected -= 1;
    if (this.#state === 'handshake' || this.#state === 'greeting') {
      if (state !== 'greeting') this.#host.release();
    }
    this.#state = state;
    if (state !== 'greeting') this.epoch += 1;
    if (isConnecting(state)) counts.connecting += 1;
    if (state === 'open') counts.connected += 1;
    if (state === 'gone') counts.refused += 1;
  }

  /** Bytes after the answer to the upgrade, once it is complete; null before, and where it was refused. */
  #upgrade(bytes: Buffer): Buffer | null {
    const all = this.rest === null ? bytes : Buffer.concat([this.rest, bytes]);
    this.rest = null;
    const end = all.indexOf('\r\n\r\n', 0, 'latin1');
    if (end === -1) {
      if (all.length > HEAD_BYTES_MAX) throw new FrameError(1002, 'an answer without end');
      this.rest = Buffer.from(all);
      return null;
    }
    const head = all.toString('latin1', 0, end);
    const status = Number(/^HTTP\/1\.1 ([0-9]{3})(?: |\r|$)/.exec(head)?.[1] ?? NaN);
    if (Number.isNaN(status)) throw new FrameError(1002, 'not an HTTP/1.1 answer');
    if (status !== 101) {
      this.#refused(status, Number(/\r\nretry-after:[ \t]*([0-9]{1,6})/i.exec(head)?.[1] ?? 0));
      return null;
    }
    const accept = /\r\nsec-websocket-accept:[ \t]*([^ \t\r]+)/i.exec(head)?.[1];
    if (accept !== acceptOf(this.#key())) throw new FrameError(1002, 'the wrong Sec-WebSocket-Accept');
    if (this.#record !== -1) this.#host.log.markAcknowledged(this.#record, this.#host.receivedMs, status, null);
    this.#record = -1;
    this.#enter('greeting');
    return all.subarray(end + 4);
  }

  #greet(lastSequence: number): void {
    if (this.#state !== 'greeting') return;
    this.#enter('open');
    this.#failures = 0;
    if (this.#sequence === -1) this.#sequence = lastSequence;
    this.#host.connected(this.#host.receivedMs - this.#askedMs);
    this.#note('open', null, lastSequence, false);
  }

  #refused(status: number, retryAfterS: number): void {
    this.#note('refused', status, null, false);
    this.#drop();
    const passing = status >= 500 || status === 408 || status === 429;
    if (passing && !this.#spent()) {
      if (this.#record !== -1) this.#host.log.markRefused(this.#record, this.#host.receivedMs, status);
      this.#wait(1000 * Math.min(retryAfterS, RETRY_AFTER_S_MAX));
      return;
    }
    this.#fail(refusalOf(this.#host.wire.refusals, status), status);
    this.#enter('gone');
  }

  /** The connection is gone, or the target ended it with this code. */
  #lose(code: number | null): void {
    if (this.#state !== 'open') this.#note('refused', code, null, false);
    else this.#note('closed', code, this.#sequence === -1 ? null : this.#sequence, false);
    this.#drop();
    const { closeCodes } = this.#host.wire;
    // These say that its count of messages is not the platform's.
    if (code === closeCodes.sequenceAhead || code === closeCodes.reset) this.#sequence = -1;
    if (code === closeCodes.left || this.#spent()) {
      this.#fail('connection', -1);
      this.#enter('gone');
      return;
    }
    this.#wait(0);
  }

  /** An input's attempts are bounded; who was online before tries as long as the run lasts. */
  #spent(): boolean {
    return this.#record !== -1 && this.#failures >= this.#host.triesMax;
  }

  #wait(atLeastMs: number): void {
    const base = Math.min(BACKOFF_MS * 2 ** this.#failures, BACKOFF_MS_MAX);
    this.#enter('waiting');
    const { epoch } = this;
    const waitMs = atLeastMs + base * (0.5 + spread(this.resident, this.#attempts));
    setTimeout(() => {
      if (this.epoch !== epoch) return;
      if (this.#record === -1) this.#askedMs = this.#host.wall();
      this.#ask();
    }, waitMs).unref();
  }

  #leave(): void {
    if (this.#state === 'open') this.#note('closed', null, this.#sequence === -1 ? null : this.#sequence, true);
    this.#drop();
    this.#enter('off');
  }

  /** What goes out was handed to the system already, so that nothing is lost by it. */
  #drop(): void {
    if (this.#socket !== null) dropSocket(this.#socket);
    this.#socket = null;
    this.rest = null;
    this.fragments = null;
  }

  #fail(failure: Failure, status: number): void {
    if (this.#record !== -1) this.#host.log.markFailed(this.#record, this.#host.wall(), status, failure, null);
    this.#record = -1;
  }

  #note(event: ConnectionLine['event'], code: number | null, sequence: number | null, intended: boolean): void {
    this.#host.note({ resident: this.resident, atMs: this.#host.wall(), event, code, sequence, intended });
  }

  #readOnLater(length: number): void {
    const { slowBytesPerSecond, slowBuffer } = this.#host;
    if (slowBytesPerSecond === 0) return;
    const socket = this.#socket;
    const waitMs = (1000 * Math.min(length, slowBuffer.length)) / slowBytesPerSecond;
    setTimeout(() => socket?.resume(), waitMs).unref();
  }

  /** 16 bytes that differ for each attempt. */
  #key(): string {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32BE(this.resident, 4);
    bytes.writeUInt32BE(this.#attempts, 12);
    return bytes.toString('base64');
  }
}

// --- internal ---

const HEAD_BYTES_MAX = 16 << 10;
const BACKOFF_MS = 50;
const BACKOFF_MS_MAX = 5000;
const RETRY_AFTER_S_MAX = 10;

function isConnecting(state: State): boolean {
  return state === 'queued' || state === 'handshake' || state === 'greeting' || state === 'waiting';
}

function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
