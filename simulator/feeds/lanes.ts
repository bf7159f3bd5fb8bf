/** Messages of a feed until they arrive, and the lanes that keep them in order. */
import type { Dialect } from '../../contract/catalogue.ts';
import type { MessageManifest } from '../../contract/manifest.ts';
import type { FaultPlan } from './fault-plan.ts';

/** Within a lane, messages arrive in order unless a fault says otherwise. A record has one, and so have the feed's batches or snapshots. */
export interface Lane {
  /** The kernel's entity of the lane's events. */
  entity: number;
  /** Messages so far. */
  count: number;
  lastPublishMs: number;
  lastArrivalMs: number;
  /** Messages that the reorder fault holds back, in order. */
  held: PendingMessage[];
}

/** A message from its composing until it has arrived or is lost. */
export interface PendingMessage {
  messageId: string;
  dialect: Dialect;
  /** Entry of the agency's feeds that the message was composed under: it is lost when that feed ends. */
  generation: number;
  lane: Lane;
  /** Number within the lane, from 0. */
  sequence: number;
  isCopy: boolean;
  /** Keys the message's draws. */
  key: string;
  plan: FaultPlan;
  /** How the body is broken; null if it is whole. */
  variant: string | null;
  body: string;
  manifest: MessageManifest;
  changedMs: number;
  publishedMs: number;
  isHeld: boolean;
  isDone: boolean;
}

/** The kernel's entity of events that concern the feed as a whole. */
export const FEED_ENTITY = 0xffff_ffff;

/** The lanes of one feed. */
export class Lanes {
  /** The lane of batches or snapshots. */
  readonly feed: Lane = newLane(FEED_ENTITY);
  readonly #byRecord = new Map<number, Lane>();

  /** The lane of a record, by its ordinal. */
  ofRecord(ordinal: number): Lane {
    let lane = this.#byRecord.get(ordinal);
    if (lane === undefined) {
      lane = newLane(ordinal);
      this.#byRecord.set(ordinal, lane);
    }
    return lane;
  }

  /** Forgets every message that is held back. */
  dropHeld(): void {
    this.feed.held = [];
    for (const lane of this.#byRecord.values()) lane.held = [];
  }
}

// --- internal ---

function newLane(entity: number): Lane {
  return { entity, count: 0, lastPublishMs: 0, lastArrivalMs: 0, held: [] };
}
