/** Composes the messages that fall due and finds their audiences: docs/reference/rules.md, 'Who' and 'What'. */
import type { MsgType } from '../../contract/alert.ts';
import type { Category } from '../../contract/catalogue.ts';
import type { Box } from '../../contract/plane.ts';
import { compose } from '../rules/composition.ts';
import { categoryOf, near, policyAt } from '../rules/eligibility.ts';
import { type People, union } from '../rules/people.ts';
import type { Group } from './agency-book.ts';
import { DOUBT, greaterDoubt, type Moment } from './doubt.ts';
import type { OwedMessage } from './owed-message.ts';

/** The messages owed in a run. */
export class Messages {
  readonly #people: People;
  readonly #due: OwedMessage[] = [];

  constructor(people: People) {
    this.#people = people;
  }

  /** Every message that fell due so far, in that order. */
  due(): readonly OwedMessage[] {
    return this.#due;
  }

  /** The group's next message falls due, unless its alert is too old to be corrected. */
  publish(group: Group, msgType: MsgType, moment: Moment): void {
    const { atMs } = moment;
    const policy = policyAt(group.book.profile, atMs);
    const alertMs = group.sent.length === 0 ? atMs : group.sent[0].dueMs;
    if (msgType !== 'Alert') {
      const windowEdge = moment.edgeDoubt((slack) => near(atMs - alertMs, policy.correctionMsMax, slack));
      if (atMs - alertMs > policy.correctionMsMax && windowEdge === DOUBT.none) return;
      group.doubt = greaterDoubt(group.doubt, windowEdge);
    }
    const owed = this.compose(group, msgType, moment);
    this.#due.push(owed);
    group.sent.push(owed);
    group.sentTo = union(group.sentTo, owed.recipients);
    if (msgType === 'Alert') {
      group.wouldBe = null;
      group.phase = 'alerted';
    }
  }

  /** The group's next message as it stands at this moment. */
  compose(group: Group, msgType: MsgType, moment: Moment): OwedMessage {
    const { book } = group;
    const { profile } = book;
    const policy = policyAt(profile, moment.atMs);
    const lead = group.lead.state;
    const last = group.sent.at(-1) ?? null;
    // A Cancel takes back what was published, whatever the record says now.
    const keeps = msgType === 'Cancel' && last !== null;
    const category = keeps ? last.category : categoryOf(profile, lead)!;
    const place = keeps ? last.place : book.placeOf(group.lead, moment.atMs)!;
    const reach = policy.matching === 'point' ? place.finest : place.box;
    const sequence = group.sent.length + 1;
    const alert = compose({
      key: group.key,
      sequence,
      msgType,
      agencyName: profile.name,
      category,
      place,
      sentMs: moment.atMs,
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
      dueMs: moment.atMs,
      meantMs: moment.meantMs,
      spreadMs: moment.spreadMs,
      category,
      place,
      reach,
      recordId: group.lead.id,
      leadMs: lead.incidentMs,
      alertMs: last === null ? moment.atMs : group.sent[0].dueMs,
      frame: JSON.stringify(alert),
      recipients: this.#audience(group, msgType, category, reach),
      doubt: group.doubt,
      earlier: [...group.sent],
    };
  }

  #audience(group: Group, msgType: MsgType, category: Category, reach: Box | null): Uint32Array {
    switch (msgType) {
      case 'Alert':
        return this.#people.matching(reach, category);
      case 'Update':
        return union(this.#people.matching(reach, category), this.#people.listening(group.sentTo));
      case 'Cancel':
        return this.#people.listening(group.sentTo);
    }
  }
}
