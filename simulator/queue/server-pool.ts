/**
 * Servers and one waiting line: which server is idle, and which customer is next. It is non-preemptive. The order of the line is (rank, arrival,
 * key) and never depends on the order of insertion. The pool has no clock: the caller says when a customer arrives.
 *
 *   pool.offer(id, rank, nowMs, what);
 *   while (pool.head() !== null && pool.idleCount() > 0) start(pool.take(pool.anyIdle()));
 *   pool.free(server);                      then the loop above again
 *
 * Taking and freeing cost O(1), joining and leaving the line O(log waiting).
 */

/** A customer in line. `rank`: the priority class, lowest first. `key`: unique among those in line. `what`: the caller's own. */
export interface Customer<T> {
  key: number;
  rank: number;
  arrivalMs: number;
  what: T;
}

/** Servers, numbered from 0, and their one waiting line. */
export class ServerPool<T> {
  readonly servers: number;
  /** The idle servers are `order[0 .. idle - 1]`; `place` is the inverse of `order`. */
  readonly #order: Int32Array;
  readonly #place: Int32Array;
  #idle: number;
  /** A binary heap. A customer who gave up stays in it until it reaches the top; `present` has those who still wait. */
  readonly #line: Customer<T>[] = [];
  readonly #present = new Map<number, Customer<T>>();

  /** `servers`: their number, an integer of at least 0. They are idle at first. Throws RangeError for anything else. */
  constructor(servers: number) {
    if (!Number.isInteger(servers) || servers < 0)
      throw new RangeError(`servers must be an integer of at least 0, found ${servers}`);
    this.servers = servers;
    this.#idle = servers;
    this.#order = Int32Array.from({ length: servers }, (_, i) => i);
    this.#place = this.#order.slice();
  }

  /** A customer joins the line. Throws if the key is in line already. */
  offer(key: number, rank: number, arrivalMs: number, what: T): void {
    if (this.#present.has(key)) throw new Error(`customer ${key} waits already`);
    const customer = { key, rank, arrivalMs, what };
    this.#present.set(key, customer);
    siftUp(this.#line, customer);
  }

  /** The next customer; null if nobody waits. */
  head(): Customer<T> | null {
    while (this.#line.length > 0) {
      const top = this.#line[0];
      if (this.#present.get(top.key) === top) return top;
      removeTop(this.#line);
    }
    return null;
  }

  /** The next customer takes an idle server. Throws if nobody waits or the server is busy. */
  take(server: number): Customer<T> {
    const head = this.head();
    if (head === null) throw new Error('nobody waits');
    this.occupy(server);
    this.#present.delete(head.key);
    removeTop(this.#line);
    return head;
  }

  /** An idle server takes up work that never stood in line. Throws if it is busy. */
  occupy(server: number): void {
    if (!this.isIdle(server)) throw new Error(`server ${server} is busy or unknown`);
    this.#idle -= 1;
    this.#swap(server, this.#idle);
  }

  /** A busy server has ended its work. Throws if it is idle. */
  free(server: number): void {
    if (!(this.#place[server] >= this.#idle)) throw new Error(`server ${server} is idle or unknown`);
    this.#swap(server, this.#idle);
    this.#idle += 1;
  }

  /** A customer leaves the line unserved. Null if the key is not in line. */
  abandon(key: number): Customer<T> | null {
    const customer = this.#present.get(key);
    if (customer === undefined) return null;
    this.#present.delete(key);
    return customer;
  }

  isIdle(server: number): boolean {
    return this.#place[server] < this.#idle;
  }

  /** An idle server, whichever is cheapest to find. Call it only if `idleCount()` is above 0. */
  anyIdle(): number {
    return this.#order[this.#idle - 1];
  }

  /** Idle server i, from 0 to `idleCount() - 1`. Taking or freeing a server changes the order. */
  idleAt(i: number): number {
    return this.#order[i];
  }

  idleCount(): number {
    return this.#idle;
  }

  /** True if the key is in line. */
  isWaiting(key: number): boolean {
    return this.#present.has(key);
  }

  /** The number of customers in line. */
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

// --- internal ---

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
