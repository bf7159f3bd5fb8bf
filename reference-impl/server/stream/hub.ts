/** The residents' stream: opens, bounds and closes connections; fan-out.ts brings them their messages. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { CLOSE_CODES, STREAM_PROTOCOL, type Refusal, type StreamHello } from '../../../contract/wire.ts';
import { numberOf, type Authenticator } from '../auth.ts';
import type { Engine } from '../service-api.ts';
import type { AuthFailure, Metrics } from '../metrics.ts';
import { createFanOut, type FanOut } from './fan-out.ts';
import { readStreamRequest, refuseUpgrade } from './handshake.ts';
import { Peer } from './peer.ts';
import { createPeers } from './peers.ts';
import { createPingWheel, type PingWheel } from './ping-wheel.ts';

export interface HubLimits {
  streamsMax: number;
  streamsPerResidentMax: number;
  upgradesPerSecondMax: number;
  /** Bytes that may wait for one stream, and for all together. */
  streamBytesMax: number;
  streamsBytesMax: number;
  streamPingMs: number;
}

export interface HubOptions {
  engine: Engine;
  authenticator: Authenticator;
  metrics: Metrics;
  limits: HubLimits;
}

export interface Hub {
  /** Takes over an HTTP request to upgrade at the stream's path. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  /** Refuses new streams, closes those that are open and resolves when all are gone. */
  close(): Promise<void>;
}

export function createHub(options: HubOptions): Hub {
  return new StreamHub(options);
}

// --- internal ---

/** Pings, pongs and closes are at most 125 bytes, and nothing else is welcome. */
const CLIENT_FRAME_BYTES_MAX = 1024;
/** A peer that does not answer a close is cut off then. */
const CLOSE_GRACE_MS = 3000;

const SOCKET_OPTIONS = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: CLIENT_FRAME_BYTES_MAX,
  closeTimeout: CLOSE_GRACE_MS,
  WebSocket: Peer,
  handleProtocols: (offered: Set<string>) => (offered.has(STREAM_PROTOCOL) ? STREAM_PROTOCOL : (false as const)),
};

const REFUSAL_TEXTS: Partial<Record<Refusal, string>> = {
  unauthenticated: 'expected the token of a resident, found none or one that is not valid',
  forbidden: 'expected the token of a resident of this platform',
  overloaded: 'every stream is taken',
  'rate-limited': 'too many streams were opened at once',
  'not-ready': 'not onboarded yet',
  draining: 'shutting down',
};

/** Codes that have a meaning here; a client may send any. */
const LABELLED_CODES: readonly number[] = [...Object.values(CLOSE_CODES), 1000, 1002, 1005, 1006, 1007];

function labelOf(code: number): string {
  return LABELLED_CODES.includes(code) ? String(code) : 'other';
}

function oldest(peer: Peer): Peer {
  return peer.older === null ? peer : oldest(peer.older);
}

/** A broken connection or frame: ws closes the stream, with the fitting code where it still can. */
function onError(): void {}

/** Lets at most `perSecond` streams open in each second, and nothing saved up from earlier ones. */
class UpgradeBudget {
  readonly #perSecond: number;
  #second = 0;
  #taken = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** False if this second's are used up. */
  take(): boolean {
    const now = Math.floor(performance.now() / 1000);
    if (now !== this.#second) {
      this.#second = now;
      this.#taken = 0;
    }
    this.#taken += 1;
    return this.#taken <= this.#perSecond;
  }
}

class StreamHub implements Hub {
  readonly #engine: Engine;
  readonly #authenticator: Authenticator;
  readonly #metrics: Metrics;
  readonly #limits: HubLimits;
  readonly #peers = createPeers();
  readonly #choked = new Set<Peer>();
  readonly #wheel: PingWheel;
  readonly #sockets = new WebSocketServer<typeof Peer>(SOCKET_OPTIONS);
  readonly #fanOut: FanOut;
  readonly #budget: UpgradeBudget;
  readonly #onClose = withPeer((peer, code) => this.#closed(peer, code));
  readonly #onMessage = withPeer((peer) => this.#end(peer, CLOSE_CODES.clientSpoke));
  #draining = false;
  #open = 0;
  #waitingBytes = 0;
  /** Told when the last stream is gone, once the hub is closing. */
  #onEmpty: (() => void) | null = null;

  constructor({ engine, authenticator, metrics, limits }: HubOptions) {
    this.#engine = engine;
    this.#authenticator = authenticator;
    this.#metrics = metrics;
    this.#limits = limits;
    this.#wheel = createPingWheel(limits.streamPingMs, (peer) =>
      peer.wire!.writableLength > 0 ? this.#dropSlow(peer) : peer.terminate(),
    );
    this.#fanOut = createFanOut({
      engine,
      peers: this.#peers,
      bytesMax: limits.streamBytesMax,
      onSlow: (peer) => this.#dropSlow(peer),
      onChoked: (peer) => this.#choke(peer),
      onDrained: (peer) => this.#unchoke(peer),
      onSent: (frames, resumed) => {
        this.#metrics.count('hundredblock_frames_sent_total', {}, frames);
        this.#metrics.count('hundredblock_frames_resumed_total', {}, resumed);
      },
      onBatchSent: (seconds) => this.#metrics.observe('hundredblock_stage_seconds', { stage: 'fanout' }, seconds),
    });
    this.#budget = new UpgradeBudget(limits.upgradesPerSecondMax);
    this.#sockets.on('wsClientError', (_error, socket) => {
      this.#countShed('invalid');
      refuseUpgrade(socket, 'invalid', 'expected a WebSocket handshake of version 13, found another request');
    });
    this.#engine.onPublished((batch) => this.#fanOut.publish(batch));
    this.#engine.onLeft((resident) => {
      for (let peer = this.#peers.of(resident); peer !== null; peer = this.#peers.of(resident))
        this.#end(peer, CLOSE_CODES.left);
    });
    this.#engine.onReset(() => this.#peers.all().forEach((peer) => this.#end(peer, CLOSE_CODES.reset)));
  }

  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const asked = readStreamRequest(request);
    const resident = typeof asked === 'string' ? this.#countShed('invalid') : this.#residentOf(asked.token);
    if (typeof asked === 'string') refuseUpgrade(socket, 'invalid', asked);
    else if (typeof resident === 'string') refuseUpgrade(socket, resident, REFUSAL_TEXTS[resident] ?? resident);
    else this.#sockets.handleUpgrade(request, socket, head, (peer) => this.#admit(peer, socket, resident, asked.after));
  }

  /** Who opens the stream, or why it is not opened; counted. */
  #residentOf(token: string | null): number | Refusal {
    if (this.#draining) return this.#countShed('draining');
    if (this.#engine.phase !== 'serving')
      return this.#countShed(this.#engine.phase === 'waiting' ? 'not-ready' : 'draining');
    if (token === null) return this.#countFailure('missing', 'unauthenticated');
    const identity = this.#authenticator.identify(token);
    if (identity === null) return this.#countFailure('wrong', 'unauthenticated');
    if (identity.role !== 'resident') return this.#countFailure('role', 'forbidden');
    const id = numberOf(identity.id);
    const resident = id === null ? null : this.#engine.resident(id);
    if (id === null || resident === null) return this.#countFailure('other', 'forbidden');
    if (resident.quit) return this.#countFailure('left', 'forbidden');
    if (this.#open >= this.#limits.streamsMax) return this.#countShed('overloaded');
    return this.#budget.take() ? id : this.#countShed('rate-limited');
  }

  #countShed(reason: Refusal): Refusal {
    this.#metrics.count('hundredblock_shed_total', { door: 'stream', reason });
    return reason;
  }

  #countFailure(reason: AuthFailure, refusal: Refusal): Refusal {
    this.#metrics.count('hundredblock_auth_failures_total', { door: 'stream', reason });
    return refusal;
  }

  #admit(peer: Peer, wire: Socket, resident: number, after: number | null): void {
    const lastSequence = this.#engine.lastSequence(resident);
    peer.resident = resident;
    peer.wire = wire;
    peer.lastAtOpen = lastSequence;
    peer.queued = after ?? lastSequence;
    this.#countOpen(1);
    peer.on('close', this.#onClose);
    peer.on('error', onError);
    peer.on('message', this.#onMessage);
    peer.send(JSON.stringify({ type: 'hello', lastSequence } satisfies StreamHello));
    if (peer.queued > lastSequence) {
      this.#end(peer, CLOSE_CODES.sequenceAhead);
      return;
    }
    while (this.#peers.countOf(resident) >= this.#limits.streamsPerResidentMax)
      this.#end(oldest(this.#peers.of(resident)!), CLOSE_CODES.replaced);
    this.#peers.add(peer);
    this.#wheel.add(peer);
    if (peer.queued < lastSequence) this.#fanOut.fetch(peer);
    else peer.live = true;
  }

  #countOpen(change: number): void {
    this.#open += change;
    this.#metrics.set('hundredblock_stream_connections', {}, this.#open);
  }

  /** Starts the closing handshake; nothing more is sent to it. */
  #end(peer: Peer, code: number): void {
    this.#forget(peer);
    if (peer.closedWith !== 0) return;
    peer.closedWith = code;
    peer.close(code);
  }

  #forget(peer: Peer): void {
    this.#peers.remove(peer);
    this.#wheel.remove(peer);
    this.#unchoke(peer);
    peer.frames = null;
  }

  #dropSlow(peer: Peer): void {
    this.#end(peer, CLOSE_CODES.slowConsumer);
  }

  /** While a socket is full nothing but pings is written to it, so that what waits then is the most that waits until it drains. */
  #choke(peer: Peer): void {
    peer.chokedBytes = peer.wire!.writableLength;
    this.#choked.add(peer);
    this.#account(peer.chokedBytes);
    if (this.#waitingBytes > this.#limits.streamsBytesMax) this.#shedSlowest();
  }

  #unchoke(peer: Peer): void {
    if (this.#choked.delete(peer)) this.#account(-peer.chokedBytes);
  }

  #account(bytes: number): void {
    this.#waitingBytes += bytes;
    this.#metrics.set('hundredblock_stream_waiting_bytes', {}, this.#waitingBytes);
  }

  /** Those with most bytes waiting go, until half of the bound is free. */
  #shedSlowest(): void {
    const slowest = [...this.#choked].sort((a, b) => b.chokedBytes - a.chokedBytes);
    for (const peer of slowest) {
      if (this.#waitingBytes <= this.#limits.streamsBytesMax / 2) return;
      this.#dropSlow(peer);
      peer.terminate();
    }
  }

  #closed(peer: Peer, code: number): void {
    this.#forget(peer);
    this.#countOpen(-1);
    this.#metrics.count('hundredblock_stream_closes_total', { code: labelOf(peer.closedWith || code) });
    if (this.#open === 0) this.#onEmpty?.();
  }

  close(): Promise<void> {
    this.#draining = true;
    this.#wheel.stop();
    for (const peer of this.#peers.all()) this.#end(peer, CLOSE_CODES.goingAway);
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }
}

/** A listener that is told which stream it was called for, so that 10,000 streams share one function. */
function withPeer(react: (peer: Peer, code: number) => void): (this: WebSocket, code: number) => void {
  return function listener(code) {
    react(this as Peer, code);
  };
}
