/** A feed's options, the host that it tells everything, and its tally. All times are simulated ms, UTC. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Dialect } from '../../contract/catalogue.ts';
import type { MessageManifest } from '../../contract/manifest.ts';
import type { FaultKind } from '../../contract/record/kinds.ts';
import type { Faults } from '../../contract/scenario.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Seeds } from '../kernel/random.ts';

/** A message as it reaches the door. */
export interface FeedMessage {
  messageId: string;
  agency: string;
  dialect: Dialect;
  body: string;
}

/** When a message came about. */
export interface FeedTimes {
  /**
   * The change of the record that the message tells. For a batch or a snapshot: the earliest change that no message told before, or the
   * publication if there is none.
   */
  changedMs: number;
  /** When the source put the message out. */
  publishedMs: number;
}

/** An injected fault. */
export interface FeedFault {
  kind: FaultKind;
  atMs: number;
  /** The message concerned, of a duplicate the second delivery; null if the fault concerns the feed. */
  messageId: string | null;
  detail: string;
  /** Messages that an outage lost or a withdrawal cut off; 0 for every other fault. */
  messages: number;
}

/** Receives what the feed does, at the moment when it happens. */
export interface FeedHost {
  /** A message reaches the door. */
  door(message: FeedMessage, manifest: MessageManifest, times: FeedTimes): void;
  /** An injected fault takes effect. */
  fault(fault: FeedFault): void;
}

/** Everything that a feed is made of. */
export interface FeedOptions {
  kernel: Kernel;
  seeds: Seeds;
  profile: AgencyProfile;
  /** Sets the phase of batches and polls, so that agencies don't all speak at once. */
  agencyIndex: number;
  faults: Faults;
  /** True if the agency's clock is off by `faults.clockSkewMs`. */
  skewed: boolean;
  /** Time from one batch to the next, ms. */
  batchMs: number;
  /** Time from one poll of a portal to the next, ms. */
  pollMs: number;
  /** Mean time from a change until its publication, ms. */
  publishDelayMsMean: Record<Dialect, number>;
  /** When the last feed is withdrawn, so that nothing follows it. Null, or left out: never. */
  withdrawMs?: number | null;
  /** No batch, poll, switch or outage begins after this. */
  endMs: number;
  host: FeedHost;
}

/**
 * The feed's account of its messages so far. The messages that reached the door are `composed` and `copies`, less gaps, less the
 * `messages` of logged outages and withdrawals, less `underWay`, less `lostUnlogged`.
 */
export interface FeedTally {
  /** Messages composed; second deliveries are not among them. */
  composed: number;
  /** Second deliveries. */
  copies: number;
  /** Messages and second deliveries that have neither arrived nor been lost. */
  underWay: number;
  /** Messages lost in an outage that has not ended and is therefore not logged. */
  lostUnlogged: number;
}
