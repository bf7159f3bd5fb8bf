/** The files of a trace's folder, and reading them: hashes and lines, with errors that say which file, what was expected and what was found. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../contract/errors.ts';

export const HEADER_FILE = 'trace.json';

/** Files whose hashes the header holds. */
export const FILES = {
  inputs: 'inputs.jsonl',
  onboarding: 'onboarding.json',
  truth: 'truth/truth.jsonl',
  /** Present since version 1.1. */
  world: 'truth/world.jsonl',
} as const;

const BLOCK_BYTES = 1 << 20;

/** HB_TRACE for a file, which is named within the trace's folder. */
export function traceError(file: string, expected: string, found: string): HundredblockError {
  return new HundredblockError('HB_TRACE', `trace: ${file}: expected ${expected}, found ${found}`);
}

/** The file's bytes in blocks. Throws HB_TRACE if it can't be read. */
export async function* blocksOf(dir: string, file: string): AsyncGenerator<Buffer> {
  try {
    for await (const block of createReadStream(join(dir, file), { highWaterMark: BLOCK_BYTES })) yield block as Buffer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw traceError(file, 'a file that can be read', code === 'ENOENT' ? 'no such file' : code);
  }
}

/** The file's SHA-256 in lower-case hex. Throws HB_TRACE if it can't be read. */
export async function sha256Of(dir: string, file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of blocksOf(dir, file)) hash.update(block);
  return hash.digest('hex');
}

/** The whole file as text. Throws HB_TRACE if it can't be read. */
export async function textOf(dir: string, file: string): Promise<string> {
  const blocks: Buffer[] = [];
  for await (const block of blocksOf(dir, file)) blocks.push(block);
  return Buffer.concat(blocks).toString('utf8');
}

/** The file's lines as JSON values, one at a time; `line` counts from 0. Throws HB_TRACE at a line that is not JSON, or if the last one does not end. */
export async function* linesOf(dir: string, file: string): AsyncGenerator<{ line: number; value: unknown }> {
  let line = 0;
  let rest: Buffer[] = [];
  for await (const block of blocksOf(dir, file)) {
    let at = 0;
    for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, at)) {
      const bytes = rest.length === 0 ? block.subarray(at, end) : Buffer.concat([...rest, block.subarray(at, end)]);
      rest = [];
      at = end + 1;
      yield { line, value: jsonLine(file, line, bytes.toString('utf8')) };
      line += 1;
    }
    if (at < block.length) rest.push(block.subarray(at));
  }
  if (rest.length > 0) throw traceError(file, `line ${line + 1} to end with a line feed`, 'the end of the file');
}

/** The value of a line, which counts from 0. Throws HB_TRACE if the text is not JSON. */
export function jsonLine(file: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw traceError(file, `JSON on line ${line + 1}`, 'text that does not parse');
  }
}
