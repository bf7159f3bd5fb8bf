/** The private strings that the oracle has been told, by agency and record, and the search for them in texts that leave the target. */
import type { PrivateKind, PrivateString } from '../contract/manifest.ts';
import { DAY_MS } from '../contract/time.ts';
import { foldLetters, type Hay, holds, makeHay, makeNeedle, type Needle } from './needles.ts';

/** A record's strings are searched for this long after they were last added to; its canaries for ever. */
const REMEMBER_MS = 2 * DAY_MS;
const PREFIX_LENGTH = 4;
/**
 * Kinds that prove that a text comes from a record. Other kinds do not: a resident who saw something may describe it in the same words.
 */
const IDENTIFYING: ReadonlySet<PrivateKind> = new Set([
  'name',
  'phone',
  'address',
  'plate',
  'birth-date',
  'email',
  'coordinates',
]);

/** One record's private strings. */
interface Secret {
  strings: PrivateString[];
  /** Null until a text is first searched for them. */
  needles: Needle[] | null;
  /** When strings were last added, ms. */
  atMs: number;
}

interface AgencySecrets {
  records: Map<string, Secret>;
  /** Records whose strings are not yet in `byPrefix`: the index is made only for agencies that put out texts whose record is unknown. */
  unindexed: Set<string>;
  /** Needles by the first letters of each of their layouts. */
  byPrefix: Map<string, Set<Needle>>;
  /** When the index was begun, ms. It is begun anew now and then, to be rid of strings that are too old. */
  indexedMs: number;
  /** When the agency's strings were last added to, ms. */
  learntMs: number;
}

/** The private strings of a run. */
export class Secrets {
  readonly #agencies = new Map<string, AgencySecrets>();
  readonly #canaries = new Set<string>();

  /** Adds to the strings of a record. */
  learn(agency: string, rawId: string, strings: PrivateString[], atMs: number): void {
    const recordId = rawId.trim();
    let mine = this.#agencies.get(agency);
    if (mine === undefined) {
      mine = { records: new Map(), unindexed: new Set(), byPrefix: new Map(), indexedMs: atMs, learntMs: atMs };
      this.#agencies.set(agency, mine);
    }
    const known = mine.records.get(recordId);
    const fresh =
      known === undefined
        ? strings
        : strings.filter((s) => !known.strings.some((k) => k.kind === s.kind && k.value === s.value));
    // A record that is entered anew goes to the end: forgetting looks at the oldest ones, at the front.
    mine.records.delete(recordId);
    mine.records.set(recordId, {
      strings: known === undefined ? strings : [...known.strings, ...fresh],
      needles: null,
      atMs,
    });
    mine.unindexed.add(recordId);
    mine.learntMs = atMs;
    for (const s of fresh) if (s.kind === 'canary') this.#canaries.add(foldLetters(s.value));
    for (const [id, secret] of mine.records) {
      if (secret.atMs + REMEMBER_MS > atMs) break;
      mine.records.delete(id);
      mine.unindexed.delete(id);
    }
  }

  /** Kinds of private string of these records in a text, unless the permitted text holds them too. */
  inRecords(text: string, agency: string, recordIds: readonly string[], permitted: string): PrivateKind[] {
    const hay = makeHay(text);
    let allowed: Hay | null = null;
    const kinds = new Set<PrivateKind>();
    for (const id of recordIds) {
      const secret = this.#agencies.get(agency)?.records.get(id);
      if (secret === undefined) continue;
      secret.needles ??= secret.strings.map(makeNeedle);
      for (const needle of secret.needles) {
        if (kinds.has(needle.kind) || !holds(hay, needle)) continue;
        allowed ??= makeHay(permitted);
        if (!holds(allowed, needle)) kinds.add(needle.kind);
      }
    }
    return [...kinds];
  }

  /** Kinds of private string of any recent record of the agency in a text whose record is unknown. */
  inAgency(text: string, agency: string): PrivateKind[] {
    const mine = this.#agencies.get(agency);
    if (mine === undefined) return [];
    updateIndex(mine);
    const hay = makeHay(text);
    const kinds = new Set<PrivateKind>();
    const visit = (letters: string): void => {
      for (let i = 0; i + PREFIX_LENGTH <= letters.length; i++) {
        for (const needle of mine.byPrefix.get(letters.slice(i, i + PREFIX_LENGTH)) ?? [])
          if (holds(hay, needle)) kinds.add(needle.kind);
      }
    };
    visit(hay.letters);
    visit(hay.digits);
    return [...kinds];
  }

  /** Kinds that any text betrays, whoever they belong to: canaries, and synthetic phones and e-mail addresses. */
  inAnyText(text: string): PrivateKind[] {
    const kinds = new Set<PrivateKind>();
    const folded = text.normalize('NFKC');
    if (/zq/i.test(folded))
      for (const token of canaryTokens(folded)) if (this.#canaries.has(token)) kinds.add('canary');
    // Every synthetic phone is 555-01xx, every synthetic address is at example.com.
    if (folded.includes('55') && /55501\d\d(?!\d)/.test(makeHay(folded).digits)) kinds.add('phone');
    // One character before the @ is enough: a whole name would be tried from each of its characters.
    if (/[\p{L}\p{N}._+-]@(?:[\p{L}\p{N}-]+\.)*example\.com/iu.test(folded)) kinds.add('email');
    return [...kinds];
  }
}

// --- internal ---

/** True if a string tells one person. A first name alone, or a street without its number, is anybody's. */
function identifies(s: PrivateString): boolean {
  if (s.kind === 'name') return /\S\s+\S/.test(s.value);
  return s.kind === 'address' ? /^\d+\s/.test(s.value) : IDENTIFYING.has(s.kind);
}

/** Brings an agency's index up to date with its records. */
function updateIndex(mine: AgencySecrets): void {
  if (mine.indexedMs + REMEMBER_MS <= mine.learntMs) {
    mine.byPrefix.clear();
    mine.unindexed = new Set(mine.records.keys());
    mine.indexedMs = mine.learntMs;
  }
  for (const id of mine.unindexed) {
    for (const s of mine.records.get(id)!.strings) if (identifies(s)) index(mine.byPrefix, makeNeedle(s));
  }
  mine.unindexed.clear();
}

function index(byPrefix: Map<string, Set<Needle>>, needle: Needle): void {
  const layouts = [needle.letters, ...needle.digits, ...needle.raw.map(foldLetters)];
  for (const prefix of new Set(
    layouts.filter((l) => l.length >= PREFIX_LENGTH).map((l) => l.slice(0, PREFIX_LENGTH)),
  )) {
    const bucket = byPrefix.get(prefix);
    if (bucket === undefined) byPrefix.set(prefix, new Set([needle]));
    else bucket.add(needle);
  }
}

/** Canaries match /ZQ[A-Z]{8,}/; spacing and punctuation may have been put between their letters. */
function canaryTokens(text: string): string[] {
  const tokens = new Set<string>();
  for (const match of text.matchAll(/z[^a-z0-9]*q(?:[^a-z0-9]*[a-z])+/gi)) {
    const letters = foldLetters(match[0]);
    // Letters that follow a canary after a gap belong to other words: every length is a candidate.
    for (let start = letters.indexOf('zq'); start >= 0; start = letters.indexOf('zq', start + 1)) {
      for (let end = start + 10; end <= Math.min(letters.length, start + 40); end++)
        tokens.add(letters.slice(start, end));
    }
  }
  return [...tokens];
}
