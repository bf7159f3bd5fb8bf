/** Whether a record is owed an alert: docs/reference/rules.md, 'Whether'. */
import type { AgencyProfile } from '../../contract/agency.ts';
import { type Category, type Dialect, PRESETS } from '../../contract/catalogue.ts';
import type { PublishedDisposition, PublishedLocation, RecordStatus } from '../../contract/manifest.ts';
import type { Policy, Suppression } from '../../contract/policy.ts';
import { publishedPlace } from './place.ts';

/** The latest state of a record, in the words of its message. */
export interface RecordState {
  incidentMs: number;
  updatedMs: number | null;
  nature: string;
  dialect: Dialect;
  status: RecordStatus;
  disposition: PublishedDisposition;
  location: PublishedLocation;
}

/** The outcome of the rules for a record. */
export interface Finding {
  /** The first reason that holds; null if the record is eligible. */
  reason: Suppression | null;
  /** True if the edge of a rule lies within the slack, so that the target may have decided otherwise. */
  edge: boolean;
}

/** How much earlier (`beforeMs`) and later (`afterMs`) than its known moment something may have happened, ms. */
export interface Slack {
  beforeMs: number;
  afterMs: number;
}

/** No slack at all. */
export const EXACTLY: Slack = { beforeMs: 0, afterMs: 0 };

/** True for reasons that end an alert, or the wait for one. A record that is too old or unlocatable changes nothing yet. */
export function isRevoking(reason: Suppression | null): boolean {
  return (
    reason === 'unmapped-nature' || reason === 'not-eligible' || reason === 'not-community' || reason === 'cancelled'
  );
}

/** The policy in force at a moment; the first one before any took effect. */
export function policyAt(profile: AgencyProfile, nowMs: number): Policy {
  let policy = profile.policies[0].policy;
  for (const dated of profile.policies) if (dated.fromMs <= nowMs) policy = dated.policy;
  return policy;
}

/** The dialect of the feed in force at a moment; null before the first one. */
export function dialectAt(profile: AgencyProfile, nowMs: number): Dialect | null {
  let dialect: Dialect | null = null;
  for (const feed of profile.feeds) if (feed.fromMs <= nowMs) dialect = feed.dialect;
  return dialect;
}

/** The alert category of a record's nature in its agency's table; null if it has none. */
export function categoryOf(profile: AgencyProfile, state: RecordState): Category | null {
  const table = profile.natures[state.dialect];
  return table !== undefined && Object.hasOwn(table, state.nature) ? table[state.nature].category : null;
}

/** The first reason against an alert about a record. `cancelled`: the record was cancelled once, which holds whatever it says later. */
export function examine(
  profile: AgencyProfile,
  state: RecordState,
  cancelled: boolean,
  nowMs: number,
  slack: Slack,
): Finding {
  const policy = policyAt(profile, nowMs);
  if (policy.alerts === 'off') return { reason: 'alerts-off', edge: false };
  const table = profile.natures[state.dialect];
  if (table === undefined || !Object.hasOwn(table, state.nature)) return { reason: 'unmapped-nature', edge: false };
  const rule = table[state.nature];
  if (rule.category === null || !PRESETS[policy.preset].includes(rule.category))
    return { reason: 'not-eligible', edge: false };
  if (!rule.community) return { reason: 'not-community', edge: false };
  if (cancelled || withdrawn(state)) return { reason: 'cancelled', edge: false };
  const aheadMs = state.incidentMs - nowMs;
  const futureEdge = near(-aheadMs, -policy.futureMsMax, slack);
  if (aheadMs > policy.futureMsMax && !futureEdge) return { reason: 'future-dated', edge: false };
  const ageEdge = near(-aheadMs, policy.incidentAgeMsMax, slack);
  if (-aheadMs >= policy.incidentAgeMsMax && !ageEdge) return { reason: 'too-old', edge: false };
  if (publishedPlace(profile, state.location, policy.householdsMin) === null)
    return { reason: 'unlocatable', edge: futureEdge || ageEdge };
  return { reason: null, edge: futureEdge || ageEdge };
}

/** True if a value that grows with time may have been on either side of a limit. Without slack the limit is exact, and this is false. */
export function near(value: number, limit: number, { beforeMs, afterMs }: Slack): boolean {
  return beforeMs + afterMs > 0 && value - beforeMs <= limit && limit <= value + afterMs;
}

/** True if a feed or a policy of the agency takes effect within the slack of this moment. */
export function changesNear(profile: AgencyProfile, atMs: number, slack: Slack): boolean {
  return [...profile.feeds, ...profile.policies].some((entry) => near(atMs, entry.fromMs, slack));
}

// --- internal ---

function withdrawn(state: RecordState): boolean {
  if (state.status === 'cancelled') return true;
  return state.status === 'closed' && (state.disposition === 'unfounded' || state.disposition === 'duplicate');
}
