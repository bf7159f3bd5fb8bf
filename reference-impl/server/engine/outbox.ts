/**
 * What was published and is on disk, in memory: message by message, and by resident. Residents' messages are numbered 1, 2, 3, ...; the
 * numbers are not stored but counted, along a chain that leads from each resident's last message to the one before it.
 */
import type { Published } from '../service-api.ts';
import type { AudienceRow } from '../store/store.ts';

interface Audience extends AudienceRow {
  /** Kept messages that have it. */
  messages: number;
}

interface Kept {
  published: Published;
  /** Platform time. */
  atMs: number;
  audience: Audience;
  /** For the r-th resident of the audience, id of the kept or purged message before; 0 before the first. */
  previous: Uint32Array;
}

export class Outbox {
  readonly #residents: Uint32Array;
  /** By roster row: messages published, messages purged, and id of the last one. */
  readonly #counts: Uint32Array;
  #bases: Uint32Array;
  readonly #lastIds: Uint32Array;
  /** Messages in order; the one with id n is at n - firstId. */
  #kept: Kept[] = [];
  #firstId: number;
  /** By hash of the ids. */
  readonly #audiences = new Map<number, Audience[]>();
  #lastAudienceId = 0;

  /** `residents`: ids, ascending. `bases`: by resident, messages purged; null before the first. */
  constructor(residents: Uint32Array, bases: Uint32Array | null, firstId: number) {
    this.#residents = residents;
    this.#bases = bases ?? new Uint32Array(residents.length);
    this.#counts = this.#bases.slice();
    this.#lastIds = new Uint32Array(residents.length);
    this.#firstId = firstId;
  }

  get size(): number {
    return this.#kept.length;
  }

  get nextId(): number {
    return this.#firstId + this.#kept.length;
  }

  /** The audience that a kept message, or one of `coming`, has already and that equals these ids; else a new one, which is appended to `coming`. */
  audienceOf(ids: Uint32Array, coming: AudienceRow[]): AudienceRow {
    const known = this.#audiences.get(hashOf(ids))?.find((audience) => equal(audience.ids, ids));
    if (known !== undefined) return known;
    const same = coming.find((audience) => equal(audience.ids, ids));
    if (same !== undefined) return same;
    const audience = { id: this.#lastAudienceId + coming.length + 1, ids };
    coming.push(audience);
    return audience;
  }

  /** Takes an audience that is on disk. */
  addAudience({ id, ids }: AudienceRow): void {
    const audience: Audience = { id, ids, messages: 0 };
    const hash = hashOf(ids);
    const others = this.#audiences.get(hash);
    if (others === undefined) this.#audiences.set(hash, [audience]);
    else others.push(audience);
    this.#lastAudienceId = Math.max(this.#lastAudienceId, id);
  }

  /** Takes a message that is on disk, with the next id. Its audience must have been taken before. Returns its sequences for its audience. */
  add(published: Published, atMs: number): Uint32Array {
    const audience = this.#audiences.get(hashOf(published.audience))!.find(({ ids }) => ids === published.audience)!;
    const { length } = audience.ids;
    const previous = new Uint32Array(length);
    const sequences = new Uint32Array(length);
    this.#eachRow(audience.ids, (row, r) => {
      previous[r] = this.#lastIds[row];
      this.#lastIds[row] = published.id;
      sequences[r] = ++this.#counts[row];
    });
    audience.messages++;
    this.#kept.push({ published, atMs, audience, previous });
    return sequences;
  }

  /** As Engine.lastSequence. */
  lastSequence(resident: number): number {
    const row = positionOf(this.#residents, resident);
    return row < 0 ? 0 : this.#counts[row];
  }

  /** As Engine.messagesAfter. */
  messagesAfter(resident: number, after: number, limit: number) {
    const messages: { sequence: number; published: Published }[] = [];
    const row = positionOf(this.#residents, resident);
    if (row < 0 || after >= this.#counts[row]) return { messages, gap: null };
    const from = Math.max(after, this.#bases[row]);
    let id = this.#lastIds[row];
    for (let sequence = this.#counts[row]; sequence > from; sequence--) {
      const { published, previous } = this.#kept[id - this.#firstId];
      if (sequence <= from + limit) messages.push({ sequence, published });
      id = previous[positionOf(published.audience, resident)];
    }
    return { messages: messages.reverse(), gap: this.#bases[row] > after ? this.#bases[row] : null };
  }

  /** Texts of all that is kept. */
  bodies(): Set<string> {
    return new Set(this.#kept.map(({ published }) => published.body));
  }

  /** The messages published before `beforeMs` (platform time) or beyond the latest `max`, at most `limit` of them; null where there are none. Takes nothing away. */
  due(beforeMs: number, max: number, limit: number) {
    const surplus = this.#kept.length - max;
    let n = 0;
    while (n < limit && n < this.#kept.length && (n < surplus || this.#kept[n].atMs < beforeMs)) n++;
    if (n === 0) return null;
    const bases = this.#bases.slice();
    const gone = new Map<Audience, number>();
    for (const { audience } of this.#kept.slice(0, n)) {
      this.#eachRow(audience.ids, (row) => bases[row]++);
      gone.set(audience, (gone.get(audience) ?? 0) + 1);
    }
    const last = this.#kept[n - 1];
    const audienceIds = [...gone].filter(([audience, times]) => audience.messages === times).map(([{ id }]) => id);
    return { messages: n, messageId: last.published.id, atMs: last.atMs, bases, audienceIds };
  }

  /** Forgets the messages up to an id: what `due` said, once it is off the disk. */
  forget({ messageId, bases }: { messageId: number; bases: Uint32Array }): void {
    const n = messageId + 1 - this.#firstId;
    for (const { audience } of this.#kept.slice(0, n)) {
      audience.messages--;
      if (audience.messages === 0) this.#forgetAudience(audience);
    }
    this.#kept = this.#kept.slice(n);
    this.#firstId += n;
    this.#bases = bases;
  }

  // --- internal ---

  #forgetAudience(audience: Audience): void {
    const hash = hashOf(audience.ids);
    const others = this.#audiences.get(hash)!.filter((other) => other !== audience);
    if (others.length === 0) this.#audiences.delete(hash);
    else this.#audiences.set(hash, others);
  }

  /** Both are ascending, so that each search starts where the last ended. */
  #eachRow(ids: Uint32Array, visit: (row: number, r: number) => void): void {
    let from = 0;
    for (let r = 0; r < ids.length; r++) {
      const row = lowerBound(this.#residents, ids[r], from);
      visit(row, r);
      from = row + 1;
    }
  }
}

/** Position of an id among ascending ones, or -1. */
export function positionOf(ids: Uint32Array, id: number): number {
  const at = lowerBound(ids, id, 0);
  return ids[at] === id ? at : -1;
}

// --- internal ---

/** The first position from `from` on whose id is not below `id`; looks near `from` first. */
function lowerBound(ids: Uint32Array, id: number, from: number): number {
  let low = from;
  let step = 1;
  let high = from;
  while (high < ids.length && ids[high] < id) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  if (high > ids.length) high = ids.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (ids[mid] < id) low = mid + 1;
    else high = mid;
  }
  return low;
}

function equal(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** FNV-1a over the ids. */
function hashOf(ids: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < ids.length; i++) hash = Math.imul(hash ^ ids[i], 0x01000193);
  return hash >>> 0;
}
