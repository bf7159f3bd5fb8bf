/** Customers in hand as columns by id. Ids count up, so that a ring needs no map; it doubles where a place is wanted that somebody still has. */
export class InHand {
  private ids = new Int32Array(RING).fill(FREE);
  stream = new Int32Array(RING);
  cameMs = new Float64Array(RING);
  serviceMs = new Float64Array(RING);
  /** When a server set out, -1 before. */
  setOutMs = new Float64Array(RING);
  x = new Int32Array(RING);
  y = new Int32Array(RING);
  /** The server that it would have first, from 0; -1 where it does not matter. */
  own = new Int32Array(RING);

  /** Gives a new customer its place in all columns, whose values are then those of somebody who is gone. */
  enter(id: number): number {
    while (this.ids[id & (this.ids.length - 1)] !== FREE) this.grow();
    const at = id & (this.ids.length - 1);
    this.ids[at] = id;
    return at;
  }

  /** Its place; -1 where it is not in hand. */
  at(id: number): number {
    const at = id & (this.ids.length - 1);
    return this.ids[at] === id ? at : -1;
  }

  leave(id: number): void {
    this.ids[id & (this.ids.length - 1)] = FREE;
  }

  // --- internal ---

  private grow(): void {
    const { ids } = this;
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
    this.ids = move(ids, new Int32Array(size).fill(FREE));
  }
}

/** A power of two. */
const RING = 1024;
const FREE = -1;
