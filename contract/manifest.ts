/**
 * The world's own statement of the facts in one feed message, made when the message was composed. The oracle derives from it which alerts are owed. It never
 * reaches the target.
 */
import type { Dialect } from './catalogue.ts';

/** The status of a dispatch record. */
export type RecordStatus = 'open' | 'cancelled' | 'closed';
/** The outcome that a closed record publishes, as far as its dialect can express it. */
export type PublishedDisposition = 'none' | 'founded' | 'unfounded' | 'duplicate';

/** A location in a message, taken apart. `text` is the location as the message has it; `x` and `y` are in dm (contract/plane.ts). */
export type PublishedLocation =
  | { kind: 'address'; number: number; street: string; text: string }
  | { kind: 'block'; hundred: number; street: string; text: string }
  | { kind: 'crossing'; streets: [string, string]; text: string }
  | { kind: 'landmark'; name: string; text: string }
  | { kind: 'mile'; highway: string; mile: number; text: string }
  | { kind: 'coordinates'; x: number; y: number; text: string }
  | { kind: 'none'; text: string };

/** The facts of one record in a message. */
export interface ManifestRow {
  /** Index of the record in the message, from 0, as receipts count them. */
  row: number;
  /** False if the row, or the whole message, breaks its dialect's schema and must be rejected. The fields below are then those of the row before it was broken. */
  wellFormed: boolean;
  recordId: string;
  /** The incident time that a reader of the message gets, UTC ms: published times are skewed and truncated. */
  incidentMs: number;
  /** The record's own stamp of its last change, UTC ms; null if the dialect has none. */
  updatedMs: number | null;
  /** The native nature text. */
  nature: string;
  status: RecordStatus;
  disposition: PublishedDisposition;
  location: PublishedLocation;
}

/** The facts of one message. */
export interface MessageManifest {
  /** The sender's id of the message, which receipts repeat. */
  messageId: string;
  agency: string;
  dialect: Dialect;
  /** True for a portal's snapshot: records of the portal that it no longer lists are closed. */
  snapshot: boolean;
  /** False if the body as a whole can't be read (it is cut off, or binary). Then no row is well-formed. */
  readable: boolean;
  /** One for each record, in the order of the body. A portal's rows about one incident count as one record, at the first of them. */
  rows: ManifestRow[];
}

/** Kinds of private strings that a record can hold. `canary` strings are planted to detect leaks. */
export const PRIVATE_KINDS = [
  'name',
  'phone',
  'address',
  'unit',
  'plate',
  'medical',
  'birth-date',
  'email',
  'coordinates',
  'description',
  'canary',
] as const;
/** One of the kinds above. */
export type PrivateKind = (typeof PRIVATE_KINDS)[number];

/** A string of a record that must not leave the platform. */
export interface PrivateString {
  kind: PrivateKind;
  value: string;
}
