/** Words for the names in a record: their meaning to a reader who has not seen the code. */
import type { FaultKind, Truth, Verdict } from '../../contract/record/kinds.ts';
import type { Shape } from './plot.ts';

interface TruthWords {
  label: string;
  means: string;
  /** Colour and shape wherever the truth is drawn. No two truths share a shape, so that grey paper suffices. */
  colour: string;
  shape: Shape;
}

export const TRUTH_WORDS: Readonly<Record<Truth, TruthWords>> = {
  founded: {
    label: 'founded',
    means: 'The incident had happened as the alert said, at that place, and recently enough.',
    colour: 'var(--green)',
    shape: 'circle',
  },
  unfounded: {
    label: 'unfounded',
    means: 'Nothing had happened: a hoax, a false alarm or a harmless encounter.',
    colour: 'var(--red)',
    shape: 'cross',
  },
  misclassified: {
    label: 'misclassified',
    means: 'Something had happened, but of another category than the alert said.',
    colour: 'var(--orange)',
    shape: 'triangle',
  },
  duplicate: {
    label: 'duplicate',
    means: 'An earlier alert had already reported the same incident.',
    colour: 'var(--sky)',
    shape: 'square',
  },
  withdrawn: {
    label: 'withdrawn',
    means: 'The agency had already cancelled the record when the alert was sent.',
    colour: 'var(--purple)',
    shape: 'diamond',
  },
  stale: {
    label: 'stale',
    means: 'The incident was older than policy allows when the alert was sent.',
    colour: 'var(--grey)',
    shape: 'down',
  },
  mislocated: {
    label: 'mislocated',
    means: 'The published place is not that of the incident.',
    colour: 'var(--blue)',
    shape: 'plus',
  },
};

export const VERDICT_WORDS: Readonly<Record<Verdict, { label: string; means: string }>> = {
  delivered: {
    label: 'delivered',
    means: 'The message was owed to this resident and arrived once, in time, with nothing private in it.',
  },
  late: { label: 'late', means: 'The message was owed and arrived, but later than the run tolerates.' },
  lost: { label: 'lost', means: 'The message was owed and never arrived, and the target gave no reason.' },
  duplicate: { label: 'duplicate', means: 'The resident received the same message twice.' },
  misdelivered: {
    label: 'misdelivered',
    means: 'The resident was not entitled to it: too far, muted, gone, or not interested.',
  },
  stale: { label: 'stale', means: 'The message was sent although the incident was older than policy allows.' },
  leaked: { label: 'leaked', means: 'The message carried a private string of the record behind it.' },
  shed: { label: 'shed', means: 'The message was owed, and the target dropped it on purpose and said why.' },
  disconnected: {
    label: 'disconnected',
    means: 'The message was owed, but the resident had no connection when it was due.',
  },
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
  accept: { label: 'accept', means: 'from a CAD message to its acknowledgement, when it is safe on disk' },
  firstDelivery: { label: 'first delivery', means: 'from the cause of a message to the first phone' },
  delivery: { label: 'delivery', means: 'from the cause of a message to each phone' },
  completion: { label: 'completion', means: 'from the cause of a message to the last phone of its audience' },
  device: { label: 'device', means: "from a doorbell's message to its acknowledgement" },
  connect: { label: 'connect', means: 'from the request for a connection to the first message on it' },
};

export const FAULT_WORDS: Readonly<Record<FaultKind, string>> = {
  delay: 'message that arrives later than usual',
  duplicate: 'message that arrives twice',
  reorder: 'message that the next one of its record overtakes',
  gap: 'message that never arrives',
  malformed: 'message that arrives broken',
  clockSkew: 'feed whose clock is wrong',
  outage: 'feed that falls silent for a while',
  withdrawal: 'agency that stops its feed',
};

const BECAME_WORDS: Readonly<Record<string, string>> = {
  accepted: 'accepted as news of a record',
  duplicate: 'recognised as already known',
  superseded: 'recognised as older than what is known',
  rejected: 'refused at the door',
  'empty-snapshot': 'received, a snapshot without records',
  'never-arrived': 'never arrived, as intended',
  'published-with-skew': 'kept publishing, with wrong times',
  'held-or-lost': 'messages were held back or lost meanwhile',
  'silent-since': 'silent from then on',
  arrived: 'arrived all the same',
  'no-rejection': 'accepted as if it were whole',
  'no-receipt': 'left without a receipt',
  'nothing-published': 'nothing was published',
  'still-publishing': 'published all the same',
};

/**
 * The outcome of a fault in words. A message of several rows may have several outcomes, joined with `+`. An outcome without words of its own is shown as recorded.
 */
export function becameText(became: string): string {
  const parts = became.split('+').map((part) => BECAME_WORDS[part] ?? part);
  return parts.length === 1 ? parts[0] : parts.map((part) => `in part ${part}`).join(', ');
}

export const FEED_KIND_WORDS: Readonly<Record<string, string>> = {
  direct: 'direct feed with full addresses',
  masked: 'feed that is masked at its source',
  portal: 'public portal that is polled',
};

export const SUPPRESSION_WORDS: Readonly<Record<string, string>> = {
  'alerts-off': 'alerts are switched off',
  'unmapped-nature': "the nature is not in the agency's table",
  'not-eligible': 'the category is not one that residents are alerted to',
  'not-community': 'a domestic or in-custody matter, which does not concern the community',
  cancelled: 'the agency cancelled it, or closed it as unfounded or duplicate',
  'future-dated': "its date is ahead of the platform's clock",
  'too-old': 'it is older than policy allows',
  unlocatable: 'its location text could not be resolved to a place',
  'same-event': 'it joined an event that another record had opened',
  'rejected-in-review': 'the news team rejected it',
  'expired-in-review': 'it was no longer eligible when the news team approved it',
};

export const WITHHELD_WORDS: Readonly<Record<string, string>> = {
  redaction: 'a text could not be cleared of private strings',
  overload: 'the pipeline had more work than it takes',
};

export const RECEIPT_WORDS: Readonly<Record<string, string>> = {
  accepted: 'a new state of a record',
  duplicate: 'repeated what was already known',
  superseded: 'was older than what was known',
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
