/** Reads JSON files that people wrote, before anything in them is checked. */
import { readFileSync, statSync } from 'node:fs';
import { HundredblockError } from '../../contract/errors.ts';

/** Makes the error that refuses a file. Both texts can follow the words "expected" and "found". */
export type Refuse = (expected: string, found: string) => HundredblockError;

/**
 * The value in a JSON file, which may begin with a byte-order mark. Throws what `refuse` makes if the file can't be read, is no regular file (a device may never
 * end), is longer than 10 MB, is no JSON, or has more than 16 levels of nesting.
 */
export function readJson(path: string, refuse: Refuse): unknown {
  let text: string;
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw refuse('a regular file', 'something else');
    if (stats.size > FILE_BYTES_MAX) throw refuse(`at most ${FILE_BYTES_MAX} bytes`, String(stats.size));
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof HundredblockError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw refuse('a readable file', code === 'ENOENT' ? 'no such file' : (code ?? String(error)));
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw refuse('JSON', 'text that does not parse as JSON');
  }
  if (isDeeperThan(value, DEPTH_MAX)) throw refuse(`at most ${DEPTH_MAX} levels of nesting`, 'more');
  return value;
}

/** The value in a JSON file that should hold `what` (`a case`). Throws HB_INPUT_FILE, as readJson says. */
export function readJsonFile(path: string, what: string): unknown {
  return readJson(
    path,
    (expected, found) =>
      new HundredblockError('HB_INPUT_FILE', `${path}: expected ${what} in ${expected}, found ${found}`),
  );
}

/** Whether arrays and objects are nested more than `depthMax` levels deep. It works without recursion, since a hostile file nests deep enough to exhaust the stack. */
export function isDeeperThan(value: unknown, depthMax: number): boolean {
  const todo: [unknown, number][] = [[value, 0]];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const [inner, depth] = next;
    if (typeof inner !== 'object' || inner === null) continue;
    if (depth >= depthMax) return true;
    for (const part of Object.values(inner)) todo.push([part, depth + 1]);
  }
  return false;
}

/** Whether a value is an object with named fields: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// --- internal ---

const FILE_BYTES_MAX = 10_000_000;
/** No schema of ours has more than six levels. */
const DEPTH_MAX = 16;
