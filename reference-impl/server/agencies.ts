/** Looking up an agency of the onboarding in force, and its feed. */
import type { Dialect } from '../../contract/catalogue.ts';
import type { Onboarding } from '../../contract/onboarding.ts';

export type Agency = Onboarding['agencies'][number];

/** The agency of that id; undefined where there is none. */
export function agencyOf(onboarding: Onboarding, id: string): Agency | undefined {
  let agencies = indexes.get(onboarding);
  if (agencies === undefined) {
    agencies = new Map(onboarding.agencies.map((agency) => [agency.id, agency]));
    indexes.set(onboarding, agencies);
  }
  return agencies.get(id);
}

/** The dialect of the feed in force: the last that has begun; null before the first. */
export function dialectAt(agency: Agency, nowMs: number): Dialect | null {
  return agency.feeds.findLast((feed) => feed.fromMs <= nowMs)?.dialect ?? null;
}

// --- internal ---

const indexes = new WeakMap<Onboarding, Map<string, Agency>>();
