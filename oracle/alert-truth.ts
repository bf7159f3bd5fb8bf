/** Truth of an Alert at the moment it was sent, from the world alone. */
import type { AgencyProfile } from '../contract/agency.ts';
import type { Category } from '../contract/catalogue.ts';
import { type Truth, TRUTHS } from '../contract/record/kinds.ts';
import type { RecordTruth } from './oracle-api.ts';
import { policyAt } from './eligibility.ts';

export interface SentMessage {
  key: string;
  profile: AgencyProfile;
  /** What it says; null where it says nothing that the vocabulary knows. */
  category: Category | null;
  place: string | null;
  sentMs: number;
}

export interface AlertTruths {
  /** Labels in order of precedence, the first is primary. Alerts and cancels must be told in the order in which they were sent. */
  alert(message: SentMessage, record: RecordTruth | null): Truth[];
  cancel(key: string): void;
}

export function createAlertTruths(): AlertTruths {
  /** Keys of the alerts standing for each incident of the world. */
  const standing = new Map<string, Set<string>>();
  const incidentOf = new Map<string, string>();

  return {
    alert(message, record) {
      if (record === null) return ['unfounded'];
      const incident = `${message.profile.id}\n${record.incident}`;
      const keys = standing.get(incident) ?? new Set();
      const labels = new Set<Truth>();
      if (record.nothing) labels.add('unfounded');
      else if (record.category !== message.category) labels.add('misclassified');
      if (keys.size > 0) labels.add('duplicate');
      if (record.withdrawnMs !== null && record.withdrawnMs <= message.sentMs) labels.add('withdrawn');
      if (message.sentMs - record.onsetMs > policyAt(message.profile, message.sentMs).incidentAgeMsMax)
        labels.add('stale');
      if (message.place === null || !record.places.includes(message.place)) labels.add('mislocated');
      if (labels.size === 0) labels.add('founded');
      keys.add(message.key);
      standing.set(incident, keys);
      incidentOf.set(message.key, incident);
      return TRUTHS.filter((t) => labels.has(t));
    },
    cancel(key) {
      const incident = incidentOf.get(key);
      if (incident !== undefined) standing.get(incident)!.delete(key);
    },
  };
}
