/**
 * What happened in one agency's world, one by one, each under a name that is the same in any world with the same seed in which it happens too: so that two worlds
 * can be told apart call by call. What alerts caused carries its lineage.
 */
import type { RecordFile } from '../cad/desk.ts';
import type { Call } from '../calls/calls.ts';
import { ATTEMPTS_MAX, CALLERS_MAX, CALL_SLOTS, ON_VIEW_FROM, type Incident } from '../incidents/incident.ts';
import type { Lineage } from '../reactions/lineage.ts';

interface Entry {
  /** Unique in its agency and of its kind. */
  id: string;
  atMs: number;
  /** Null: no alert caused it. */
  lineage: Lineage | null;
}

export interface LedgerCall extends Entry {
  /** Null where nobody answered, redials included. */
  answeredMs: number | null;
  /** 1, and 1 more for each time that the caller hung up and called again. */
  attempts: number;
}

export interface LedgerPost extends Entry {
  kind: 'post' | 'comment';
}

/** Work for police, from the request on (`atMs`); self-initiated work included. */
export interface LedgerJob extends Entry {
  kind: 'call' | 'self';
  priority: number;
  /** First unit's setting out, and its arrival; null where none did. */
  dispatchedMs: number | null;
  onSceneMs: number | null;
  units: number;
}

export interface Ledger {
  calls: LedgerCall[];
  posts: LedgerPost[];
  jobs: LedgerJob[];
}

/** The name of a call, its redials included. */
export function callName(incident: Incident, caller: number): string {
  return `${incident.drawKey}/${caller}`;
}

export function isFirstAttempt(call: Call): boolean {
  return call.id % ATTEMPTS_MAX === 0;
}

/** `calls`: each placed call once. */
export function ledgerOf(calls: readonly Call[], posts: readonly LedgerPost[], files: Iterable<RecordFile>): Ledger {
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
