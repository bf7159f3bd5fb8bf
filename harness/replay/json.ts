/**
 * Rows of JSON: of a whole document, and of JSON Lines. The rows of a document are cut out of the text one at a time, so that a document of any size takes the
 * memory of one row. Each row is then parsed on its own: a bad one is rejected alone, where a parser of the whole document would end at the first mistake.
 */
import { HundredblockError } from '../../contract/errors.ts';
import { shown } from '../../contract/explain.ts';
import { didYouMean } from '../../contract/nearest.ts';

/** One row of a document, or why it can't be read. */
export type JsonRow =
  | {
      value: unknown;
      /** The single values read so far of the objects around the row, the innermost object first. */
      parents: readonly Readonly<Record<string, unknown>>[];
      /** The row's name in an object of rows, or its number in a list. */
      key: string;
    }
  | { reject: 'too-long' | 'not-json' };

/** One row of JSON Lines, or why it can't be read. */
export type LineRow = { value: unknown } | { reject: 'too-long' | 'not-json' };

/** Longest row read, in UTF-16 units; longer ones are rejected without being kept. */
export const ROW_LENGTH_MAX = 1 << 20;

/**
 * The elements of the array (or the members of the object) at `path`; a `*` in it stands for every element or member. `name` is the file's, for errors.
 * Throws HB_INPUT_FILE if the text around the rows is no JSON, ends early, or has nothing at the path.
 */
export function readJson(
  chunks: AsyncIterable<string>,
  path: readonly string[],
  name: string,
): AsyncGenerator<JsonRow> {
  return new DocumentRows(chunks, path, name).read();
}

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
    if (text.length <= ROW_LENGTH_MAX) continue;
    text = '';
    if (!skipping) yield { reject: 'too-long' };
    skipping = true;
  }
  const last = skipping ? null : lineRow(text);
  if (last !== null) yield last;
}

// --- internal ---

/** Longest name of a member, and longest single value kept of an object around the rows. */
const NAME_LENGTH_MAX = 4096;
/** Names on the way to the rows that are kept, to suggest one if the path leads nowhere. */
const NAMES_MAX = 1000;
const NAMES_SHOWN = 20;

/** Strings are matched first, so that digits inside them stay as they are; a long number with a fraction or exponent is rounded. */
const STRING_OR_LONG_INTEGER = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;

/** JSON.parse that keeps integers beyond 2^53 whole, as text: record ids of some agencies are that long. Undefined if the text is no JSON. */
function parseExact(text: string): unknown {
  try {
    if (!/\d{16}/.test(text)) return JSON.parse(text);
    return JSON.parse(
      text.replace(STRING_OR_LONG_INTEGER, (piece) =>
        piece[0] === '"' || Number.isSafeInteger(Number(piece)) ? piece : `"${piece}"`,
      ),
    );
  } catch {
    return undefined;
  }
}

function lineRow(line: string): LineRow | null {
  if (line.length > ROW_LENGTH_MAX) return { reject: 'too-long' };
  const tidy = line.trim();
  if (tidy === '') return null;
  const value = parseExact(tidy);
  return value === undefined ? { reject: 'not-json' } : { value };
}

/** The rows at a path of a document. */
class DocumentRows {
  readonly #cursor: Cursor;
  readonly #path: readonly string[];
  readonly #name: string;
  readonly #names = new Set<string>();
  #isFound = false;
  #rows = 0;

  constructor(chunks: AsyncIterable<string>, path: readonly string[], name: string) {
    this.#cursor = new Cursor(chunks, name);
    this.#path = path;
    this.#name = name;
  }

  async *read(): AsyncGenerator<JsonRow> {
    const cursor = this.#cursor;
    try {
      const head = await cursor.peek();
      if (head !== '[' && head !== '{') throw cursor.failed('a JSON document beginning with [ or {', head);
      yield* this.#walk(0, []);
      const rest = await cursor.peek();
      if (rest !== '')
        throw cursor.failed('the end of the file after the document (JSON Lines need "kind": "jsonl")', rest);
    } finally {
      await cursor.close();
    }
    if (!this.#isFound) throw this.#nothingAtPath();
  }

  /** The rows in the list or object that begins here, `level` steps along the path. `parents` are the objects around it. */
  async *#walk(level: number, parents: readonly Readonly<Record<string, unknown>>[]): AsyncGenerator<JsonRow> {
    const cursor = this.#cursor;
    const open = cursor.take();
    const close = open === '[' ? ']' : '}';
    const isRows = level === this.#path.length;
    const scalars: Record<string, unknown> = Object.create(null);
    const around = open === '{' ? [scalars, ...parents] : parents;
    if (isRows) this.#isFound = true;
    for (let index = 0; ; index++) {
      let next = await this.#nextElement(index, close);
      if (next === close) break;
      let key = String(index);
      if (open === '{') {
        key = await this.#readName(next);
        next = await cursor.peek();
        if (!isRows && this.#names.size < NAMES_MAX) this.#names.add(key);
      }
      const isContainer = next === '[' || next === '{';
      if (isRows) {
        yield await this.#readRow(parents, key);
      } else if ((this.#path[level] === '*' || this.#path[level] === key) && isContainer) {
        yield* this.#walk(level + 1, around);
      } else {
        const text = await cursor.value(isContainer ? 0 : NAME_LENGTH_MAX, this.#rows);
        if (!isContainer && open === '{' && text !== null) scalars[key] = parseExact(text);
      }
    }
    cursor.take();
  }

  /** The first character of the next element, or the bracket that closes the list or object. */
  async #nextElement(index: number, close: string): Promise<string> {
    const next = await this.#cursor.peek();
    if (next === close || index === 0) return next;
    if (next !== ',') throw this.#cursor.failed(`, or ${close}`, next, this.#rows);
    this.#cursor.take();
    // A comma before the bracket that closes is a common slip of exports, and costs no row.
    return this.#cursor.peek();
  }

  async #readName(next: string): Promise<string> {
    const cursor = this.#cursor;
    if (next !== '"') throw cursor.failed('a name in quotes', next, this.#rows);
    const text = await cursor.value(NAME_LENGTH_MAX);
    const name = text === null ? undefined : parseExact(text);
    if ((await cursor.peek()) !== ':') throw cursor.failed(':', await cursor.peek(), this.#rows);
    cursor.take();
    return typeof name === 'string' ? name : '';
  }

  async #readRow(parents: readonly Readonly<Record<string, unknown>>[], key: string): Promise<JsonRow> {
    const text = await this.#cursor.value(ROW_LENGTH_MAX, this.#rows);
    this.#rows++;
    if (text === null) return { reject: 'too-long' };
    const value = parseExact(text);
    return value === undefined ? { reject: 'not-json' } : { value, parents, key };
  }

  #nothingAtPath(): HundredblockError {
    const names = [...this.#names];
    const missing = this.#path.find((part) => part !== '*' && !this.#names.has(part)) ?? this.#path.join('.');
    const found = names
      .slice(0, NAMES_SHOWN)
      .map((name) => shown(name))
      .join(', ');
    return new HundredblockError(
      'HB_INPUT_FILE',
      `${this.#name}: expected rows at format.path ${JSON.stringify(this.#path.join('.'))}, found ${found || 'no names there'}${didYouMean(missing, names)}`,
    );
  }
}

/** A position in a text that arrives in pieces. */
class Cursor {
  readonly #chunks: AsyncIterator<string>;
  readonly #name: string;
  #text = '';
  #at = 0;

  constructor(chunks: AsyncIterable<string>, name: string) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#name = name;
  }

  /** The next character that is not white space, without taking it; empty at the end. */
  async peek(): Promise<string> {
    for (;;) {
      for (; this.#at < this.#text.length; this.#at++) {
        const code = this.#text.charCodeAt(this.#at);
        if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return this.#text[this.#at];
      }
      if (!(await this.#more())) return '';
    }
  }

  /** The character that `peek` showed. */
  take(): string {
    return this.#text[this.#at++];
  }

  /** The text of the value that begins here, to its closing bracket or quote. If it is longer than `lengthMax`, it is not kept, and null. */
  async value(lengthMax: number, rows = 0): Promise<string | null> {
    const first = await this.peek();
    const isScalar = first !== '[' && first !== '{' && first !== '"';
    let kept: string | null = '';
    let start = this.#at;
    let depth = 0;
    let inString = false;
    let escaped = false;
    const keep = (end: number) => {
      if (kept !== null) kept = kept.length + end - start > lengthMax ? null : kept + this.#text.slice(start, end);
    };
    for (;;) {
      for (; this.#at < this.#text.length; this.#at++) {
        const code = this.#text.charCodeAt(this.#at);
        if (inString) {
          if (escaped) escaped = false;
          else if (code === 0x5c) escaped = true;
          else if (code === 0x22) inString = false;
          else continue;
          if (inString || depth > 0) continue;
        } else if (code === 0x22 && !isScalar) {
          inString = true;
          continue;
        } else if (isScalar) {
          // , ] } and white space end a number, true, false, null, or junk.
          if (code !== 0x2c && code !== 0x5d && code !== 0x7d && code > 0x20) continue;
          if (this.#at === start && kept === '') throw this.failed('a value', this.#text[this.#at], rows);
          keep(this.#at);
          return kept;
        } else if (code === 0x7b || code === 0x5b) {
          depth++;
          continue;
        } else if (code === 0x7d || code === 0x5d) {
          if (--depth > 0) continue;
        } else {
          continue;
        }
        this.#at++;
        keep(this.#at);
        return kept;
      }
      keep(this.#at);
      const wentOn = await this.#more();
      start = this.#at;
      if (wentOn) continue;
      throw this.failed(isScalar ? 'the end of a value' : 'the end of a row or text', '', rows);
    }
  }

  /** Closes the file, even if not all of the text was read. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  failed(expected: string, found: string, rows = 0): HundredblockError {
    const after = rows === 0 ? '' : ` after row ${rows}`;
    return new HundredblockError(
      'HB_INPUT_FILE',
      `${this.#name}: expected ${expected}${after}, found ${found === '' ? 'the end of the file (is it cut off?)' : shown(found)}`,
    );
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    this.#text = next.done === true ? '' : next.value;
    this.#at = 0;
    return next.done !== true;
  }
}
