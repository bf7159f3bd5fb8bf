/** Counts the customers of one replication of a case, and works out its measures. */
import { hasOwnServer, hasPlaces, loadOf, serviceCv2, serviceMeanOf, type Case } from './case.ts';
import { InHand } from './in-hand.ts';
import { Pooled } from './pooled.ts';

/** Number and length of replications. */
export interface Size {
  replications: number;
  /** Customers of each replication that are counted, and the customers before them that are not. */
  customers: number;
  warmup: number;
}

/** The measures of one replication. */
export interface Replication {
  measures: Record<string, number>;
  /**
   * Control variates: the replication's mean gap between arrivals, mean service times and customers' shares by stream, each less its
   * expected value. Their true means are 0, and much of a queue's variation follows them.
   */
  controls: number[];
  events: number;
}

/** Told of each event of a replication; ids of customers count up from 0. Times in ms. */
export class Tally {
  readonly inHand = new InHand();
  readonly #posed: Case;
  readonly #size: Size;
  readonly #msPerUnit: number;
  readonly #gapMsMean: number;
  readonly #end: number;
  readonly #waitMsMax: number;
  readonly #pooled: Pooled | null;
  readonly #byStream: { came: number; served: number; distance: number; byServer: Float64Array }[];
  readonly #byPriority = [0, 1, 2, 3, 4].map(() => ({
    letIn: 0,
    waitMs: 0,
    ended: 0,
    inSystemMs: 0,
    excessMs: 0,
  }));
  readonly #sums = {
    gone: 0,
    foundNone: 0,
    waited: 0,
    within: 0,
    blocked: 0,
    abandoned: 0,
    served: 0,
    outOfArea: 0,
    gapExcessMs: 0,
  };
  #warm: { atMs: number; busyMs: Float64Array } = { atMs: 0, busyMs: new Float64Array(0) };

  /** `msPerUnit`: ms per unit of the case's time. */
  constructor(posed: Case, size: Size, msPerUnit: number) {
    this.#posed = posed;
    this.#size = size;
    this.#msPerUnit = msPerUnit;
    this.#gapMsMean = msPerUnit / posed.arrivals.reduce((sum, { rate }) => sum + rate, 0);
    this.#end = size.warmup + size.customers;
    this.#waitMsMax = (posed.waitMax ?? 0) * msPerUnit;
    // A customer who is turned away or leaves has no service time for the pooled server; and one server with one class is the pooled
    // server.
    const everyoneIsServed = posed.queueLimit === null && posed.patienceMean === null;
    const isItself = posed.servers === 1 && posed.arrivals.every((a) => a.priority === posed.arrivals[0].priority);
    this.#pooled = everyoneIsServed && !isItself ? new Pooled(posed.servers, size.warmup, size.customers) : null;
    this.#byStream = posed.arrivals.map(() => ({
      came: 0,
      served: 0,
      distance: 0,
      byServer: new Float64Array(posed.servers),
    }));
  }

  /** The warm-up ends: customers count from now on. `busyMs`: busy time by server until now. */
  begin(nowMs: number, busyMs: Float64Array): void {
    this.#warm = { atMs: nowMs, busyMs };
  }

  /** A customer came, and the next one follows after `gapMs`. */
  came(id: number, stream: number, nowMs: number, gapMs: number, isServerFree: boolean): void {
    const at = this.inHand.enter(id);
    this.inHand.stream[at] = stream;
    this.inHand.cameMs[at] = nowMs;
    this.inHand.setOutMs[at] = -1;
    this.#pooled?.came(id, gapMs);
    if (!this.#isCounted(id)) return;
    this.#byStream[stream].came += 1;
    this.#sums.gapExcessMs += gapMs - this.#gapMsMean;
    if (!isServerFree) this.#sums.foundNone += 1;
  }

  /** The customer found the queue full. */
  blocked(id: number): void {
    this.#leave(id);
    if (this.#isCounted(id)) this.#sums.blocked += 1;
  }

  /** The customer gave up after `waitMs`. */
  abandoned(id: number, waitMs: number): void {
    const stream = this.#leave(id);
    if (!this.#isCounted(id)) return;
    this.#sums.abandoned += 1;
    this.#wait(stream, waitMs);
  }

  /** A server begins to serve, or sets out. `server` counts from 0; -1 if it does not matter which. */
  served(id: number, waitMs: number, server: number): void {
    if (!this.#isCounted(id)) return;
    this.#sums.served += 1;
    if (waitMs <= this.#waitMsMax) this.#sums.within += 1;
    const at = this.inHand.at(id);
    this.#wait(this.inHand.stream[at], waitMs);
    const stream = this.#byStream[this.inHand.stream[at]];
    stream.served += 1;
    if (server < 0) return;
    stream.byServer[server] += 1;
    if (this.inHand.own[at] !== server) this.#sums.outOfArea += 1;
  }

  /** The server travelled to the customer. `distance` in the case's units. */
  travelled(id: number, distance: number): void {
    if (this.#isCounted(id)) this.#byStream[this.inHand.stream[this.inHand.at(id)]].distance += distance;
  }

  /** The service ended, and the customer leaves. */
  ended(id: number, nowMs: number, serviceMs: number): void {
    this.#pooled?.served(id, serviceMs);
    const cameMs = this.inHand.cameMs[this.inHand.at(id)];
    const stream = this.#leave(id);
    if (!this.#isCounted(id)) return;
    const sum = this.#priorityOf(stream);
    sum.ended += 1;
    sum.inSystemMs += nowMs - cameMs;
    sum.excessMs += serviceMs - serviceMeanOf(this.#posed, stream) * this.#msPerUnit;
  }

  /** Whether all counted customers are gone. */
  isDone(): boolean {
    return this.#sums.gone === this.#size.customers;
  }

  /** `busyMs`: busy time by server until now. */
  finish(nowMs: number, busyMs: Float64Array): Omit<Replication, 'events'> {
    return { measures: this.#measures(nowMs, busyMs), controls: this.#controls() };
  }

  // --- internal ---

  #isCounted(id: number): boolean {
    return id >= this.#size.warmup && id < this.#end;
  }

  /** Removes a customer and answers their stream. */
  #leave(id: number): number {
    const stream = this.inHand.stream[this.inHand.at(id)];
    this.inHand.leave(id);
    if (this.#isCounted(id)) this.#sums.gone += 1;
    return stream;
  }

  #wait(stream: number, waitMs: number): void {
    if (waitMs > 0) this.#sums.waited += 1;
    const sum = this.#priorityOf(stream);
    sum.letIn += 1;
    sum.waitMs += waitMs;
  }

  #priorityOf(stream: number) {
    return this.#byPriority[this.#posed.arrivals[stream].priority];
  }

  #measures(nowMs: number, busyMs: Float64Array): Record<string, number> {
    const [posed, sums, size] = [this.#posed, this.#sums, this.#size];
    const [byStream, byPriority, msPerUnit] = [this.#byStream, this.#byPriority, this.#msPerUnit];
    const total = (of: (p: (typeof byPriority)[number]) => number): number => byPriority.reduce((n, p) => n + of(p), 0);
    const share = (n: number, of: number): number => (of === 0 ? 0 : n / of);
    const elapsedMs = nowMs - this.#warm.atMs;
    const workloads = Array.from(busyMs, (ms, i) => (ms - (this.#warm.busyMs[i] ?? 0)) / elapsedMs);
    const waitMs = total((p) => p.waitMs);
    const gapMs = sums.gapExcessMs + size.customers * this.#gapMsMean;
    const measures: Record<string, number> = {
      pWait: sums.waited / size.customers,
      allBusy: sums.foundNone / size.customers,
      meanWait:
        share(
          waitMs,
          total((p) => p.letIn),
        ) / msPerUnit,
      meanInSystem:
        share(
          total((p) => p.inSystemMs),
          total((p) => p.ended),
        ) / msPerUnit,
      meanQueue: waitMs / gapMs,
      within: sums.within / size.customers,
      blocked: sums.blocked / size.customers,
      abandoned: sums.abandoned / size.customers,
      utilisation: workloads.reduce((sum, w) => sum + w, 0) / posed.servers,
    };
    byPriority.forEach((p, priority) => {
      measures[`meanWait${priority}`] = share(p.waitMs, p.letIn) / msPerUnit;
      measures[`meanInSystem${priority}`] = share(p.inSystemMs, p.ended) / msPerUnit;
    });
    if (posed.component === 'dispatch') workloads.forEach((w, i) => (measures[`workload${i + 1}`] = w));
    if (!hasOwnServer(posed)) return measures;
    measures.outOfArea = share(sums.outOfArea, sums.served);
    const travelled = byStream.reduce((sum, { distance }) => sum + distance, 0);
    if (hasPlaces(posed)) measures.meanTravel = share(travelled, sums.served);
    byStream.forEach(({ served, distance, byServer }, i) => {
      const { name } = posed.arrivals[i];
      if (hasPlaces(posed)) measures[`meanTravel.${name}`] = share(distance, served);
      byServer.forEach((n, server) => (measures[`dispatches.${name}.${server + 1}`] = share(n, sums.served)));
    });
    return measures;
  }

  /** Leaves out controls that are always 0: they would make the regression singular. */
  #controls(): number[] {
    const [posed, sums, size] = [this.#posed, this.#sums, this.#size];
    const rate = posed.arrivals.reduce((sum, a) => sum + a.rate, 0);
    const used = this.#byPriority.filter((_, priority) => posed.arrivals.some((a) => a.priority === priority));
    const excesses = serviceCv2(posed) === 0 ? [] : used.map(({ excessMs }) => excessMs);
    const shares = posed.arrivals.slice(1).map((a, i) => this.#byStream[i + 1].came / size.customers - a.rate / rate);
    const means = [sums.gapExcessMs, ...excesses].map((ms) => ms / size.customers / this.#msPerUnit);
    return [...means, ...shares, ...this.#pooledExcesses(rate)];
  }

  #pooledExcesses(rate: number): number[] {
    const [posed, msPerUnit, pooled] = [this.#posed, this.#msPerUnit, this.#pooled];
    if (pooled === null) return [];
    const meanMs = (loadOf(posed) / rate) * msPerUnit;
    const squares = posed.arrivals.reduce(
      (sum, a, stream) => sum + (a.rate / rate) * serviceMeanOf(posed, stream) ** 2,
      0,
    );
    const secondMs = squares * msPerUnit * msPerUnit * (1 + serviceCv2(posed));
    const [waitMs, share] = pooled.excesses(rate / msPerUnit, meanMs, secondMs);
    return [waitMs / msPerUnit, share];
  }
}
