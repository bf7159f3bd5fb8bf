/** When an alert says that it was sent: found in its text, as parsing each alert's JSON would cost k6 many times as much. */

/** Platform ms; null if the text says none. */
export function sentAt(text: string): number | null {
  if (known.text === text) return known.sentMs;
  const ms = Date.parse(SENT.exec(text)?.[1] ?? '');
  known = { text, sentMs: Number.isNaN(ms) ? null : ms };
  return known.sentMs;
}

// --- internal ---

const SENT = /"sent":"([^"]{10,35})"/;

/** The last alert looked at: the residents of an audience have the same one after the other. */
let known: { text: string; sentMs: number | null } = { text: '', sentMs: null };
