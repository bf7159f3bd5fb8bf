/** Whether a record is owed an alert (docs/reference/rules.md, 'Whether: eligibility'). */
import { PRESETS, type Category, type NatureRule } from '../../contract/catalogue.ts';
import type { PublishedDisposition, RecordStatus } from '../../contract/manifest.ts';
import type { DatedPolicy, Policy, Suppression } from '../../contract/policy.ts';

/** The policy in force: the last entry that has begun; before the first, the first. */
export function policyAt(policies: readonly DatedPolicy[], nowMs: number): Policy {
  for (let i = policies.length - 1; i > 0; i--) if (policies[i].fromMs <= nowMs) return policies[i].policy;
  return policies[0].policy;
}

/** What eligibility depends on, besides policy and time. */
export interface Candidate {
  /** Null where the agency's table lacks the nature. */
  rule: NatureRule | null;
  status: RecordStatus;
  disposition: PublishedDisposition;
  incidentMs: number;
  located: boolean;
}

export type Ineligibility = Exclude<Suppression, 'same-event' | 'rejected-in-review' | 'expired-in-review'>;

/** The first reason, in the order of SUPPRESSIONS, that holds at `nowMs`; null where the record is eligible. */
export function ineligibility(candidate: Candidate, policy: Policy, nowMs: number): Ineligibility | null {
  if (policy.alerts === 'off') return 'alerts-off';
  if (candidate.rule === null) return 'unmapped-nature';
  if (candidate.rule.category === null || !isInPreset(candidate.rule.category, policy.preset)) return 'not-eligible';
  if (!candidate.rule.community) return 'not-community';
  if (
    candidate.status === 'cancelled' ||
    candidate.disposition === 'unfounded' ||
    candidate.disposition === 'duplicate'
  )
    return 'cancelled';
  if (candidate.incidentMs - nowMs > policy.futureMsMax) return 'future-dated';
  if (nowMs - candidate.incidentMs >= policy.incidentAgeMsMax) return 'too-old';
  return candidate.located ? null : 'unlocatable';
}

/** True for the reasons that end a group: they say that there is nothing to alert of, not that it is early, late or somewhere unknown. */
export function endsGroup(reason: Ineligibility): boolean {
  return (
    reason === 'unmapped-nature' || reason === 'not-eligible' || reason === 'not-community' || reason === 'cancelled'
  );
}

// --- internal ---

function isInPreset(category: Category, preset: Policy['preset']): boolean {
  return PRESETS[preset].includes(category);
}
