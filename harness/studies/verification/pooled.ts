/**
 * The same customers before one server that is as fast as all servers together, first come first served. Its mean wait is known
 * (Pollaczek and Khinchine), and is long whenever that of the real servers is: as a control variate it removes most of the chance from a
 * crowded queue.
 */
export class Pooled {
  readonly #servers: number;
  readonly #warmup: number;
  readonly #counted: number;
  /** By id: the gap to the next customer, and the service time, NaN until it is known. */
  #gapMs = new Float64Array(RING);
  #serviceMs = new Float64Array(RING).fill(NaN);
  #next = 0;
  #waitMs = 0;
  #sumMs = 0;
  #waited = 0;

  constructor(servers: number, warmup: number, counted: number) {
    this.#servers = servers;
    this.#warmup = warmup;
    this.#counted = counted;
  }

  /** A customer came, and the next one follows after `gapMs`. Ids count up from 0. */
  came(id: number, gapMs: number): void {
    if (id - this.#next >= this.#gapMs.length) this.#grow();
    this.#gapMs[id & (this.#gapMs.length - 1)] = gapMs;
  }

  /** A customer's service time is known. Customers go through the one server in the order of their ids. */
  served(id: number, serviceMs: number): void {
    const mask = this.#gapMs.length - 1;
    this.#serviceMs[id & mask] = serviceMs;
    let at = this.#next & mask;
    while (!Number.isNaN(this.#serviceMs[at])) {
      if (this.#next >= this.#warmup && this.#next < this.#warmup + this.#counted) {
        this.#sumMs += this.#waitMs;
        if (this.#waitMs > 0) this.#waited += 1;
      }
      this.#waitMs = Math.max(0, this.#waitMs + this.#serviceMs[at] / this.#servers - this.#gapMs[at]);
      this.#serviceMs[at] = NaN;
      this.#next += 1;
      at = this.#next & mask;
    }
  }

  /**
   * The mean wait less its true value, ms, and the share of customers who wait less its true value, which is the load. `rate`: customers
   * per ms. `meanMs`, `secondMs`: means of the service time and of its square.
   */
  excesses(rate: number, meanMs: number, secondMs: number): [number, number] {
    const load = (rate * meanMs) / this.#servers;
    const known = (rate * secondMs) / (this.#servers * this.#servers * 2 * (1 - load));
    return [this.#sumMs / this.#counted - known, this.#waited / this.#counted - load];
  }

  // --- internal ---

  #grow(): void {
    const size = 2 * this.#gapMs.length;
    const gapMs = new Float64Array(size);
    const serviceMs = new Float64Array(size).fill(NaN);
    for (let id = this.#next; id < this.#next + this.#gapMs.length; id += 1) {
      gapMs[id & (size - 1)] = this.#gapMs[id & (this.#gapMs.length - 1)];
      serviceMs[id & (size - 1)] = this.#serviceMs[id & (this.#gapMs.length - 1)];
    }
    this.#gapMs = gapMs;
    this.#serviceMs = serviceMs;
  }
}

/** First size of the ring: a power of two. */
const RING = 1024;
