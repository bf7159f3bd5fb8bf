/** What one replication of a case counts. */
import { hasOwnServer, hasPlaces, loadOf, serviceCv2, serviceMeanOf, type Case } from './case.ts';
import { InHand } from './in-hand.ts';
import { Pooled } from './pooled.ts';

export interface Size {
  replications: number;
  /** Customers of each replication that are counted, and those before them that are not. */
  customers: number;
  warmup: number;
}

export interface Replication {
  measures: Record<string, number>;
  /**
   * Control variates: what this replication drew, less what it should have drawn on average: gaps between arrivals, service times, customers' shares by
   * stream. Their true means are 0, and much of a queue's variation follows them.
   */
  controls: number[];
  events: number;
}

export class Tally {
  readonly inHand = new InHand();
  private readonly posed: Case;
  private readonly size: Size;
  private readonly msPerUnit: number;
  private readonly end: number;
  private readonly waitMsMax: number;
  private readonly pooled: Pooled | null;
  private readonly byStream: { came: number; served: number; distance: number; byServer: Float64Array }[];
  private readonly byPriority = [0, 1, 2, 3, 4].map(() => ({
    let: 0,
    waitMs: 0,
    ended: 0,
    inSystemMs: 0,
    excessMs: 0,
  }));
  private readonly sums = {
    gone: 0,
    foundNone: 0,
    waited: 0,
    within: 0,
    blocked: 0,
    abandoned: 0,
    served: 0,
    outOfArea: 0,
    gapMs: 0,
  };
  private warm: { atMs: number; busyMs: Float64Array } = { atMs: 0, busyMs: new Float64Array(0) };

  constructor(posed: Case, size: Size, msPerUnit: number) {
    this.posed = posed;
    this.size = size;
    this.msPerUnit = msPerUnit;
    this.end = size.warmup + size.customers;
    this.waitMsMax = (posed.waitMax ?? 0) * msPerUnit;
    // Who is turned away, or leaves, has no service that could go through the one server; and a single line before one server is that line itself.
    const everyoneIsServed = posed.queueLimit === null && posed.patienceMean === null;
    const isItself = posed.servers === 1 && posed.arrivals.every((a) => a.priority === posed.arrivals[0].priority);
    this.pooled = everyoneIsServed && !isItself ? new Pooled(posed.servers, size.warmup, size.customers) : null;
    this.byStream = posed.arrivals.map(() => ({
      came: 0,
      served: 0,
      distance: 0,
      byServer: new Float64Array(posed.servers),
    }));
  }

  /** From now on customers count; `busyMs` by server until now. */
  begin(nowMs: number, busyMs: Float64Array): void {
    this.warm = { atMs: nowMs, busyMs };
  }

  /** `gapMs` follows, `gapExcessMs` longer than its mean. */
  came(id: number, stream: number, nowMs: number, gapMs: number, gapExcessMs: number, isServerFree: boolean): void {
    const at = this.inHand.enter(id);
    this.inHand.stream[at] = stream;
    this.inHand.cameMs[at] = nowMs;
    this.inHand.setOutMs[at] = -1;
    this.pooled?.came(id, gapMs);
    if (!this.isCounted(id)) return;
    this.byStream[stream].came += 1;
    this.sums.gapMs += gapExcessMs;
    if (!isServerFree) this.sums.foundNone += 1;
  }

  blocked(id: number): void {
    this.leave(id);
    if (this.isCounted(id)) this.sums.blocked += 1;
  }

  abandoned(id: number, waitMs: number): void {
    const stream = this.leave(id);
    if (!this.isCounted(id)) return;
    this.sums.abandoned += 1;
    this.wait(stream, waitMs);
  }

  /** A server sets out, or begins. `server` counts from 0, -1 where it does not matter which. */
  served(id: number, waitMs: number, server: number): void {
    if (!this.isCounted(id)) return;
    this.sums.served += 1;
    if (waitMs <= this.waitMsMax) this.sums.within += 1;
    const at = this.inHand.at(id);
    this.wait(this.inHand.stream[at], waitMs);
    const stream = this.byStream[this.inHand.stream[at]];
    stream.served += 1;
    if (server < 0) return;
    stream.byServer[server] += 1;
    if (this.inHand.own[at] !== server) this.sums.outOfArea += 1;
  }

  /** How far the server went, in the case's units. */
  travelled(id: number, distance: number): void {
    if (this.isCounted(id)) this.byStream[this.inHand.stream[this.inHand.at(id)]].distance += distance;
  }

  ended(id: number, nowMs: number, serviceMs: number): void {
    this.pooled?.served(id, serviceMs);
    const cameMs = this.inHand.cameMs[this.inHand.at(id)];
    const stream = this.leave(id);
    if (!this.isCounted(id)) return;
    const sum = this.priorityOf(stream);
    sum.ended += 1;
    sum.inSystemMs += nowMs - cameMs;
    sum.excessMs += serviceMs - serviceMeanOf(this.posed, stream) * this.msPerUnit;
  }

  isDone(): boolean {
    return this.sums.gone === this.size.customers;
  }

  finish(nowMs: number, busyMs: Float64Array): Omit<Replication, 'events'> {
    return { measures: this.measures(nowMs, busyMs), controls: this.controls() };
  }

  // --- internal ---

  private isCounted(id: number): boolean {
    return id >= this.size.warmup && id < this.end;
  }

  /** Gives the stream of one who goes. */
  private leave(id: number): number {
    const stream = this.inHand.stream[this.inHand.at(id)];
    this.inHand.leave(id);
    if (this.isCounted(id)) this.sums.gone += 1;
    return stream;
  }

  private wait(stream: number, waitMs: number): void {
    if (waitMs > 0) this.sums.waited += 1;
    const sum = this.priorityOf(stream);
    sum.let += 1;
    sum.waitMs += waitMs;
  }

  private priorityOf(stream: number) {
    return this.byPriority[this.posed.arrivals[stream].priority];
  }

  private measures(nowMs: number, busyMs: Float64Array): Record<string, number> {
    const { posed, sums, size, byStream, byPriority, msPerUnit } = this;
    const total = (of: (p: (typeof byPriority)[number]) => number): number => byPriority.reduce((n, p) => n + of(p), 0);
    const share = (n: number, of: number): number => (of === 0 ? 0 : n / of);
    const elapsedMs = nowMs - this.warm.atMs;
    const workloads = Array.from(busyMs, (ms, i) => (ms - (this.warm.busyMs[i] ?? 0)) / elapsedMs);
    const waitMs = total((p) => p.waitMs);
    const gapMs = this.sums.gapMs + size.customers * this.gapMsMean();
    const measures: Record<string, number> = {
      pWait: sums.waited / size.customers,
      allBusy: sums.foundNone / size.customers,
      meanWait:
        share(
          waitMs,
          total((p) => p.let),
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
      measures[`meanWait${priority}`] = share(p.waitMs, p.let) / msPerUnit;
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

  private gapMsMean(): number {
    return this.msPerUnit / this.posed.arrivals.reduce((sum, { rate }) => sum + rate, 0);
  }

  /** A control that is always 0 would make the regression singular. */
  private controls(): number[] {
    const { posed, sums, size, byStream, byPriority } = this;
    const rate = posed.arrivals.reduce((sum, a) => sum + a.rate, 0);
    const used = byPriority.filter((_, priority) => posed.arrivals.some((a) => a.priority === priority));
    const excesses = serviceCv2(posed) === 0 ? [] : used.map(({ excessMs }) => excessMs);
    const shares = posed.arrivals.slice(1).map((a, i) => byStream[i + 1].came / size.customers - a.rate / rate);
    const means = [sums.gapMs, ...excesses].map((ms) => ms / size.customers / this.msPerUnit);
    return [...means, ...shares, ...this.pooledExcesses(rate)];
  }

  private pooledExcesses(rate: number): number[] {
    const { posed, msPerUnit, pooled } = this;
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
