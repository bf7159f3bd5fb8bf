/** Looks at SQLite's write-ahead log before SQLite does, which drops an unfinished end without a word. The format is that of https://sqlite.org/fileformat2.html, section 4. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Bytes at the end of a write-ahead log that belong to no whole commit: a commit that a crash cut short, or that was damaged later (then
 * all that follows it is lost with it). 0 where the log ends cleanly or does not exist. What an earlier generation left behind it does not count.
 */
export function tornWalBytes(path: string): number {
  if (!existsSync(path)) return 0;
  const file = openSync(path, 'r');
  try {
    return tornBytes(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

// --- internal ---

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The last bit says in which byte order checksums are reckoned. */
const MAGIC = 0x377f0682;

function tornBytes(file: number, size: number): number {
  if (size === 0) return 0;
  const header = Buffer.alloc(HEADER_BYTES);
  readSync(file, header, 0, HEADER_BYTES, 0);
  const magic = header.readUInt32BE(0);
  const bigEndian = (magic & 1) === 1;
  const sum = checksum(header.subarray(0, 24), bigEndian, [0, 0]);
  if (size < HEADER_BYTES || (magic & ~1) !== MAGIC || !agrees(header, 24, sum)) return size;

  const frame = Buffer.alloc(FRAME_HEADER_BYTES + header.readUInt32BE(8));
  let intact = true;
  let wholeEnd = HEADER_BYTES;
  let lastEnd = HEADER_BYTES;
  for (let at = HEADER_BYTES; at < size; at += frame.length) {
    const isCut = readSync(file, frame, 0, frame.length, at) < frame.length;
    // Each generation has salts of its own. An earlier one, which this one writes over from the start on, ended with a whole frame.
    const ofThisGeneration = isCut || header.compare(frame, 8, 16, 16, 24) === 0;
    intact &&= !isCut && ofThisGeneration && isIntact(frame, bigEndian, sum);
    if (ofThisGeneration) lastEnd = Math.min(at + frame.length, size);
    if (intact && frame.readUInt32BE(4) > 0) wholeEnd = lastEnd;
  }
  return lastEnd - wholeEnd;
}

/** Whether a frame's checksum, which goes on from that of the frame before, is right. Advances `sum`. */
function isIntact(frame: Buffer, bigEndian: boolean, sum: [number, number]): boolean {
  checksum(frame.subarray(0, 8), bigEndian, sum);
  checksum(frame.subarray(FRAME_HEADER_BYTES), bigEndian, sum);
  return agrees(frame, 16, sum);
}

function agrees(bytes: Buffer, at: number, sum: readonly [number, number]): boolean {
  return bytes.readUInt32BE(at) === sum[0] && bytes.readUInt32BE(at + 4) === sum[1];
}

/** Goes on with `sum` over `bytes`, a multiple of 8 of them. */
function checksum(bytes: Buffer, bigEndian: boolean, sum: [number, number]): [number, number] {
  let [a, b] = sum;
  for (let i = 0; i < bytes.length; i += 8) {
    a = (a + (bigEndian ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i)) + b) >>> 0;
    b = (b + (bigEndian ? bytes.readUInt32BE(i + 4) : bytes.readUInt32LE(i + 4)) + a) >>> 0;
  }
  sum[0] = a;
  sum[1] = b;
  return sum;
}
