/** What goes wrong with one message, decided when it is composed: each fault by a stream of its own, so that one's rate never shifts another's draws. */
import type { Faults } from '../../contract/scenario.ts';
import { exponential, keyedDraw, type Draw, type Seeds } from '../kernel/random.ts';

export interface FaultPlan {
  /** Extra time under way, ms; 0 none. */
  delayMs: number;
  /** The second delivery comes so long after the first; null none. */
  copyMs: number | null;
  /** Held until the next message of its lane has arrived. */
  reorder: boolean;
  /** Never arrives. */
  gap: boolean;
  /** The stream that says how it is broken; null where it is whole. */
  malformed: Draw | null;
}

/** Second deliveries follow the first soon, as a sender's retry does (assumed). */
const COPY_MS_MEAN = 2000;

/** The plan of the message named by `key`, which must not depend on other records. */
export function planFaults(faults: Faults, seeds: Seeds, agency: string, key: string): FaultPlan {
  const delay = strike(faults.delayShare, seeds, `feed/${agency}/delay`, key);
  const copy = strike(faults.duplicateShare, seeds, `feed/${agency}/duplicate`, key);
  return {
    delayMs: delay === null ? 0 : Math.max(1, Math.round(exponential(delay, faults.delayMsMean))),
    copyMs: copy === null ? null : Math.max(1, Math.round(exponential(copy, COPY_MS_MEAN))),
    reorder: strike(faults.reorderShare, seeds, `feed/${agency}/reorder`, key) !== null,
    gap: strike(faults.gapShare, seeds, `feed/${agency}/gap`, key) !== null,
    malformed: strike(faults.malformedShare, seeds, `feed/${agency}/malformed`, key),
  };
}

// --- internal ---

/** The fault's stream where it strikes, for what else is to be drawn; null where it does not. Each fault has its own, so a share of 0 needs no draw. */
function strike(share: number, seeds: Seeds, concern: string, key: string): Draw | null {
  if (share <= 0) return null;
  const draw = keyedDraw(seeds, concern, key);
  return draw() < share ? draw : null;
}
