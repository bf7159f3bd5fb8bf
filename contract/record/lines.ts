/** Lines of the files beside a run record: alerts.jsonl, against.jsonl, faults.jsonl, and map.json. */
import type { DELAY_STAGES, FaultKind, Truth, Verdict } from './kinds.ts';

/** A line of alerts.jsonl: one message published, with what the oracle found. */
export interface AlertLine {
  incidents: string;
  identifier: string;
  msgType: 'Alert' | 'Update' | 'Cancel';
  agency: string;
  feedKind: 'direct' | 'masked' | 'portal';
  category: string;
  place: string;
  placeKind: 'block' | 'crossing' | 'stretch' | 'area' | 'jurisdiction' | 'text';
  /** Households that share the place, null where unknown. */
  households: number | null;
  /** Centre of the published place, dm; null where it has none. */
  x: number | null;
  y: number | null;
  sentMs: number;
  audience: number;
  /** Truth of an Alert; null on updates and cancels. */
  truth: Truth | null;
  truths: Truth[];
  /** Delivery verdicts of this message by count. */
  verdicts: Partial<Record<Verdict, number>>;
  /** Legs of the delay, ms, on an Alert with a known record. */
  delayMs: Partial<Record<(typeof DELAY_STAGES)[number], number>>;
}

/**
 * A line of against.jsonl: something that is in one of two worlds only, or in both at different times. Times are of the first world that has it; `laterMs` are
 * the first world's minus the second's. `root` and `generation`: only where alerts caused it.
 */
export interface AgainstLine {
  kind: 'call' | 'redial' | 'post' | 'dispatch';
  agency: string;
  /** Its name, the same in both worlds. */
  id: string;
  in: 'first' | 'second' | 'both';
  atMs: number;
  root?: string;
  generation?: number;
  answerLaterMs?: number;
  requestLaterMs?: number;
  /** From the request on. */
  dispatchLaterMs?: number;
  responseLaterMs?: number | null;
  priority?: number;
}

/** A line of faults.jsonl: one injected fault and what became of it. */
export interface FaultLine {
  kind: FaultKind;
  agency: string;
  atMs: number;
  messageId: string | null;
  detail: string;
  accounted: boolean;
  /** What the accounting saw: a receipt's outcome, `never-arrived`, `held-then-arrived`, ... */
  became: string;
}

/** map.json: what the report draws of each agency's ground; synthetic positions, dm. */
export interface MapFile {
  agencies: {
    id: string;
    name: string;
    box: { x0: number; y0: number; x1: number; y1: number };
    /** Block segments [x0, y0, x1, y1, density 0 downtown, 1 suburb, 2 rural], thinned to at most 4,000 an agency. */
    blocks: number[][];
    /** A sample of at most 2,000 ground-truth incidents: [x, y, minutes since start, 1 if something really happened else 0, category index or -1]. */
    incidents: number[][];
    /** A sample of at most 1,500 app users' homes, [x, y]. */
    appUsers: number[][];
  }[];
  /** Radii in dm for drawing audiences: the alert radii that residents chose, with counts. */
  radii: { radiusDm: number; residents: number }[];
}
