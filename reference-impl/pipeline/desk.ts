/** The desk of one agency: takes its records in, and decides what is owed, asked, published and taken back (docs/reference/rules.md). */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { MsgType } from '../../contract/alert.ts';
import type { Category } from '../../contract/catalogue.ts';
import type { PipelineOutput, RowReceipt } from '../../contract/pipeline.ts';
import type { Policy, Suppression } from '../../contract/policy.ts';
import { alertKey } from './alert-key.ts';
import { composeAlert } from './compose.ts';
import { endsGroup, ineligibility, policyAt, type Ineligibility } from './eligibility.ts';
import { GroupStore } from './groups.ts';
import { parseMessage } from './parse/message.ts';
import { NO_NARRATIVE, type Narrative, type NormalRecord, type ParsedRow } from './parse/normal.ts';
import { createPlaces, type Places, type PublishedPlace } from './place.ts';
import {
  categoryOf,
  compareState,
  RecordStore,
  statusOf,
  type RecordEntry,
  type RecordState,
  type Group,
} from './records.ts';
import { redact } from './redact.ts';
import { unionAscending, type Target } from './target.ts';

export interface CadMessage {
  messageId: string;
  dialect: NormalRecord['dialect'];
  body: string;
}

/** Tickets that wait for a decision, of all agencies. */
export type Tickets = Map<string, { desk: Desk; group: Group }>;

export class Desk {
  readonly records = new RecordStore();
  readonly groups = new GroupStore((record) => this.#eventOf(record));
  readonly #places: Places;
  readonly #profile: AgencyProfile;
  readonly #runKey: string;
  readonly #target: Target;
  readonly #tickets: Tickets;
  /** The latest stamp of a snapshot. */
  #asOfMs = -Infinity;
  #out: PipelineOutput[] = [];
  #nowMs = 0;
  #policy: Policy;

  constructor(profile: AgencyProfile, runKey: string, target: Target, tickets: Tickets) {
    this.#profile = profile;
    this.#runKey = runKey;
    this.#target = target;
    this.#tickets = tickets;
    this.#places = createPlaces(profile);
    this.#policy = policyAt(profile.policies, -Infinity);
  }

  /** Reads a message in the dialect in force; appends to `out` all that follows, and returns the receipts. */
  receive(message: CadMessage, out: PipelineOutput[], nowMs: number): RowReceipt[] {
    this.#begin(out, nowMs);
    const parsed = parseMessage(message.dialect, message.body, this.#profile.zone);
    if (parsed.refused !== null) return [{ row: 0, outcome: 'rejected', code: parsed.refused }];
    if (parsed.asOfMs !== null) {
      const asOfMs = Math.min(parsed.asOfMs, nowMs);
      if (asOfMs <= this.#asOfMs) return parsed.rows.map((row, i) => this.#stale(row, i));
      this.#asOfMs = asOfMs;
    }
    const receipts = parsed.rows.map((row, i) => this.#take(row, i, message.messageId));
    if (parsed.asOfMs !== null) this.#closeUnlisted(parsed.rows);
    return receipts;
  }

  /** A decision on a ticket of this desk. */
  decide(group: Group, decision: 'approve' | 'reject', out: PipelineOutput[], nowMs: number): void {
    this.#begin(out, nowMs);
    group.ticket = null;
    if (decision === 'reject') this.#endInReview(group, 'rejected-in-review');
    else if (!group.leadless && this.#ineligibility(group.lead) === null) this.#publish(group, 'Alert');
    else this.#endInReview(group, 'expired-in-review');
  }

  /** Forgets records unheard of for too long. */
  forget(nowMs: number): void {
    this.#begin([], nowMs);
    for (const entry of this.records.forget(nowMs - this.#policy.retainMs)) {
      const group = entry.group;
      entry.group = null;
      if (group !== null) this.#leave(entry, group);
      this.groups.release(entry.id, this.#isKnown);
    }
  }

  /** A time before which nothing can be due to be forgotten, after `nowMs`. */
  forgetAtMs(nowMs: number): number {
    const heardMs = this.records.earliestHeardMs();
    if (heardMs === Infinity) return Infinity;
    let atMs = heardMs + policyAt(this.#profile.policies, nowMs).retainMs;
    for (const { fromMs } of this.#profile.policies) if (fromMs > nowMs && fromMs < atMs) atMs = fromMs;
    return atMs;
  }

  // --- internal ---

  readonly #isKnown = (recordId: string): boolean => this.records.get(recordId) !== undefined;

  #begin(out: PipelineOutput[], nowMs: number): void {
    this.#out = out;
    this.#nowMs = nowMs;
    const { householdsMin } = this.#policy;
    this.#policy = policyAt(this.#profile.policies, nowMs);
    if (this.#policy.householdsMin !== householdsMin) this.groups.reindex();
  }

  /** A row of a snapshot that is no newer than the latest: it names its record, and says nothing new; a broken one is rejected as always. */
  #stale(row: ParsedRow, i: number): RowReceipt {
    if (typeof row === 'string') return { row: i, outcome: 'rejected', code: row };
    const known = this.records.get(row.recordId);
    if (known !== undefined) this.records.heard(known, 'dallas', this.#nowMs);
    return { row: i, outcome: 'superseded', code: null };
  }

  #take(record: ParsedRow, row: number, messageId: string): RowReceipt {
    if (typeof record === 'string') return { row, outcome: 'rejected', code: record };
    // A stamp from the future would shut out every later state.
    if (record.updatedMs !== null) record.updatedMs = Math.min(record.updatedMs, this.#nowMs);
    let entry = this.records.get(record.recordId);
    const outcome = entry === undefined ? 'accepted' : compareState(entry.state, record);
    if (outcome === 'accepted') {
      const state = this.#stateOf(record);
      if (entry === undefined) entry = this.records.open(detached(record.recordId), state, this.#nowMs);
      else entry.state = state;
      if (state.status === 'cancelled') entry.cancelledForGood = true;
      entry.messageId = messageId;
      entry.row = row;
    }
    this.records.heard(entry!, record.dialect, this.#nowMs);
    if (outcome === 'accepted') this.#evaluate(entry!, record.narrative);
    return { row, outcome, code: null };
  }

  #stateOf(record: NormalRecord): RecordState {
    const rules = this.#profile.natures[record.dialect];
    return {
      incidentMs: record.incidentMs,
      updatedMs: record.updatedMs,
      nature: detached(record.nature),
      status: record.status,
      disposition: record.disposition,
      placeText: detached(record.location.text),
      rule: rules !== undefined && Object.hasOwn(rules, record.nature) ? rules[record.nature] : null,
      place: this.#places.find(record.location),
    };
  }

  /** Closes what a snapshot no longer lists, unless a row of it was rejected: that row can't tell whose it is. */
  #closeUnlisted(rows: readonly ParsedRow[]): void {
    const ids = new Set<string>();
    for (const row of rows) {
      if (typeof row === 'string') return;
      ids.add(row.recordId);
    }
    for (const entry of this.records.unlisted(ids)) {
      entry.state = { ...entry.state, status: 'closed', disposition: 'none' };
      this.#evaluate(entry, () => NO_NARRATIVE);
    }
  }

  /** `narrative` is that of the message just read; null where no message is at hand. */
  #evaluate(entry: RecordEntry, narrative: () => Narrative): void {
    if (entry.answered !== null && entry.answered.category !== categoryOf(entry)) entry.answered = null;
    let reason: Suppression | null = this.#ineligibility(entry);
    if (reason === null && entry.group === null) {
      if (entry.answered !== null) reason = entry.answered.reason;
      else this.#joinOrOpen(entry);
    }
    if (reason === null && entry.group!.opener !== entry) reason = 'same-event';
    this.#tellSuppression(entry, reason);
    if (entry.group !== null) this.#evaluateGroup(entry.group, entry, narrative);
  }

  #ineligibility(entry: RecordEntry): Ineligibility | null {
    const { rule, disposition, incidentMs, place } = entry.state;
    return ineligibility(
      { rule, status: statusOf(entry), disposition, incidentMs, located: place !== null },
      this.#policy,
      this.#nowMs,
    );
  }

  #tellSuppression(entry: RecordEntry, reason: Suppression | null): void {
    if (reason === entry.suppression) return;
    entry.suppression = reason;
    if (reason !== null)
      this.#out.push({
        kind: 'suppressed',
        agency: this.#profile.id,
        messageId: entry.messageId,
        row: entry.row,
        reason,
      });
  }

  /** The place published for a record now; null where it can't be placed. */
  #placeOf(entry: RecordEntry): PublishedPlace | null {
    return entry.state.place === null ? null : this.#places.publish(entry.state.place, this.#policy.householdsMin);
  }

  /** What makes two records one event, but for the time: category and published place. */
  #eventOf(entry: RecordEntry): string | null {
    const category = categoryOf(entry);
    const place = this.#placeOf(entry);
    return category === null || place === null ? null : `${category} ${place.text}`;
  }

  #joinOrOpen(entry: RecordEntry): void {
    const group = this.groups.oldest(entry, this.#policy.sameEventMsMax);
    if (group === null) {
      this.groups.open(entry, alertKey(this.#runKey, this.#profile.id, entry.id));
    } else {
      group.records.push(entry);
      entry.group = group;
    }
  }

  #evaluateGroup(group: Group, changed: RecordEntry, narrative: (() => Narrative) | null): void {
    this.groups.refresh(group);
    const reason = this.#ineligibility(group.lead);
    const over = group.leadless || (reason !== null && endsGroup(reason));
    switch (group.phase) {
      case 'waiting':
        if (over) this.#endWaiting(group);
        else if (reason !== null) return;
        else if (this.#policy.review === 'human') this.#ask(group, changed === group.lead ? narrative : null);
        else {
          this.#withdrawTicket(group);
          this.#publish(group, 'Alert');
        }
        return;
      case 'alerted':
        if (this.#policy.alerts === 'off') return;
        if (over) this.#cancel(group);
        else this.#correct(group);
        return;
      case 'cancelled':
        return;
    }
  }

  #endWaiting(group: Group): void {
    this.#withdrawTicket(group);
    this.groups.end(group, this.#isKnown);
  }

  #withdrawTicket(group: Group): void {
    if (group.ticket === null) return;
    this.#tickets.delete(group.ticket);
    this.#out.push({ kind: 'review-withdrawn', ticket: group.ticket, incidents: group.incidents });
    group.ticket = null;
  }

  /** Asks for one ticket per group. A narrative that can't be cleared is not shown: the alert stays owed, until a message brings one that can. */
  #ask(group: Group, narrative: (() => Narrative) | null): void {
    if (group.asked || narrative === null) return;
    const { text, privates } = narrative();
    const cleared = redact(text, privates).text;
    if (cleared === null) {
      if (!group.withheld)
        this.#out.push({ kind: 'withheld', agency: this.#profile.id, incidents: group.incidents, reason: 'redaction' });
      group.withheld = true;
      return;
    }
    group.asked = true;
    group.ticket = `${group.incidents}-${this.groups.nextTicket(group)}`;
    this.#tickets.set(group.ticket, { desk: this, group });
    this.#out.push({
      kind: 'review-request',
      ticket: group.ticket,
      agency: this.#profile.id,
      incidents: group.incidents,
      category: categoryOf(group.lead)!,
      place: this.#placeOf(group.lead)!.text,
      text: cleared,
    });
  }

  #endInReview(group: Group, reason: 'rejected-in-review' | 'expired-in-review'): void {
    for (const entry of group.records) {
      entry.answered = { category: categoryOf(entry), reason };
      this.#tellSuppression(entry, reason);
    }
    this.groups.end(group, this.#isKnown);
  }

  #cancel(group: Group): void {
    group.phase = 'cancelled';
    this.groups.refresh(group);
    if (!this.#isTooLateToCorrect(group)) this.#publish(group, 'Cancel');
  }

  #correct(group: Group): void {
    const place = this.#placeOf(group.lead);
    const last = group.published!;
    if (place === null || (place.text === last.place.text && categoryOf(group.lead) === last.category)) return;
    if (!this.#isTooLateToCorrect(group)) this.#publish(group, 'Update');
  }

  #isTooLateToCorrect(group: Group): boolean {
    return this.#nowMs - group.alertedMs > this.#policy.correctionMsMax;
  }

  #publish(group: Group, msgType: MsgType): void {
    const published =
      msgType === 'Cancel'
        ? group.published!
        : { category: categoryOf(group.lead)!, place: this.#placeOf(group.lead)! };
    const audience = this.#audience(group, msgType, published);
    if (msgType === 'Alert') {
      group.phase = 'alerted';
      group.alertedMs = this.#nowMs;
    }
    group.published = published;
    group.messages++;
    group.recipients = msgType === 'Cancel' ? new Uint32Array(0) : unionAscending(group.recipients, audience);
    const alert = composeAlert(
      {
        msgType,
        incidents: group.incidents,
        sequence: group.messages,
        agencyName: this.#profile.name,
        ...published,
        incidentMs: group.lead.state.incidentMs,
        closed: statusOf(group.lead) === 'closed',
      },
      this.#policy,
      this.#nowMs,
    );
    this.#out.push({ kind: 'publish', agency: this.#profile.id, alert, frame: JSON.stringify(alert), audience });
  }

  #audience(
    group: Group,
    msgType: MsgType,
    { category, place }: { category: Category; place: PublishedPlace },
  ): Uint32Array {
    const from = this.#policy.matching === 'point' ? place.finest : place.box;
    switch (msgType) {
      case 'Alert':
        return this.#target.matching(category, from);
      case 'Update':
        return unionAscending(this.#target.matching(category, from), this.#target.reachable(group.recipients));
      case 'Cancel':
        return this.#target.reachable(group.recipients);
    }
  }

  #leave(entry: RecordEntry, group: Group): void {
    group.records.splice(group.records.indexOf(entry), 1);
    if (group.records.length > 0) {
      this.groups.refresh(group);
      return;
    }
    if (group.ticket !== null) this.#tickets.delete(group.ticket);
    this.groups.end(group, this.#isKnown);
  }
}

/** The same text in memory of its own: a slice would keep the whole message alive for as long as its record is. */
function detached(text: string): string {
  return text.split('').join('');
}
