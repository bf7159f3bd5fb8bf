/** Everything that a target knows about one agency by the rules: its records, and the groups of records that share an alert. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Category } from '../../contract/catalogue.ts';
import type { PublishedLocation } from '../../contract/manifest.ts';
import type { Suppression } from '../../contract/policy.ts';
import { policyAt, type RecordState } from '../rules/eligibility.ts';
import { type Place, publishedPlace } from '../rules/place.ts';
import type { Doubt } from './doubt.ts';
import type { OwedMessage } from './owed-message.ts';

/** A record as the messages about it tell it. */
export interface KnownRecord {
  id: string;
  book: AgencyBook;
  /** Order in which the agency's records and groups were first heard of. */
  serial: number;
  state: RecordState;
  /** True once the record was cancelled, whatever it said later. */
  cancelled: boolean;
  /** True if it was last seen in a portal's snapshot. */
  portal: boolean;
  /** When a message last named it, ms. */
  heardMs: number;
  group: Group | null;
  /** The review that settled it; a change of category clears it. Null without one. */
  answered: { category: Category | null; reason: Suppression } | null;
  /** Why it has no alert of its own; null if it has one. */
  reason: Suppression | null;
  doubt: Doubt;
}

/** Records of one event: they share one alert. */
export interface Group {
  /** Key of the alert. */
  key: string;
  book: AgencyBook;
  /** Order of opening. */
  serial: number;
  /** The bucket of incident times that lists it; NaN if none does. */
  bucket: number;
  /** The record that opened it, whose id is the canonical one. */
  opener: KnownRecord;
  /** In order of joining. */
  records: KnownRecord[];
  lead: KnownRecord;
  /** True if every record is closed as duplicate. */
  leaderless: boolean;
  phase: 'waiting' | 'alerted' | 'cancelled' | 'dissolved';
  /** The Alert that waits for a reviewer, as it would have been published at once; null if none waits. */
  wouldBe: OwedMessage | null;
  /** True once the target asked for the decision. */
  asked: boolean;
  sent: OwedMessage[];
  /** Ids of all recipients of `sent`, ascending. */
  sentTo: Uint32Array;
  doubt: Doubt;
}

/** The records and groups of one agency. */
export class AgencyBook {
  readonly profile: AgencyProfile;
  /** In the order in which each was last heard of, so that those to be forgotten come first. */
  readonly records = new Map<string, KnownRecord>();
  /** Open records of the agency's portal. */
  readonly openPortal = new Set<KnownRecord>();
  /** Every record id ever seen, so that a key can be traced to its record even if that is forgotten. */
  readonly ids = new Set<string>();
  /** Stamp of the latest snapshot, ms. */
  snapshotMs = -Infinity;
  #serials = 0;
  /** Groups that a record may join, by their lead's incident time in steps of BUCKET_MS. */
  readonly #groups = new Map<number, Set<Group>>();
  /** Every group's lead is compared with every record that opens or joins: the same place is asked for many times. */
  readonly #places = new WeakMap<PublishedLocation, { householdsMin: number; place: Place | null }>();

  constructor(profile: AgencyProfile) {
    this.profile = profile;
  }

  nextSerial(): number {
    return this.#serials++;
  }

  /** A message names the record: it becomes the last one to be forgotten. */
  hear(record: KnownRecord, atMs: number): void {
    record.heardMs = atMs;
    this.records.delete(record.id);
    this.records.set(record.id, record);
  }

  notePortal(record: KnownRecord): void {
    if (record.portal && record.state.status === 'open' && !record.cancelled) this.openPortal.add(record);
    else this.openPortal.delete(record);
  }

  /** The place to publish for a record under the policy in force; null if it is unlocatable. */
  placeOf(record: KnownRecord, atMs: number): Place | null {
    const { householdsMin } = policyAt(this.profile, atMs);
    const { location } = record.state;
    let known = this.#places.get(location);
    if (known?.householdsMin !== householdsMin) {
      known = { householdsMin, place: publishedPlace(this.profile, location, householdsMin) };
      this.#places.set(location, known);
    }
    return known.place;
  }

  /** Lists a group under its lead's incident time. */
  list(group: Group): void {
    this.unlist(group);
    group.bucket = bucketOf(group.lead.state.incidentMs);
    const bucket = this.#groups.get(group.bucket);
    if (bucket === undefined) this.#groups.set(group.bucket, new Set([group]));
    else bucket.add(group);
  }

  /** True if the group is listed under its lead's incident time. */
  isListed(group: Group): boolean {
    return group.bucket === bucketOf(group.lead.state.incidentMs);
  }

  unlist(group: Group): void {
    const bucket = this.#groups.get(group.bucket);
    if (bucket?.delete(group) === true && bucket.size === 0) this.#groups.delete(group.bucket);
  }

  /** Listed groups whose lead's incident time may lie within `spanMs` of `incidentMs`. Some lie further. */
  *groupsNear(incidentMs: number, spanMs: number): Iterable<Group> {
    const last = bucketOf(incidentMs + spanMs);
    for (let bucket = bucketOf(incidentMs - spanMs); bucket <= last; bucket++)
      yield* this.#groups.get(bucket) ?? NO_GROUPS;
  }
}

// --- internal ---

const BUCKET_MS = 900_000;
const NO_GROUPS: readonly Group[] = [];

function bucketOf(ms: number): number {
  return Math.floor(ms / BUCKET_MS);
}
