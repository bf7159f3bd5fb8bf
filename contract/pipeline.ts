/**
 * The contract of an alert pipeline, which does no input or output of its own: `handle(input, nowMs)` answers with outputs, and `nextWakeMs()` asks for a wake-up.
 * The simulator in virtual time and the server on the wall clock call the same functions. All times are platform time, UTC ms.
 */
import type { AgencyProfile } from './agency.ts';
import type { Alert } from './alert.ts';
import type { Category, Dialect } from './catalogue.ts';
import type { Suppression } from './policy.ts';
import type { PreferenceChange, Roster } from './roster.ts';

/** Something that happened. Inputs are handed in in the order of time. */
export type PipelineInput =
  /** One pushed feed message, or one polled snapshot. `messageId` is the sender's id of the message; the receipt repeats it. */
  | { kind: 'cad'; messageId: string; agency: string; dialect: Dialect; body: string }
  | { kind: 'preference'; change: PreferenceChange }
  /** The news team's decision on a ticket of a `review-request`. */
  | { kind: 'review'; ticket: string; decision: 'approve' | 'reject' }
  /** A doorbell saw motion. The pipeline never joins it to CAD data. */
  | { kind: 'motion'; doorbell: number }
  /** A resident's post. It is moderated, then shown to residents near the author's home, and never joined to CAD data. */
  | { kind: 'post'; postId: string; resident: number; text: string }
  /** The time that `nextWakeMs` asked for has come. */
  | { kind: 'wake' };

/** Outcomes of a record. */
export const ROW_OUTCOMES = ['accepted', 'duplicate', 'superseded', 'rejected'] as const;
/** `duplicate`: the record says only what was known; `superseded`: it is older than what is known; `rejected`: it breaks the dialect's schema. */
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

/** The outcome of one record of a message. */
export interface RowReceipt {
  /** Index of the record in the message, from 0. A message that can't be read as a whole has one receipt, for row 0. */
  row: number;
  outcome: RowOutcome;
  /** The reason for `rejected`; null for any other outcome. */
  code: RejectCode | null;
}

/** Reasons for which a record or a whole message is rejected. */
export const REJECT_CODES = [
  'unknown-agency',
  'wrong-dialect',
  'too-large',
  'unreadable',
  'schema',
  'bad-time',
  'bad-location',
] as const;
/** One of the codes above. */
export type RejectCode = (typeof REJECT_CODES)[number];

/** Reasons for which a pipeline itself withholds an alert that policy owes. `redaction`: private text could not be removed for certain. */
export const WITHHELD_REASONS = ['redaction', 'overload'] as const;
/** One of the reasons above. */
export type WithheldReason = (typeof WITHHELD_REASONS)[number];

/** Something that the pipeline decided. */
export type PipelineOutput =
  /** The receipt of a `cad` input, exactly one for each, with a row for each record in it. */
  | { kind: 'receipt'; messageId: string; rows: RowReceipt[] }
  /** One frame to each resident of the audience (resident ids). `frame` is the JSON text of `alert`, as it leaves the platform. */
  | { kind: 'publish'; agency: string; alert: Alert; frame: string; audience: Uint32Array }
  /** A ticket for the news team. `text` holds the narratives with private strings blanked, for reviewers only; `incidents` is the alert's key. */
  | {
      kind: 'review-request';
      ticket: string;
      agency: string;
      incidents: string;
      category: Category;
      place: string;
      text: string;
    }
  /** The ticket needs no decision any more. */
  | { kind: 'review-withdrawn'; ticket: string; incidents: string }
  /** A record is owed no alert, by rule. It comes once for each record, and again when the reason changes. */
  | { kind: 'suppressed'; agency: string; messageId: string; row: number; reason: Suppression }
  /** The pipeline itself holds back an alert that policy owes. */
  | { kind: 'withheld'; agency: string; incidents: string; reason: WithheldReason }
  /** A moderated post for each resident of the audience. */
  | { kind: 'post'; postId: string; text: string; audience: Uint32Array }
  | { kind: 'log'; level: 'info' | 'warn' | 'error'; code: string; text: string };

/** Everything that a pipeline needs to know. */
export interface PipelineConfig {
  agencies: AgencyProfile[];
  roster: Roster;
  /** Key of the HMAC that makes the keys of alerts. */
  runKey: string;
  /** Longest message body that is taken, in UTF-16 units. */
  bodyLengthMax: number;
}

/** The number of things that a pipeline holds in memory, so that tests can show that it is bounded. */
export interface PipelineState {
  records: number;
  groups: number;
  tickets: number;
  devices: number;
}

/** An alert pipeline. */
export interface Pipeline {
  /** Handles one input at platform time `nowMs`, which never decreases from call to call. */
  handle(input: PipelineInput, nowMs: number): PipelineOutput[];
  /** Earliest platform time at which `{kind: 'wake'}` must be handed in; Infinity if none is needed. */
  nextWakeMs(): number;
  state(): PipelineState;
}

/** Makes a pipeline. */
export type CreatePipeline = (config: PipelineConfig) => Pipeline;
