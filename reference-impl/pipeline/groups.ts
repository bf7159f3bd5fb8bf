/** Records that are one event, and the alert owed for it (docs/rules.md, 'One event, one alert: groups'). */
import type { Category } from '../../contract/catalogue.ts';
import { HOUR_MS } from '../../contract/time.ts';
import type { PublishedPlace } from './place.ts';
import { isClosedAsDuplicate, type RecordEntry } from './records.ts';

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
  /** Where the index keeps it; null where it takes no more records: it is cancelled, or counts as cancelled. */
  bucket: number | null;
}

/** An agency's groups. Those that may be joined are found by their lead's incident time. */
export class GroupStore {
  private readonly buckets = new Map<number, Set<Group>>();
  /** By canonical record id: tickets asked so far, and groups alive. */
  private readonly tickets = new Map<string, { asked: number; groups: number }>();
  private opened = 0;
  private alive = 0;

  get size(): number {
    return this.alive;
  }

  open(opener: RecordEntry, incidents: string): Group {
    const group: Group = {
      ordinal: this.opened++,
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
    this.alive++;
    const count = this.tickets.get(opener.id);
    if (count === undefined) this.tickets.set(opener.id, { asked: 0, groups: 1 });
    else count.groups++;
    this.refresh(group);
    return group;
  }

  /** The number of the next ticket asked under a group's key, from 1. */
  nextTicket(group: Group): number {
    return ++this.tickets.get(group.opener.id)!.asked;
  }

  /** The oldest group that may be joined, whose lead's incident time differs from `incidentMs` by at most `differenceMsMax`, and that fits. */
  oldest(incidentMs: number, differenceMsMax: number, fits: (group: Group) => boolean): Group | null {
    let found: Group | null = null;
    const last = bucketOf(incidentMs + differenceMsMax);
    for (let bucket = bucketOf(incidentMs - differenceMsMax); bucket <= last; bucket++)
      for (const group of this.buckets.get(bucket) ?? []) {
        if (found !== null && group.ordinal > found.ordinal) continue;
        if (Math.abs(group.lead.state.incidentMs - incidentMs) <= differenceMsMax && fits(group)) found = group;
      }
    return found;
  }

  /** Finds the lead anew, after a record of the group changed or left or the group was cancelled. */
  refresh(group: Group): void {
    const lead = group.records.find((record) => !isClosedAsDuplicate(record));
    group.leadless = lead === undefined;
    group.lead = lead ?? group.lead;
    const bucket = group.phase === 'cancelled' || group.leadless ? null : bucketOf(group.lead.state.incidentMs);
    if (bucket !== group.bucket) this.place(group, bucket);
  }

  /** The group is no more: its records belong to none. */
  end(group: Group, isKnown: (recordId: string) => boolean): void {
    for (const record of group.records) record.group = null;
    this.place(group, null);
    this.alive--;
    this.tickets.get(group.opener.id)!.groups--;
    this.release(group.opener.id, isKnown);
  }

  /** Forgets a key's count once neither its record nor a group of its is left. */
  release(recordId: string, isKnown: (recordId: string) => boolean): void {
    if (this.tickets.get(recordId)?.groups === 0 && !isKnown(recordId)) this.tickets.delete(recordId);
  }

  private place(group: Group, bucket: number | null): void {
    if (group.bucket !== null) {
      const old = this.buckets.get(group.bucket)!;
      old.delete(group);
      if (old.size === 0) this.buckets.delete(group.bucket);
    }
    group.bucket = bucket;
    if (bucket === null) return;
    const set = this.buckets.get(bucket);
    if (set === undefined) this.buckets.set(bucket, new Set([group]));
    else set.add(group);
  }
}

// --- internal ---

function bucketOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}
