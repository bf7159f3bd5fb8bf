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
  const plan: FaultPlan = { delayMs: 0, copyMs: null, reorder: false, gap: false, malformed: null };
  const delay = hit(faults.delayShare, 'delay');
  if (delay !== null) plan.delayMs = Math.max(1, Math.round(exponential(delay, faults.delayMsMean)));
  const copy = hit(faults.duplicateShare, 'duplicate');
  if (copy !== null) plan.copyMs = Math.max(1, Math.round(exponential(copy, COPY_MS_MEAN)));
  plan.reorder = hit(faults.reorderShare, 'reorder') !== null;
  plan.gap = hit(faults.gapShare, 'gap') !== null;
  plan.malformed = hit(faults.malformedShare, 'malformed');
  return plan;

  /** The fault's stream where it strikes, for what else is to be drawn. Each has its own, so a share of 0 needs no draw. */
  function hit(share: number, fault: string): Draw | null {
    if (share <= 0) return null;
    const draw = keyedDraw(seeds, `feed/${agency}/${fault}`, key);
    return draw() < share ? draw : null;
  }
}
