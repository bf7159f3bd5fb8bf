/** The open streams, by resident. */
import type { Peer } from './peer.ts';

export interface Peers {
  readonly size: number;
  /** The resident's newest stream, whose `older` are the others; null where it has none. */
  of(resident: number): Peer | null;
  add(peer: Peer): void;
  /** False where it was not there. */
  remove(peer: Peer): boolean;
  /** Streams of the resident. */
  countOf(resident: number): number;
  all(): Peer[];
}

export function createPeers(): Peers {
  const newest = new Map<number, Peer>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    of: (resident) => newest.get(resident) ?? null,
    add(peer) {
      peer.older = newest.get(peer.resident) ?? null;
      newest.set(peer.resident, peer);
      size++;
    },
    remove(peer) {
      const first = newest.get(peer.resident);
      if (first === undefined) return false;
      if (first === peer) {
        if (peer.older === null) newest.delete(peer.resident);
        else newest.set(peer.resident, peer.older);
      } else {
        let newer = first;
        while (newer.older !== null && newer.older !== peer) newer = newer.older;
        if (newer.older === null) return false;
        newer.older = peer.older;
      }
      size--;
      return true;
    },
    countOf(resident) {
      let count = 0;
      for (let peer = newest.get(resident) ?? null; peer !== null; peer = peer.older) count++;
      return count;
    },
    all() {
      const all: Peer[] = [];
      for (const first of newest.values())
        for (let peer: Peer | null = first; peer !== null; peer = peer.older) all.push(peer);
      return all;
    },
  };
}
