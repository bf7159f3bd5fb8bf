/**
 * Takes a message of the residents' stream apart without parsing its JSON, which would cost many times as much. Messages in the form
 * that streamText() of contract/wire.ts writes are read in place, as bytes or as text; any other by parsing it.
 */

/** A message of the stream, read. */
export type StreamMessage =
  | { kind: 'hello'; lastSequence: number }
  | { kind: 'gap'; upTo: number }
  /** `text` is the body: the JSON of `message`. */
  | { kind: 'message'; sequence: number; type: 'alert' | 'post'; text: string };

/** A message whose body lies in the bytes that were read, from `start` to `end`. */
export interface MessageInBytes {
  kind: 'message';
  sequence: number;
  type: 'alert' | 'post';
  start: number;
  end: number;
}

/** Reads the UTF-8 between `start` and `end`; null if it has not the form of streamText(): then `messageInText` may still read it. */
export function messageInBytes(bytes: Uint8Array, start: number, end: number): MessageInBytes | null {
  if (!startsWith(bytes, start, end, PREFIX_BYTES.sequence) || bytes[end - 1] !== CLOSING_BRACE) return null;
  const first = start + PREFIX_BYTES.sequence.length;
  let at = first;
  let sequence = 0;
  for (; at < end && bytes[at] >= ZERO && bytes[at] < ZERO + 10; at += 1) sequence = sequence * 10 + bytes[at] - ZERO;
  if (at === first || at - first > DIGITS_MAX) return null;
  const type = startsWith(bytes, at, end, PREFIX_BYTES.alert)
    ? 'alert'
    : startsWith(bytes, at, end, PREFIX_BYTES.post)
      ? 'post'
      : null;
  if (type === null) return null;
  return { kind: 'message', sequence, type, start: at + PREFIX_BYTES[type].length, end: end - 1 };
}

/** Reads a message, in the form of streamText() or any other that JSON allows; null if it is none of the contract's. */
export function messageInText(text: string): StreamMessage | null {
  const comma = text.indexOf(',');
  if (!text.startsWith(PREFIX.sequence) || !text.endsWith('}')) return parsedMessage(text);
  const digits = text.slice(PREFIX.sequence.length, comma);
  const type = text.startsWith(PREFIX.alert, comma) ? 'alert' : text.startsWith(PREFIX.post, comma) ? 'post' : null;
  if (type === null || !SEQUENCE.test(digits)) return parsedMessage(text);
  return { kind: 'message', sequence: Number(digits), type, text: text.slice(comma + PREFIX[type].length, -1) };
}

// --- internal ---

const PREFIX = { sequence: '{"sequence":', alert: ',"type":"alert","message":', post: ',"type":"post","message":' };
const PREFIX_BYTES = {
  sequence: bytesOf(PREFIX.sequence),
  alert: bytesOf(PREFIX.alert),
  post: bytesOf(PREFIX.post),
};
const ZERO = 48;
const CLOSING_BRACE = 125;
/** All numbers of this length are exact. */
const DIGITS_MAX = 15;
const SEQUENCE = /^[0-9]{1,15}$/;

function bytesOf(ascii: string): Uint8Array {
  // k6 takes no text for an iterable here.
  return Uint8Array.from([...ascii].map((letter) => letter.charCodeAt(0)));
}

function startsWith(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): boolean {
  if (end - start < expected.length) return false;
  for (let i = 0; i < expected.length; i += 1) if (bytes[start + i] !== expected[i]) return false;
  return true;
}

/** Another system may order keys or space them differently; hello and gap are read by this too. */
function parsedMessage(text: string): StreamMessage | null {
  let value: { type?: unknown; sequence?: unknown; lastSequence?: unknown; upTo?: unknown; message?: unknown } | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { type, sequence, lastSequence, upTo, message } = value;
  if (type === 'hello' && isCount(lastSequence)) return { kind: 'hello', lastSequence };
  if (type === 'gap' && isCount(upTo)) return { kind: 'gap', upTo };
  if ((type !== 'alert' && type !== 'post') || !isCount(sequence) || message === undefined) return null;
  return { kind: 'message', sequence, type, text: JSON.stringify(message) };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
