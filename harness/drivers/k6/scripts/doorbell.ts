/**
 * One doorbell: stays connected to the MQTT broker over WebSocket, publishes at QoS 1, and publishes again what was not acknowledged when a
 * connection broke.
 */
import { WebSocket, type MessageEvent } from 'k6/websockets';
import { generate, parser, type Packet, type Parser } from './build/mqtt-packet.js';
import { credentialOf } from './credential.ts';
import { connectTime, deviceLatency, inputsFailed, inputsSent, spikeCopies } from './meters.ts';
import type { ObservationLog } from './observation-log.ts';
import type { Slots } from './phone.ts';
import type { DoorbellMessage } from './trace.ts';
import { publishBytes } from './publish-bytes.ts';
import { sleep, spread } from './wall.ts';
import { deviceTopic } from './wire.ts';

/** What all doorbells of a VU share. */
export interface DoorbellHost {
  mqttUrl: string;
  credentialSecret: string;
  log: ObservationLog;
  slots: Slots;
  counts: { open: number; owed: number; lastMs: number; connectMs: number[] };
}

/** An input, when it was meant and how late it was taken up; `line` null: a copy beside the trace, which nobody counts as an input. */
export interface Turn {
  line: number | null;
  intendedMs: number;
  lagMs: number | null;
}

interface Publication extends Turn {
  kind: 'motion' | 'clip' | 'heartbeat';
  payload: string;
  packetId: number;
  sentMs: number | null;
  tries: number;
}

export class Doorbell {
  readonly #host: DoorbellHost;
  readonly #id: number;
  #socket: WebSocket | null = null;
  #isOpen = false;
  #isGone = true;
  #turn: Turn | null = null;
  #sentMs = 0;
  #tries = 0;
  #attempts = 0;
  /** Not acknowledged, in order; of these, the first `#written` are on the wire. */
  #owed: Publication[] = [];
  #written = 0;
  #packetId = 0;
  #epoch = 0;
  #lastSentMs = 0;

  constructor(host: DoorbellHost, id: number) {
    this.#host = host;
    this.#id = id;
  }

  attach(turn: Turn): void {
    this.#leave();
    this.#isGone = false;
    this.#turn = turn;
    this.#tries = 0;
    void this.#try(0);
  }

  detach(): void {
    this.#leave();
  }

  publish(input: DoorbellMessage, turn: Turn): void {
    const { kind } = input;
    const publication = { ...turn, kind, payload: payloadOf(input), packetId: 0, sentMs: null, tries: 0 };
    this.#host.counts.owed += 1;
    if (this.#isGone || this.#owed.length >= OWED_MAX) {
      this.#settle(publication, null, 'connection');
      return;
    }
    this.#owed.push(publication);
    if (this.#isOpen) this.#write();
  }

  /** Called every second or so: keeps the connection alive. */
  tick(nowMs: number): void {
    if (!this.#isOpen || nowMs - this.#lastSentMs < KEEPALIVE_S * 500) return;
    this.#lastSentMs = nowMs;
    this.#socket?.send(PINGREQ);
  }

  /** The run is over: what is still owed was not answered in time. */
  end(): void {
    for (const publication of this.#owed.splice(0)) this.#settle(publication, null, 'timeout');
    if (this.#isOpen) this.#socket?.send(DISCONNECT);
    this.#leave();
  }

  async #try(waitMs: number): Promise<void> {
    this.#epoch += 1;
    const epoch = this.#epoch;
    if (waitMs > 0) await sleep(waitMs);
    if (epoch !== this.#epoch) return;
    await this.#host.slots.take();
    if (epoch !== this.#epoch) {
      this.#host.slots.give();
      return;
    }
    this.#attempts += 1;
    this.#tries += 1;
    if (this.#tries === 1) this.#sentMs = Date.now();
    this.#open();
  }

  #open(): void {
    const { mqttUrl, slots } = this.#host;
    // The second argument is sent as the subprotocol, which the types don't know yet.
    const socket = new WebSocket(mqttUrl, 'mqtt' as unknown as null, { tags: { name: 'mqtt' } });
    socket.binaryType = 'arraybuffer' as typeof socket.binaryType;
    this.#socket = socket;
    let isSettled = false;
    const settle = (): void => {
      if (!isSettled) slots.give();
      isSettled = true;
    };
    const packets = this.#packets(settle);
    socket.addEventListener('open', () => {
      if (this.#socket === socket) this.#greet(socket);
    });
    socket.addEventListener('message', (event) => {
      const { data } = event as MessageEvent;
      if (this.#socket === socket) packets.parse(new Uint8Array(data as ArrayBuffer));
    });
    socket.addEventListener('close', () => {
      settle();
      if (this.#socket === socket) this.#lose();
    });
  }

  #greet(socket: WebSocket): void {
    const packet = {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: `hundredblock-${this.#id}`,
      clean: true,
      keepalive: KEEPALIVE_S,
      username: String(this.#id),
      password: credentialOf(this.#host.credentialSecret, 'device', this.#id),
    };
    socket.send(generate(packet));
  }

  #packets(settle: () => void): Parser {
    const packets = parser();
    packets.on('packet', (packet: Packet) => {
      this.#host.counts.lastMs = Date.now();
      if (packet.cmd === 'connack') {
        settle();
        this.#onConnack(packet.returnCode ?? 0);
      } else if (packet.cmd === 'puback') this.#onPuback(packet.messageId ?? 0);
    });
    packets.on('error', () => this.#socket?.close());
    return packets;
  }

  #onConnack(code: number): void {
    const nowMs = Date.now();
    if (code !== 0) {
      const socket = this.#socket;
      this.#give('forbidden', code);
      socket?.close();
      return;
    }
    this.#isOpen = true;
    this.#host.counts.open += 1;
    const tookMs = Math.max(0, nowMs - (this.#turn?.intendedMs ?? this.#sentMs));
    this.#host.counts.connectMs.push(tookMs);
    connectTime.add(tookMs);
    this.#settleTurn(nowMs, 0, null);
    this.#tries = 0;
    // Spread over the period, so that a thousand doorbells don't ping in one moment.
    this.#lastSentMs = nowMs - KEEPALIVE_S * 500 * spread(this.#id, 0);
    this.#write();
  }

  #onPuback(packetId: number): void {
    const at = this.#owed.findIndex((publication, i) => i < this.#written && publication.packetId === packetId);
    if (at === -1) return;
    const [publication] = this.#owed.splice(at, 1);
    this.#written -= 1;
    this.#settle(publication, Date.now(), null);
  }

  #write(): void {
    for (; this.#written < this.#owed.length; this.#written += 1) {
      const publication = this.#owed[this.#written];
      this.#packetId = (this.#packetId % 65_535) + 1;
      publication.packetId = this.#packetId;
      publication.tries += 1;
      const { kind, payload, packetId, tries } = publication;
      const topic = deviceTopic(this.#id, kind);
      const bytes = publishBytes(topic, payload, packetId, tries > 1);
      publication.sentMs ??= Date.now();
      this.#lastSentMs = Date.now();
      this.#socket?.send(bytes);
    }
  }

  #lose(): void {
    this.#drop();
    const spent = this.#owed.filter(({ tries }) => tries >= TRIES_MAX);
    this.#owed = this.#owed.filter(({ tries }) => tries < TRIES_MAX);
    for (const publication of spent) this.#settle(publication, null, 'connection');
    if (this.#turn !== null && this.#tries >= TRIES_MAX) this.#give('connection', null);
    else
      void this.#try(
        Math.min(BACKOFF_MS * 2 ** Math.min(this.#tries, 10), BACKOFF_MS_MAX) *
          (0.5 + spread(this.#id, this.#attempts)),
      );
  }

  /** No further attempts: what waits for the connection fails with it. */
  #give(failure: string, status: number | null): void {
    this.#settleTurn(null, status, failure);
    this.#leave();
  }

  #leave(): void {
    this.#epoch += 1;
    this.#isGone = true;
    this.#settleTurn(null, null, 'connection');
    for (const publication of this.#owed.splice(0)) this.#settle(publication, null, 'connection');
    const socket = this.#socket;
    this.#drop();
    socket?.close();
  }

  #drop(): void {
    this.#socket = null;
    this.#written = 0;
    if (this.#isOpen) this.#host.counts.open -= 1;
    this.#isOpen = false;
  }

  #settleTurn(answeredMs: number | null, status: number | null, failure: string | null): void {
    if (this.#turn === null || this.#turn.line === null) return;
    const { line, intendedMs, lagMs } = this.#turn;
    const sentMs = this.#tries === 0 ? null : this.#sentMs;
    this.#host.log.send([line, intendedMs, lagMs, sentMs, answeredMs, status, this.#tries, failure, null]);
    this.#turn = null;
  }

  #settle(publication: Publication, answeredMs: number | null, failure: string | null): void {
    const { line, intendedMs, lagMs, sentMs, tries, kind } = publication;
    this.#host.counts.owed -= 1;
    if (line === null) {
      spikeCopies.add(1);
      return;
    }
    inputsSent.add(1, { kind });
    if (answeredMs === null) inputsFailed.add(1, { kind });
    else deviceLatency.add(Math.max(0, answeredMs - intendedMs));
    this.#host.log.send([
      line,
      intendedMs,
      lagMs,
      sentMs,
      answeredMs,
      answeredMs === null ? null : 0,
      tries,
      failure,
      null,
    ]);
  }
}

// --- internal ---

const KEEPALIVE_S = 120;
const TRIES_MAX = 10;
const BACKOFF_MS = 50;
const BACKOFF_MS_MAX = 5000;
/** Messages that one doorbell may owe; a thousandfold of what it has in life. */
const OWED_MAX = 1000;
const PINGREQ = new Uint8Array([0xc0, 0]);
const DISCONNECT = new Uint8Array([0xe0, 0]);

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
