/** Holds receipts against the rules' demands: exactly one for each message, with one row for each record. */
import type { RowReceipt } from '../contract/pipeline.ts';
import type { Judgement } from './oracle-api.ts';
import type { ExpectedReceipt } from './owed/records.ts';

type WrongReceipt = Judgement['wrongReceipts'][number];

/** The receipts of a run. */
export class Receipts {
  /** Messages without a receipt so far: one text for each time that the message arrived. */
  readonly #pending = new Map<string, (string | null)[]>();
  readonly #wrong: WrongReceipt[] = [];
  readonly #allowed = new Set<string>();

  /** A message arrived. Its receipt must list these rows; null if any rows are right. */
  demand(messageId: string, rows: ExpectedReceipt): void {
    const text = rows === null ? null : rowsText(rows);
    const waiting = this.#pending.get(messageId);
    if (waiting === undefined) this.#pending.set(messageId, [text]);
    else waiting.push(text);
  }

  /** A message arrived. Its receipt may come, with any rows, or not come. */
  allow(messageId: string): void {
    this.#allowed.add(messageId);
  }

  /** The target gave a receipt. */
  observe(messageId: string, rows: readonly RowReceipt[]): void {
    const found = rowsText(rows);
    const waiting = this.#pending.get(messageId);
    if (waiting === undefined) {
      if (!this.#allowed.has(messageId)) this.#wrong.push({ messageId, expected: 'none', found });
      return;
    }
    const expected = waiting.shift()!;
    if (waiting.length === 0) this.#pending.delete(messageId);
    if (expected !== null && expected !== found) this.#wrong.push({ messageId, expected, found });
  }

  /** Receipts that were wrong, in order of observation, then those that never came. */
  wrong(): WrongReceipt[] {
    const missing = [...this.#pending].flatMap(([messageId, texts]) =>
      texts.map((text) => ({ messageId, expected: text ?? 'any', found: 'none' })),
    );
    return [...this.#wrong, ...missing];
  }
}

// --- internal ---

function rowsText(rows: readonly { row: number; outcome: string }[]): string {
  return rows.map((r) => `${r.row}:${r.outcome}`).join(' ');
}
