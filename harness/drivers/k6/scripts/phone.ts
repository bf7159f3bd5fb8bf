/** One resident's app over k6's WebSocket: what it does follows from a session (drivers/session/phone.ts), and goes to the log of its VU. */
import http from 'k6/http';
import { clearTimeout, setTimeout } from 'k6/timers';
import { WebSocket, type MessageEvent } from 'k6/websockets';
import { wallMsOf, type PlatformClock } from '../../../../contract/clock.ts';
import { PhoneSession, type PhoneAction, type PhoneRules } from '../../session/phone.ts';
import { messageInText } from '../../session/stream-message.ts';
import type { TurnTaker } from '../../session/turns.ts';
import { sentAt } from './alert-time.ts';
import { tokenOf } from './credential.ts';
import type { Handshakes } from './handshakes.ts';
import { connectTime, deliveries, deliveryLatency, duplicates, sequenceGaps } from './meters.ts';
import type { ObservationLog } from './observation-log.ts';
import type { DueInput } from './trace.ts';
import { PATHS, refusalOf } from './wire.ts';

/** Everything that the phones of a VU share. */
export interface PhoneHost {
  target: string;
  credentialSecret: string;
  clock: PlatformClock;
  log: ObservationLog;
  handshakes: Handshakes;
  rules: PhoneRules;
  counts: { lastMs: number; connectMs: number[] };
}

/** Its socket is k6's; what it does follows from its session. */
export class Phone implements TurnTaker {
  readonly #host: PhoneHost;
  readonly #session: PhoneSession<DueInput>;
  #socket: WebSocket | null = null;
  #timer: number | null = null;
  /** When its input was first handed to a socket. */
  #sentMs = 0;

  /** `sequence`: the last one that it is known to have had; -1 if its stream starts when it first connects. */
  constructor(host: PhoneHost, resident: number, sequence: number) {
    this.#host = host;
    this.#session = new PhoneSession(host.rules, resident, sequence);
  }

  get epoch(): number {
    return this.#session.epoch;
  }

  connect(due: DueInput): void {
    this.#perform(this.#session.connect(due, due.intendedMs, Date.now()));
  }

  /** Goes offline. */
  disconnect(): void {
    this.#perform(this.#session.disconnect(Date.now()));
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

  #perform(actions: readonly PhoneAction<DueInput>[]): void {
    for (const action of actions) this.#do(action);
  }

  #do(action: PhoneAction<DueInput>): void {
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
        counts.connectMs.push(round3(Math.max(0, action.tookMs)));
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
        const named = failure === 'refused' ? refusalOf(status ?? 0) : failure;
        log.send([input.line, input.intendedMs, input.lagMs, sentMs, null, status, tries, named, null]);
        return;
      }
      case 'note': {
        const { atMs, event, code, sequence, intended } = action;
        log.connection([this.#session.entity, atMs, event, code, sequence, intended]);
        return;
      }
    }
  }

  #open(): void {
    const { target, credentialSecret } = this.#host;
    const { after, entity } = this.#session;
    const path = after === null ? PATHS.stream : `${PATHS.stream}?after=${after}`;
    const socket = new WebSocket(target.replace(/^http/, 'ws') + path, null, {
      headers: { authorization: `Bearer ${tokenOf(credentialSecret, 'resident', entity)}` },
      // Without it each resident would be a series of its own in k6's metrics.
      tags: { name: PATHS.stream },
    });
    this.#socket = socket;
    let isRefused = false;
    socket.addEventListener('open', () => {
      if (this.#socket === socket) this.#perform(this.#session.upgrade(Date.now()));
      else socket.close();
    });
    socket.addEventListener('message', (event) => {
      if (this.#socket === socket) this.#onText(event as MessageEvent);
    });
    socket.addEventListener('error', (event) => {
      isRefused ||= String((event as { error?: unknown }).error).includes('bad handshake');
    });
    socket.addEventListener('close', (event) => {
      if (this.#socket !== socket) return;
      if (isRefused) void this.#onRefused(socket);
      // The code of closing, which the types leave out.
      else this.#perform(this.#session.lose((event as { code?: number }).code ?? null, Date.now()));
    });
  }

  /** k6 would wait without end for a socket that it is told to close before it is open: such a one is closed when it opens. */
  #close(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null && socket.readyState !== CONNECTING) socket.close();
  }

  #onText(event: MessageEvent): void {
    const { log, counts } = this.#host;
    // When it was read from the socket, before it waited for its turn in this VU.
    const ms = round3((event as unknown as { timestamp: number }).timestamp);
    counts.lastMs = Math.max(counts.lastMs, ms);
    const message = messageInText(String(event.data));
    switch (message?.kind) {
      case undefined:
        log.unreadable += 1;
        return;
      case 'hello':
        this.#perform(this.#session.hello(message.lastSequence, ms));
        return;
      case 'gap':
        log.gaps += 1;
        this.#session.skip(message.upTo);
        return;
      case 'message':
        this.#onMessage(message.sequence, message.type, message.text, ms);
    }
  }

  #onMessage(sequence: number, type: 'alert' | 'post', text: string, ms: number): void {
    const { log, clock } = this.#host;
    const order = this.#session.receive(sequence);
    if (order === 'again') duplicates.add(1);
    if (order === 'ahead') sequenceGaps.add(1);
    deliveries.add(1);
    log.delivery(this.#session.entity, sequence, type, text, ms);
    const sentMs = type === 'alert' ? sentAt(text) : null;
    if (sentMs !== null) deliveryLatency.add(Math.max(0, ms - wallMsOf(clock, sentMs)));
  }

  /** k6 does not tell the status of a refused handshake: the door for missed messages asks for the same credential. */
  async #onRefused(socket: WebSocket): Promise<void> {
    const { target, credentialSecret } = this.#host;
    const { status, headers } = await http.asyncRequest('GET', `${target}${PATHS.alerts}?limit=1`, null, {
      headers: { authorization: `Bearer ${tokenOf(credentialSecret, 'resident', this.#session.entity)}` },
      tags: { name: PATHS.alerts },
    });
    if (this.#socket !== socket) return;
    const isFinal = status >= 400 && status <= 499 && status !== 408 && status !== 429;
    const retryAfterS = Number(headers['Retry-After'] ?? 0);
    const seconds = Number.isFinite(retryAfterS) ? retryAfterS : 0;
    this.#perform(this.#session.refuse(isFinal ? status : null, seconds, Date.now()));
  }

  #waitFor(waitMs: number, epoch: number): void {
    this.#timer = setTimeout(() => this.#perform(this.#session.waited(epoch, Date.now())), waitMs);
  }
}

// --- internal ---

/** `readyState` of a socket that is not open yet. */
const CONNECTING = 0;

function round3(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
