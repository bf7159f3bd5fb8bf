/**
 * Which alerts are owed, to whom and when, from the inputs that reached the target's door. This is a second, independent reading of
 * docs/reference/rules.md. Everything falls due at the moment of the input that makes it due, so the model needs no clock of its own.
 *
 * records.ts reads messages into what is known of records, groups.ts decides what becomes of them, messages.ts words what is owed.
 */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { MsgType } from '../../contract/alert.ts';
import type { MessageManifest } from '../../contract/manifest.ts';
import type { PipelineInput } from '../../contract/pipeline.ts';
import { alertKey } from '../rules/composition.ts';
import { EXACTLY, examine } from '../rules/eligibility.ts';
import type { People } from '../rules/people.ts';
import { AgencyBook, type Group, type KnownRecord } from './agency-book.ts';
import { DOUBT, type Doubt, greaterDoubt, type Moment } from './doubt.ts';
import { Groups } from './groups.ts';
import { Messages } from './messages.ts';
import type { OwedMessage } from './owed-message.ts';
import { type ExpectedReceipt, Records } from './records.ts';

/** `runKey` and `bodyLengthMax`: as in `OracleConfig` (oracle-api.ts). */
export interface OwedOptions {
  agencies: readonly AgencyProfile[];
  runKey: string;
  bodyLengthMax: number;
}

/** The records behind an alert's key. */
export interface KeyRecords {
  agency: string;
  /** The canonical record first, then the others of its group. */
  recordIds: string[];
  /** `2854 W MAPLE ST`: the exact addresses of those records, if they are known and have one. */
  addresses: string[];
}

/** The alerts owed in a run. Calls must come in order of time. */
export class OwedAlerts {
  readonly #runKey: string;
  readonly #books: Map<string, AgencyBook>;
  readonly #messages: Messages;
  readonly #groups: Groups;
  readonly #records: Records;
  /** Tickets by the target's own names: what it asks under a key is about the group that waits under that key. */
  readonly #tickets = new Map<string, Group>();
  readonly #recordByKey = new Map<string, { book: AgencyBook; id: string }>();
  /** How many of a book's ids have their key in `#recordByKey`. */
  readonly #keyed = new Map<AgencyBook, number>();

  constructor({ agencies, runKey, bodyLengthMax }: OwedOptions, people: People) {
    this.#runKey = runKey;
    this.#books = new Map(agencies.map((profile) => [profile.id, new AgencyBook(profile)]));
    this.#messages = new Messages(people);
    this.#groups = new Groups(runKey, this.#messages);
    this.#records = new Records(bodyLengthMax, this.#groups);
  }

  /** A CAD message reached the door. Returns the receipt that it must be given. */
  cad(input: PipelineInput & { kind: 'cad' }, manifest: MessageManifest | null, moment: Moment): ExpectedReceipt {
    return this.#records.read(this.#books.get(input.agency), input, manifest, moment);
  }

  /** A reviewer's decision reached the door. It is ignored if nothing waits under its ticket. */
  review(ticket: string, decision: 'approve' | 'reject', moment: Moment): void {
    const group = this.#tickets.get(ticket) ?? this.#groups.get(ticket.slice(0, ticket.lastIndexOf('-')));
    if (group === undefined || group.wouldBe === null) return;
    if (moment.isUnsure) group.doubt = DOUBT.unsure;
    this.#records.forget(group.book, moment.atMs);
    this.#groups.decide(group, decision, moment);
  }

  /** Every message owed so far, in the order in which they fell due. */
  messages(): readonly OwedMessage[] {
    return this.#messages.due();
  }

  /** The target asked for a decision on a ticket under a key. Returns the Alert that the rules let wait for it; null if none waits. */
  ask(ticket: string, key: string): OwedMessage | null {
    const group = this.#groups.get(key);
    if (group === undefined || group.wouldBe === null) return null;
    this.#tickets.set(ticket, group);
    group.asked = true;
    return group.wouldBe;
  }

  /** Alerts that wait for a decision which the target never asked for, as they would have been published at once. */
  neverAsked(): OwedMessage[] {
    return this.#groups.neverAsked();
  }

  /** Why a message under this key is not owed at this moment, in closed words. Call it only if none is. */
  whyNot(key: string, msgType: MsgType, atMs: number): string {
    const phase = this.#groups.get(key)?.phase;
    if (phase === 'waiting') return 'unapproved';
    if (phase === 'alerted') return msgType === 'Alert' ? 'not-owed:already-alerted' : 'not-owed:unchanged';
    if (phase === 'cancelled') return 'not-owed:already-cancelled';
    const named = this.#find(key);
    if (named === undefined) return 'not-owed:unknown';
    const record = named.book.records.get(named.id);
    if (record === undefined) return 'not-owed:forgotten';
    const { reason } = examine(named.book.profile, record.state, record.cancelled, atMs, EXACTLY);
    return `not-owed:${reason ?? record.reason ?? 'dissolved'}`;
  }

  /** The records behind a key; null if no record has it. */
  recordsBehind(key: string): KeyRecords | null {
    const group = this.#groups.get(key);
    const canonical = group === undefined ? this.#find(key) : { book: group.book, id: group.opener.id };
    if (canonical === undefined) return null;
    const record = canonical.book.records.get(canonical.id);
    const members = new Set<KnownRecord>([
      ...(record === undefined ? [] : [record]),
      ...(group?.records ?? []),
      ...(group === undefined ? [] : [group.lead]),
    ]);
    const addresses = [...members].flatMap(({ state: { location } }) =>
      location.kind === 'address' ? [`${location.number} ${location.street}`] : [],
    );
    return {
      agency: canonical.book.profile.id,
      recordIds: [...new Set([canonical.id, ...[...members].map((r) => r.id)])],
      addresses,
    };
  }

  /** The doubt whether a message under this key is owed, although none fell due. */
  doubt(key: string): Doubt {
    const named = this.#find(key);
    const record = named === undefined ? undefined : named.book.records.get(named.id);
    return greaterDoubt(this.#groups.get(key)?.doubt ?? DOUBT.none, record?.doubt ?? DOUBT.none);
  }

  /** Records without an alert of their own, by reason. */
  suppressed(): Record<string, number> {
    return this.#groups.suppressed();
  }

  /** The record that a key is made of. Keys of records that never opened a group are computed only when a target names one. */
  #find(key: string): { book: AgencyBook; id: string } | undefined {
    for (const book of this.#books.values()) {
      if (this.#recordByKey.has(key)) break;
      if (this.#keyed.get(book) === book.ids.size) continue;
      this.#keyed.set(book, book.ids.size);
      for (const id of book.ids) this.#recordByKey.set(alertKey(this.#runKey, book.profile.id, id), { book, id });
    }
    return this.#recordByKey.get(key);
  }
}
