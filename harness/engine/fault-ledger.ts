/**
 * The outcome of each injected fault: the world logs what it did to a feed, and receipts show what the target made of it. A fault is accounted for if the two
 * agree; a target that swallows a broken record leaves it unaccounted.
 */
import type { Dialect } from '../../contract/catalogue.ts';
import type { RowReceipt } from '../../contract/pipeline.ts';
import type { FaultLine } from '../../contract/record/lines.ts';
import type { FeedFault, FeedTally } from '../../simulator/feeds/feed-api.ts';

interface MessageTrail {
  arrivals: number;
  /** Number of the message's rows by the receipt's outcome; null until a receipt comes. */
  outcomes: Record<string, number> | null;
}

/** The faults of one agency. */
export class FaultLedger {
  readonly #faults: { agency: string; fault: FeedFault }[] = [];
  readonly #trails = new Map<string, MessageTrail>();
  readonly #lastArrivalMs = new Map<Dialect, number>();
  #arrivals = 0;
  /** True if every message of the source reached the door, is under way, or was lost to a logged fault. */
  #balanced = true;

  /** The world did this to the feed. If the fault concerns a message that arrives, the call comes just before the arrival. */
  inject(agency: string, fault: FeedFault): void {
    this.#faults.push({ agency, fault });
    if (fault.messageId !== null && !this.#trails.has(fault.messageId))
      this.#trails.set(fault.messageId, { arrivals: 0, outcomes: null });
  }

  /** A message reached the door, whole or not. */
  arrived(messageId: string, dialect: Dialect, atMs: number): void {
    this.#arrivals += 1;
    this.#lastArrivalMs.set(dialect, atMs);
    const trail = this.#trails.get(messageId);
    if (trail !== undefined) trail.arrivals += 1;
  }

  /** The target acknowledged the rows of a message. */
  receipt(messageId: string, rows: readonly RowReceipt[]): void {
    const trail = this.#trails.get(messageId);
    if (trail === undefined) return;
    trail.outcomes ??= {};
    for (const row of rows) trail.outcomes[row.outcome] = (trail.outcomes[row.outcome] ?? 0) + 1;
  }

  /** The outcome of each fault, in the order of injection. Call it when the run is over; `tally` is the feed's own count of its messages. */
  settle(tally: FeedTally): FaultLine[] {
    const missing = tally.composed + tally.copies - this.#arrivals - tally.underWay - tally.lostUnlogged;
    const explained = this.#faults.reduce((n, { fault }) => n + fault.messages + (fault.kind === 'gap' ? 1 : 0), 0);
    this.#balanced = missing === explained;
    return this.#faults.map(({ agency, fault }) => {
      const { kind, atMs, messageId, detail } = fault;
      return { kind, agency, atMs, messageId, detail, ...this.#outcome(fault) };
    });
  }

  // --- internal ---

  #outcome(fault: FeedFault): { accounted: boolean; became: string } {
    const trail = fault.messageId === null ? undefined : this.#trails.get(fault.messageId);
    const outcomes = trail?.outcomes ?? null;
    switch (fault.kind) {
      case 'gap':
        return trail?.arrivals === 0
          ? { accounted: true, became: 'never-arrived' }
          : { accounted: false, became: 'arrived' };
      case 'malformed': {
        const rejected = (outcomes?.['rejected'] ?? 0) > 0;
        return { accounted: rejected, became: rejected ? 'rejected' : 'no-rejection' };
      }
      case 'delay':
      case 'duplicate':
      case 'reorder':
        if (outcomes === null) return { accounted: false, became: 'no-receipt' };
        return { accounted: true, became: Object.keys(outcomes).sort().join('+') || 'empty-snapshot' };
      case 'clockSkew':
        return this.#arrivals > 0
          ? { accounted: true, became: 'published-with-skew' }
          : { accounted: false, became: 'nothing-published' };
      case 'outage':
        return { accounted: this.#balanced, became: this.#balanced ? 'held-or-lost' : 'unbalanced' };
      case 'withdrawal': {
        const old = fault.detail.split(' ')[0] as Dialect;
        const silent = this.#balanced && (this.#lastArrivalMs.get(old) ?? -Infinity) <= fault.atMs;
        return { accounted: silent, became: silent ? 'silent-since' : 'still-publishing' };
      }
    }
  }
}
