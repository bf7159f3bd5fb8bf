/** Pings every stream once a period, some at a time, and finds those that did not answer the last ping. */
import type { WebSocket } from 'ws';
import type { Peer } from './peer.ts';

export interface PingWheel {
  add(peer: Peer): void;
  remove(peer: Peer): void;
  stop(): void;
}

export function createPingWheel(periodMs: number, onSilent: (peer: Peer) => void): PingWheel {
  const spokes = Array.from({ length: SPOKES }, () => new Set<Peer>());
  let filled = 0;
  let turned = 0;
  const timer = setInterval(() => spokes[turned++ % SPOKES].forEach(visit), periodMs / SPOKES);
  timer.unref();

  function visit(peer: Peer): void {
    if (peer.awaitingPong) {
      onSilent(peer);
      return;
    }
    peer.awaitingPong = true;
    peer.ping();
  }

  return {
    add(peer) {
      peer.spoke = filled++ % SPOKES;
      spokes[peer.spoke].add(peer);
      peer.on('pong', onPong);
    },
    remove: (peer) => spokes[peer.spoke].delete(peer),
    stop: () => clearInterval(timer),
  };
}

// --- internal ---

const SPOKES = 32;

function onPong(this: WebSocket): void {
  (this as Peer).awaitingPong = false;
}
