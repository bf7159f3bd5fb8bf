/** A portal, like Dallas's: it shows the open records, and the platform polls it. */
import type { DallasRow } from '../../contract/dialects.ts';
import type { ManifestRow } from '../../contract/manifest.ts';
import type { CadRecord } from '../cad/record.ts';
import { KIND } from '../kernel/kinds.ts';
import { applyBroken, type Composer } from './composer.ts';
import { renderDallas, snapshotStamp } from './dialects/dallas.ts';
import type { FeedContext } from './feed-context.ts';
import type { PendingMessage } from './lanes.ts';
import { breakSnapshot, snapshotText } from './malformed.ts';
import type { Outages } from './outages.ts';
import type { Rendered, RowFacts } from './rendering.ts';

/** A record's rows as the portal shows them. */
export interface PortalEntry {
  kind: 'rows';
  generation: number;
  ordinal: number;
  changedMs: number;
  rendered: Rendered<DallasRow[]>;
  /** The JSON text of each row. */
  texts: string[];
}

/** The public portal of one agency. */
export class Portal {
  readonly #context: FeedContext;
  readonly #composer: Composer;
  readonly #outages: Outages;
  /** The records shown, by ordinal ascending. */
  readonly #listed: PortalEntry[] = [];
  /** The earliest change that no snapshot has told yet, ms; null if there is none. */
  #untoldMs: number | null = null;

  constructor(context: FeedContext, composer: Composer, outages: Outages) {
    this.#context = context;
    this.#composer = composer;
    this.#outages = outages;
  }

  /** Begins with the records that are open, in the order given. */
  open(records: readonly CadRecord[]): void {
    for (const record of records) this.list(this.entry(record));
    this.#context.scheduleFirst(KIND.portalPoll, this.#context.options.pollMs);
  }

  clear(): void {
    this.#listed.length = 0;
    this.#untoldMs = null;
  }

  /** A record's present rows. */
  entry(record: CadRecord): PortalEntry {
    const { generation, kernel } = this.#context;
    const rendered = renderDallas(record, this.#context.renderContext(kernel.nowMs));
    return {
      kind: 'rows',
      generation,
      ordinal: record.ordinal,
      changedMs: kernel.nowMs,
      rendered,
      texts: rendered.content.map((row) => JSON.stringify(row)),
    };
  }

  /** Shows a record's rows, in place of those that it showed before. */
  list(entry: PortalEntry): void {
    const at = this.#find(entry.ordinal);
    if (this.#listed[at]?.ordinal === entry.ordinal) this.#listed[at] = entry;
    else this.#listed.splice(at, 0, entry);
    for (const text of entry.texts) this.#context.kernel.history.foldText(text);
    this.#untoldMs = Math.min(this.#untoldMs ?? entry.changedMs, entry.changedMs);
  }

  /** A record that is no longer open is shown no more. */
  unlist(ordinal: number): void {
    const at = this.#find(ordinal);
    if (this.#listed[at]?.ordinal !== ordinal) return;
    this.#listed.splice(at, 1);
    this.#untoldMs ??= this.#context.kernel.nowMs;
  }

  /** The answer to the poll that is due now; null if the feed is down. */
  poll(): PendingMessage | null {
    const { kernel, options } = this.#context;
    this.#context.scheduleNext(KIND.portalPoll, options.pollMs);
    if (this.#outages.skips()) return null;
    const stamp = snapshotStamp(this.#context.renderContext(kernel.nowMs));
    const message = this.#composer.ofFeed('dallas', 'poll', this.#untoldMs ?? kernel.nowMs);
    this.#untoldMs = null;
    const prefix = `"as_of":"${stamp.text}"`;
    const listed = this.#listed;
    const factsOf = (entry: PortalEntry): RowFacts => ({ ...entry.rendered.row, updatedMs: stamp.readMs });
    const { malformed } = message.plan;
    if (malformed === null) {
      message.body = snapshotText(
        prefix,
        listed.flatMap((entry) => entry.texts),
      );
      message.manifest.rows = listed.map((entry, i) => ({ row: i, wellFormed: true, ...factsOf(entry) }));
      return message;
    }
    const broken = breakSnapshot(
      prefix,
      listed.map((entry) => entry.rendered.content),
      malformed,
    );
    applyBroken(message, broken);
    message.manifest.rows = listed.flatMap((entry, i): ManifestRow[] => {
      const isBroken = broken.brokenRecord === null || broken.brokenRecord === i;
      const row = { row: 0, wellFormed: !isBroken, ...factsOf(entry) };
      return isBroken && broken.rest ? [row, { ...row, wellFormed: true }] : [row];
    });
    message.manifest.rows.forEach((row, i) => (row.row = i));
    return message;
  }

  /** The index of the first record listed whose ordinal is not below this one. */
  #find(ordinal: number): number {
    let low = 0;
    let high = this.#listed.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.#listed[mid].ordinal < ordinal) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}
