/** Takes a message of the residents' stream apart by its bytes; parsing JSON would cost ten times as much. */

/** A message, its body as a range of the bytes that were read. */
export interface ReadMessage {
  kind: 'message';
  sequence: number;
  type: 'alert' | 'post';
  bytes: Buffer;
  start: number;
  end: number;
}

/** Null: nothing that the contract knows. */
export function readMessage(
  bytes: Buffer,
  start: number,
  end: number,
): ReadMessage | { kind: 'hello'; lastSequence: number } | { kind: 'gap'; upTo: number } | null {
  return exactMessage(bytes, start, end) ?? looseMessage(bytes.toString('utf8', start, end));
}

// --- internal ---

const SEQUENCE = Buffer.from('{"sequence":');
const ALERT = Buffer.from(',"type":"alert","message":');
const POST = Buffer.from(',"type":"post","message":');
const ZERO = 48;
const CLOSING_BRACE = 125;

/** The form of streamText() of contract/wire.ts. */
function exactMessage(bytes: Buffer, start: number, end: number): ReadMessage | null {
  if (!startsWith(bytes, start, end, SEQUENCE) || bytes[end - 1] !== CLOSING_BRACE) return null;
  let at = start + SEQUENCE.length;
  let sequence = 0;
  const digits = at;
  for (; at < end && bytes[at] >= ZERO && bytes[at] < ZERO + 10; at += 1) sequence = sequence * 10 + bytes[at] - ZERO;
  if (at === digits || at - digits > 15) return null;
  const type = startsWith(bytes, at, end, ALERT) ? 'alert' : startsWith(bytes, at, end, POST) ? 'post' : null;
  if (type === null) return null;
  const from = at + (type === 'alert' ? ALERT : POST).length;
  return { kind: 'message', sequence, type, bytes, start: from, end: end - 1 };
}

function startsWith(bytes: Buffer, start: number, end: number, expected: Buffer): boolean {
  if (end - start < expected.length) return false;
  for (let i = 0; i < expected.length; i += 1) if (bytes[start + i] !== expected[i]) return false;
  return true;
}

/** Another system may order keys or space them differently; the first messages of a connection come this way too. */
function looseMessage(text: string): ReturnType<typeof readMessage> {
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
  const bytes = Buffer.from(JSON.stringify(message));
  return { kind: 'message', sequence, type, bytes, start: 0, end: bytes.length };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
