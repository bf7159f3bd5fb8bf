/** A CAD record as the agency holds it: the state after the latest of its events. Feeds publish copies of it. */
import type { PublishedDisposition, PublishedLocation, RecordStatus } from '../../contract/manifest.ts';

export type CadChange =
  | 'created'
  | 'updated'
  | 'retyped'
  | 'reprioritised'
  | 'relocated'
  | 'merged'
  | 'dispatched'
  | 'onScene'
  | 'cancelled'
  | 'closed';

/** A caller as typed into the record; all synthetic. */
export interface CadCaller {
  name: string;
  phone: string;
  email: string | null;
  birthDate: string | null;
  /** Where the caller is, as typed. */
  address: string | null;
}

/** Where the incident is, as the call-taker believes; may be wrong. */
export interface CadLocation {
  /** The location as published by a feed with full addresses. */
  exact: Extract<PublishedLocation, { kind: 'address' | 'crossing' | 'landmark' | 'mile' | 'none' }>;
  /** Apartment or unit, null without one: `APT 4B`. */
  unit: string | null;
  /** Gazetteer index of the block (of the nearest block, where the place is none). */
  block: number;
  /** Gazetteer index of the crossing nearest to the place. */
  crossing: number;
  x: number;
  y: number;
}

export interface CadRecord {
  recordId: string;
  /** Number of the record within its agency, from 0: the kernel's entity. */
  ordinal: number;
  /** The world's key of the incident. */
  incident: number;
  /** Indices into EVENT_TYPES. */
  typeOriginal: number;
  type: number;
  /** 1 (most urgent) to 4. */
  priorityOriginal: number;
  priority: number;
  /** Started by an officer, not by a call. */
  onView: boolean;
  receivedMs: number;
  entryMs: number;
  dispatchMs: number | null;
  onSceneMs: number | null;
  closedMs: number | null;
  updatedMs: number;
  status: RecordStatus;
  disposition: PublishedDisposition;
  location: CadLocation;
  beat: string;
  units: string[];
  callers: CadCaller[];
  plates: string[];
  medical: string[];
  notes: { atMs: number; text: string }[];
  mergedInto: string | null;
}
