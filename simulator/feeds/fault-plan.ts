/**
 * The faults of one message, decided when it is composed. Each fault draws from a stream of its own, so that the rate of one never shifts
 * the draws of another.
 */
import type { Faults } from '../../contract/scenario.ts';
import { exponential, keyedDraw, type Draw, type Seeds } from '../kernel/random.ts';

/** The faults that one message will have. */
export interface FaultPlan {
  /** Extra time under way, ms; 0 if there is none. */
  delayMs: number;
  /** Time from the first delivery to the second, ms; null if there is no second one. */
  copyMs: number | null;
  /** True if the message is held until the next one of its lane has arrived. */
  reorder: boolean;
  /** True if the message never arrives. */
  gap: boolean;
  /** The stream that decides how the message is broken; null if it is whole. */
  malformed: Draw | null;
}

/** A second delivery soon follows the first, like a sender's retry (assumed). */
const COPY_MS_MEAN = 2000;

/** Plans the faults of one message. `key` names it, and must not depend on other records. */
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

/** The fault's stream, for further draws, if the fault strikes; null if it does not. A share of 0 needs no draw. */
function strike(share: number, seeds: Seeds, concern: string, key: string): Draw | null {
  if (share <= 0) return null;
  const draw = keyedDraw(seeds, concern, key);
  return draw() < share ? draw : null;
}
