/**
 * Every call, post and job of one agency's world. Each has a name that is the same in any world of the same seed in which it happens too, so
 * that two worlds can be compared call by call. Whatever alerts caused carries its lineage.
 */
import type { RecordFile } from '../cad/record-file.ts';
import type { Call } from '../calls/calls.ts';
import { ATTEMPTS_MAX, CALLERS_MAX, CALL_SLOTS, ON_VIEW_FROM, type Incident } from '../incidents/incident.ts';
import type { Lineage } from '../reactions/lineage.ts';

interface Entry {
  /** Unique among the agency's entries of its kind. */
  id: string;
  atMs: number;
  /** Null if no alert caused it. */
  lineage: Lineage | null;
}

/** One caller's call. */
export interface LedgerCall extends Entry {
  /** Null if nobody answered, redials included. */
  answeredMs: number | null;
  /** 1, plus 1 for each time that the caller hung up and called again. */
  attempts: number;
}

/** One post or comment. */
export interface LedgerPost extends Entry {
  kind: 'post' | 'comment';
}

/** Work for police, self-initiated work included. `atMs`: the request for it. */
export interface LedgerJob extends Entry {
  kind: 'call' | 'self';
  priority: number;
  /** When the first unit set out, and when it arrived; null if none did. */
  dispatchedMs: number | null;
  onSceneMs: number | null;
  units: number;
}

/** Everything that happened, in order of its begin. */
export interface Ledger {
  calls: LedgerCall[];
  posts: LedgerPost[];
  jobs: LedgerJob[];
}

/** The name of a call, its redials included. */
export function callName(incident: Incident, caller: number): string {
  return `${incident.drawKey}/${caller}`;
}

/** True for a caller's first call, false for a redial. */
export function isFirstAttempt(call: Call): boolean {
  return call.id % ATTEMPTS_MAX === 0;
}

/** Makes a ledger. `calls`: each placed call once. */
export function makeLedger(calls: readonly Call[], posts: readonly LedgerPost[], files: Iterable<RecordFile>): Ledger {
  return {
    calls: calls.map((call) => ({
      id: callName(call.incident, call.caller),
      atMs: call.placedMs,
      lineage: call.incident.lineage ?? null,
      answeredMs: call.answeredMs < 0 ? null : call.answeredMs,
      attempts: 1 + (call.id % ATTEMPTS_MAX),
    })),
    posts: [...posts],
    jobs: Array.from(files, jobOf),
  };
}

// --- internal ---

function jobOf({ record, incident }: RecordFile): LedgerJob {
  const caller = Math.floor((record.ordinal % CALL_SLOTS) / ATTEMPTS_MAX) % CALLERS_MAX;
  return {
    kind: incident === null ? 'self' : 'call',
    id: incident === null ? String(record.ordinal - ON_VIEW_FROM) : callName(incident, caller),
    atMs: record.entryMs,
    lineage: incident?.lineage ?? null,
    priority: record.priorityOriginal,
    dispatchedMs: record.dispatchMs,
    onSceneMs: record.onSceneMs,
    units: record.units.length,
  };
}
