/** The residents' stream: opens, bounds and closes connections; fan-out.ts brings them their messages. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { CLOSE_CODES, STREAM_PROTOCOL, type Refusal, type StreamHello } from '../../../contract/wire.ts';
import { numberOf, type Authenticator } from '../auth.ts';
import type { Engine } from '../service-api.ts';
import type { AuthFailure, Metrics } from '../metrics.ts';
import { createFanOut } from './fan-out.ts';
import { readStreamRequest, refuseUpgrade } from './handshake.ts';
import { Peer } from './peer.ts';
import { createPeers } from './peers.ts';
import { createPingWheel } from './ping-wheel.ts';

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

export function createHub({ engine, authenticator, metrics, limits }: HubOptions): Hub {
  const peers = createPeers();
  const choked = new Set<Peer>();
  const wheel = createPingWheel(limits.streamPingMs, (peer) =>
    peer.wire!.writableLength > 0 ? dropSlow(peer) : peer.terminate(),
  );
  const sockets = new WebSocketServer<typeof Peer>(SOCKET_OPTIONS);
  sockets.on('wsClientError', (_error, socket) => {
    countShed('invalid');
    refuseUpgrade(socket, 'invalid', 'expected a WebSocket handshake of version 13, found another request');
  });
  const fanOut = createFanOut({
    engine,
    peers,
    bytesMax: limits.streamBytesMax,
    onSlow: dropSlow,
    onChoked: choke,
    onDrained: unchoke,
    onSent(frames, resumed) {
      metrics.count('hundredblock_frames_sent_total', {}, frames);
      metrics.count('hundredblock_frames_resumed_total', {}, resumed);
    },
    onBatchSent: (seconds) => metrics.observe('hundredblock_stage_seconds', { stage: 'fanout' }, seconds),
  });
  const budget = createBudget(limits.upgradesPerSecondMax);
  let draining = false;
  let open = 0;
  let waitingBytes = 0;
  let onEmpty: (() => void) | null = null;

  engine.onPublished((batch) => fanOut.publish(batch));
  engine.onLeft((resident) => {
    for (let peer = peers.of(resident); peer !== null; peer = peers.of(resident)) end(peer, CLOSE_CODES.left);
  });
  engine.onReset(() => peers.all().forEach((peer) => end(peer, CLOSE_CODES.reset)));

  function upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const asked = readStreamRequest(request);
    const resident = typeof asked === 'string' ? countShed('invalid') : residentOf(asked.token);
    if (typeof asked === 'string') refuseUpgrade(socket, 'invalid', asked);
    else if (typeof resident === 'string') refuseUpgrade(socket, resident, REFUSAL_TEXTS[resident] ?? resident);
    else sockets.handleUpgrade(request, socket, head, (peer) => admit(peer, socket, resident, asked.after));
  }

  /** Who opens the stream, or why it is not opened; counted. */
  function residentOf(token: string | null): number | Refusal {
    if (draining) return countShed('draining');
    if (engine.phase !== 'serving') return countShed(engine.phase === 'waiting' ? 'not-ready' : 'draining');
    if (token === null) return countFailure('missing', 'unauthenticated');
    const identity = authenticator.identify(token);
    if (identity === null) return countFailure('wrong', 'unauthenticated');
    if (identity.role !== 'resident') return countFailure('role', 'forbidden');
    const id = numberOf(identity.id);
    const resident = id === null ? null : engine.resident(id);
    if (id === null || resident === null) return countFailure('other', 'forbidden');
    if (resident.quit) return countFailure('left', 'forbidden');
    if (open >= limits.streamsMax) return countShed('overloaded');
    return budget.take() ? id : countShed('rate-limited');
  }

  function countShed(reason: Refusal): Refusal {
    metrics.count('hundredblock_shed_total', { door: 'stream', reason });
    return reason;
  }

  function countFailure(reason: AuthFailure, refusal: Refusal): Refusal {
    metrics.count('hundredblock_auth_failures_total', { door: 'stream', reason });
    return refusal;
  }

  function admit(peer: Peer, wire: Socket, resident: number, after: number | null): void {
    const lastSequence = engine.lastSequence(resident);
    peer.resident = resident;
    peer.wire = wire;
    peer.lastAtOpen = lastSequence;
    peer.queued = after ?? lastSequence;
    countOpen(1);
    peer.on('close', onClose);
    peer.on('error', onError);
    peer.on('message', onMessage);
    peer.send(JSON.stringify({ type: 'hello', lastSequence } satisfies StreamHello));
    if (peer.queued > lastSequence) {
      end(peer, CLOSE_CODES.sequenceAhead);
      return;
    }
    while (peers.countOf(resident) >= limits.streamsPerResidentMax)
      end(oldest(peers.of(resident)!), CLOSE_CODES.replaced);
    peers.add(peer);
    wheel.add(peer);
    if (peer.queued < lastSequence) fanOut.fetch(peer);
    else peer.live = true;
  }

  function countOpen(change: number): void {
    open += change;
    metrics.set('hundredblock_stream_connections', {}, open);
  }

  /** Starts the closing handshake; nothing more is sent to it. */
  function end(peer: Peer, code: number): void {
    forget(peer);
    if (peer.closedWith !== 0) return;
    peer.closedWith = code;
    peer.close(code);
  }

  function forget(peer: Peer): void {
    peers.remove(peer);
    wheel.remove(peer);
    unchoke(peer);
    peer.frames = null;
  }

  function dropSlow(peer: Peer): void {
    end(peer, CLOSE_CODES.slowConsumer);
  }

  /** While a socket is full nothing but pings is written to it, so that what waits then is the most that waits until it drains. */
  function choke(peer: Peer): void {
    peer.chokedBytes = peer.wire!.writableLength;
    choked.add(peer);
    account(peer.chokedBytes);
    if (waitingBytes > limits.streamsBytesMax) shedSlowest();
  }

  function unchoke(peer: Peer): void {
    if (choked.delete(peer)) account(-peer.chokedBytes);
  }

  function account(bytes: number): void {
    waitingBytes += bytes;
    metrics.set('hundredblock_stream_waiting_bytes', {}, waitingBytes);
  }

  /** Those with most bytes waiting go, until half of the bound is free. */
  function shedSlowest(): void {
    const slowest = [...choked].sort((a, b) => b.chokedBytes - a.chokedBytes);
    for (const peer of slowest) {
      if (waitingBytes <= limits.streamsBytesMax / 2) return;
      dropSlow(peer);
      peer.terminate();
    }
  }

  // One function for all streams instead of one each: 10,000 of them are held here.
  function onClose(this: WebSocket, code: number): void {
    const peer = this as Peer;
    forget(peer);
    countOpen(-1);
    metrics.count('hundredblock_stream_closes_total', { code: labelOf(peer.closedWith || code) });
    if (open === 0) onEmpty?.();
  }

  function onMessage(this: WebSocket): void {
    end(this as Peer, CLOSE_CODES.clientSpoke);
  }

  return {
    upgrade,
    close() {
      draining = true;
      wheel.stop();
      for (const peer of peers.all()) end(peer, CLOSE_CODES.goingAway);
      if (open === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onEmpty = resolve;
      });
    },
  };
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

/** So many a second, no burst beyond one second's worth. */
function createBudget(perSecond: number): { take(): boolean } {
  let second = 0;
  let taken = 0;
  return {
    take() {
      const now = Math.floor(performance.now() / 1000);
      if (now !== second) {
        second = now;
        taken = 0;
      }
      return ++taken <= perSecond;
    },
  };
}
