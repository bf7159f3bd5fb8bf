/** Local words for the record's enumerations: what each means to a reader who has not seen the code. */
import type { FaultKind, Truth, Verdict } from '../../contract/record/kinds.ts';

export const TRUTH_WORDS: Readonly<Record<Truth, { label: string; means: string }>> = {
  founded: { label: 'founded', means: 'What the alert said had happened, there, and recently enough.' },
  unfounded: { label: 'unfounded', means: 'Nothing had happened: a hoax, a false alarm or a harmless encounter.' },
  misclassified: {
    label: 'misclassified',
    means: 'Something had happened, but of another category than the alert said.',
  },
  duplicate: { label: 'duplicate', means: 'An earlier alert had already told of the same incident.' },
  withdrawn: { label: 'withdrawn', means: 'The agency had already cancelled the record when the alert was sent.' },
  stale: { label: 'stale', means: 'The incident was older than policy allows when the alert was sent.' },
  mislocated: { label: 'mislocated', means: 'The published place is not where the incident was.' },
};

export const VERDICT_WORDS: Readonly<Record<Verdict, { label: string; means: string }>> = {
  delivered: { label: 'delivered', means: 'Owed to this resident, seen once, in time, with nothing private in it.' },
  late: { label: 'late', means: 'Owed and seen, but later than the run tolerates.' },
  lost: { label: 'lost', means: 'Owed and never seen, with no reason given.' },
  duplicate: { label: 'duplicate', means: 'The resident got the same message twice.' },
  misdelivered: {
    label: 'misdelivered',
    means: 'The resident was not entitled to it: too far, muted, gone, or not interested.',
  },
  stale: { label: 'stale', means: 'Sent although the incident was older than policy allows.' },
  leaked: { label: 'leaked', means: 'The message carried a private string of the record behind it.' },
  shed: { label: 'shed', means: 'Owed, and dropped by the pipeline on purpose, with a stated reason.' },
  disconnected: { label: 'disconnected', means: 'Owed, but the resident had no connection when it was due.' },
};

export const STAGE_WORDS: Readonly<Record<string, { label: string; means: string }>> = {
  notice: { label: 'notice', means: 'from the onset of the incident until somebody dials 911' },
  answer: { label: 'answer', means: 'from dialling until a call-taker answers' },
  entry: { label: 'entry', means: 'from the answer until the CAD record exists' },
  publication: { label: 'publication', means: 'from the CAD record until the agency publishes it' },
  transport: { label: 'transport', means: "from publication until the message reaches the platform's door" },
  review: { label: 'review', means: 'from the door until the news team has decided and the alert is sent' },
  total: { label: 'total', means: 'from the onset of the incident until the alert is sent' },
};

export const LATENCY_WORDS: Readonly<Record<string, { label: string; means: string }>> = {
  accept: { label: 'accept', means: 'CAD message to its acknowledgement, when it is safe on disk' },
  firstDelivery: { label: 'first delivery', means: 'cause of a message to the first phone' },
  delivery: { label: 'delivery', means: 'cause of a message to each phone' },
  completion: { label: 'completion', means: 'cause of a message to the last phone of its audience' },
  device: { label: 'device', means: "doorbell's message to its acknowledgement" },
  connect: { label: 'connect', means: 'connection asked for to the first message on it' },
};

export const FAULT_WORDS: Readonly<Record<FaultKind, string>> = {
  delay: 'message delivered later than usual',
  duplicate: 'message delivered twice',
  reorder: 'message overtaken by the next one of its record',
  gap: 'message that never arrives',
  malformed: 'message that arrives broken',
  clockSkew: 'feed whose clock is wrong',
  outage: 'feed that falls silent for a while',
  withdrawal: 'agency that stops its feed',
};

const BECAME_WORDS: Readonly<Record<string, string>> = {
  accepted: 'taken as news of a record',
  duplicate: 'recognised as already known',
  superseded: 'recognised as older than what is known',
  rejected: 'refused at the door',
  'empty-snapshot': 'received, a snapshot without records',
  'never-arrived': 'never arrived, as intended',
  'published-with-skew': 'kept publishing, with wrong stamps',
  'held-or-lost': 'messages meanwhile held back or lost',
  'silent-since': 'silent from then on',
  arrived: 'arrived all the same',
  'no-rejection': 'taken as if it were whole',
  'no-receipt': 'left without a receipt',
  'nothing-published': 'nothing was published',
  'still-publishing': 'published all the same',
};

/**
 * What became of a fault, in words. A message of several rows may have fared in several ways, joined with `+`; an outcome
 * without a word of its own is shown as recorded.
 */
export function becameText(became: string): string {
  const parts = became.split('+').map((part) => BECAME_WORDS[part] ?? part);
  return parts.length === 1 ? parts[0] : parts.map((part) => `in part ${part}`).join(', ');
}

export const FEED_KIND_WORDS: Readonly<Record<string, string>> = {
  direct: 'direct feed, full addresses',
  masked: 'feed masked at source',
  portal: 'public portal, polled',
};

export const SUPPRESSION_WORDS: Readonly<Record<string, string>> = {
  'alerts-off': 'alerts are switched off',
  'unmapped-nature': "the nature is not in the agency's table",
  'not-eligible': 'the category is not one that residents are alerted to',
  'not-community': 'a domestic or in-custody matter, no concern of the community',
  cancelled: 'cancelled, or closed as unfounded or duplicate',
  'future-dated': "dated ahead of the platform's clock",
  'too-old': 'older than policy allows',
  unlocatable: 'no place could be made of its location text',
  'same-event': 'joined an event that another record had opened',
  'rejected-in-review': 'the news team rejected it',
  'expired-in-review': 'no longer eligible when the news team approved it',
};

export const WITHHELD_WORDS: Readonly<Record<string, string>> = {
  redaction: 'a text could not be cleared of private strings',
  overload: 'more work than the pipeline would take',
};

export const RECEIPT_WORDS: Readonly<Record<string, string>> = {
  accepted: 'a new state of a record',
  duplicate: 'said what was already known',
  superseded: 'older than what was known',
  rejected: 'broke the rules of its dialect',
};

export const REACTION_WORDS: Readonly<Record<string, string>> = {
  ignored: 'did nothing',
  opened: 'opened the message',
  muted: 'switched notifications off',
  quit: 'left the app',
  posted: 'wrote a post',
  commented: 'wrote a comment, which lifts a post back into view',
  clip: "shared a clip of their doorbell's camera publicly",
  adopted: 'bought a doorbell',
  vigilant: 'grew warier of strangers',
  reported: 'called 911 about a harmless stranger',
};

export const PLACE_KIND_WORDS: Readonly<Record<string, string>> = {
  block: 'hundred-block',
  crossing: 'street crossing',
  stretch: 'five miles of highway',
  area: 'neighbourhood',
  jurisdiction: 'whole jurisdiction',
  text: 'text only',
};
