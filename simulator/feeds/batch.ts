/** A feed by batches, like Seattle's: every period one CSV file with the records changed since the last one. */
import type { CadRecord } from '../cad/record.ts';
import { KIND } from '../kernel/kinds.ts';
import { applyBroken, type Composer } from './composer.ts';
import { seattleLine, renderSeattle, type SeattleCells } from './dialects/seattle.ts';
import type { FeedContext } from './feed-context.ts';
import type { PendingMessage } from './lanes.ts';
import { batchText, breakBatch } from './malformed.ts';
import type { Outages } from './outages.ts';
import type { Rendered } from './rendering.ts';

/** A record's state as the next batch will show it. */
export interface BatchEntry {
  kind: 'cells';
  generation: number;
  ordinal: number;
  changedMs: number;
  rendered: Rendered<SeattleCells>;
}

/** The batches of one feed. */
export class Batches {
  readonly #context: FeedContext;
  readonly #composer: Composer;
  readonly #outages: Outages;
  /** The latest state of each record to be sent, by ordinal. */
  readonly #pending = new Map<number, BatchEntry>();

  constructor(context: FeedContext, composer: Composer, outages: Outages) {
    this.#context = context;
    this.#composer = composer;
    this.#outages = outages;
  }

  /** Begins with the records that are open, in the order given. */
  open(records: readonly CadRecord[]): void {
    for (const record of records) this.add(this.entry(record));
    this.#context.scheduleFirst(KIND.feedBatch, this.#context.options.batchMs);
  }

  clear(): void {
    this.#pending.clear();
  }

  /** A record's present state. */
  entry(record: CadRecord): BatchEntry {
    const { generation, kernel } = this.#context;
    const rendered = renderSeattle(record, this.#context.renderContext(kernel.nowMs));
    return { kind: 'cells', generation, ordinal: record.ordinal, changedMs: kernel.nowMs, rendered };
  }

  add(entry: BatchEntry): void {
    this.#pending.set(entry.ordinal, entry);
  }

  /** The batch that is due now; null if nothing changed or the feed is down. */
  compose(): PendingMessage | null {
    this.#context.scheduleNext(KIND.feedBatch, this.#context.options.batchMs);
    if (this.#outages.skips() || this.#pending.size === 0) return null;
    const entries = [...this.#pending.values()].sort((a, b) => a.ordinal - b.ordinal);
    this.#pending.clear();
    const message = this.#composer.ofFeed('seattle', 'batch', Math.min(...entries.map((entry) => entry.changedMs)));
    const cells = entries.map((entry) => entry.rendered.content);
    message.manifest.rows = entries.map((entry, i) => ({ row: i, wellFormed: true, ...entry.rendered.row }));
    const { malformed } = message.plan;
    if (malformed === null) {
      message.body = batchText(cells.map(seattleLine));
    } else {
      const broken = breakBatch(cells, malformed);
      applyBroken(message, broken);
      for (const row of message.manifest.rows)
        if (broken.brokenRow === null || broken.brokenRow === row.row) row.wellFormed = false;
    }
    return message;
  }
}
