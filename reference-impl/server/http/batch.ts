/** Lines of an NDJSON batch. */
import { Compile } from 'typebox/compile';
import type { Static } from 'typebox';
import { BatchLineSchema } from '../../../contract/wire.ts';
import { Refused } from '../service-api.ts';
import { isIdempotencyKey } from './door.ts';

export type BatchLine = Static<typeof BatchLineSchema>;

export const BATCH_LINES_MAX = 1000;

/** The lines in order, null for one that can't be read; empty ones are skipped. Throws Refused: none at all, or too many. */
export function readBatch(text: string): (BatchLine | null)[] {
  const lines = text.split(/\r?\n/, BATCH_LINES_MAX * 2 + 2).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new Refused('invalid', 'expected a batch of at least one line, found none');
  if (lines.length > BATCH_LINES_MAX)
    throw new Refused('too-large', `expected a batch of at most ${BATCH_LINES_MAX} lines, found more`);
  return lines.map(readLine);
}

// --- internal ---

const LINE = Compile(BatchLineSchema);

function readLine(line: string): BatchLine | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  return LINE.Check(value) && isIdempotencyKey(value.id) ? value : null;
}
