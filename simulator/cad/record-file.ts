/** A CAD record with what the desk and the world know about it beyond its text. */
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import type { Incident } from '../incidents/incident.ts';
import { typePriority } from '../police/parameters.ts';
import type { CadLocation, CadRecord } from './record.ts';

/** One record's file. */
export interface RecordFile {
  record: CadRecord;
  /** Null for officer-initiated work. */
  incident: Incident | null;
  /** When the call was placed, and when it was answered, ms. */
  callMs: number;
  answeredMs: number;
  /** When the record was cancelled, merged, or closed as unfounded, ms; null if it was not. */
  withdrawnMs: number | null;
  /** The call whose ALI position gave the place, so that a rebid may move it; -1 if the caller named the place. */
  placedByCall: number;
}

/** The first state of a new record. */
export interface NewRecord {
  /** The record's ordinal: the call's id, or the officer-initiated job's. */
  id: number;
  recordId: string;
  /** Index into EVENT_TYPES. */
  type: number;
  incident: Incident | null;
  location: CadLocation;
}

/** Opens a file with an open record, received now. */
export function newRecordFile({ id, recordId, type, incident, location }: NewRecord, nowMs: number): RecordFile {
  const priority = typePriority(EVENT_TYPES[type].id);
  const record: CadRecord = {
    recordId,
    ordinal: id,
    incident: incident?.key ?? -1,
    typeOriginal: type,
    type,
    priorityOriginal: priority,
    priority,
    onView: incident === null,
    receivedMs: nowMs,
    entryMs: nowMs,
    dispatchMs: null,
    onSceneMs: null,
    closedMs: null,
    updatedMs: nowMs,
    status: 'open',
    disposition: 'none',
    location,
    beat: `${1 + (location.block % 7)}${'ABCD'[location.block % 4]}`,
    units: [],
    callers: [],
    plates: [],
    medical: [],
    notes: [],
    mergedInto: null,
  };
  return { record, incident, callMs: nowMs, answeredMs: nowMs, withdrawnMs: null, placedByCall: -1 };
}
