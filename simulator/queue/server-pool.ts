/**
 * Servers and one waiting line, on plain data: who is idle, and who is next. Non-preemptive; the line's order is
 * (rank, arrival, key), so it never depends on the order of insertion. Time passes elsewhere: the caller says when.
 *
 *   pool.offer(id, rank, nowMs, what);
 *   while (pool.head() !== null && pool.idleCount() > 0) start(pool.take(pool.anyIdle()));
 *   pool.free(server);                      then the loop above again
 *
 * Taking and freeing cost O(1), joining and leaving the line O(log waiting).
 */

/** One who waits. `rank`: the priority class, lowest first. `key` is unique among those waiting. `what`: whatever the caller keeps with it. */
export interface Customer<T> {
  key: number;
  rank: number;
  arrivalMs: number;
  what: T;
}

export class ServerPool<T> {
  readonly servers: number;
  /** The idle servers are `order[0 .. idle - 1]`; `place` is its inverse. */
  readonly #order: Int32Array;
  readonly #place: Int32Array;
  #idle: number;
  /** A binary heap. Those who gave up stay in it until they reach its top; `present` tells who still waits. */
  readonly #line: Customer<T>[] = [];
  readonly #present = new Map<number, Customer<T>>();

  /** `servers`: how many, an integer of at least 0. They are idle at first. */
  constructor(servers: number) {
    if (!Number.isInteger(servers) || servers < 0)
      throw new RangeError(`servers must be an integer of at least 0, found ${servers}`);
    this.servers = servers;
    this.#idle = servers;
    this.#order = Int32Array.from({ length: servers }, (_, i) => i);
    this.#place = this.#order.slice();
  }

  /** Joins the line. Throws where the key waits already. */
  offer(key: number, rank: number, arrivalMs: number, what: T): void {
    if (this.#present.has(key)) throw new Error(`customer ${key} waits already`);
    const customer = { key, rank, arrivalMs, what };
    this.#present.set(key, customer);
    siftUp(this.#line, customer);
  }

  /** Who is next; null where nobody waits. */
  head(): Customer<T> | null {
    while (this.#line.length > 0) {
      const top = this.#line[0];
      if (this.#present.get(top.key) === top) return top;
      removeTop(this.#line);
    }
    return null;
  }

  /** The head of the line takes an idle server. Throws where nobody waits or the server is busy. */
  take(server: number): Customer<T> {
    const head = this.head();
    if (head === null) throw new Error('nobody waits');
    this.occupy(server);
    this.#present.delete(head.key);
    removeTop(this.#line);
    return head;
  }

  /** An idle server takes up work that never stood in line. Throws where it is busy. */
  occupy(server: number): void {
    if (!this.isIdle(server)) throw new Error(`server ${server} is busy or unknown`);
    this.#idle -= 1;
    this.#swap(server, this.#idle);
  }

  /** A busy server has ended its work. Throws where it is idle. */
  free(server: number): void {
    if (!(this.#place[server] >= this.#idle)) throw new Error(`server ${server} is idle or unknown`);
    this.#swap(server, this.#idle);
    this.#idle += 1;
  }

  /** Leaves the line unserved. Null where the key does not wait. */
  abandon(key: number): Customer<T> | null {
    const customer = this.#present.get(key);
    if (customer === undefined) return null;
    this.#present.delete(key);
    return customer;
  }

  isIdle(server: number): boolean {
    return this.#place[server] < this.#idle;
  }

  /** An idle server, whichever costs nothing to find. Call only where `idleCount()` is above 0. */
  anyIdle(): number {
    return this.#order[this.#idle - 1];
  }

  /** The idle servers, i from 0 to `idleCount() - 1`, in no particular order; taking or freeing one changes it. */
  idleAt(i: number): number {
    return this.#order[i];
  }

  idleCount(): number {
    return this.#idle;
  }

  /** True where the key stands in the line. */
  isWaiting(key: number): boolean {
    return this.#present.has(key);
  }

  /** How many wait. */
  waiting(): number {
    return this.#present.size;
  }

  #swap(server: number, to: number): void {
    const from = this.#place[server];
    const other = this.#order[to];
    this.#order[to] = server;
    this.#order[from] = other;
    this.#place[server] = to;
    this.#place[other] = from;
  }
}

function before(a: Customer<unknown>, b: Customer<unknown>): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank;
  if (a.arrivalMs !== b.arrivalMs) return a.arrivalMs < b.arrivalMs;
  return a.key < b.key;
}

function siftUp<T>(heap: Customer<T>[], customer: Customer<T>): void {
  let i = heap.length;
  heap.push(customer);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(customer, heap[parent])) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = customer;
}

function removeTop<T>(heap: Customer<T>[]): void {
  const last = heap.pop() as Customer<T>;
  const size = heap.length;
  if (size === 0) return;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= size) break;
    if (child + 1 < size && before(heap[child + 1], heap[child])) child += 1;
    if (!before(heap[child], last)) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = last;
}
