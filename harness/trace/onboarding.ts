/** Composes the onboarding of a trace: all agencies on one platform, with the settings that residents have when the window opens. */
import { createHash } from 'node:crypto';
import type { AgencyProfile } from '../../contract/agency.ts';
import { onboardingOf, type Onboarding, type Portal } from '../../contract/onboarding.ts';
import { ROSTER_MUTED, ROSTER_QUIT, type PreferenceChange, type Roster } from '../../contract/roster.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { mergeRosters } from '../../simulator/people/people.ts';
import type { Opening } from '../engine/recorder.ts';
import { BODY_LENGTH_MAX, runKey } from '../engine/plan.ts';

/** `openings` are by agency. `changes` are those of residents' settings before `fromMs`, each resident's in order. */
export function composeOnboarding(
  scenario: Scenario,
  seed: number,
  fromMs: number,
  openings: readonly Opening[],
  changes: readonly PreferenceChange[],
): Onboarding {
  const roster = mergeRosters(openings.map((opening) => opening.roster));
  for (const change of changes) apply(roster, change);
  const config = {
    agencies: openings.map((opening) => datedProfile(opening.profile, fromMs)),
    roster,
    runKey: runKey(seed),
    bodyLengthMax: BODY_LENGTH_MAX,
  };
  const digest = createHash('sha256').update(`hundredblock/credentials/${seed}`).digest('hex');
  return onboardingOf(config, `hundredblock-${digest.slice(0, 32)}`, portalsOf(scenario, openings));
}

// --- internal ---

/** Alerts are off until the window opens, so that a message which the platform gets before it makes nothing public. */
function datedProfile(profile: AgencyProfile, fromMs: number): AgencyProfile {
  const [{ fromMs: startMs, policy }] = profile.policies;
  if (fromMs <= startMs) return profile;
  return {
    ...profile,
    policies: [
      { fromMs: startMs, policy: { ...policy, alerts: 'off' } },
      { fromMs, policy },
    ],
  };
}

/** Portals of the agencies that ever have one. They are polled at the moments at which the world's own poller polls (simulator/feeds/feed.ts). */
function portalsOf(scenario: Scenario, openings: readonly Opening[]): Map<string, Portal> {
  const everyMs = scenario.feeds.pollMs;
  const portals = new Map<string, Portal>();
  for (const { plan, profile } of openings) {
    const feed = profile.feeds.find((f) => f.dialect === 'dallas');
    if (feed === undefined) continue;
    const firstMs = feed.fromMs + 1 + ((plan.index * 7919) % everyMs);
    portals.set(profile.id, { url: '', everyMs, offsetMs: firstMs % everyMs });
  }
  return portals;
}

function apply(roster: Roster, change: PreferenceChange): void {
  const i = indexOf(roster.ids, change.resident);
  if (change.radiusDm !== undefined) roster.radiusDm[i] = change.radiusDm;
  if (change.categories !== undefined) roster.categories[i] = change.categories;
  if (change.muted !== undefined) setFlag(roster, i, ROSTER_MUTED, change.muted);
  if (change.quit !== undefined) setFlag(roster, i, ROSTER_QUIT, change.quit);
}

function setFlag(roster: Roster, i: number, flag: number, on: boolean): void {
  if (on) roster.flags[i] |= flag;
  else roster.flags[i] &= ~flag;
}

/** The place of an id in an ascending list, which must hold it. */
function indexOf(ids: Uint32Array, id: number): number {
  let low = 0;
  let high = ids.length - 1;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (ids[mid] < id) low = mid + 1;
    else high = mid;
  }
  return low;
}
