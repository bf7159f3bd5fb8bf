/**
 * What an agency's platform knows to be open, kept as the messages that told it, so that another platform can be told the same.
 * A record's own dialects need its latest message; of batches, which tell of many records, all from the oldest needed on.
 */
import type { Dialect } from '../../contract/catalogue.ts';
import type { ManifestRow } from '../../contract/manifest.ts';
import type { RecordedMessage } from './recorded.ts';

interface Known {
  /** The message that told the state in force; null once the record is not open. */
  message: RecordedMessage | null;
  updatedMs: number | null;
  heardMs: number;
  cancelled: boolean;
}

export class OpenRecords {
  private readonly known = new Map<string, Known>();
  private batches: RecordedMessage[] = [];
  private readonly retainMs: number;

  /** `retainMs`: how long a platform remembers a record that it hears nothing of. */
  constructor(retainMs: number) {
    this.retainMs = retainMs;
  }

  heard(message: RecordedMessage): void {
    const { manifest, atMs } = message;
    if (manifest.snapshot) return;
    if (manifest.dialect === 'seattle') {
      this.batches.push(message);
      if (this.batches.length % 64 === 0) this.batches = this.batches.filter((b) => b.atMs + this.retainMs > atMs);
    }
    if (!manifest.readable) return;
    for (const row of manifest.rows) if (row.wellFormed) this.take(row, message);
  }

  /** In order of arrival: what tells a platform that speaks `dialect` at `atMs` of all that is open and not forgotten by then. */
  messages(dialect: Dialect, atMs: number): RecordedMessage[] {
    const needed = new Set<RecordedMessage>();
    for (const { message, heardMs } of this.known.values())
      if (message !== null && message.manifest.dialect === dialect && heardMs + this.retainMs > atMs)
        needed.add(message);
    if (dialect === 'seattle') {
      const first = this.batches.findIndex((batch) => needed.has(batch));
      return first < 0 ? [] : this.batches.slice(first);
    }
    return [...needed].sort((a, b) => a.order - b.order);
  }

  // --- internal ---

  private take(row: ManifestRow, message: RecordedMessage): void {
    const id = row.recordId.trim();
    const before = this.known.get(id);
    if (before !== undefined) {
      before.heardMs = message.atMs;
      if (before.updatedMs !== null && row.updatedMs !== null && row.updatedMs < before.updatedMs) return;
    }
    // What was cancelled stays so, whatever is said of it later.
    const cancelled = before?.cancelled === true || row.status === 'cancelled';
    const isOpen = row.status === 'open' && !cancelled;
    const { updatedMs } = row;
    this.known.set(id, { message: isOpen ? message : null, updatedMs, heardMs: message.atMs, cancelled });
  }
}
