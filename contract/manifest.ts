/**
 * The world's own statement of what one feed message says, made when the message was composed: the oracle's source for duty.
 * It never reaches the system under test.
 */
import type { Dialect } from './catalogue.ts';

export type RecordStatus = 'open' | 'cancelled' | 'closed';
/** What a closed record says came of it, as far as its dialect can say. */
export type PublishedDisposition = 'none' | 'founded' | 'unfounded' | 'duplicate';

/** A location as published, in parts. `text` is the bytes the message carries for it. */
export type PublishedLocation =
  | { kind: 'address'; number: number; street: string; text: string }
  | { kind: 'block'; hundred: number; street: string; text: string }
  | { kind: 'crossing'; streets: [string, string]; text: string }
  | { kind: 'landmark'; name: string; text: string }
  | { kind: 'mile'; highway: string; mile: number; text: string }
  | { kind: 'coordinates'; x: number; y: number; text: string }
  | { kind: 'none'; text: string };

export interface ManifestRow {
  /** Row within the message, from 0, as receipts count them. */
  row: number;
  /** False: the row (or the whole message) breaks its dialect's schema and must be rejected. All below is then what was meant. */
  wellFormed: boolean;
  recordId: string;
  /** The incident time a reader of the message gets, UTC ms: skewed and truncated as published. */
  incidentMs: number;
  /** The record's own stamp of its last change, UTC ms; null where the dialect has none. */
  updatedMs: number | null;
  nature: string;
  status: RecordStatus;
  disposition: PublishedDisposition;
  location: PublishedLocation;
}

export interface MessageManifest {
  messageId: string;
  agency: string;
  dialect: Dialect;
  /** True for a portal's snapshot: records of this portal that it no longer lists are closed. */
  snapshot: boolean;
  /** False where the body as a whole can't be read (cut off, binary). Rows are then all not well-formed. */
  readable: boolean;
  /** One per record in the body's order (a portal's rows of one incident count as one, at the first of them). */
  rows: ManifestRow[];
}

/** Kinds of private string that a record can hold. */
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
export type PrivateKind = (typeof PRIVATE_KINDS)[number];

export interface PrivateString {
  kind: PrivateKind;
  value: string;
}
