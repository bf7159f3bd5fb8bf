/** What one replication of a case counts. */
import { hasOwnServer, hasPlaces, type Case } from './case.ts';
import type { Replication, Size } from './replicate.ts';

interface Customer {
  stream: number;
  cameMs: number;
  isCounted: boolean;
}

export class Tally {
  private readonly posed: Case;
  private readonly size: Size;
  private readonly msPerUnit: number;
  private readonly inHand = new Map<number, Customer>();
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

  /** `gapExcessMs`: how much longer than its mean the gap is that follows. */
  came(id: number, stream: number, nowMs: number, gapExcessMs: number, isServerFree: boolean): void {
    const isCounted = id >= this.size.warmup && id < this.size.warmup + this.size.customers;
    this.inHand.set(id, { stream, cameMs: nowMs, isCounted });
    if (!isCounted) return;
    this.byStream[stream].came += 1;
    this.sums.gapMs += gapExcessMs;
    if (!isServerFree) this.sums.foundNone += 1;
  }

  cameMs(id: number): number {
    return this.inHand.get(id)!.cameMs;
  }

  blocked(id: number): void {
    if (this.leave(id).isCounted) this.sums.blocked += 1;
  }

  abandoned(id: number, waitMs: number): void {
    const customer = this.leave(id);
    if (!customer.isCounted) return;
    this.sums.abandoned += 1;
    this.wait(customer, waitMs);
  }

  /** A server sets out, or begins; `server` counts from 0, null where it does not matter which. */
  served(id: number, waitMs: number, server: { unit: number; isOwn: boolean } | null): void {
    const customer = this.inHand.get(id)!;
    if (!customer.isCounted) return;
    this.sums.served += 1;
    this.wait(customer, waitMs);
    const stream = this.byStream[customer.stream];
    stream.served += 1;
    if (server === null) return;
    stream.byServer[server.unit] += 1;
    if (!server.isOwn) this.sums.outOfArea += 1;
  }

  /** How far the server went, in the case's units. */
  travelled(id: number, distance: number): void {
    const { isCounted, stream } = this.inHand.get(id)!;
    if (isCounted) this.byStream[stream].distance += distance;
  }

  ended(id: number, nowMs: number, serviceExcessMs: number): void {
    const customer = this.leave(id);
    if (!customer.isCounted) return;
    const sum = this.priorityOf(customer);
    sum.ended += 1;
    sum.inSystemMs += nowMs - customer.cameMs;
    sum.excessMs += serviceExcessMs;
  }

  isDone(): boolean {
    return this.sums.gone === this.size.customers;
  }

  finish(nowMs: number, busyMs: Float64Array): Omit<Replication, 'events'> {
    return { measures: this.measures(nowMs, busyMs), controls: this.controls() };
  }

  // --- internal ---

  private leave(id: number): Customer {
    const customer = this.inHand.get(id)!;
    this.inHand.delete(id);
    if (customer.isCounted) this.sums.gone += 1;
    return customer;
  }

  private wait(customer: Customer, waitMs: number): void {
    if (waitMs > 0) this.sums.waited += 1;
    const sum = this.priorityOf(customer);
    sum.let += 1;
    sum.waitMs += waitMs;
  }

  private priorityOf({ stream }: Customer) {
    return this.byPriority[this.posed.arrivals[stream].priority];
  }

  private measures(nowMs: number, busyMs: Float64Array): Record<string, number> {
    const { posed, sums, size, byStream, byPriority, msPerUnit } = this;
    const total = (of: (p: (typeof byPriority)[number]) => number): number => byPriority.reduce((n, p) => n + of(p), 0);
    const share = (n: number, of: number): number => (of === 0 ? 0 : n / of);
    const workloads = Array.from(busyMs, (ms, i) => (ms - (this.warm.busyMs[i] ?? 0)) / (nowMs - this.warm.atMs));
    const measures: Record<string, number> = {
      pWait: sums.waited / size.customers,
      allBusy: sums.foundNone / size.customers,
      meanWait:
        share(
          total((p) => p.waitMs),
          total((p) => p.let),
        ) / msPerUnit,
      meanInSystem:
        share(
          total((p) => p.inSystemMs),
          total((p) => p.ended),
        ) / msPerUnit,
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

  /** A control that is always 0 would make the regression singular. */
  private controls(): number[] {
    const { posed, sums, size, byStream, byPriority } = this;
    const rate = posed.arrivals.reduce((sum, a) => sum + a.rate, 0);
    const used = byPriority.filter((_, priority) => posed.arrivals.some((a) => a.priority === priority));
    const excesses = posed.service.distribution === 'deterministic' ? [] : used.map(({ excessMs }) => excessMs);
    const shares = posed.arrivals.slice(1).map((a, i) => byStream[i + 1].came / size.customers - a.rate / rate);
    return [...[sums.gapMs, ...excesses].map((ms) => ms / size.customers / this.msPerUnit), ...shares];
  }
}
