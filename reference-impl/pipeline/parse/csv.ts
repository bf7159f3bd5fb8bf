/**
 * RFC 4180: rows of cells; CRLF or LF ends a row, the last row's end may be missing. Null where quoting is broken:
 * a quote inside an unquoted cell, text after a closing quote, or a quote never closed.
 */
export function readCsv(body: string): string[][] | null {
  const rows: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  while (at < body.length) {
    let cell: string;
    if (body.charCodeAt(at) === QUOTE) {
      const parts: string[] = [];
      let from = at + 1;
      for (;;) {
        const close = body.indexOf('"', from);
        if (close < 0) return null;
        if (body.charCodeAt(close + 1) !== QUOTE) {
          parts.push(body.slice(from, close));
          at = close + 1;
          break;
        }
        parts.push(body.slice(from, close + 1));
        from = close + 2;
      }
      cell = parts.join('');
    } else {
      const from = at;
      let code = body.charCodeAt(at);
      while (at < body.length && code !== COMMA && code !== LINE_FEED) {
        if (code === QUOTE) return null;
        code = body.charCodeAt(++at);
      }
      const end = body.charCodeAt(at - 1) === RETURN && at > from && code === LINE_FEED ? at - 1 : at;
      cell = body.slice(from, end);
    }
    cells.push(cell);
    if (body.charCodeAt(at) === RETURN && body.charCodeAt(at + 1) === LINE_FEED) at++;
    const end = body.charCodeAt(at);
    if (end === COMMA) {
      // A comma at the very end of the text opens one more cell, an empty one.
      if (++at === body.length) cells.push('');
      continue;
    }
    if (end !== LINE_FEED && at < body.length) return null;
    at++;
    rows.push(cells);
    cells = [];
  }
  if (cells.length > 0) rows.push(cells);
  return rows;
}

// --- internal ---

const QUOTE = 34;
const COMMA = 44;
const LINE_FEED = 10;
const RETURN = 13;
