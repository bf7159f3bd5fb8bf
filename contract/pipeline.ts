/**
 * The sans-I/O contract of a system under test: `handle(input, nowMs) -> outputs` and `nextWakeMs()`.
 * The virtual clock and the servers call the same function. Inputs arrive in time order.
 */
import type { AgencyProfile } from './agency.ts';
import type { Alert } from './alert.ts';
import type { Category, Dialect } from './catalogue.ts';
import type { Suppression } from './policy.ts';
import type { PreferenceChange, Roster } from './roster.ts';

export type PipelineInput =
  /** One pushed feed message, or one polled snapshot. `messageId` is the sender's transport id; receipts name it. */
  | { kind: 'cad'; messageId: string; agency: string; dialect: Dialect; body: string }
  | { kind: 'preference'; change: PreferenceChange }
  /** The news team's decision on a ticket of a `review-request`. */
  | { kind: 'review'; ticket: string; decision: 'approve' | 'reject' }
  /** A doorbell saw motion. Never joined to CAD data. */
  | { kind: 'motion'; doorbell: number }
  /** A resident's post; moderated, then shown to residents near the author's home. Never joined to CAD data. */
  | { kind: 'post'; postId: string; resident: number; text: string }
  /** Time passed: do what `nextWakeMs` asked for. */
  | { kind: 'wake' };

export const ROW_OUTCOMES = ['accepted', 'duplicate', 'superseded', 'rejected'] as const;
/** `duplicate`: says what was known; `superseded`: older than what is known; `rejected`: breaks the dialect's schema. */
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

export interface RowReceipt {
  /** Row within the message from 0; a message that can't be read as a whole has one receipt, row 0. */
  row: number;
  outcome: RowOutcome;
  /** On `rejected`: a code of REJECT_CODES; null otherwise. */
  code: RejectCode | null;
}

export const REJECT_CODES = [
  'unknown-agency',
  'wrong-dialect',
  'too-large',
  'unreadable',
  'schema',
  'bad-time',
  'bad-location',
] as const;
export type RejectCode = (typeof REJECT_CODES)[number];

/** Why a pipeline withholds an alert that policy owes. */
export const WITHHELD_REASONS = ['redaction', 'overload'] as const;
export type WithheldReason = (typeof WITHHELD_REASONS)[number];

export type PipelineOutput =
  /** Exactly one for each `cad` input, with one row for each record in it. */
  | { kind: 'receipt'; messageId: string; rows: RowReceipt[] }
  /** One frame to each resident of the audience. `frame` is the JSON text of `alert`, the bytes that leave. */
  | { kind: 'publish'; agency: string; alert: Alert; frame: string; audience: Uint32Array }
  /** `text`: the narratives with private strings blanked, for reviewers only. `incidents`: the alert's key. */
  | {
      kind: 'review-request';
      ticket: string;
      agency: string;
      incidents: string;
      category: Category;
      place: string;
      text: string;
    }
  | { kind: 'review-withdrawn'; ticket: string; incidents: string }
  /** A record is owed no alert, by rule: once per record, and again when the reason changes. */
  | { kind: 'suppressed'; agency: string; messageId: string; row: number; reason: Suppression }
  /** The pipeline itself holds back what it would owe. */
  | { kind: 'withheld'; agency: string; incidents: string; reason: WithheldReason }
  | { kind: 'post'; postId: string; text: string; audience: Uint32Array }
  | { kind: 'log'; level: 'info' | 'warn' | 'error'; code: string; text: string };

export interface PipelineConfig {
  agencies: AgencyProfile[];
  roster: Roster;
  /** Key of the HMAC that names alerts. */
  runKey: string;
  /** Longest message body accepted, in UTF-16 units. */
  bodyLengthMax: number;
}

/** Sizes of what the pipeline holds, for bounded-state checks. */
export interface PipelineState {
  records: number;
  groups: number;
  tickets: number;
  devices: number;
}

export interface Pipeline {
  handle(input: PipelineInput, nowMs: number): PipelineOutput[];
  /** Earliest time at which `{kind: 'wake'}` must be handed in; Infinity where none. */
  nextWakeMs(): number;
  state(): PipelineState;
}

export type CreatePipeline = (config: PipelineConfig) => Pipeline;
