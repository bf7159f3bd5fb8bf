/** The observations of one part of a driver: a thread of ours, the portals that are hosted beside k6, or k6 itself. */
import type { Tail } from '../../../contract/record/measures.ts';
import type { ConnectionLine } from '../../../contract/trace.ts';
import type { Sends } from './sends.ts';

/** A stretch of deliveries as columns. */
export interface DeliveryBlock {
  count: number;
  resident: Uint32Array<ArrayBuffer>;
  sequence: Float64Array<ArrayBuffer>;
  /** Index in `frames`. */
  frame: Uint32Array<ArrayBuffer>;
  /** Unix ms. */
  wallMs: Float64Array<ArrayBuffer>;
}

/** Sends, deliveries and connections of one part, and its notes. */
export interface ObservedPart {
  sends: Sends;
  /** Distinct messages: the JSON of each. */
  frames: { type: 'alert' | 'post'; text: string }[];
  deliveries: DeliveryBlock[];
  connections: ConnectionLine[];
  /** Each time from asking for a connection to being connected (hello, CONNACK). */
  connectMs: number[];
  eventLoopDelayMs: Tail;
  notes: string[];
}

/** Deliveries that a block holds. */
export const DELIVERIES_PER_BLOCK = 65_536;

/** A block that holds nothing yet. */
export function emptyDeliveryBlock(): DeliveryBlock {
  return {
    count: 0,
    resident: new Uint32Array(DELIVERIES_PER_BLOCK),
    sequence: new Float64Array(DELIVERIES_PER_BLOCK),
    frame: new Uint32Array(DELIVERIES_PER_BLOCK),
    wallMs: new Float64Array(DELIVERIES_PER_BLOCK),
  };
}
