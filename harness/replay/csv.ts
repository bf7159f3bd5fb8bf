/**
 * Reads CSV by RFC 4180 as agencies write it: any line ending, quoted delimiters and newlines. A bad row never spoils the next one: ready-made parsers stop at a
 * quote that never closes, or swallow the rest of the file; this one gives up that row alone. Memory is bounded by ROW_LENGTH_MAX.
 */

/** One row, or why it can't be read. `bad-quotes`: text follows a closing quote, or a quote never closes. */
export type CsvRow = { cells: string[] } | { reject: 'too-long' | 'bad-quotes' };

export interface CsvOptions {
  delimiter: string;
  /** Null: the file has no quoting. */
  quote: string | null;
}

/** Longest row read, in UTF-16 units; longer ones are rejected without being kept. */
export const ROW_LENGTH_MAX = 1 << 20;

/** The rows of a CSV text, header included. Blank lines are no rows. */
export async function* readCsv(chunks: AsyncIterable<string>, options: CsvOptions): AsyncGenerator<CsvRow> {
  const { delimiter, quote } = options;
  let text = '';
  let at = 0;
  let skipping = false;
  /** The rows that `text` holds whole from `at` on; if it is the end of the file (`final`), all of it. */
  function* drain(final: boolean): Generator<CsvRow> {
    while (at < text.length) {
      if (skipping) {
        const end = text.indexOf('\n', at);
        at = end < 0 ? text.length : end + 1;
        skipping = end < 0;
        continue;
      }
      const row = scanRow(text, at, delimiter, quote, final);
      if (row !== null && row.end - at <= ROW_LENGTH_MAX) {
        at = row.end;
        if (row.cells === null) yield { reject: 'bad-quotes' };
        else if (row.cells.length > 1 || row.cells[0] !== '') yield { cells: row.cells };
        continue;
      }
      if (row === null && text.length - at <= ROW_LENGTH_MAX && !final) return;
      // The row is too long, or a quote is still open at the end: only its first line is given up, if it has more than one.
      const line = text.indexOf('\n', at);
      const lineEnd = line < 0 ? text.length : line;
      const tooLong = lineEnd - at > ROW_LENGTH_MAX;
      skipping = line < 0 && !final;
      at = line < 0 ? text.length : line + 1;
      yield { reject: tooLong ? 'too-long' : 'bad-quotes' };
    }
  }
  for await (const chunk of chunks) {
    text = at < text.length ? text.slice(at) + chunk : chunk;
    at = 0;
    yield* drain(false);
  }
  yield* drain(true);
}

// --- internal ---

/** The row that begins at `at`, and where it ends; null if the text ends first. Its `cells` are null if text follows a closing quote. */
function scanRow(
  text: string,
  at: number,
  delimiter: string,
  quote: string | null,
  final: boolean,
): { cells: string[] | null; end: number } | null {
  let lineEnd = text.indexOf('\n', at);
  if (lineEnd < 0) {
    if (!final && text.length > at && (quote === null || text.indexOf(quote, at) < 0)) return null;
    lineEnd = text.length;
  }
  const line = text.slice(at, lineEnd);
  const isWhole = lineEnd < text.length || final;
  if (quote === null || !line.includes(quote)) {
    if (!isWhole) return null;
    return { cells: withoutReturn(line).split(delimiter), end: Math.min(lineEnd + 1, text.length) };
  }
  const cells: string[] = [];
  let p = at;
  for (;;) {
    if (text[p] === quote) {
      let cell = '';
      let from = p + 1;
      for (;;) {
        const close = text.indexOf(quote, from);
        if (close < 0) return null;
        if (close + 1 === text.length && !final) return null;
        cell += text.slice(from, close);
        p = close + 1;
        if (text[p] !== quote) break;
        cell += quote;
        from = p + 1;
      }
      cells.push(cell);
      if (text[p] === '\r') {
        if (p + 1 === text.length && !final) return null;
        if (p + 1 === text.length || text[p + 1] === '\n') p++;
      }
      if (p >= text.length) return { cells, end: text.length };
      if (text[p] === '\n') return { cells, end: p + 1 };
      if (text[p] !== delimiter) {
        const next = text.indexOf('\n', at);
        if (next < 0 && !final) return null;
        return { cells: null, end: next < 0 ? text.length : next + 1 };
      }
      p++;
    } else {
      const newline = text.indexOf('\n', p);
      const next = text.indexOf(delimiter, p);
      const stop = newline < 0 ? text.length : newline;
      if (next >= 0 && next < stop) {
        cells.push(text.slice(p, next));
        p = next + 1;
        continue;
      }
      if (newline < 0 && !final) return null;
      cells.push(withoutReturn(text.slice(p, stop)));
      return { cells, end: Math.min(stop + 1, text.length) };
    }
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
