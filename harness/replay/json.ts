/**
 * The rows of a JSON document, cut out of the text one at a time, so that a document of any size takes the memory of one row. Each row is then parsed on its
 * own: a bad one is rejected alone. A parser of the whole document would end at the first mistake.
 */
import { HundredblockError } from '../../contract/errors.ts';
import { shown } from '../../contract/explain.ts';
import { didYouMean } from '../../contract/nearest.ts';
import { parseExact } from './exact-json.ts';

/** `parents`: the single values read so far of the objects around the row, the nearest first. `key`: the row's name in an object of rows, or its number in a list. */
export type JsonRow =
  | { value: unknown; parents: readonly Readonly<Record<string, unknown>>[]; key: string }
  | { reject: 'too-long' | 'not-json' };

/** Longest row read, in UTF-16 units; longer ones are rejected without being kept. */
export const VALUE_LENGTH_MAX = 1 << 20;

/**
 * The elements of the array (or the members of the object) at `path`, where `*` is every element or member. `name` is of the file, for errors.
 * Throws HB_INPUT_FILE where the text is no JSON around the rows, ends early, or has nothing at the path.
 */
export async function* readJson(
  chunks: AsyncIterable<string>,
  path: readonly string[],
  name: string,
): AsyncGenerator<JsonRow> {
  const cursor = new Cursor(chunks, name);
  const seen = new Set<string>();
  const state = { found: false, rows: 0 };
  try {
    const head = await cursor.peek();
    if (head !== '[' && head !== '{') throw cursor.failed('a JSON document beginning with [ or {', head);
    yield* walk(cursor, path, 0, [], seen, state);
    const rest = await cursor.peek();
    if (rest !== '')
      throw cursor.failed('the end of the file after the document (JSON Lines need "kind": "jsonl")', rest);
  } finally {
    await cursor.close();
  }
  if (state.found) return;
  const names = [...seen];
  const missing = path.find((p) => p !== '*' && !seen.has(p)) ?? path.join('.');
  throw new HundredblockError(
    'HB_INPUT_FILE',
    `${name}: expected rows at format.path ${JSON.stringify(path.join('.'))}, found ${
      names.length === 0
        ? 'no names there'
        : names
            .slice(0, 20)
            .map((n) => shown(n))
            .join(', ')
    }${didYouMean(missing, names)}`,
  );
}

// --- internal ---

async function* walk(
  cursor: Cursor,
  path: readonly string[],
  level: number,
  parents: readonly Readonly<Record<string, unknown>>[],
  seen: Set<string>,
  state: { found: boolean; rows: number },
): AsyncGenerator<JsonRow> {
  const open = cursor.take();
  const close = open === '[' ? ']' : '}';
  const isRows = level === path.length;
  const scalars: Record<string, unknown> = Object.create(null);
  const around = open === '{' ? [scalars, ...parents] : parents;
  if (isRows) state.found = true;
  for (let index = 0; ; index++) {
    let next = await cursor.peek();
    if (next === close && index === 0) break;
    if (index > 0) {
      if (next === close) break;
      if (next !== ',') throw cursor.failed(`, or ${close}`, next, state.rows);
      cursor.take();
      next = await cursor.peek();
      // A comma before the bracket that closes is a common slip of exports, and costs no row.
      if (next === close) break;
    }
    let key = String(index);
    if (open === '{') {
      if (next !== '"') throw cursor.failed('a name in quotes', next, state.rows);
      const text = await cursor.value(NAME_LENGTH_MAX);
      const name = text === null ? undefined : parseExact(text);
      key = typeof name === 'string' ? name : '';
      if ((await cursor.peek()) !== ':') throw cursor.failed(':', await cursor.peek(), state.rows);
      cursor.take();
      next = await cursor.peek();
      if (!isRows && seen.size < NAMES_MAX) seen.add(key);
    }
    if (isRows) {
      const text = await cursor.value(VALUE_LENGTH_MAX, state.rows);
      const value = text === null ? undefined : parseExact(text);
      state.rows++;
      yield text === null
        ? { reject: 'too-long' }
        : value === undefined
          ? { reject: 'not-json' }
          : { value, parents, key };
    } else if ((path[level] === '*' || path[level] === key) && (next === '[' || next === '{')) {
      yield* walk(cursor, path, level + 1, around, seen, state);
    } else {
      const isContainer = next === '[' || next === '{';
      const text = await cursor.value(isContainer ? 0 : NAME_LENGTH_MAX, state.rows);
      if (!isContainer && open === '{' && text !== null) scalars[key] = parseExact(text);
    }
  }
  cursor.take();
}

/** Longest name of a member, and longest single value kept of an object around the rows. */
const NAME_LENGTH_MAX = 4096;
const NAMES_MAX = 1000;

/** A place in a text that arrives in pieces. */
class Cursor {
  readonly #chunks: AsyncIterator<string>;
  readonly #name: string;
  #text = '';
  #at = 0;

  constructor(chunks: AsyncIterable<string>, name: string) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#name = name;
  }

  /** The next character that is not white space, not taken; empty at the end. */
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

  /** The text of the value that begins here, to its closing bracket or quote; null where it is longer than `lengthMax`, and then not kept. */
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

  /** Lets go of the file, also where the text was left in the middle. */
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
