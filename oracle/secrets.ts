/** The private strings that the oracle has been told, by agency and record, and the search for them in what leaves the target. */
import type { PrivateKind, PrivateString } from '../contract/manifest.ts';
import { DAY_MS } from '../contract/time.ts';
import { type Hay, hayOf, holds, lettersOf, type Needle, needleOf } from './needles.ts';

export interface Secrets {
  learn(agency: string, recordId: string, strings: PrivateString[], atMs: number): void;
  /** Kinds of private string of these records in a text, unless the permitted text holds them too. */
  ofRecords(text: string, agency: string, recordIds: readonly string[], permitted: string): PrivateKind[];
  /** Kinds of private string of any recent record of the agency in a text whose record is unknown. */
  ofAgency(text: string, agency: string): PrivateKind[];
  /** Kinds that any text betrays, whosever they are: canaries, and synthetic phones and e-mail addresses. */
  ofAnyone(text: string): PrivateKind[];
}

/** A record's strings are searched for this long after they were last added to; its canaries for ever. */
const REMEMBER_MS = 2 * DAY_MS;
const PREFIX_LENGTH = 4;
/** What a resident may say of what it saw is no proof that it comes from a record; these kinds are. */
const IDENTIFYING: ReadonlySet<PrivateKind> = new Set([
  'name',
  'phone',
  'address',
  'plate',
  'birth-date',
  'email',
  'coordinates',
]);

interface Secret {
  strings: PrivateString[];
  needles: Needle[] | null;
  atMs: number;
}

interface AgencySecrets {
  records: Map<string, Secret>;
  /** Records whose strings are not yet in `byPrefix`: the index is only made for agencies that put out texts whose record is unknown. */
  unindexed: Set<string>;
  byPrefix: Map<string, Set<Needle>>;
  /** When the index was begun: it is begun anew now and then, to be rid of what is too old. */
  indexedMs: number;
  learntMs: number;
}

export function createSecrets(): Secrets {
  const agencies = new Map<string, AgencySecrets>();
  const canaries = new Set<string>();

  return {
    learn(agency, rawId, strings, atMs) {
      const recordId = rawId.trim();
      let mine = agencies.get(agency);
      if (mine === undefined) {
        mine = { records: new Map(), unindexed: new Set(), byPrefix: new Map(), indexedMs: atMs, learntMs: atMs };
        agencies.set(agency, mine);
      }
      const known = mine.records.get(recordId);
      const fresh =
        known === undefined
          ? strings
          : strings.filter((s) => !known.strings.some((k) => k.kind === s.kind && k.value === s.value));
      // Re-entering a record keeps the oldest first, which is where forgetting looks.
      mine.records.delete(recordId);
      mine.records.set(recordId, {
        strings: known === undefined ? strings : [...known.strings, ...fresh],
        needles: null,
        atMs,
      });
      mine.unindexed.add(recordId);
      mine.learntMs = atMs;
      for (const s of fresh) if (s.kind === 'canary') canaries.add(lettersOf(s.value));
      for (const [id, secret] of mine.records) {
        if (secret.atMs + REMEMBER_MS > atMs) break;
        mine.records.delete(id);
        mine.unindexed.delete(id);
      }
    },
    ofRecords(text, agency, recordIds, permitted) {
      const hay = hayOf(text);
      let allowed: Hay | null = null;
      const kinds = new Set<PrivateKind>();
      for (const id of recordIds) {
        const secret = agencies.get(agency)?.records.get(id);
        if (secret === undefined) continue;
        secret.needles ??= secret.strings.map(needleOf);
        for (const needle of secret.needles) {
          if (kinds.has(needle.kind) || !holds(hay, needle)) continue;
          allowed ??= hayOf(permitted);
          if (!holds(allowed, needle)) kinds.add(needle.kind);
        }
      }
      return [...kinds];
    },
    ofAgency(text, agency) {
      const mine = agencies.get(agency);
      if (mine === undefined) return [];
      if (mine.indexedMs + REMEMBER_MS <= mine.learntMs) {
        mine.byPrefix.clear();
        mine.unindexed = new Set(mine.records.keys());
        mine.indexedMs = mine.learntMs;
      }
      for (const id of mine.unindexed) {
        for (const s of mine.records.get(id)!.strings) if (identifies(s)) index(mine.byPrefix, needleOf(s));
      }
      mine.unindexed.clear();
      const hay = hayOf(text);
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
    },
    ofAnyone(text) {
      const kinds = new Set<PrivateKind>();
      const folded = text.normalize('NFKC');
      if (/zq/i.test(folded)) for (const token of canaryTokens(folded)) if (canaries.has(token)) kinds.add('canary');
      // Every synthetic phone is 555-01xx, every synthetic address is at example.com.
      if (folded.includes('55') && /55501\d\d(?!\d)/.test(hayOf(folded).digits)) kinds.add('phone');
      // One character before the @ is enough: a whole name would be tried from each of its characters.
      if (/[\p{L}\p{N}._+-]@(?:[\p{L}\p{N}-]+\.)*example\.com/iu.test(folded)) kinds.add('email');
      return [...kinds];
    },
  };
}

// --- internal ---

/** A first name alone, or a street without its number, is anybody's. */
function identifies(s: PrivateString): boolean {
  if (s.kind === 'name') return /\S\s+\S/.test(s.value);
  return s.kind === 'address' ? /^\d+\s/.test(s.value) : IDENTIFYING.has(s.kind);
}

function index(byPrefix: Map<string, Set<Needle>>, needle: Needle): void {
  const layouts = [needle.letters, ...needle.digits, ...needle.raw.map(lettersOf)];
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
    const letters = lettersOf(match[0]);
    // Letters that follow a canary after a gap belong to other words: every length is a candidate.
    for (let start = letters.indexOf('zq'); start >= 0; start = letters.indexOf('zq', start + 1)) {
      for (let end = start + 10; end <= Math.min(letters.length, start + 40); end++)
        tokens.add(letters.slice(start, end));
    }
  }
  return [...tokens];
}
