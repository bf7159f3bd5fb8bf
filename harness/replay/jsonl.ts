/** JSON Lines: one value a line. Memory is bounded by LINE_LENGTH_MAX. */
import { parseExact } from './exact-json.ts';

export type LineRow = { value: unknown } | { reject: 'too-long' | 'not-json' };

/** Longest line read, in UTF-16 units; longer ones are rejected without being kept. */
export const LINE_LENGTH_MAX = 1 << 20;

/** The values of a JSON Lines text. Blank lines are no rows. */
export async function* readJsonLines(chunks: AsyncIterable<string>): AsyncGenerator<LineRow> {
  let text = '';
  let skipping = false;
  for await (const chunk of chunks) {
    text += chunk;
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      const row = skipping ? null : lineRow(text.slice(at, end));
      skipping = false;
      at = end + 1;
      if (row !== null) yield row;
    }
    text = text.slice(at);
    if (text.length <= LINE_LENGTH_MAX) continue;
    text = '';
    if (!skipping) yield { reject: 'too-long' };
    skipping = true;
  }
  const last = skipping ? null : lineRow(text);
  if (last !== null) yield last;
}

// --- internal ---

function lineRow(line: string): LineRow | null {
  if (line.length > LINE_LENGTH_MAX) return { reject: 'too-long' };
  const tidy = line.trim();
  if (tidy === '') return null;
  const value = parseExact(tidy);
  return value === undefined ? { reject: 'not-json' } : { value };
}
