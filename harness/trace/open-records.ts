/**
 * The records that an agency's platform knows to be open, kept as the messages that reported them, so that another platform can be sent the same messages.
 * In most dialects that is the latest message of each record. In a dialect of batches, each of which reports many records, it is every batch from the oldest
 * needed one on.
 */
import type { Dialect } from '../../contract/catalogue.ts';
import type { ManifestRow, MessageManifest } from '../../contract/manifest.ts';

/** How many batches to collect before the ones that are too old are dropped. */
const BATCHES_PER_CLEANUP = 64;

/** A CAD message as it was recorded at an agency's door. */
export interface RecordedMessage {
  /** Index of the agency. */
  agency: number;
  atMs: number;
  /** Ascending by arrival at the agency's door. */
  order: number;
  body: string;
  manifest: MessageManifest;
  changedMs: number;
  publishedMs: number;
}

interface KnownRecord {
  /** The message that reported the state in force; null if the record is not open. */
  message: RecordedMessage | null;
  updatedMs: number | null;
  /** The last message about the record, whatever it said. */
  heardMs: number;
  cancelled: boolean;
}

export class OpenRecords {
  readonly #known = new Map<string, KnownRecord>();
  #batches: RecordedMessage[] = [];
  readonly #retainMs: number;

  /** `retainMs` is how long a platform remembers a record after the last message about it. */
  constructor(retainMs: number) {
    this.#retainMs = retainMs;
  }

  /** Takes the next message to reach the door. Snapshots are ignored: a portal can be asked again. */
  add(message: RecordedMessage): void {
    const { manifest, atMs } = message;
    if (manifest.snapshot) return;
    if (manifest.dialect === 'seattle') {
      this.#batches.push(message);
      if (this.#batches.length % BATCHES_PER_CLEANUP === 0)
        this.#batches = this.#batches.filter((batch) => batch.atMs + this.#retainMs > atMs);
    }
    if (!manifest.readable) return;
    for (const row of manifest.rows) if (row.wellFormed) this.#update(row, message);
  }

  /** In order of arrival: the messages in `dialect` that report every record which is open and not forgotten at `atMs`. */
  messages(dialect: Dialect, atMs: number): RecordedMessage[] {
    const needed = new Set<RecordedMessage>();
    for (const { message, heardMs } of this.#known.values())
      if (message !== null && message.manifest.dialect === dialect && heardMs + this.#retainMs > atMs)
        needed.add(message);
    if (dialect === 'seattle') {
      const first = this.#batches.findIndex((batch) => needed.has(batch));
      return first < 0 ? [] : this.#batches.slice(first);
    }
    return [...needed].sort((a, b) => a.order - b.order);
  }

  // --- internal ---

  #update({ recordId, updatedMs, status }: ManifestRow, message: RecordedMessage): void {
    const id = recordId.trim();
    const before = this.#known.get(id);
    if (before !== undefined) {
      before.heardMs = message.atMs;
      if (before.updatedMs !== null && updatedMs !== null && updatedMs < before.updatedMs) return;
    }
    // A cancelled record stays cancelled, whatever a later message says.
    const cancelled = before?.cancelled === true || status === 'cancelled';
    const isOpen = status === 'open' && !cancelled;
    this.#known.set(id, { message: isOpen ? message : null, updatedMs, heardMs: message.atMs, cancelled });
  }
}
