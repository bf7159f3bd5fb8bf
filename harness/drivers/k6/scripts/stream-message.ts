/** Takes a message of the residents' stream apart by its text; parsing each as JSON would cost many times as much. */

export type ReadMessage =
  | { type: 'hello'; lastSequence: number }
  | { type: 'gap'; upTo: number }
  /** `text`: the bytes of `message`. `saidMs`: platform time that an alert says it was sent at; null where it says none. */
  | { type: 'alert' | 'post'; sequence: number; text: string; saidMs: number | null };

/** Null: nothing that the contract knows. */
export function readMessage(text: string): ReadMessage | null {
  const comma = text.indexOf(',');
  if (!text.startsWith(SEQUENCE) || comma === -1) return looseMessage(text);
  const sequence = Number(text.slice(SEQUENCE.length, comma));
  const type = text.startsWith(ALERT, comma) ? 'alert' : text.startsWith(POST, comma) ? 'post' : null;
  if (type === null || !isCount(sequence) || !text.endsWith('}')) return looseMessage(text);
  const body = text.slice(comma + (type === 'alert' ? ALERT : POST).length, -1);
  return { type, sequence, text: body, saidMs: type === 'alert' ? saidMsOf(body) : null };
}

// --- internal ---

const SEQUENCE = '{"sequence":';
const ALERT = ',"type":"alert","message":';
const POST = ',"type":"post","message":';
const SENT = /"sent":"([^"]{10,35})"/;

/** The last alert looked at: an audience has the same one after the other. */
let known: { text: string; saidMs: number | null } = { text: '', saidMs: null };

function saidMsOf(text: string): number | null {
  if (known.text === text) return known.saidMs;
  const ms = Date.parse(SENT.exec(text)?.[1] ?? '');
  known = { text, saidMs: Number.isNaN(ms) ? null : ms };
  return known.saidMs;
}

/** Another system may order keys or space them differently; the first messages of a connection come this way too. */
function looseMessage(text: string): ReadMessage | null {
  let value: { type?: unknown; sequence?: unknown; lastSequence?: unknown; upTo?: unknown; message?: unknown } | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { type, sequence, lastSequence, upTo, message } = value;
  if (type === 'hello' && isCount(lastSequence)) return { type, lastSequence };
  if (type === 'gap' && isCount(upTo)) return { type, upTo };
  if ((type !== 'alert' && type !== 'post') || !isCount(sequence) || message === undefined) return null;
  const body = JSON.stringify(message);
  return { type, sequence, text: body, saidMs: type === 'alert' ? saidMsOf(body) : null };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
