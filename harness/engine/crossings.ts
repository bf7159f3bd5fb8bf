/** Messages from one agency's shard to another's. They are delivered at the start of the next window, in order of source and then of sending. */
import type { PreferenceChange } from '../../contract/roster.ts';
import { RESIDENTS_PER_AGENCY_MAX } from '../../contract/roster.ts';
import type { Stimulus } from '../../simulator/reactions/lineage.ts';

/** `to` is the index of the receiving agency. */
export type Crossing =
  | { to: number; kind: 'message'; stimulus: Stimulus; residents: number[]; sentMs: number }
  | { to: number; kind: 'preference'; change: PreferenceChange; atMs: number };

/** The crossings that one shard sent in a window. */
export interface SentCrossings {
  source: number;
  crossings: Crossing[];
}

/** All crossings of a window in the one order that every run uses, however many workers it has. */
export function orderCrossings(parts: readonly SentCrossings[]): Crossing[] {
  if (parts.length === 0) return [];
  return [...parts].sort((a, b) => a.source - b.source).flatMap(({ crossings }) => crossings);
}

/** Residents (indices within their agency) by the index of their agency. */
export function splitByAgency(residents: Uint32Array): Map<number, number[]> {
  const byAgency = new Map<number, number[]>();
  for (const resident of residents) {
    const agency = Math.floor(resident / RESIDENTS_PER_AGENCY_MAX);
    const list = byAgency.get(agency);
    if (list === undefined) byAgency.set(agency, [resident % RESIDENTS_PER_AGENCY_MAX]);
    else list.push(resident % RESIDENTS_PER_AGENCY_MAX);
  }
  return byAgency;
}
