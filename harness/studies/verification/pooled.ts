/**
 * The same customers before one server that works as fast as all of them together, first come first served. Its mean wait is known (Pollaczek and
 * Khinchine), and it is long when theirs is: as a control variate it takes away most of what chance does to a crowded queue.
 */
export class Pooled {
  private readonly servers: number;
  private readonly warmup: number;
  private readonly counted: number;
  /** By id: the gap to the next customer, and the service, NaN until it is known. */
  private gapMs = new Float64Array(RING);
  private serviceMs = new Float64Array(RING).fill(NaN);
  private next = 0;
  private waitMs = 0;
  private sumMs = 0;
  private waited = 0;

  constructor(servers: number, warmup: number, counted: number) {
    this.servers = servers;
    this.warmup = warmup;
    this.counted = counted;
  }

  /** Ids count up from 0. */
  came(id: number, gapMs: number): void {
    if (id - this.next >= this.gapMs.length) this.grow();
    this.gapMs[id & (this.gapMs.length - 1)] = gapMs;
  }

  /** Its service is known now. Customers go through the one server in the order of their ids. */
  served(id: number, serviceMs: number): void {
    const mask = this.gapMs.length - 1;
    this.serviceMs[id & mask] = serviceMs;
    let at = this.next & mask;
    while (!Number.isNaN(this.serviceMs[at])) {
      if (this.next >= this.warmup && this.next < this.warmup + this.counted) {
        this.sumMs += this.waitMs;
        if (this.waitMs > 0) this.waited += 1;
      }
      this.waitMs = Math.max(0, this.waitMs + this.serviceMs[at] / this.servers - this.gapMs[at]);
      this.serviceMs[at] = NaN;
      this.next += 1;
      at = this.next & mask;
    }
  }

  /**
   * Mean wait less its true value, ms, and the share that waits less its, which is the load. `rate` is per ms; of the service's two moments the
   * second is that of its square.
   */
  excesses(rate: number, meanMs: number, secondMs: number): [number, number] {
    const load = (rate * meanMs) / this.servers;
    const known = (rate * secondMs) / (this.servers * this.servers * 2 * (1 - load));
    return [this.sumMs / this.counted - known, this.waited / this.counted - load];
  }

  // --- internal ---

  private grow(): void {
    const size = 2 * this.gapMs.length;
    const gapMs = new Float64Array(size);
    const serviceMs = new Float64Array(size).fill(NaN);
    for (let id = this.next; id < this.next + this.gapMs.length; id += 1) {
      gapMs[id & (size - 1)] = this.gapMs[id & (this.gapMs.length - 1)];
      serviceMs[id & (size - 1)] = this.serviceMs[id & (this.gapMs.length - 1)];
    }
    this.gapMs = gapMs;
    this.serviceMs = serviceMs;
  }
}

/** A power of two. */
const RING = 1024;
