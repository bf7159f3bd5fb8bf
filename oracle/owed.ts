/**
 * Duty: which alerts are owed, to whom and when, from what reached the target's door. A second, independent reading of docs/reference/rules.md:
 * everything due is due at the moment of the input that makes it due, so the model needs no clock of its own.
 */
import type { AgencyProfile } from '../contract/agency.ts';
import type { MsgType } from '../contract/alert.ts';
import type { Category } from '../contract/catalogue.ts';
import type { ManifestRow, MessageManifest, PublishedLocation } from '../contract/manifest.ts';
import type { Box } from '../contract/plane.ts';
import type { PipelineInput, RowOutcome } from '../contract/pipeline.ts';
import type { Suppression } from '../contract/policy.ts';
import { parseIso, civilToMs } from '../contract/time.ts';
import { localToUtc } from '../contract/zones.ts';
import { alertKey, compose } from './composition.ts';
import type { Arrival, OracleConfig } from './oracle-api.ts';
import {
  categoryOf,
  dialectAt,
  EXACTLY,
  examine,
  type Finding,
  isRevoking,
  near,
  policyAt,
  type RecordState,
  type Slack,
} from './eligibility.ts';
import { type People, union } from './people.ts';
import { type Place, publishedPlace } from './place.ts';

/**
 * How surely what is owed follows from what the target was given: surely; but for the clock's tolerance; or not surely, since an input
 * was never acknowledged, or only after several attempts. The greater one prevails.
 */
export const DOUBT = { none: 0, band: 1, unsure: 2 } as const;
export type Doubt = (typeof DOUBT)[keyof typeof DOUBT];

/** A message owed. */
export interface Expected {
  key: string;
  sequence: number;
  msgType: MsgType;
  agency: AgencyProfile;
  dueMs: number;
  /** When its cause was meant to arrive. */
  meantMs: number;
  /** By how much later its cause may have arrived. */
  spreadMs: number;
  category: Category;
  place: Place;
  /** What residents' distances are measured from; null: nobody matches. */
  reach: Box | null;
  /** The lead at that moment. */
  recordId: string;
  leadMs: number;
  /** When the group's Alert was due. */
  alertMs: number;
  frame: string;
  recipients: Uint32Array;
  /** Whether it is owed at all. */
  doubt: Doubt;
  /** Earlier messages of the same alert. */
  earlier: Expected[];
}

/** Row outcomes demanded of a message's receipt; null where the clock's tolerance leaves them open. */
export type ExpectedReceipt = { row: number; outcome: RowOutcome }[] | null;

export interface Duty {
  cad(
    input: PipelineInput & { kind: 'cad' },
    manifest: MessageManifest | null,
    atMs: number,
    arrival?: Arrival,
  ): ExpectedReceipt;
  review(ticket: string, decision: 'approve' | 'reject', atMs: number, arrival?: Arrival): void;
  /** Everything owed so far, in the order in which it fell due. */
  expected(): readonly Expected[];
  /** The target asked for a decision on a ticket under a key. Returns what the rules let it wait for; null where that is nothing. */
  asks(ticket: string, key: string): Expected | null;
  /** What waits for a decision that the target never asked for, as it would have been published at once. */
  neverAsked(): Expected[];
  /** Why a message under this key, with no expectation of its own, is not owed at this moment. */
  whyNot(key: string, msgType: MsgType, atMs: number): string;
  /** The records behind a key. Null where none has it. */
  behind(key: string): Behind | null;
  /** Whether a message under this key may be owed although none is expected. */
  doubtOf(key: string): Doubt;
  suppressed(): Record<string, number>;
}

export interface Behind {
  agency: string;
  /** The canonical record first, then the others of its group. */
  recordIds: string[];
  /** `2854 W MAPLE ST`: where those of them that are known say that they are, as far as they say it exactly. */
  addresses: string[];
}

interface KnownRecord {
  id: string;
  serial: number;
  state: RecordState;
  cancelled: boolean;
  /** True where it was last seen in a portal's snapshot. */
  portal: boolean;
  heardMs: number;
  group: Group | null;
  answered: { category: Category | null; reason: Suppression } | null;
  reason: Suppression | null;
  doubt: Doubt;
}

interface Group {
  key: string;
  /** Order of opening. */
  serial: number;
  bucket: number;
  /** The record that opened it, whose id is the canonical one. */
  opener: KnownRecord;
  agency: AgencyBook;
  /** In order of joining. */
  records: KnownRecord[];
  lead: KnownRecord;
  /** True where every record is closed as duplicate. */
  leaderless: boolean;
  phase: 'waiting' | 'alerted' | 'cancelled' | 'dissolved';
  /** What a ticket had to be asked for, as it would have been published at once; null where nothing is waited for. */
  wouldBe: Expected | null;
  /** True once the target asked. */
  asked: boolean;
  sent: Expected[];
  sentTo: Uint32Array;
  doubt: Doubt;
}

interface AgencyBook {
  profile: AgencyProfile;
  /** In the order in which each was last heard of, so that the forgotten ones come first. */
  records: Map<string, KnownRecord>;
  openPortal: Set<KnownRecord>;
  /** Groups that may be joined, by their lead's incident time in steps of BUCKET_MS. */
  groups: Map<number, Set<Group>>;
  snapshotMs: number;
  serials: number;
  /** Every record id ever seen, so that a key can be traced to its record even when that is forgotten. */
  ids: Set<string>;
  keyed: number;
}

export function createDuty(config: OracleConfig, people: People): Duty {
  const { runKey } = config;
  const books = new Map<string, AgencyBook>();
  for (const profile of config.agencies) {
    const book = {
      profile,
      records: new Map(),
      openPortal: new Set<KnownRecord>(),
      groups: new Map<number, Set<Group>>(),
      snapshotMs: -Infinity,
      serials: 0,
      ids: new Set<string>(),
      keyed: 0,
    };
    books.set(profile.id, book);
  }
  const expected: Expected[] = [];
  /** Tickets as the target names them: what it asks under a key is about the group that waits under that key. */
  const tickets = new Map<string, Group>();
  const asking: Group[] = [];
  const groupOf = new Map<string, Group>();
  const idOf = new Map<string, { agency: string; id: string }>();
  const suppressed = new Map<Suppression, number>();
  const places = new WeakMap<PublishedLocation, { householdsMin: number; place: Place | null }>();
  /** The input that is being read. */
  let current: Current = { toleranceMs: 0, graceMs: 0, spreadMs: 0, meantMs: 0, touchedUnsure: false };

  function begin(atMs: number, arrival: Arrival): void {
    current = {
      toleranceMs: arrival.exact === true ? 0 : config.toleranceMs,
      graceMs: arrival.exact === true ? 0 : (config.graceMs ?? 0),
      spreadMs: arrival.spreadMs ?? 0,
      meantMs: arrival.meantMs ?? atMs,
      touchedUnsure: arrival.unsure === true,
    };
  }

  // --- messages ---

  function cad(
    input: PipelineInput & { kind: 'cad' },
    manifest: MessageManifest | null,
    atMs: number,
    arrival: Arrival = {},
  ): ExpectedReceipt {
    begin(atMs, arrival);
    const refused: ExpectedReceipt = [{ row: 0, outcome: 'rejected' }];
    const book = books.get(input.agency);
    if (book === undefined) return refused;
    forget(book, atMs);
    const doubt = arrival.unsure === true ? DOUBT.unsure : edgeDoubt((slack) => atEdge(book.profile, atMs, slack));
    const { afterMs } = slackOf(current.spreadMs);
    const accepts = [atMs, atMs - current.toleranceMs, atMs + afterMs].some(
      (ms) => dialectAt(book.profile, ms) === input.dialect,
    );
    if (!accepts) return refused;
    if (input.body.length > config.bodyLengthMax || manifest === null || !manifest.readable) return refused;
    const receipt = manifest.snapshot
      ? snapshot(book, input, manifest, atMs, doubt)
      : manifest.rows.map((row) => rowReceipt(book, manifest, row, atMs, doubt));
    return doubt !== DOUBT.none || current.touchedUnsure ? null : receipt;
  }

  function rowReceipt(
    book: AgencyBook,
    manifest: MessageManifest,
    row: ManifestRow,
    atMs: number,
    doubt: Doubt,
  ): { row: number; outcome: RowOutcome } {
    return { row: row.row, outcome: row.wellFormed ? take(book, manifest, row, atMs, doubt) : 'rejected' };
  }

  function snapshot(
    book: AgencyBook,
    input: PipelineInput & { kind: 'cad' },
    manifest: MessageManifest,
    atMs: number,
    doubt: Doubt,
  ): { row: number; outcome: RowOutcome }[] {
    const asOfMs = Math.min(manifest.rows[0]?.updatedMs ?? asOfOf(input.body, book.profile.zone), atMs);
    if (asOfMs <= book.snapshotMs) {
      return manifest.rows.map((row) => {
        if (!row.wellFormed) return { row: row.row, outcome: 'rejected' };
        const known = book.records.get(row.recordId.trim());
        if (known !== undefined) hear(book, known, atMs);
        return { row: row.row, outcome: 'superseded' };
      });
    }
    book.snapshotMs = asOfMs;
    const receipt = manifest.rows.map((row) => rowReceipt(book, manifest, row, atMs, doubt));
    if (manifest.rows.every((row) => row.wellFormed)) {
      const listed = new Set(manifest.rows.map((row) => row.recordId.trim()));
      const absent = [...book.openPortal]
        .filter((record) => !listed.has(record.id))
        .sort((a, b) => a.serial - b.serial);
      for (const record of absent) {
        record.state = { ...record.state, status: 'closed', disposition: 'none' };
        book.openPortal.delete(record);
        raise(record, doubt);
        evaluate(book, record, atMs);
      }
    }
    return receipt;
  }

  /** What is known of a record, and what a new state of it is. */
  function take(book: AgencyBook, manifest: MessageManifest, row: ManifestRow, atMs: number, doubt: Doubt): RowOutcome {
    const id = row.recordId.trim();
    const state: RecordState = {
      incidentMs: row.incidentMs,
      updatedMs: row.updatedMs === null ? null : Math.min(row.updatedMs, atMs),
      nature: row.nature.trim(),
      dialect: manifest.dialect,
      status: row.status,
      disposition: row.disposition,
      location: row.location,
    };
    let record = book.records.get(id);
    if (record === undefined) {
      record = {
        id,
        serial: book.serials++,
        state,
        cancelled: state.status === 'cancelled',
        portal: manifest.snapshot,
        heardMs: atMs,
        group: null,
        answered: null,
        reason: null,
        doubt,
      };
      book.records.set(id, record);
      book.ids.add(id);
    } else {
      hear(book, record, atMs);
      record.portal = manifest.snapshot;
      current.touchedUnsure ||= record.doubt === DOUBT.unsure;
      raise(record, doubt);
      const known = record.state;
      if (known.updatedMs !== null && state.updatedMs !== null && state.updatedMs < known.updatedMs)
        return 'superseded';
      if (saysTheSame(known, state)) {
        if (state.updatedMs !== null) record.state = { ...known, updatedMs: state.updatedMs };
        notePortal(book, record);
        return 'duplicate';
      }
      record.state = state;
      record.cancelled ||= state.status === 'cancelled';
    }
    notePortal(book, record);
    evaluate(book, record, atMs);
    return 'accepted';
  }

  function hear(book: AgencyBook, record: KnownRecord, atMs: number): void {
    record.heardMs = atMs;
    book.records.delete(record.id);
    book.records.set(record.id, record);
  }

  function notePortal(book: AgencyBook, record: KnownRecord): void {
    if (record.portal && record.state.status === 'open' && !record.cancelled) book.openPortal.add(record);
    else book.openPortal.delete(record);
  }

  /** Forgetting touches nothing outside its agency, so that it can wait for the agency's next input. */
  function forget(book: AgencyBook, atMs: number): void {
    const { retainMs } = policyAt(book.profile, atMs);
    for (const record of book.records.values()) {
      if (record.heardMs + retainMs > atMs) break;
      book.records.delete(record.id);
      book.openPortal.delete(record);
      const { group } = record;
      record.group = null;
      if (group === null) continue;
      group.records = group.records.filter((other) => other !== record);
      if (group.records.length === 0) unlist(group);
      else chooseLead(group);
    }
  }

  // --- records and groups ---

  function evaluate(book: AgencyBook, record: KnownRecord, atMs: number): void {
    const finding = find(book, record, atMs);
    const category = categoryOf(book.profile, record.state);
    if (record.answered !== null && record.answered.category !== category) record.answered = null;
    const joins = finding.reason === null && record.group === null && record.answered === null;
    if (joins) join(book, record, atMs);
    const { group } = record;
    if (finding.reason !== null) setReason(record, finding.reason);
    else if (group !== null) setReason(record, group.opener === record ? null : 'same-event');
    else setReason(record, record.answered?.reason ?? null);
    if (group !== null) evaluateGroup(group, atMs);
  }

  function find(book: AgencyBook, record: KnownRecord, atMs: number): Finding {
    const within = (slack: Slack): Finding => examine(book.profile, record.state, record.cancelled, atMs, slack);
    raise(
      record,
      edgeDoubt((slack) => within(slack).edge || atEdge(book.profile, atMs, slack)),
    );
    return within(slackOf(current.spreadMs));
  }

  /** What the nearness of a rule's edge leaves open: `isNear` says whether one lies within the slack of the current input. */
  function edgeDoubt(isNear: (slack: Slack) => boolean): Doubt {
    const { toleranceMs, graceMs, spreadMs } = current;
    if (toleranceMs + graceMs > 0 && isNear(slackOf(0))) return DOUBT.band;
    return spreadMs > 0 && isNear(slackOf(spreadMs)) ? DOUBT.unsure : DOUBT.none;
  }

  /** Of the current input. */
  function slackOf(spreadMs: number): Slack {
    const beforeMs = current.toleranceMs + spreadMs;
    return { beforeMs, afterMs: beforeMs + current.graceMs };
  }

  function raise(record: KnownRecord, doubt: Doubt): void {
    record.doubt = greater(record.doubt, doubt);
    if (record.group !== null) record.group.doubt = greater(record.group.doubt, doubt);
  }

  /** Every group's lead is compared with every record that opens or joins: the same place is asked for many times. */
  function placeOf(book: AgencyBook, record: KnownRecord, atMs: number): Place | null {
    const { householdsMin } = policyAt(book.profile, atMs);
    const { location } = record.state;
    let known = places.get(location);
    if (known?.householdsMin !== householdsMin) {
      known = { householdsMin, place: publishedPlace(book.profile, location, householdsMin) };
      places.set(location, known);
    }
    return known.place;
  }

  function join(book: AgencyBook, record: KnownRecord, atMs: number): void {
    const policy = policyAt(book.profile, atMs);
    const category = categoryOf(book.profile, record.state);
    const place = placeOf(book, record, atMs);
    let oldest: Group | null = null;
    const { incidentMs } = record.state;
    const last = bucketOf(incidentMs + policy.sameEventMsMax);
    for (let bucket = bucketOf(incidentMs - policy.sameEventMsMax); bucket <= last; bucket++) {
      for (const group of book.groups.get(bucket) ?? []) {
        const lead = group.lead.state;
        if (oldest !== null && oldest.serial < group.serial) continue;
        if (group.leaderless || Math.abs(lead.incidentMs - incidentMs) > policy.sameEventMsMax) continue;
        if (categoryOf(book.profile, lead) !== category || placeOf(book, group.lead, atMs)?.text !== place!.text)
          continue;
        oldest = group;
      }
    }
    if (oldest !== null) {
      oldest.records.push(record);
      record.group = oldest;
      oldest.doubt = greater(oldest.doubt, record.doubt);
      record.doubt = oldest.doubt;
      return;
    }
    const key = alertKey(runKey, book.profile.id, record.id);
    const group: Group = {
      key,
      serial: book.serials++,
      bucket: NaN,
      opener: record,
      agency: book,
      records: [record],
      lead: record,
      leaderless: false,
      phase: 'waiting',
      wouldBe: null,
      asked: false,
      sent: [],
      sentTo: new Uint32Array(0),
      doubt: record.doubt,
    };
    record.group = group;
    list(group);
    groupOf.set(key, group);
  }

  function chooseLead(group: Group): void {
    const lead = group.records.find(
      (r) => r.cancelled || r.state.status !== 'closed' || r.state.disposition !== 'duplicate',
    );
    group.leaderless = lead === undefined;
    if (lead !== undefined) group.lead = lead;
    if (group.bucket !== bucketOf(group.lead.state.incidentMs) && group.phase !== 'cancelled') list(group);
  }

  function list(group: Group): void {
    unlist(group);
    group.bucket = bucketOf(group.lead.state.incidentMs);
    const { groups } = group.agency;
    const bucket = groups.get(group.bucket);
    if (bucket === undefined) groups.set(group.bucket, new Set([group]));
    else bucket.add(group);
  }

  function unlist(group: Group): void {
    const { groups } = group.agency;
    const bucket = groups.get(group.bucket);
    if (bucket?.delete(group) === true && bucket.size === 0) groups.delete(group.bucket);
  }

  function evaluateGroup(group: Group, atMs: number): void {
    const book = group.agency;
    const policy = policyAt(book.profile, atMs);
    chooseLead(group);
    const { reason } = find(book, group.lead, atMs);
    switch (group.phase) {
      case 'waiting':
        if (isRevoking(reason)) dissolve(group, null);
        else if (reason === null && policy.review === 'auto') publish(group, 'Alert', atMs);
        else if (reason === null && group.wouldBe === null) ask(group, atMs);
        return;
      case 'alerted': {
        if (policy.alerts === 'off') return;
        if (isRevoking(reason) || group.leaderless) {
          publish(group, 'Cancel', atMs);
          group.phase = 'cancelled';
          unlist(group);
          return;
        }
        const last = group.sent[group.sent.length - 1];
        const place = placeOf(book, group.lead, atMs);
        if (place === null) return;
        if (categoryOf(book.profile, group.lead.state) !== last.category || place.text !== last.place.text)
          publish(group, 'Update', atMs);
        return;
      }
      case 'cancelled':
      case 'dissolved':
        return;
    }
  }

  function ask(group: Group, atMs: number): void {
    group.wouldBe = message(group, 'Alert', atMs);
    asking.push(group);
  }

  function review(ticket: string, decision: 'approve' | 'reject', atMs: number, arrival: Arrival = {}): void {
    begin(atMs, arrival);
    const group = tickets.get(ticket) ?? groupOf.get(ticket.slice(0, ticket.lastIndexOf('-')));
    if (group === undefined || group.wouldBe === null) return;
    if (arrival.unsure === true) group.doubt = DOUBT.unsure;
    forget(group.agency, atMs);
    if (group.records.length === 0) return;
    chooseLead(group);
    const { reason } = find(group.agency, group.lead, atMs);
    if (decision === 'approve' && reason === null) publish(group, 'Alert', atMs);
    else dissolve(group, decision === 'approve' ? 'expired-in-review' : 'rejected-in-review');
  }

  /** `answer`: how review ended, for which its records stay answered for; null where the group ended without review. */
  function dissolve(group: Group, answer: 'expired-in-review' | 'rejected-in-review' | null): void {
    group.wouldBe = null;
    group.phase = 'dissolved';
    unlist(group);
    for (const record of group.records) {
      record.group = null;
      if (answer === null) continue;
      record.answered = { category: categoryOf(group.agency.profile, record.state), reason: answer };
      setReason(record, answer);
    }
  }

  // --- messages owed ---

  function publish(group: Group, msgType: MsgType, atMs: number): void {
    const policy = policyAt(group.agency.profile, atMs);
    const alertMs = group.sent.length === 0 ? atMs : group.sent[0].dueMs;
    if (msgType !== 'Alert') {
      const windowEdge = edgeDoubt((slack) => near(atMs - alertMs, policy.correctionMsMax, slack));
      if (atMs - alertMs > policy.correctionMsMax && windowEdge === DOUBT.none) return;
      group.doubt = greater(group.doubt, windowEdge);
    }
    const owed = message(group, msgType, atMs);
    expected.push(owed);
    group.sent.push(owed);
    group.sentTo = union(group.sentTo, owed.recipients);
    if (msgType === 'Alert') {
      group.wouldBe = null;
      group.phase = 'alerted';
    }
  }

  function message(group: Group, msgType: MsgType, atMs: number): Expected {
    const { profile } = group.agency;
    const policy = policyAt(profile, atMs);
    const lead = group.lead.state;
    const last = group.sent.length === 0 ? null : group.sent[group.sent.length - 1];
    const keeps = msgType === 'Cancel' && last !== null;
    const category = keeps ? last.category : categoryOf(profile, lead)!;
    const place = keeps ? last.place : placeOf(group.agency, group.lead, atMs)!;
    const reach = policy.matching === 'point' ? place.finest : place.box;
    const sequence = group.sent.length + 1;
    const alert = compose({
      key: group.key,
      sequence,
      msgType,
      agencyName: profile.name,
      category,
      place,
      sentMs: atMs,
      incidentMs: lead.incidentMs,
      closed: lead.status === 'closed',
      timeRoundingMs: policy.timeRoundingMs,
      incidentAgeMsMax: policy.incidentAgeMsMax,
    });
    return {
      key: group.key,
      sequence,
      msgType,
      agency: profile,
      dueMs: atMs,
      meantMs: current.meantMs,
      spreadMs: current.spreadMs,
      category,
      place,
      reach,
      recordId: group.lead.id,
      leadMs: lead.incidentMs,
      alertMs: last === null ? atMs : group.sent[0].dueMs,
      frame: JSON.stringify(alert),
      recipients: audience(group, msgType, category, reach),
      doubt: group.doubt,
      earlier: [...group.sent],
    };
  }

  function audience(group: Group, msgType: MsgType, category: Category, reach: Box | null): Uint32Array {
    switch (msgType) {
      case 'Alert':
        return people.matching(reach, category);
      case 'Update':
        return union(people.matching(reach, category), people.listening(group.sentTo));
      case 'Cancel':
        return people.listening(group.sentTo);
    }
  }

  // --- answers ---

  function setReason(record: KnownRecord, reason: Suppression | null): void {
    if (record.reason !== null) suppressed.set(record.reason, suppressed.get(record.reason)! - 1);
    if (reason !== null) suppressed.set(reason, (suppressed.get(reason) ?? 0) + 1);
    record.reason = reason;
  }

  /** Keys of records that never opened a group are reckoned only when a target names one. */
  function trace(key: string): { agency: string; id: string } | undefined {
    for (const book of books.values()) {
      if (idOf.has(key)) break;
      if (book.keyed === book.ids.size) continue;
      book.keyed = book.ids.size;
      for (const id of book.ids) idOf.set(alertKey(runKey, book.profile.id, id), { agency: book.profile.id, id });
    }
    return idOf.get(key);
  }

  function recordOf(key: string): KnownRecord | undefined {
    const traced = trace(key);
    return traced === undefined ? undefined : books.get(traced.agency)!.records.get(traced.id);
  }

  return {
    cad,
    review,
    expected: () => expected,
    asks(ticket, key) {
      const group = groupOf.get(key);
      if (group === undefined || group.wouldBe === null) return null;
      tickets.set(ticket, group);
      group.asked = true;
      return group.wouldBe;
    },
    neverAsked: () =>
      asking.flatMap((group) =>
        group.wouldBe === null || group.asked || group.doubt !== DOUBT.none ? [] : [group.wouldBe],
      ),
    whyNot(key, msgType, atMs) {
      const group = groupOf.get(key);
      if (group?.phase === 'waiting') return 'unapproved';
      if (group?.phase === 'alerted') return msgType === 'Alert' ? 'not-owed:already-alerted' : 'not-owed:unchanged';
      if (group?.phase === 'cancelled') return 'not-owed:already-cancelled';
      if (trace(key) === undefined) return 'not-owed:unknown';
      const record = recordOf(key);
      if (record === undefined) return 'not-owed:forgotten';
      const { reason } = examine(books.get(trace(key)!.agency)!.profile, record.state, record.cancelled, atMs, EXACTLY);
      return `not-owed:${reason ?? record.reason ?? 'dissolved'}`;
    },
    behind(key) {
      const group = groupOf.get(key);
      const canonical = group === undefined ? trace(key) : { agency: group.agency.profile.id, id: group.opener.id };
      if (canonical === undefined) return null;
      const record = books.get(canonical.agency)!.records.get(canonical.id);
      const members = new Set([
        ...(record === undefined ? [] : [record]),
        ...(group?.records ?? []),
        ...(group === undefined ? [] : [group.lead]),
      ]);
      const addresses = [...members].flatMap(({ state: { location } }) =>
        location.kind === 'address' ? [`${location.number} ${location.street}`] : [],
      );
      return {
        agency: canonical.agency,
        recordIds: [...new Set([canonical.id, ...[...members].map((r) => r.id)])],
        addresses,
      };
    },
    doubtOf: (key) => greater(groupOf.get(key)?.doubt ?? DOUBT.none, recordOf(key)?.doubt ?? DOUBT.none),
    suppressed: () => Object.fromEntries([...suppressed].filter(([, n]) => n > 0).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

// --- internal ---

const BUCKET_MS = 900_000;

/** What is known of the arrival of the input that is being read. */
interface Current {
  toleranceMs: number;
  graceMs: number;
  spreadMs: number;
  meantMs: number;
  /** True where it names a record of which it is not known what the target knows: its receipt is then open. */
  touchedUnsure: boolean;
}

function greater(a: Doubt, b: Doubt): Doubt {
  return a > b ? a : b;
}

/** True where a feed or a policy takes effect within the slack of this moment. */
function atEdge(profile: AgencyProfile, atMs: number, slack: Slack): boolean {
  return [...profile.feeds, ...profile.policies].some((entry) => near(atMs, entry.fromMs, slack));
}

function bucketOf(ms: number): number {
  return Math.floor(ms / BUCKET_MS);
}

function saysTheSame(a: RecordState, b: RecordState): boolean {
  return (
    a.incidentMs === b.incidentMs &&
    a.nature === b.nature &&
    a.status === b.status &&
    a.disposition === b.disposition &&
    placeText(a.location) === placeText(b.location)
  );
}

function placeText(location: PublishedLocation): string {
  return location.text.trim();
}

/** An empty snapshot has no row to carry its stamp: it is read from the body, as the agency's wall clock. */
function asOfOf(body: string, zone: string): number {
  const { as_of: asOf } = JSON.parse(body) as { as_of: string };
  const iso = parseIso(asOf)!;
  return iso.offsetMin === null
    ? localToUtc(zone, civilToMs(iso.civil)).ms
    : civilToMs(iso.civil) - iso.offsetMin * 60_000;
}
