/** The shapes of files beside a run record: lines of alerts.jsonl, against.jsonl and faults.jsonl, and map.json. Times are simulated, UTC ms. */
import type { DELAY_STAGES, FaultKind, Truth, Verdict } from './kinds.ts';

/** A line of alerts.jsonl: one published message, with the oracle's findings. */
export interface AlertLine {
  /** Key of the alert, and the message's own identifier (AlertSchema). */
  incidents: string;
  identifier: string;
  msgType: 'Alert' | 'Update' | 'Cancel';
  agency: string;
  feedKind: 'direct' | 'masked' | 'portal';
  category: string;
  place: string;
  placeKind: 'block' | 'crossing' | 'stretch' | 'area' | 'jurisdiction' | 'text';
  /** Number of households that share the place; null if unknown. */
  households: number | null;
  /** Centre of the published place, dm (contract/plane.ts); null if it has none. */
  x: number | null;
  y: number | null;
  sentMs: number;
  /** Number of residents to whom the message was sent. */
  audience: number;
  /** Primary label of an Alert, and all its labels; null and none on updates and cancels. */
  truth: Truth | null;
  truths: Truth[];
  /** Number of deliveries of this message with each verdict. */
  verdicts: Partial<Record<Verdict, number>>;
  /** Parts of the delay, ms, of an Alert with a known record. */
  delayMs: Partial<Record<(typeof DELAY_STAGES)[number], number>>;
}

/**
 * A line of against.jsonl: an event that is in one of two worlds only, or in both at different times. `atMs` is its time in the first world that has it; each
 * `...LaterMs` is the first world's time minus the second's. `root` (the alert with which the chain began) and `generation` are given only if alerts caused it.
 */
export interface AgainstLine {
  kind: 'call' | 'redial' | 'post' | 'dispatch';
  agency: string;
  /** Name of the event, the same in both worlds. */
  id: string;
  in: 'first' | 'second' | 'both';
  atMs: number;
  root?: string;
  generation?: number;
  answerLaterMs?: number;
  requestLaterMs?: number;
  /** Counted from the request on. */
  dispatchLaterMs?: number;
  responseLaterMs?: number | null;
  priority?: number;
}

/** A line of faults.jsonl: one injected fault, and its outcome. */
export interface FaultLine {
  kind: FaultKind;
  agency: string;
  atMs: number;
  messageId: string | null;
  detail: string;
  /** Whether it shows in the platform's answers. */
  accounted: boolean;
  /** The trace that it left: a receipt's outcome, `never-arrived`, `held-then-arrived`, ... */
  became: string;
}

/** map.json: the parts of each agency's ground that the report draws. Positions are synthetic, in dm. */
export interface MapFile {
  agencies: {
    id: string;
    name: string;
    box: { x0: number; y0: number; x1: number; y1: number };
    /** Block segments [x0, y0, x1, y1, density 0 downtown, 1 suburb, 2 rural], thinned to at most 4,000 an agency. */
    blocks: number[][];
    /** A sample of at most 2,000 ground-truth incidents: [x, y, minutes since the start, 1 if something really happened else 0, index of the category or -1]. */
    incidents: number[][];
    /** A sample of at most 1,500 app users' homes, [x, y]. */
    appUsers: number[][];
  }[];
  /** The alert radii that residents chose, dm, with the number of residents, to draw audiences. */
  radii: { radiusDm: number; residents: number }[];
}
