/**
 * Customers who wait or are served, as columns by id. Ids count up, so that a ring needs no map; it doubles when a new customer's place is
 * still taken.
 */
export class InHand {
  #ids = new Int32Array(RING).fill(FREE);
  stream = new Int32Array(RING);
  cameMs = new Float64Array(RING);
  serviceMs = new Float64Array(RING);
  /** Time at which a server set out; -1 before that. */
  setOutMs = new Float64Array(RING);
  x = new Int32Array(RING);
  y = new Int32Array(RING);
  /** The customer's first server, from 0; -1 if it does not matter. */
  own = new Int32Array(RING);

  /** Gives a new customer a place in all columns, which still hold the values of one who is gone. */
  enter(id: number): number {
    while (this.#ids[id & (this.#ids.length - 1)] !== FREE) this.#grow();
    const at = id & (this.#ids.length - 1);
    this.#ids[at] = id;
    return at;
  }

  /** The customer's place; -1 if they are gone. */
  at(id: number): number {
    const at = id & (this.#ids.length - 1);
    return this.#ids[at] === id ? at : -1;
  }

  /** Frees the customer's place. */
  leave(id: number): void {
    this.#ids[id & (this.#ids.length - 1)] = FREE;
  }

  // --- internal ---

  #grow(): void {
    const ids = this.#ids;
    const size = 2 * ids.length;
    const move = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
      for (let i = 0; i < ids.length; i += 1) if (ids[i] !== FREE) to[ids[i] & (size - 1)] = from[i];
      return to;
    };
    this.stream = move(this.stream, new Int32Array(size));
    this.cameMs = move(this.cameMs, new Float64Array(size));
    this.serviceMs = move(this.serviceMs, new Float64Array(size));
    this.setOutMs = move(this.setOutMs, new Float64Array(size));
    this.x = move(this.x, new Int32Array(size));
    this.y = move(this.y, new Int32Array(size));
    this.own = move(this.own, new Int32Array(size));
    this.#ids = move(ids, new Int32Array(size).fill(FREE));
  }
}

/** First size of the ring: a power of two. */
const RING = 1024;
const FREE = -1;
