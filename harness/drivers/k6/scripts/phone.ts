/** One resident's app: connects to the stream, comes back with `after` when it lost the connection, and tells what it receives. */
import http from 'k6/http';
import { WebSocket, type MessageEvent } from 'k6/websockets';
import { wallMsOf, type PlatformClock } from '../../../../contract/clock.ts';
import { tokenOf } from './credential.ts';
import { connectTime, deliveries, deliveryLatency, duplicates, sequenceGaps } from './meters.ts';
import type { ObservationLog } from './observation-log.ts';
import { readMessage } from './stream-message.ts';
import { sleep, spread } from './wall.ts';
import { CLOSE_CODES, PATHS } from './wire.ts';

/** What all phones of a VU share. */
export interface PhoneHost {
  target: string;
  credentialSecret: string;
  clock: PlatformClock;
  log: ObservationLog;
  /** Phones that wait until a handshake may start. */
  slots: Slots;
  counts: { open: number; lastMs: number; connectMs: number[] };
}

/** Bounds the handshakes under way: a listening socket's queue is short. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** An input that asks for a connection. */
interface Ask {
  line: number;
  intendedMs: number;
  lagMs: number | null;
}

export class Phone {
  readonly #host: PhoneHost;
  readonly #resident: number;
  #socket: WebSocket | null = null;
  #isOpen = false;
  /** Last sequence seen or told; -1 before the first hello. */
  #sequence: number;
  #ask: Ask | null = null;
  #sentMs = 0;
  #tries = 0;
  #attempts = 0;
  /** Changes whenever what went before is out of date. */
  #epoch = 0;

  /** `sequence`: the last one that it is known to have had; -1: the stream starts where it connects. */
  constructor(host: PhoneHost, resident: number, sequence: number) {
    this.#host = host;
    this.#resident = resident;
    this.#sequence = sequence;
  }

  connect(ask: Ask): void {
    this.#fail('connection', null);
    this.#leave();
    this.#ask = ask;
    this.#tries = 0;
    void this.#try(0);
  }

  /** Goes offline. */
  disconnect(): void {
    this.#fail('connection', null);
    this.#leave();
  }

  /** The run is over. */
  end(): void {
    this.#fail('timeout', null);
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
    const { target, credentialSecret, slots } = this.#host;
    const after = this.#sequence === -1 ? '' : `?after=${this.#sequence}`;
    const socket = new WebSocket(`${target.replace(/^http/, 'ws')}${PATHS.stream}${after}`, null, {
      headers: { authorization: `Bearer ${tokenOf(credentialSecret, 'resident', this.#resident)}` },
      // Without it each resident would be a series of its own in k6's metrics.
      tags: { name: PATHS.stream },
    });
    this.#socket = socket;
    const askedMs = Date.now();
    let isSettled = false;
    let refused = false;
    const settle = (): void => {
      if (!isSettled) slots.give();
      isSettled = true;
    };
    socket.addEventListener('open', settle);
    socket.addEventListener('message', (event) => {
      if (this.#socket === socket) this.#onText(event as MessageEvent, askedMs);
    });
    socket.addEventListener('error', (event) => {
      refused = !isSettled && String((event as { error?: unknown }).error).includes('bad handshake');
    });
    socket.addEventListener('close', (event) => {
      settle();
      if (this.#socket !== socket) return;
      if (refused) void this.#onRefused();
      // The code of closing, which the types leave out.
      else this.#lose((event as { code?: number }).code ?? null);
    });
  }

  #onText(event: MessageEvent, askedMs: number): void {
    const { log, clock, counts } = this.#host;
    // When it was read from the socket, before it waited for its turn in this VU.
    const ms = round3((event as unknown as { timestamp: number }).timestamp);
    counts.lastMs = Math.max(counts.lastMs, ms);
    const message = readMessage(String(event.data));
    if (message === null) log.unreadable += 1;
    else if (message.type === 'hello') this.#greet(message.lastSequence, askedMs, ms);
    else if (message.type === 'gap') {
      log.gaps += 1;
      this.#sequence = Math.max(this.#sequence, message.upTo);
    } else {
      const { sequence, type, text } = message;
      if (this.#sequence !== -1 && sequence <= this.#sequence) duplicates.add(1);
      if (this.#sequence !== -1 && sequence > this.#sequence + 1) sequenceGaps.add(1);
      this.#sequence = Math.max(this.#sequence, sequence);
      deliveries.add(1);
      log.delivery(this.#resident, sequence, type, text, ms);
      const saidMs = message.saidMs === null ? null : wallMsOf(clock, message.saidMs);
      if (saidMs !== null) deliveryLatency.add(Math.max(0, ms - saidMs));
    }
  }

  #greet(lastSequence: number, askedMs: number, ms: number): void {
    const { counts, log } = this.#host;
    if (this.#isOpen) return;
    this.#isOpen = true;
    counts.open += 1;
    const tookMs = Math.max(0, ms - (this.#ask?.intendedMs ?? askedMs));
    counts.connectMs.push(round3(tookMs));
    connectTime.add(tookMs);
    if (this.#sequence === -1) this.#sequence = lastSequence;
    log.connection([this.#resident, ms, 'open', null, lastSequence, false]);
    if (this.#ask === null) return;
    const { line, intendedMs, lagMs } = this.#ask;
    log.send([line, intendedMs, lagMs, this.#sentMs, ms, 101, this.#tries, null, null]);
    this.#ask = null;
    this.#tries = 0;
  }

  /** k6 does not tell the status of a refused handshake: the door for missed messages asks for the same credential. */
  async #onRefused(): Promise<void> {
    const { target, credentialSecret } = this.#host;
    const epoch = this.#epoch;
    const { status } = await http.asyncRequest('GET', `${target}${PATHS.alerts}?limit=1`, null, {
      headers: { authorization: `Bearer ${tokenOf(credentialSecret, 'resident', this.#resident)}` },
      tags: { name: PATHS.alerts },
    });
    if (epoch !== this.#epoch) return;
    const isFinal = status >= 400 && status <= 499 && status !== 408 && status !== 429;
    this.#host.log.connection([this.#resident, Date.now(), 'refused', isFinal ? status : null, null, false]);
    this.#socket = null;
    if (isFinal) this.#fail(status === 403 ? 'forbidden' : 'unauthenticated', status);
    else this.#comeBack();
  }

  /** The connection is gone, or the target ended it with this code. */
  #lose(code: number | null): void {
    this.#host.log.connection([
      this.#resident,
      Date.now(),
      this.#isOpen ? 'closed' : 'refused',
      code,
      this.#isOpen && this.#sequence !== -1 ? this.#sequence : null,
      false,
    ]);
    this.#drop();
    // These say that its count of messages is not the platform's.
    if (code === CLOSE_CODES.sequenceAhead || code === CLOSE_CODES.reset) this.#sequence = -1;
    if (code === CLOSE_CODES.left) this.#fail('connection', null);
    else this.#comeBack();
  }

  #comeBack(): void {
    if (this.#ask !== null && this.#tries >= TRIES_MAX) this.#fail('connection', null);
    else
      void this.#try(
        Math.min(BACKOFF_MS * 2 ** Math.min(this.#tries, 10), BACKOFF_MS_MAX) *
          (0.5 + spread(this.#resident, this.#attempts)),
      );
  }

  #leave(): void {
    this.#epoch += 1;
    const socket = this.#socket;
    if (this.#isOpen)
      this.#host.log.connection([
        this.#resident,
        Date.now(),
        'closed',
        null,
        this.#sequence === -1 ? null : this.#sequence,
        true,
      ]);
    this.#drop();
    socket?.close();
  }

  #drop(): void {
    this.#socket = null;
    if (this.#isOpen) this.#host.counts.open -= 1;
    this.#isOpen = false;
  }

  #fail(failure: string, status: number | null): void {
    if (this.#ask === null) return;
    const { line, intendedMs, lagMs } = this.#ask;
    const sentMs = this.#tries === 0 ? null : this.#sentMs;
    this.#host.log.send([line, intendedMs, lagMs, sentMs, null, status, this.#tries, failure, null]);
    this.#ask = null;
  }
}

// --- internal ---

const TRIES_MAX = 10;
const BACKOFF_MS = 50;
const BACKOFF_MS_MAX = 5000;

function round3(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
