/** A JSON file that a user wrote, before anything in it is checked. */
import { readFileSync } from 'node:fs';
import { HundredblockError } from '../../contract/errors.ts';

/** `what` the file should hold, as `a case`. Throws HB_INPUT_FILE where it can't be read or is no JSON. */
export function readJsonFile(path: string, what: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'one that can not be read';
    throw new HundredblockError('HB_INPUT_FILE', `${path}: expected ${what} in a JSON file, found ${found}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HundredblockError('HB_INPUT_FILE', `${path}: expected JSON, found ${(error as Error).message}`);
  }
}

/** An object with named fields: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
