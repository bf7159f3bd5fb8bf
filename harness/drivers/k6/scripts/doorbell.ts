/** One doorbell over MQTT on k6's WebSocket: what it does follows from a session (drivers/session/doorbell.ts), and goes to the log of its VU. */
import { clearTimeout, setTimeout } from 'k6/timers';
import { WebSocket, type MessageEvent } from 'k6/websockets';
import type { SessionRules } from '../../session/connection.ts';
import { DoorbellSession, KEEPALIVE_S, type DoorbellAction, type Publication } from '../../session/doorbell.ts';
import type { TurnTaker } from '../../session/turns.ts';
import { generate, parser, type Packet, type Parser } from './build/mqtt-packet.js';
import { credentialOf } from './credential.ts';
import type { Handshakes } from './handshakes.ts';
import { connectTime, deviceLatency, inputsFailed, inputsSent, spikeCopies } from './meters.ts';
import type { ObservationLog } from './observation-log.ts';
import type { DoorbellMessage, DueInput } from './trace.ts';
import { publishBytes } from './publish-bytes.ts';
import { deviceTopic } from './wire.ts';

/** Everything that the doorbells of a VU share. */
export interface DoorbellHost {
  mqttUrl: string;
  credentialSecret: string;
  log: ObservationLog;
  handshakes: Handshakes;
  rules: SessionRules;
  /** `owed`: messages that are neither acknowledged nor given up. */
  counts: { owed: number; lastMs: number; connectMs: number[] };
}

interface Message extends Publication {
  /** Null: a copy that a spike sends beside the trace, which nobody counts as an input. */
  due: DueInput | null;
  kind: 'motion' | 'clip' | 'heartbeat';
  payload: string;
  sentMs: number | null;
}

type Action = DoorbellAction<DueInput, Message>;

/** Its socket is k6's; what it does follows from its session. */
export class Doorbell implements TurnTaker {
  readonly #host: DoorbellHost;
  readonly #session: DoorbellSession<DueInput, Message>;
  #socket: WebSocket | null = null;
  #timer: number | null = null;
  /** When its input was first handed to a socket. */
  #sentMs = 0;

  constructor(host: DoorbellHost, id: number) {
    this.#host = host;
    this.#session = new DoorbellSession(host.rules, id);
  }

  get epoch(): number {
    return this.#session.epoch;
  }

  attach(due: DueInput): void {
    this.#perform(this.#session.attach(due, due.intendedMs, Date.now()));
  }

  detach(): void {
    this.#perform(this.#session.detach(Date.now()));
  }

  /** `due`: null for a copy that a spike sends beside the trace. */
  publish(input: DoorbellMessage, due: DueInput | null): void {
    this.#host.counts.owed += 1;
    const message: Message = {
      due,
      kind: input.kind,
      payload: payloadOf(input),
      packetId: 0,
      sentMs: null,
      tries: 0,
    };
    this.#perform(this.#session.publish(message, Date.now()));
  }

  /** To be called every second or so. */
  tick(nowMs: number): void {
    this.#perform(this.#session.tick(nowMs));
  }

  /** The run is over. */
  end(): void {
    this.#perform(this.#session.end(Date.now()));
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  begin(): void {
    this.#perform(this.#session.begin(Date.now()));
  }

  expire(epoch: number): void {
    this.#perform(this.#session.expire(epoch, Date.now()));
  }

  #perform(actions: readonly Action[]): void {
    for (const action of actions) this.#do(action);
  }

  #do(action: Action): void {
    const { log, handshakes, counts } = this.#host;
    switch (action.do) {
      case 'queue':
        handshakes.queue(this);
        return;
      case 'release':
        handshakes.release();
        return;
      case 'open':
        if (action.tries === 1) this.#sentMs = action.atMs;
        this.#open();
        return;
      case 'close':
        this.#close();
        return;
      case 'wait':
        this.#waitFor(action.waitMs, action.epoch);
        return;
      case 'connected':
        counts.connectMs.push(Math.max(0, action.tookMs));
        connectTime.add(Math.max(0, action.tookMs));
        return;
      case 'acknowledge': {
        const { input, status, tries, atMs } = action;
        log.send([input.line, input.intendedMs, input.lagMs, this.#sentMs, atMs, status, tries, null, null]);
        return;
      }
      case 'refuse':
        return;
      case 'fail': {
        const { input, status, tries, failure } = action;
        const sentMs = tries === 0 ? null : this.#sentMs;
        const named = failure === 'refused' ? 'forbidden' : failure;
        log.send([input.line, input.intendedMs, input.lagMs, sentMs, null, status, tries, named, null]);
        return;
      }
      case 'publish':
        this.#publish(action.message, action.atMs);
        return;
      case 'acknowledge-message':
        this.#settle(action.message, action.atMs, null);
        return;
      case 'fail-message':
        this.#settle(action.message, null, action.failure);
        return;
      case 'ping':
        this.#socket?.send(PINGREQ);
        return;
      case 'goodbye':
        this.#socket?.send(DISCONNECT);
        return;
    }
  }

  #open(): void {
    // The second argument is sent as the subprotocol, which the types don't know yet.
    const socket = new WebSocket(this.#host.mqttUrl, 'mqtt' as unknown as null, { tags: { name: 'mqtt' } });
    socket.binaryType = 'arraybuffer' as typeof socket.binaryType;
    this.#socket = socket;
    const packets = this.#packets();
    socket.addEventListener('open', () => {
      if (this.#socket === socket) this.#greet(socket);
      else socket.close();
    });
    socket.addEventListener('message', (event) => {
      const { data } = event as MessageEvent;
      if (this.#socket === socket) packets.parse(new Uint8Array(data as ArrayBuffer));
    });
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#perform(this.#session.lose(Date.now()));
    });
  }

  /** k6 would wait without end for a socket that it is told to close before it is open: such a one is closed when it opens. */
  #close(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null && socket.readyState !== CONNECTING) socket.close();
  }

  #greet(socket: WebSocket): void {
    const { entity } = this.#session;
    const packet = {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: `hundredblock-${entity}`,
      clean: true,
      keepalive: KEEPALIVE_S,
      username: String(entity),
      password: credentialOf(this.#host.credentialSecret, 'device', entity),
    };
    socket.send(generate(packet));
  }

  #packets(): Parser {
    const packets = parser();
    packets.on('packet', (packet: Packet) => {
      const nowMs = Date.now();
      this.#host.counts.lastMs = nowMs;
      if (packet.cmd === 'connack') this.#perform(this.#session.connack(packet.returnCode ?? 0, nowMs));
      else if (packet.cmd === 'puback') this.#perform(this.#session.puback(packet.messageId ?? 0, nowMs));
    });
    packets.on('error', () => this.#socket?.close());
    return packets;
  }

  #publish(message: Message, atMs: number): void {
    const { kind, payload, packetId, tries } = message;
    message.sentMs ??= atMs;
    this.#socket?.send(publishBytes(deviceTopic(this.#session.entity, kind), payload, packetId, tries > 1));
  }

  #waitFor(waitMs: number, epoch: number): void {
    this.#timer = setTimeout(() => this.#perform(this.#session.waited(epoch, Date.now())), waitMs);
  }

  /** The message was acknowledged (`answeredMs`) or given up. */
  #settle({ due, kind, sentMs, tries }: Message, answeredMs: number | null, failure: string | null): void {
    const { counts, log } = this.#host;
    counts.owed -= 1;
    if (due === null) {
      spikeCopies.add(1);
      return;
    }
    const { line, intendedMs, lagMs } = due;
    inputsSent.add(1, { kind });
    if (answeredMs === null) inputsFailed.add(1, { kind });
    else deviceLatency.add(Math.max(0, answeredMs - intendedMs));
    const status = answeredMs === null ? null : 0;
    log.send([line, intendedMs, lagMs, sentMs, answeredMs, status, tries, failure, null]);
  }
}

// --- internal ---

const PINGREQ = new Uint8Array([0xc0, 0]);
const DISCONNECT = new Uint8Array([0xe0, 0]);
/** `readyState` of a socket that is not open yet. */
const CONNECTING = 0;

function payloadOf(input: DoorbellMessage): string {
  const at = new Date(input.atMs).toISOString();
  switch (input.kind) {
    case 'motion':
      return JSON.stringify({ at });
    case 'clip':
      return JSON.stringify({ clipId: input.clipId, at, durationMs: input.durationMs });
    case 'heartbeat':
      return JSON.stringify({ at, batteryPercent: input.batteryPercent });
  }
}
