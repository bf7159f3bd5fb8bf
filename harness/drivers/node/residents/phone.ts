/** One resident's app over a real socket: what it does follows from a session (drivers/session/phone.ts), and goes to the logs of its thread. */
import { createHash } from 'node:crypto';
import { tokenOf } from '../../../../contract/credentials.ts';
import type { ConnectionLine } from '../../../../contract/trace.ts';
import { PhoneSession, type PhoneAction, type PhoneRules } from '../../session/phone.ts';
import { messageInBytes, messageInText } from '../../session/stream-message.ts';
import type { TurnTaker } from '../../session/turns.ts';
import type { ThreadSetup } from '../thread/thread-protocol.ts';
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
import type { SendLog } from '../../observations/send-log.ts';
import { refusalByStatus } from '../sender/refusal.ts';
import type { WallClock } from '../../wall-clock.ts';

const HEAD_BYTES_MAX = 16 << 10;
const HANDSHAKE_KEY_BYTES = 16;

/** Everything that the phones of a thread share. */
export interface PhoneHost {
  wall: WallClock;
  log: SendLog;
  deliveries: DeliveryLog;
  endpoint: Endpoint;
  credentialSecret: string;
  rules: PhoneRules;
  wire: ThreadSetup['wire'];
  /** Bytes a second that a slow reader reads, and the buffer that it reads into. */
  slowBytesPerSecond: number;
  slowBuffer: Uint8Array;
  localAddressOf: (ordinal: number) => string | null;
  /** Asks for `begin` when a handshake may start; each turn is given back by `release`. */
  queue: (phone: Phone) => void;
  release: () => void;
  note: (line: ConnectionLine) => void;
  /** A phone is connected: ms from asking to hello. */
  connected: (ms: number) => void;
  /** When the bytes that are being read came in: taken once per read. */
  receivedMs: number;
  counts: { gaps: number; unreadable: number; nonsense: number };
}

/** Its socket is Node's; what it does follows from its session. */
export class Phone implements SocketOwner, FrameState, FrameHandlers, TurnTaker {
  readonly #host: PhoneHost;
  /** Its input is a record of the send log. */
  readonly #session: PhoneSession<number>;
  readonly #ordinal: number;
  readonly #slow: boolean;
  #socket: LeanSocket | null = null;
  rest: Buffer | null = null;
  fragments: Buffer[] | null = null;

  /** `ordinal`: how many phones its thread made before it. */
  constructor(host: PhoneHost, resident: number, ordinal: number, slow: boolean) {
    this.#host = host;
    this.#session = new PhoneSession(host.rules, resident);
    this.#ordinal = ordinal;
    this.#slow = slow;
  }

  get epoch(): number {
    return this.#session.epoch;
  }

  /** Goes online. `record`: of the send log, for the input that asks for it. */
  connect(record: number, askedMs: number): void {
    this.#perform(this.#session.connect(record, askedMs, this.#host.wall()));
  }

  /** Goes offline. */
  disconnect(): void {
    this.#perform(this.#session.disconnect(this.#host.wall()));
  }

  /** The run is over, and the send log closed: it says already what became of the input. */
  end(): void {
    this.#perform(this.#session.end(this.#host.wall()).filter((action) => action.do !== 'fail'));
  }

  begin(): void {
    this.#perform(this.#session.begin(this.#host.wall()));
  }

  expire(epoch: number): void {
    this.#perform(this.#session.expire(epoch, this.#host.wall()));
  }

  onOpen(): void {
    const { endpoint, credentialSecret, wire } = this.#host;
    const { after, entity } = this.#session;
    const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
    const path = after === null ? wire.streamPath : `${wire.streamPath}?after=${after}`;
    this.#socket?.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}:${endpoint.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${this.#key()}\r\n` +
        `Authorization: Bearer ${tokenOf(credentialSecret, 'resident', entity)}\r\n\r\n`,
      'latin1',
    );
  }

  onBytes(bytes: Buffer): boolean {
    this.#host.receivedMs = this.#host.wall();
    try {
      const frames = this.#session.state === 'handshake' ? this.#upgrade(bytes) : bytes;
      if (frames !== null && frames.length > 0) readFrames(this, frames, this);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#host.counts.nonsense += 1;
      this.#perform(this.#session.lose(error.code, this.#host.wall()));
    }
    if (!this.#slow || this.#session.state !== 'open') return true;
    this.#readOnLater(bytes.length);
    return false;
  }

  onClosed(): void {
    this.#perform(this.#session.lose(null, this.#host.wall()));
  }

  onText(bytes: Buffer, start: number, end: number): void {
    const { deliveries, receivedMs } = this.#host;
    const message = messageInBytes(bytes, start, end);
    if (message === null) {
      this.#onOtherText(bytes.toString('utf8', start, end));
      return;
    }
    this.#session.receive(message.sequence);
    deliveries.add(this.#session.entity, message, bytes, receivedMs);
  }

  onPing(payload: Buffer): void {
    this.#socket?.write(clientFrame(OPCODE.pong, payload, this.#mask()));
  }

  onClose(code: number | null): void {
    const socket = this.#socket;
    if (socket === null) return;
    // The frame that answers it goes out before the connection does.
    const payload = Buffer.alloc(code === null ? 0 : 2);
    if (code !== null) payload.writeUInt16BE(code);
    socket.write(clientFrame(OPCODE.close, payload, this.#mask()));
    this.#perform(this.#session.lose(code, this.#host.wall()));
  }

  #perform(actions: readonly PhoneAction<number>[]): void {
    for (const action of actions) this.#do(action);
  }

  #do(action: PhoneAction<number>): void {
    const { log, wire, endpoint } = this.#host;
    switch (action.do) {
      case 'queue':
        this.#host.queue(this);
        return;
      case 'release':
        this.#host.release();
        return;
      case 'open':
        if (action.input !== null) log.markSent(action.input, action.atMs, action.tries);
        this.#socket = openSocket(this, endpoint, this.#host.localAddressOf(this.#ordinal), this.#readBuffer());
        return;
      case 'close':
        this.#drop();
        return;
      case 'wait':
        this.#waitFor(action.waitMs, action.epoch);
        return;
      case 'connected':
        this.#host.connected(action.tookMs);
        return;
      case 'acknowledge':
        log.markAcknowledged(action.input, action.atMs, action.status, null);
        return;
      case 'refuse':
        log.markRefused(action.input, action.atMs, action.status);
        return;
      case 'fail': {
        const { input, status, failure, atMs } = action;
        const named = failure === 'refused' ? refusalByStatus(wire.refusals, status ?? 0) : failure;
        log.markFailed(input, atMs, status ?? -1, named, null);
        return;
      }
      case 'note': {
        const { atMs, event, code, sequence, intended } = action;
        this.#host.note({ resident: this.#session.entity, atMs, event, code, sequence, intended });
        return;
      }
    }
  }

  /** Bytes after the answer to the upgrade, once it is complete; null before, and if the target refused. */
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
    const { receivedMs } = this.#host;
    if (status !== 101) {
      const retryAfterS = Number(/\r\nretry-after:[ \t]*([0-9]{1,6})/i.exec(head)?.[1] ?? 0);
      this.#perform(this.#session.refuse(status, retryAfterS, receivedMs));
      return null;
    }
    const accept = /\r\nsec-websocket-accept:[ \t]*([^ \t\r]+)/i.exec(head)?.[1];
    if (accept !== acceptOf(this.#key())) throw new FrameError(1002, 'the wrong Sec-WebSocket-Accept');
    this.#perform(this.#session.upgrade(receivedMs));
    return all.subarray(end + 4);
  }

  /** The first message of a connection, and messages that are written in another form than ours. */
  #onOtherText(text: string): void {
    const { counts, deliveries, receivedMs } = this.#host;
    const message = messageInText(text);
    switch (message?.kind) {
      case undefined:
        counts.unreadable += 1;
        return;
      case 'hello':
        this.#perform(this.#session.hello(message.lastSequence, receivedMs));
        return;
      case 'gap':
        counts.gaps += 1;
        this.#session.skip(message.upTo);
        return;
      case 'message': {
        const { sequence, type } = message;
        const body = Buffer.from(message.text);
        this.#session.receive(sequence);
        deliveries.add(this.#session.entity, { sequence, type, start: 0, end: body.length }, body, receivedMs);
      }
    }
  }

  #waitFor(waitMs: number, epoch: number): void {
    setTimeout(() => this.#perform(this.#session.waited(epoch, this.#host.wall())), waitMs).unref();
  }

  /** Bytes written before were handed to the system already: nothing of them is lost. */
  #drop(): void {
    if (this.#socket !== null) dropSocket(this.#socket);
    this.#socket = null;
    this.rest = null;
    this.fragments = null;
  }

  #readBuffer(): (() => Uint8Array) | undefined {
    if (!this.#slow) return undefined;
    return () => (this.#session.state === 'open' ? this.#host.slowBuffer : sharedReadBuffer);
  }

  #readOnLater(length: number): void {
    const { slowBytesPerSecond, slowBuffer } = this.#host;
    if (slowBytesPerSecond === 0) return;
    const socket = this.#socket;
    const waitMs = (1000 * Math.min(length, slowBuffer.length)) / slowBytesPerSecond;
    setTimeout(() => socket?.resume(), waitMs).unref();
  }

  /** A client must mask its frames; it need not be secret here. */
  #mask(): number {
    return this.#session.epoch * 0x9e3779b9;
  }

  /** Differs for each handshake. */
  #key(): string {
    const { entity, epoch } = this.#session;
    const bytes = Buffer.alloc(HANDSHAKE_KEY_BYTES);
    bytes.writeUInt32BE(entity, 4);
    bytes.writeUInt32BE(epoch, 12);
    return bytes.toString('base64');
  }
}

// --- internal ---

function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
