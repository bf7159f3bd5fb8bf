/** One doorbell over a real socket: what it does follows from a session (drivers/session/doorbell.ts), and goes to the log of its thread. */
import { generate } from 'mqtt-packet';
import { credentialOf } from '../../../../contract/credentials.ts';
import type { SessionRules } from '../../session/connection.ts';
import { DoorbellSession, KEEPALIVE_S, type DoorbellAction, type Publication } from '../../session/doorbell.ts';
import { dropSocket, openSocket, type Endpoint, type LeanSocket, type SocketOwner } from '../thread/lean-socket.ts';
import { MqttError, readPackets, type MqttHandlers } from './mqtt-reader.ts';
import type { SendLog } from '../../observations/send-log.ts';
import type { WallClock } from '../../wall-clock.ts';

const DUPLICATE_FLAG = 0x08;
const PINGREQ = Buffer.from([0xc0, 0]);
const DISCONNECT = Buffer.from([0xe0, 0]);

/** Everything that the doorbells of a thread share. */
export interface DoorbellHost {
  wall: WallClock;
  log: SendLog;
  endpoint: Endpoint;
  credentialSecret: string;
  rules: SessionRules;
  /** A doorbell is connected: ms from asking to CONNACK. */
  connected: (ms: number) => void;
  counts: { lost: number; nonsense: number };
}

/** A PUBLISH packet whose packet id is still to be put in. */
export interface DoorbellMessage extends Publication {
  /** Number of its record in the send log. */
  record: number;
  bytes: Uint8Array;
  /** Offset of the packet id in `bytes`. */
  idAt: number;
}

type Action = DoorbellAction<number, DoorbellMessage>;

/** Its socket is Node's; what it does follows from its session. */
export class Doorbell implements SocketOwner, MqttHandlers {
  readonly #host: DoorbellHost;
  /** Its input is a record of the send log. */
  readonly #session: DoorbellSession<number, DoorbellMessage>;
  #socket: LeanSocket | null = null;
  #rest: Buffer | null = null;

  constructor(host: DoorbellHost, id: number) {
    this.#host = host;
    this.#session = new DoorbellSession(host.rules, id);
  }

  /** Goes online. `record`: of the send log, for the input that asks for it. */
  attach(record: number, askedMs: number): void {
    this.#perform(this.#session.attach(record, askedMs, this.#host.wall()));
  }

  detach(): void {
    this.#perform(this.#session.detach(this.#host.wall()));
  }

  publish(message: DoorbellMessage): void {
    this.#perform(this.#session.publish(message, this.#host.wall()));
  }

  /** To be called every second or so. */
  tick(nowMs: number): void {
    this.#perform(this.#session.tick(nowMs));
  }

  /** The run is over, and the send log closed: it says already what became of inputs. */
  end(): void {
    const actions = this.#session.end(this.#host.wall());
    this.#perform(actions.filter((action) => action.do !== 'fail' && action.do !== 'fail-message'));
  }

  onOpen(): void {
    const { entity } = this.#session;
    this.#socket?.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clientId: `hundredblock-${entity}`,
        clean: true,
        keepalive: KEEPALIVE_S,
        username: String(entity),
        password: Buffer.from(credentialOf(this.#host.credentialSecret, 'device', entity)),
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
    this.#perform(this.#session.connack(code, this.#host.wall()));
  }

  onPuback(packetId: number): void {
    this.#perform(this.#session.puback(packetId, this.#host.wall()));
  }

  #lose(): void {
    if (this.#session.state === 'open') this.#host.counts.lost += 1;
    this.#perform(this.#session.lose(this.#host.wall()));
  }

  #perform(actions: readonly Action[]): void {
    for (const action of actions) this.#do(action);
  }

  #do(action: Action): void {
    const { log, endpoint, wall } = this.#host;
    switch (action.do) {
      case 'queue':
        // A broker takes as many at once as come.
        this.#perform(this.#session.begin(wall()));
        return;
      case 'release':
        return;
      case 'open':
        if (action.input !== null) log.markSent(action.input, action.atMs, action.tries);
        this.#socket = openSocket(this, endpoint, null);
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
        const failure = action.failure === 'refused' ? 'forbidden' : action.failure;
        log.markFailed(action.input, action.atMs, action.status ?? -1, failure, null);
        return;
      }
      case 'publish':
        this.#publish(action.message, action.atMs);
        return;
      case 'acknowledge-message':
        log.markAcknowledged(action.message.record, action.atMs, 0, null);
        return;
      case 'fail-message':
        log.markFailed(action.message.record, action.atMs, -1, action.failure, null);
        return;
      case 'ping':
        this.#socket?.write(PINGREQ);
        return;
      case 'goodbye':
        this.#socket?.write(DISCONNECT);
        return;
    }
  }

  #publish({ record, bytes, idAt, packetId, tries }: DoorbellMessage, atMs: number): void {
    bytes[idAt] = packetId >> 8;
    bytes[idAt + 1] = packetId & 255;
    if (tries > 1) bytes[0] |= DUPLICATE_FLAG;
    this.#host.log.markSent(record, atMs, tries);
    this.#socket?.write(bytes);
  }

  #waitFor(waitMs: number, epoch: number): void {
    setTimeout(() => this.#perform(this.#session.waited(epoch, this.#host.wall())), waitMs).unref();
  }

  #drop(): void {
    if (this.#socket !== null) dropSocket(this.#socket);
    this.#socket = null;
    this.#rest = null;
  }
}
