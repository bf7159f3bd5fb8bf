/** Reads HTTP/1.1 answers off a connection on which several requests may be under way. */

/** A complete answer. */
export interface Answer {
  status: number;
  /** Valid during the call only. */
  body: Buffer;
  /** Seconds of Retry-After; null if it names none. */
  retryAfterS: number | null;
  /** Whether the target will close the connection after it. */
  closes: boolean;
}

/** Tells of each answer once it is complete. Throws AnswerError on bytes that are no answer. */
export class AnswerReader {
  readonly #onAnswer: (answer: Answer) => void;
  /** The bytes of an answer that is not complete. */
  #rest: Buffer | null = null;

  constructor(onAnswer: (answer: Answer) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Bytes came in. */
  push(bytes: Buffer): void {
    const all = this.#rest === null ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#rest = null;
    let start = 0;
    while (start < all.length) {
      const next = this.#take(all, start);
      if (next === null) break;
      start = next;
    }
    if (start < all.length) this.#keep(all, start, bytes);
  }

  /** The connection ended: an answer without a length ends with it. */
  end(): void {
    const rest = this.#rest;
    this.#rest = null;
    if (rest === null) return;
    const head = headOf(rest, 0);
    if (head !== null && head.length === null && !head.chunked) this.#tell(head, rest.subarray(head.end));
  }

  #keep(all: Buffer, start: number, bytes: Buffer): void {
    if (all.length - start > ANSWER_BYTES_MAX) throw new AnswerError('an answer without end');
    // The bytes that were just read stand in a buffer that will be read into again.
    this.#rest = all === bytes ? Buffer.from(all.subarray(start)) : all.subarray(start);
  }

  /** The offset at which the next answer starts; null if this one is not complete. */
  #take(all: Buffer, start: number): number | null {
    const head = headOf(all, start);
    if (head === null) return null;
    if (head.status < 200) return head.end;
    if (head.chunked) {
      const chunks = chunksOf(all, head.end);
      if (chunks === null) return null;
      this.#tell(head, chunks.body);
      return chunks.end;
    }
    if (head.length === null) return null;
    const end = head.end + head.length;
    if (end > all.length) return null;
    this.#tell(head, all.subarray(head.end, end));
    return end;
  }

  #tell(head: Head, body: Buffer): void {
    this.#onAnswer({ status: head.status, body, retryAfterS: head.retryAfterS, closes: head.closes });
  }
}

/** The target sent bytes that are no HTTP/1.1 answer. */
export class AnswerError extends Error {}

// --- internal ---

const HEAD_BYTES_MAX = 64 << 10;
const ANSWER_BYTES_MAX = 16 << 20;

interface Head {
  status: number;
  /** Length of the body; null if it ends with the connection. */
  length: number | null;
  chunked: boolean;
  retryAfterS: number | null;
  closes: boolean;
  /** Offset at which the body starts. */
  end: number;
}

/** The head of an answer; null if it is not complete. */
function headOf(all: Buffer, start: number): Head | null {
  const end = all.indexOf('\r\n\r\n', start, 'latin1');
  if (end === -1 || end - start > HEAD_BYTES_MAX) {
    const text = all.toString('latin1', start, Math.min(start + 7, all.length));
    if (!'HTTP/1.'.startsWith(text) || all.length - start > HEAD_BYTES_MAX)
      throw new AnswerError('not an HTTP/1.1 answer');
    return null;
  }
  const text = all.toString('latin1', start, end);
  const status = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: |\r|$)/.exec(text);
  if (status === null) throw new AnswerError('not an HTTP/1.1 answer');
  const code = Number(status[1]);
  const length = /\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*(?:\r|$)/i.exec(text);
  const retryAfter = /\r\nretry-after:[ \t]*([0-9]{1,9})[ \t]*(?:\r|$)/i.exec(text);
  const bodiless = code === 204 || code === 304;
  return {
    status: code,
    length: bodiless ? 0 : length === null ? null : Number(length[1]),
    chunked: !bodiless && /\r\ntransfer-encoding:[^\r]*chunked/i.test(text),
    retryAfterS: retryAfter === null ? null : Number(retryAfter[1]),
    closes: /\r\nconnection:[^\r]*close/i.test(text),
    end: end + 4,
  };
}

/** A chunked body; null if it is not complete. */
function chunksOf(all: Buffer, start: number): { body: Buffer; end: number } | null {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = all.indexOf('\r\n', at, 'latin1');
    if (lineEnd === -1) return null;
    const size = /^([0-9a-f]{1,8})(?:;|[ \t]|$)/i.exec(all.toString('latin1', at, lineEnd));
    if (size === null) throw new AnswerError('a chunk without a size');
    const length = parseInt(size[1], 16);
    const from = lineEnd + 2;
    if (length === 0) {
      const end = endOfTrailers(all, from);
      return end === null ? null : { body: Buffer.concat(parts), end };
    }
    if (from + length + 2 > all.length) return null;
    parts.push(all.subarray(from, from + length));
    at = from + length + 2;
  }
}

/** The offset behind the empty line that closes a chunked body; null if that has not come. */
function endOfTrailers(all: Buffer, start: number): number | null {
  for (let at = start; ;) {
    const lineEnd = all.indexOf('\r\n', at, 'latin1');
    if (lineEnd === -1) return null;
    if (lineEnd === at) return lineEnd + 2;
    at = lineEnd + 2;
  }
}
