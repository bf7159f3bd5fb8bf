/** What is known of an agency's records (docs/reference/rules.md, 'What is known of a record'), bounded by forgetting the silent ones. */
import FlatQueue from 'flatqueue';
import type { Category, Dialect, NatureRule } from '../../contract/catalogue.ts';
import type { PublishedDisposition, RecordStatus } from '../../contract/manifest.ts';
import type { RowOutcome } from '../../contract/pipeline.ts';
import type { Suppression } from '../../contract/policy.ts';
import type { NormalRecord } from './parse/normal.ts';
import type { FoundPlace, PublishedPlace } from './place.ts';

/** The latest state of a record, as published. */
export interface RecordState {
  incidentMs: number;
  updatedMs: number | null;
  nature: string;
  status: RecordStatus;
  disposition: PublishedDisposition;
  placeText: string;
  /** Null where the agency's table lacks the nature. */
  rule: NatureRule | null;
  /** Null where the location can't be placed. */
  place: FoundPlace | null;
}

export interface RecordEntry {
  readonly id: string;
  /** Order in which the agency's records were first seen. */
  readonly ordinal: number;
  state: RecordState;
  /** Once cancelled, a record stays cancelled whatever later states say. */
  cancelledForGood: boolean;
  lastHeardMs: number;
  /** Message and row of the state, for suppressions. */
  messageId: string;
  row: number;
  group: Group | null;
  /** Set where its group ended in review: holds while its category stays. */
  answered: { category: Category | null; reason: 'rejected-in-review' | 'expired-in-review' } | null;
  /** The suppression last told, null where there was none. */
  suppression: Suppression | null;
}

/** One event: the records that tell of it, and the alert owed for it. */
export interface Group {
  /** Order of opening within the agency. */
  readonly ordinal: number;
  readonly opener: RecordEntry;
  readonly incidents: string;
  /** In order of joining. */
  readonly records: RecordEntry[];
  lead: RecordEntry;
  /** True where every record is closed as duplicate: the last lead then stays. */
  leadless: boolean;
  /** `waiting`: no alert was sent. `cancelled`: nothing more will be. */
  phase: 'waiting' | 'alerted' | 'cancelled';
  /** The ticket that waits for a decision. */
  ticket: string | null;
  asked: boolean;
  withheld: boolean;
  alertedMs: number;
  messages: number;
  published: { category: Category; place: PublishedPlace } | null;
  /** Everyone who was sent a message of this alert, ascending. */
  recipients: Uint32Array;
  /** Where the index keeps it, and for which state of its lead; null where it takes no more records: it is cancelled, counts as cancelled, or has no category or place. */
  bucket: { key: string; state: RecordState } | null;
}

export function statusOf(entry: RecordEntry): RecordStatus {
  return entry.cancelledForGood ? 'cancelled' : entry.state.status;
}

export function isClosedAsDuplicate(entry: RecordEntry): boolean {
  return statusOf(entry) === 'closed' && entry.state.disposition === 'duplicate';
}

export function categoryOf(entry: RecordEntry): Category | null {
  return entry.state.rule?.category ?? null;
}

/** What `incoming` is to what is known. Remembers a duplicate's newer stamp. */
export function compareState(known: RecordState, incoming: NormalRecord): Exclude<RowOutcome, 'rejected'> {
  if (known.updatedMs !== null && incoming.updatedMs !== null && incoming.updatedMs < known.updatedMs)
    return 'superseded';
  const same =
    known.incidentMs === incoming.incidentMs &&
    known.nature === incoming.nature &&
    known.status === incoming.status &&
    known.disposition === incoming.disposition &&
    known.placeText === incoming.location.text;
  if (!same) return 'accepted';
  known.updatedMs = incoming.updatedMs ?? known.updatedMs;
  return 'duplicate';
}

/** An agency's records by id. */
export class RecordStore {
  readonly #entries = new Map<string, RecordEntry>();
  /** Each record once, by a time at which it was heard of: no later than its last, so that the first due is never missed. */
  readonly #queue = new FlatQueue<RecordEntry>();
  /** Records that may be open and were last seen in a snapshot. */
  readonly #listed = new Set<RecordEntry>();
  #opened = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): RecordEntry | undefined {
    return this.#entries.get(id);
  }

  open(id: string, state: RecordState, nowMs: number): RecordEntry {
    const entry: RecordEntry = {
      id,
      ordinal: this.#opened++,
      state,
      cancelledForGood: false,
      lastHeardMs: nowMs,
      messageId: '',
      row: 0,
      group: null,
      answered: null,
      suppression: null,
    };
    this.#entries.set(id, entry);
    this.#queue.push(entry, nowMs);
    return entry;
  }

  /** Notes that a message named the record, whatever came of it. */
  heard(entry: RecordEntry, dialect: Dialect, nowMs: number): void {
    entry.lastHeardMs = nowMs;
    if (dialect === 'dallas') this.#listed.add(entry);
    else this.#listed.delete(entry);
  }

  /** Open records last seen in a snapshot that are not among `ids`, in the order first seen. */
  unlisted(ids: ReadonlySet<string>): RecordEntry[] {
    const gone: RecordEntry[] = [];
    for (const entry of this.#listed) {
      if (statusOf(entry) !== 'open') this.#listed.delete(entry);
      else if (!ids.has(entry.id)) gone.push(entry);
    }
    return gone.sort((a, b) => a.ordinal - b.ordinal);
  }

  /** Forgets, and returns, the records unheard of since `sinceMs` or longer. */
  forget(sinceMs: number): RecordEntry[] {
    const forgotten: RecordEntry[] = [];
    for (
      let heardMs = this.#queue.peekValue();
      heardMs !== undefined && heardMs <= sinceMs;
      heardMs = this.#queue.peekValue()
    ) {
      const entry = this.#queue.pop()!;
      if (entry.lastHeardMs > sinceMs) {
        this.#queue.push(entry, entry.lastHeardMs);
        continue;
      }
      this.#entries.delete(entry.id);
      this.#listed.delete(entry);
      forgotten.push(entry);
    }
    return forgotten;
  }

  /** A time before which no record was last heard of; Infinity where there are none. */
  earliestHeardMs(): number {
    return this.#queue.peekValue() ?? Infinity;
  }
}
