/** Groups of records that share an alert, and what becomes of them: docs/reference/rules.md, 'One event, one alert' and 'When'. */
import type { Suppression } from '../../contract/policy.ts';
import { alertKey } from '../rules/composition.ts';
import {
  categoryOf,
  changesNear,
  examine,
  type Finding,
  isRevoking,
  policyAt,
  type Slack,
} from '../rules/eligibility.ts';
import type { Group, KnownRecord } from './agency-book.ts';
import { DOUBT, type Doubt, greaterDoubt, type Moment } from './doubt.ts';
import type { Messages } from './messages.ts';
import type { OwedMessage } from './owed-message.ts';

/** The groups of all agencies. */
export class Groups {
  readonly #runKey: string;
  readonly #messages: Messages;
  readonly #byKey = new Map<string, Group>();
  /** Groups for which the target must ask a reviewer, in that order. */
  readonly #asking: Group[] = [];
  readonly #suppressed = new Map<Suppression, number>();

  constructor(runKey: string, messages: Messages) {
    this.#runKey = runKey;
    this.#messages = messages;
  }

  /** The latest group under a key. */
  get(key: string): Group | undefined {
    return this.#byKey.get(key);
  }

  /** Alerts that wait for a decision which the target never asked for, without those in doubt. */
  neverAsked(): OwedMessage[] {
    return this.#asking.flatMap((group) =>
      group.wouldBe === null || group.asked || group.doubt !== DOUBT.none ? [] : [group.wouldBe],
    );
  }

  /** Records without an alert of their own, by reason, in alphabetical order. */
  suppressed(): Record<string, number> {
    const counts = [...this.#suppressed].filter(([, n]) => n > 0);
    return Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A record, and with it its group, becomes at least as doubtful as that. */
  raise(record: KnownRecord, doubt: Doubt): void {
    record.doubt = greaterDoubt(record.doubt, doubt);
    if (record.group !== null) record.group.doubt = greaterDoubt(record.group.doubt, doubt);
  }

  /** Decides anew what a record is worth, after its state changed. */
  evaluate(record: KnownRecord, moment: Moment): void {
    const finding = this.#find(record, moment);
    const category = categoryOf(record.book.profile, record.state);
    if (record.answered !== null && record.answered.category !== category) record.answered = null;
    const joins = finding.reason === null && record.group === null && record.answered === null;
    if (joins) this.#join(record, moment);
    const { group } = record;
    if (finding.reason !== null) this.#setReason(record, finding.reason);
    else if (group !== null) this.#setReason(record, group.opener === record ? null : 'same-event');
    else this.#setReason(record, record.answered?.reason ?? null);
    if (group !== null) this.#evaluateGroup(group, moment);
  }

  /** A reviewer decided on the group's ticket. */
  decide(group: Group, decision: 'approve' | 'reject', moment: Moment): void {
    if (group.records.length === 0) return;
    this.#chooseLead(group);
    const { reason } = this.#find(group.lead, moment);
    if (decision === 'approve' && reason === null) this.#messages.publish(group, 'Alert', moment);
    else this.#dissolve(group, decision === 'approve' ? 'expired-in-review' : 'rejected-in-review');
  }

  /** A forgotten record drops out of its group. */
  leave(record: KnownRecord): void {
    const { group } = record;
    record.group = null;
    if (group === null) return;
    group.records = group.records.filter((other) => other !== record);
    if (group.records.length === 0) group.book.unlist(group);
    else this.#chooseLead(group);
  }

  #find(record: KnownRecord, moment: Moment): Finding {
    const { profile } = record.book;
    const { atMs } = moment;
    const within = (slack: Slack): Finding => examine(profile, record.state, record.cancelled, atMs, slack);
    this.raise(
      record,
      moment.edgeDoubt((slack) => within(slack).edge || changesNear(profile, atMs, slack)),
    );
    return within(moment.slack());
  }

  /** The record joins the oldest group of its event, or opens one. */
  #join(record: KnownRecord, moment: Moment): void {
    const { book } = record;
    const { atMs } = moment;
    const policy = policyAt(book.profile, atMs);
    const category = categoryOf(book.profile, record.state);
    const place = book.placeOf(record, atMs);
    const { incidentMs } = record.state;
    let oldest: Group | null = null;
    for (const group of book.groupsNear(incidentMs, policy.sameEventMsMax)) {
      const lead = group.lead.state;
      if (oldest !== null && oldest.serial < group.serial) continue;
      if (group.leaderless || Math.abs(lead.incidentMs - incidentMs) > policy.sameEventMsMax) continue;
      if (categoryOf(book.profile, lead) !== category || book.placeOf(group.lead, atMs)?.text !== place!.text) continue;
      oldest = group;
    }
    if (oldest === null) {
      this.#open(record);
      return;
    }
    oldest.records.push(record);
    record.group = oldest;
    oldest.doubt = greaterDoubt(oldest.doubt, record.doubt);
    record.doubt = oldest.doubt;
  }

  #open(record: KnownRecord): void {
    const { book } = record;
    const key = alertKey(this.#runKey, book.profile.id, record.id);
    const group: Group = {
      key,
      book,
      serial: book.nextSerial(),
      bucket: NaN,
      opener: record,
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
    book.list(group);
    this.#byKey.set(key, group);
  }

  #chooseLead(group: Group): void {
    const lead = group.records.find(
      (r) => r.cancelled || r.state.status !== 'closed' || r.state.disposition !== 'duplicate',
    );
    group.leaderless = lead === undefined;
    if (lead !== undefined) group.lead = lead;
    if (!group.book.isListed(group) && group.phase !== 'cancelled') group.book.list(group);
  }

  #evaluateGroup(group: Group, moment: Moment): void {
    const { atMs } = moment;
    const { book } = group;
    const policy = policyAt(book.profile, atMs);
    this.#chooseLead(group);
    const { reason } = this.#find(group.lead, moment);
    switch (group.phase) {
      case 'waiting':
        if (isRevoking(reason)) this.#dissolve(group, null);
        else if (reason === null && policy.review === 'auto') this.#messages.publish(group, 'Alert', moment);
        else if (reason === null && group.wouldBe === null) {
          group.wouldBe = this.#messages.compose(group, 'Alert', moment);
          this.#asking.push(group);
        }
        return;
      case 'alerted': {
        if (policy.alerts === 'off') return;
        if (isRevoking(reason) || group.leaderless) {
          this.#messages.publish(group, 'Cancel', moment);
          group.phase = 'cancelled';
          book.unlist(group);
          return;
        }
        const last = group.sent[group.sent.length - 1];
        const place = book.placeOf(group.lead, atMs);
        if (place === null) return;
        if (categoryOf(book.profile, group.lead.state) !== last.category || place.text !== last.place.text)
          this.#messages.publish(group, 'Update', moment);
        return;
      }
      case 'cancelled':
      case 'dissolved':
        return;
    }
  }

  /** `answer`: how review ended, which settles the group's records for good; null if the group ended without review. */
  #dissolve(group: Group, answer: 'expired-in-review' | 'rejected-in-review' | null): void {
    group.wouldBe = null;
    group.phase = 'dissolved';
    group.book.unlist(group);
    for (const record of group.records) {
      record.group = null;
      if (answer === null) continue;
      record.answered = { category: categoryOf(group.book.profile, record.state), reason: answer };
      this.#setReason(record, answer);
    }
  }

  #setReason(record: KnownRecord, reason: Suppression | null): void {
    const { reason: before } = record;
    if (before !== null) this.#suppressed.set(before, this.#suppressed.get(before)! - 1);
    if (reason !== null) this.#suppressed.set(reason, (this.#suppressed.get(reason) ?? 0) + 1);
    record.reason = reason;
  }
}
