/** One doorbell: stays connected to the MQTT broker, publishes at QoS 1, and publishes again what was not acknowledged when a connection broke. */
import { generate } from 'mqtt-packet';
import { credentialOf } from '../../../../contract/credentials.ts';
import { dropSocket, openSocket, type Endpoint, type LeanSocket, type SocketOwner } from '../thread/lean-socket.ts';
import { MqttError, readPackets, type MqttHandlers } from './mqtt-reader.ts';
import type { SendLog } from '../thread/send-log.ts';
import type { Failure } from '../thread/sends.ts';
import { spread } from '../residents/spread.ts';
import type { Wall } from '../wall.ts';

/** What all doorbells of a thread share. */
export interface DoorbellHost {
  wall: Wall;
  log: SendLog;
  endpoint: Endpoint;
  credentialSecret: string;
  triesMax: number;
  connected: (ms: number) => void;
  counts: { connected: number; connecting: number; refused: number; lost: number; nonsense: number };
}

/** A PUBLISH whose packet id is still to be put in. */
export interface Publication {
  record: number;
  bytes: Uint8Array;
  /** Where its packet id stands. */
  idAt: number;
  packetId: number;
  tries: number;
}

type State = 'off' | 'handshake' | 'open' | 'waiting' | 'gone';

export class Doorbell implements SocketOwner, MqttHandlers {
  readonly #host: DoorbellHost;
  readonly #id: number;
  #socket: LeanSocket | null = null;
  #state: State = 'off';
  #rest: Buffer | null = null;
  /** Not acknowledged, in order; of these, the first `#written` are on the wire. */
  #owed: Publication[] = [];
  #written = 0;
  #packetId = 0;
  #record = -1;
  #askedMs = 0;
  #attempts = 0;
  #failures = 0;
  #epoch = 0;
  /** Wall time of the last packet sent, for the keep-alive. */
  #lastSentMs = 0;
  #begunMs = 0;

  constructor(host: DoorbellHost, id: number) {
    this.#host = host;
    this.#id = id;
  }

  attach(record: number, askedMs: number): void {
    this.#leave();
    this.#record = record;
    this.#askedMs = askedMs;
    this.#failures = 0;
    this.#begin();
  }

  detach(): void {
    this.#leave();
  }

  publish(publication: Publication): void {
    if (this.#state === 'gone' || this.#state === 'off' || this.#owed.length >= OWED_MAX) {
      this.#host.log.markFailed(publication.record, this.#host.wall(), -1, 'connection', null);
      return;
    }
    this.#owed.push(publication);
    if (this.#state === 'open') this.#write();
  }

  /** Called every second or so: keeps the connection alive, and ends a handshake that takes too long. */
  tick(nowMs: number): void {
    if (this.#state === 'open' && nowMs - this.#lastSentMs >= KEEPALIVE_S * 500) {
      this.#lastSentMs = nowMs;
      this.#socket?.write(PINGREQ);
    }
    if (this.#state === 'handshake' && nowMs - this.#begunMs > HANDSHAKE_MS_MAX) this.#lose();
  }

  /** The run is over. */
  end(): void {
    // What became of messages was written down before.
    this.#owed = [];
    if (this.#state === 'open') this.#socket?.write(DISCONNECT);
    this.#record = -1;
    this.#drop();
    this.#enter('off');
  }

  onOpen(): void {
    this.#socket?.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clientId: `hundredblock-${this.#id}`,
        clean: true,
        keepalive: KEEPALIVE_S,
        username: String(this.#id),
        password: Buffer.from(credentialOf(this.#host.credentialSecret, 'device', this.#id)),
      }),
    );
  }

  onBytes(bytes: Buffer): boolean {
    try {
      this.#rest = readPackets(this.#rest, bytes, this);
    } catch (error) {
      if (!(error instanceof MqttError)) throw error;
      this.#host.counts.nonsense += 1;
      this.#lose();
    }
    return true;
  }

  onClosed(): void {
    this.#lose();
  }

  onConnack(code: number): void {
    if (this.#state !== 'handshake') return;
    const { log, wall, connected } = this.#host;
    const nowMs = wall();
    if (code !== 0) {
      this.#drop();
      this.#give('forbidden', code);
      return;
    }
    if (this.#record !== -1) log.markAcknowledged(this.#record, nowMs, 0, null);
    this.#record = -1;
    this.#failures = 0;
    this.#enter('open');
    connected(nowMs - this.#askedMs);
    // Spread over the period, so that a thousand doorbells don't ping in one moment.
    this.#lastSentMs = nowMs - KEEPALIVE_S * 500 * spread(this.#id, 0);
    this.#write();
  }

  onPuback(packetId: number): void {
    const at = this.#owed.findIndex((publication, i) => i < this.#written && publication.packetId === packetId);
    if (at === -1) return;
    const [publication] = this.#owed.splice(at, 1);
    this.#written -= 1;
    this.#host.log.markAcknowledged(publication.record, this.#host.wall(), 0, null);
  }

  #begin(): void {
    this.#enter('handshake');
    this.#attempts += 1;
    this.#failures += 1;
    this.#begunMs = this.#host.wall();
    if (this.#record !== -1) this.#host.log.markSent(this.#record, this.#begunMs, this.#failures);
    this.#socket = openSocket(this, this.#host.endpoint, null);
  }

  #write(): void {
    const { log, wall } = this.#host;
    for (; this.#written < this.#owed.length; this.#written += 1) {
      const publication = this.#owed[this.#written];
      const { bytes, idAt } = publication;
      this.#packetId = (this.#packetId % 65_535) + 1;
      publication.packetId = this.#packetId;
      publication.tries += 1;
      bytes[idAt] = this.#packetId >> 8;
      bytes[idAt + 1] = this.#packetId & 255;
      if (publication.tries > 1) bytes[0] |= DUPLICATE_FLAG;
      const nowMs = wall();
      this.#lastSentMs = nowMs;
      log.markSent(publication.record, nowMs, publication.tries);
      this.#socket?.write(bytes);
    }
  }

  #enter(state: State): void {
    const { counts } = this.#host;
    if (this.#state === 'open') counts.connected -= 1;
    if (this.#state === 'handshake' || this.#state === 'waiting') counts.connecting -= 1;
    this.#state = state;
    this.#epoch += 1;
    if (state === 'open') counts.connected += 1;
    if (state === 'handshake' || state === 'waiting') counts.connecting += 1;
    if (state === 'gone') counts.refused += 1;
  }

  #lose(): void {
    if (this.#state === 'open') this.#host.counts.lost += 1;
    this.#drop();
    const { log, wall, triesMax } = this.#host;
    const spent = this.#owed.filter((publication) => publication.tries >= triesMax);
    for (const { record } of spent) log.markFailed(record, wall(), -1, 'connection', null);
    if (spent.length > 0) this.#owed = this.#owed.filter((publication) => publication.tries < triesMax);
    if (this.#record !== -1 && this.#failures >= triesMax) {
      this.#give('connection', -1);
      return;
    }
    this.#enter('waiting');
    const epoch = this.#epoch;
    const waitMs =
      Math.min(BACKOFF_MS * 2 ** this.#failures, BACKOFF_MS_MAX) * (0.5 + spread(this.#id, this.#attempts));
    setTimeout(() => {
      if (this.#epoch === epoch) this.#begin();
    }, waitMs).unref();
  }

  /** No further attempts: what waits for the connection fails with it. */
  #give(failure: Failure, status: number): void {
    const { log, wall } = this.#host;
    if (this.#record !== -1) log.markFailed(this.#record, wall(), status, failure, null);
    this.#record = -1;
    this.#failOwed();
    this.#enter('gone');
  }

  #leave(): void {
    if (this.#record !== -1) this.#host.log.markFailed(this.#record, this.#host.wall(), -1, 'connection', null);
    this.#record = -1;
    this.#failOwed();
    this.#drop();
    this.#enter('off');
  }

  #failOwed(): void {
    const { log, wall } = this.#host;
    for (const { record } of this.#owed) log.markFailed(record, wall(), -1, 'connection', null);
    this.#owed = [];
  }

  #drop(): void {
    if (this.#socket !== null) dropSocket(this.#socket);
    this.#socket = null;
    this.#rest = null;
    this.#written = 0;
  }
}

// --- internal ---

const KEEPALIVE_S = 120;
const HANDSHAKE_MS_MAX = 10_000;
const BACKOFF_MS = 50;
const BACKOFF_MS_MAX = 5000;
/** Messages that one doorbell may owe; a thousandfold of what it has in life. */
const OWED_MAX = 1000;
const DUPLICATE_FLAG = 0x08;
const PINGREQ = Buffer.from([0xc0, 0]);
const DISCONNECT = Buffer.from([0xe0, 0]);
