/** A CAD record in the agency's own system: its present state. Feeds publish copies of it. */
import type { PublishedDisposition, PublishedLocation, RecordStatus } from '../../contract/manifest.ts';

/** A change of a record. */
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

/** A caller as typed into the record. Everything is synthetic. */
export interface CadCaller {
  name: string;
  phone: string;
  email: string | null;
  birthDate: string | null;
  /** The caller's own place, as typed. */
  address: string | null;
}

/** The place of the incident as the call-taker believes, which may be wrong. */
export interface CadLocation {
  /** The location as published by a feed with full addresses. */
  exact: Extract<PublishedLocation, { kind: 'address' | 'crossing' | 'landmark' | 'mile' | 'none' }>;
  /** Apartment or unit, such as `APT 4B`; null if there is none. */
  unit: string | null;
  /** Gazetteer index of the block; of the nearest block if the place is on none. */
  block: number;
  /** Gazetteer index of the crossing nearest to the place. */
  crossing: number;
  /** Position, dm. */
  x: number;
  y: number;
}

/** One record. Times are ms, and null before they happen. */
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
  /** True if an officer started it, not a call. */
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
