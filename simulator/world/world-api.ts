/** The options of one agency's world, and the host that it tells everything. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { PreferenceChange } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { City } from '../city/city.ts';
import type { FeedFault, FeedMessage, FeedTimes } from '../feeds/feed-api.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Seeds } from '../kernel/random.ts';
import type { People } from '../people/people.ts';

/** Receives what the world does, each at the moment of the call (`kernel.nowMs`). */
export interface WorldHost {
  door(message: FeedMessage, manifest: MessageManifest, times: FeedTimes): void;
  /** A resident of this agency changed its settings; they hold from now. */
  preference(change: PreferenceChange): void;
  /** The same, told ahead: from `atMs` (at least CROSSING_MS away) they hold in other agencies' shards too. */
  preferenceAhead(change: PreferenceChange, atMs: number): void;
  post(post: { postId: string; resident: number; text: string }, privates: PrivateString[]): void;
  review(ticket: string, decision: 'approve' | 'reject'): void;
  motion(doorbell: number): void;
  fault(fault: FeedFault): void;
  learnPrivate(recordId: string, strings: PrivateString[]): void;
  /** The id of the record behind an alert's key; null if the key is unknown. */
  recordOf(incidents: string): string | null;
}

/** Everything that one agency's world is made of. */
export interface WorldOptions {
  scenario: Scenario;
  seeds: Seeds;
  agencyIndex: number;
  /** People in the jurisdiction. */
  persons: number;
  profile: AgencyProfile;
  /** The feed stops here for good, ms; null: never. */
  withdrawMs: number | null;
  city: City;
  people: People;
  kernel: Kernel;
  /** Nothing new begins at or after this, ms. */
  endMs: number;
  host: WorldHost;
}
