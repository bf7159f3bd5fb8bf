/** Receipts beside what the rules demand: exactly one for each message, with one row for each record. */
import type { RowReceipt } from '../contract/pipeline.ts';
import type { ExpectedReceipt } from './owed.ts';

export interface WrongReceipt {
  messageId: string;
  expected: string;
  found: string;
}

export interface Receipts {
  demand(messageId: string, rows: ExpectedReceipt): void;
  /** A message whose receipt may come and need not. */
  allow(messageId: string): void;
  found(messageId: string, rows: readonly RowReceipt[]): void;
  /** Those found wrong, and those that never came. */
  wrong(): WrongReceipt[];
}

export function createReceipts(): Receipts {
  /** Messages without a receipt so far: one text for each time that the message arrived. */
  const pending = new Map<string, (string | null)[]>();
  const wrong: WrongReceipt[] = [];
  const allowed = new Set<string>();

  return {
    demand(messageId, rows) {
      const text = rows === null ? null : rows.map((r) => `${r.row}:${r.outcome}`).join(' ');
      const waiting = pending.get(messageId);
      if (waiting === undefined) pending.set(messageId, [text]);
      else waiting.push(text);
    },
    allow(messageId) {
      allowed.add(messageId);
    },
    found(messageId, rows) {
      const found = rows.map((r) => `${r.row}:${r.outcome}`).join(' ');
      const waiting = pending.get(messageId);
      if (waiting === undefined) {
        if (allowed.has(messageId)) return;
        wrong.push({ messageId, expected: 'none', found });
        return;
      }
      const expected = waiting.shift()!;
      if (waiting.length === 0) pending.delete(messageId);
      if (expected !== null && expected !== found) wrong.push({ messageId, expected, found });
    },
    wrong() {
      const missing = [...pending].flatMap(([messageId, texts]) =>
        texts.map((text) => ({ messageId, expected: text ?? 'any', found: 'none' })),
      );
      return [...wrong, ...missing];
    },
  };
}
