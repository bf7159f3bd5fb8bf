/**
 * What became of each injected fault: the world logs what it did to a feed, the receipts tell what the target made of it.
 * A fault is accounted for when the two agree; a target that swallows a broken record leaves it unaccounted.
 */
import type { Dialect } from '../../contract/catalogue.ts';
import type { RowReceipt } from '../../contract/pipeline.ts';
import type { FaultLine } from '../../contract/record/lines.ts';
import type { FeedFault, FeedTally } from '../../simulator/feeds/feed-api.ts';

interface Seen {
  arrivals: number;
  /** Outcomes of the message's rows by count, null until a receipt came. */
  outcomes: Record<string, number> | null;
}

export class FaultLedger {
  private readonly faults: { agency: string; fault: FeedFault }[] = [];
  private readonly seen = new Map<string, Seen>();
  private readonly lastArrivalMs = new Map<Dialect, number>();
  private arrivals = 0;
  /** Every message that the source made either reached the door, is under way, or was lost to a fault that is logged. */
  private balanced = true;

  /** The world did this to the feed. A fault of a message that arrives is told just before it does. */
  inject(agency: string, fault: FeedFault): void {
    this.faults.push({ agency, fault });
    if (fault.messageId !== null && !this.seen.has(fault.messageId))
      this.seen.set(fault.messageId, { arrivals: 0, outcomes: null });
  }

  arrived(messageId: string, dialect: Dialect, atMs: number): void {
    this.arrivals += 1;
    this.lastArrivalMs.set(dialect, atMs);
    const seen = this.seen.get(messageId);
    if (seen !== undefined) seen.arrivals += 1;
  }

  receipt(messageId: string, rows: readonly RowReceipt[]): void {
    const seen = this.seen.get(messageId);
    if (seen === undefined) return;
    seen.outcomes ??= {};
    for (const row of rows) seen.outcomes[row.outcome] = (seen.outcomes[row.outcome] ?? 0) + 1;
  }

  /** After the drain. `tally`: the feed's own count of what it did with its messages. */
  settle(tally: FeedTally): FaultLine[] {
    const missing = tally.composed + tally.copies - this.arrivals - tally.underWay - tally.lostUnlogged;
    const explained = this.faults.reduce((n, { fault }) => n + fault.messages + (fault.kind === 'gap' ? 1 : 0), 0);
    this.balanced = missing === explained;
    return this.faults.map(({ agency, fault }) => {
      const { kind, atMs, messageId, detail } = fault;
      return { kind, agency, atMs, messageId, detail, ...this.becameOf(fault) };
    });
  }

  // --- internal ---

  private becameOf(fault: FeedFault): { accounted: boolean; became: string } {
    const seen = fault.messageId === null ? undefined : this.seen.get(fault.messageId);
    const outcomes = seen?.outcomes ?? null;
    switch (fault.kind) {
      case 'gap':
        return seen?.arrivals === 0
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
        return this.arrivals > 0
          ? { accounted: true, became: 'published-with-skew' }
          : { accounted: false, became: 'nothing-published' };
      case 'outage':
        return { accounted: this.balanced, became: this.balanced ? 'held-or-lost' : 'unbalanced' };
      case 'withdrawal': {
        const old = fault.detail.split(' ')[0] as Dialect;
        const silent = this.balanced && (this.lastArrivalMs.get(old) ?? -Infinity) <= fault.atMs;
        return { accounted: silent, became: silent ? 'silent-since' : 'still-publishing' };
      }
    }
  }
}
