/** Records that are one event, and the alert owed for it (docs/reference/rules.md, 'One event, one alert: groups'). */
import { HOUR_MS } from '../../contract/time.ts';
import { isClosedAsDuplicate, type Group, type RecordEntry } from './records.ts';

/** What records of one event share, besides the hour: category and published place; null where either is missing. */
export type EventOf = (record: RecordEntry) => string | null;

/** An agency's groups. Those that may be joined are found by their lead's event and the hour of its incident. */
export class GroupStore {
  readonly #eventOf: EventOf;
  readonly #buckets = new Map<string, Set<Group>>();
  /** By canonical record id: tickets asked so far, and groups alive. */
  readonly #tickets = new Map<string, { asked: number; groups: number }>();
  #opened = 0;
  #alive = 0;

  constructor(eventOf: EventOf) {
    this.#eventOf = eventOf;
  }

  get size(): number {
    return this.#alive;
  }

  open(opener: RecordEntry, incidents: string): Group {
    const group: Group = {
      ordinal: this.#opened++,
      opener,
      incidents,
      records: [opener],
      lead: opener,
      leadless: false,
      phase: 'waiting',
      ticket: null,
      asked: false,
      withheld: false,
      alertedMs: 0,
      messages: 0,
      published: null,
      recipients: new Uint32Array(0),
      bucket: null,
    };
    opener.group = group;
    this.#alive++;
    const count = this.#tickets.get(opener.id);
    if (count === undefined) this.#tickets.set(opener.id, { asked: 0, groups: 1 });
    else count.groups++;
    this.refresh(group);
    return group;
  }

  /** The number of the next ticket asked under a group's key, from 1. */
  nextTicket(group: Group): number {
    return ++this.#tickets.get(group.opener.id)!.asked;
  }

  /** The oldest group that may be joined, of the same event as a record that belongs to none, and whose lead's incident time differs by at most `differenceMsMax`. */
  oldest(record: RecordEntry, differenceMsMax: number): Group | null {
    const event = this.#eventOf(record);
    if (event === null) return null;
    const { incidentMs } = record.state;
    let found: Group | null = null;
    const last = hourOf(incidentMs + differenceMsMax);
    for (let hour = hourOf(incidentMs - differenceMsMax); hour <= last; hour++)
      for (const group of this.#buckets.get(bucketKey(hour, event)) ?? []) {
        if (found !== null && group.ordinal > found.ordinal) continue;
        if (Math.abs(group.lead.state.incidentMs - incidentMs) <= differenceMsMax) found = group;
      }
    return found;
  }

  /** Finds the lead anew, after a record of the group changed or left or the group was cancelled. */
  refresh(group: Group): void {
    const lead = group.records.find((record) => !isClosedAsDuplicate(record));
    group.leadless = lead === undefined;
    group.lead = lead ?? group.lead;
    if (group.phase === 'cancelled' || group.leadless) this.#place(group, null);
    // A record's state is replaced as a whole where it changes.
    else if (group.bucket?.state !== group.lead.state) this.#place(group, this.#keyOf(group.lead));
  }

  /** Indexes all groups anew, after what `eventOf` answers has changed for records as they are. */
  reindex(): void {
    const groups = [...this.#buckets.values()].flatMap((bucket) => [...bucket]);
    for (const group of groups) this.#place(group, this.#keyOf(group.lead));
  }

  /** The group is no more: its records belong to none. */
  end(group: Group, isKnown: (recordId: string) => boolean): void {
    for (const record of group.records) record.group = null;
    this.#place(group, null);
    this.#alive--;
    this.#tickets.get(group.opener.id)!.groups--;
    this.release(group.opener.id, isKnown);
  }

  /** Forgets a key's count once neither its record nor a group of its is left. */
  release(recordId: string, isKnown: (recordId: string) => boolean): void {
    if (this.#tickets.get(recordId)?.groups === 0 && !isKnown(recordId)) this.#tickets.delete(recordId);
  }

  #keyOf(lead: RecordEntry): string | null {
    const event = this.#eventOf(lead);
    return event === null ? null : bucketKey(hourOf(lead.state.incidentMs), event);
  }

  #place(group: Group, key: string | null): void {
    if (group.bucket !== null && group.bucket.key !== key) {
      const old = this.#buckets.get(group.bucket.key)!;
      old.delete(group);
      if (old.size === 0) this.#buckets.delete(group.bucket.key);
    }
    if (key !== null && group.bucket?.key !== key) {
      const bucket = this.#buckets.get(key);
      if (bucket === undefined) this.#buckets.set(key, new Set([group]));
      else bucket.add(group);
    }
    group.bucket = key === null ? null : { key, state: group.lead.state };
  }
}

// --- internal ---

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}

function bucketKey(hour: number, event: string): string {
  return `${hour} ${event}`;
}
