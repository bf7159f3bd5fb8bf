/** Reads a file as a stream of decoded text, and refuses it at once if it is no text. */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { HundredblockError } from '../../contract/errors.ts';
import { shown } from '../../contract/explain.ts';

/** Encodings that a mapping can name. */
export type Encoding = 'utf-8' | 'latin1' | 'utf-16le';

const CHUNK_BYTES = 1 << 18;

/**
 * The file's text in pieces, without byte-order mark. `onBytes` hears how many bytes were read so far. Bytes that are not valid in the encoding become U+FFFD.
 * Throws HB_INPUT_FILE if the file can't be read, is empty, or begins with binary data.
 */
export async function* textChunks(
  file: string,
  encoding: Encoding,
  onBytes: (bytes: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let bytes = 0;
  let handle;
  try {
    handle = await open(file, 'r');
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) break;
      if (bytes === 0) refuseBinary(file, buffer.subarray(0, bytesRead), encoding);
      bytes += bytesRead;
      onBytes(bytes);
      const text = decoder.decode(buffer.subarray(0, bytesRead), { stream: true });
      if (text !== '') yield text;
    }
    const rest = decoder.decode();
    if (rest !== '') yield rest;
  } catch (error) {
    throw fileError(file, error);
  } finally {
    await handle?.close();
  }
  if (bytes === 0)
    throw new HundredblockError('HB_INPUT_FILE', `${fileName(file)}: expected rows, found an empty file`);
}

/** The name of an input in errors and records: the last part of its path, since a folder may name a person. */
export function fileName(file: string): string {
  return basename(file);
}

/** HB_INPUT_FILE for a failed system call; any other error is returned as it is. */
export function fileError(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof HundredblockError || typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return error;
  return new HundredblockError(
    'HB_INPUT_FILE',
    `${fileName(file)}: expected a file that can be read, found ${SYSTEM_WORDS[code] ?? code}`,
  );
}

// --- internal ---

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
};

/** The first bytes of files that are often mistaken for tables. */
const SIGNATURES: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], 'gzip data (unpack it first)'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive or spreadsheet (unpack it, or save it as CSV)'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file (convert it to CSV or JSON Lines)'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'a spreadsheet (save it as CSV)'],
];

function refuseBinary(file: string, head: Uint8Array, encoding: Encoding): void {
  const refuse = (found: string): never => {
    throw new HundredblockError('HB_INPUT_FILE', `${fileName(file)}: expected ${encoding} text, found ${found}`);
  };
  for (const [bytes, what] of SIGNATURES) if (bytes.every((b, i) => head[i] === b)) refuse(what);
  if (encoding === 'utf-16le') return;
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    refuse('UTF-16 text (give format.encoding, or convert it)');
  // A stray zero byte spoils one row; if a tenth of all characters are control characters, the file is no text.
  const text = new TextDecoder(encoding).decode(head);
  const strange = text.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  if (strange > text.length / 10)
    refuse(
      `binary data (${strange} of its first ${text.length} characters are none), beginning ${shown(text.slice(0, 12))}`,
    );
}
