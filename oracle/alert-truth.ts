/** The truth of an Alert at the moment when it was sent, from the world alone. */
import type { AgencyProfile } from '../contract/agency.ts';
import type { Category } from '../contract/catalogue.ts';
import { type Truth, TRUTHS } from '../contract/record/kinds.ts';
import type { RecordTruth } from './oracle-api.ts';
import { policyAt } from './rules/eligibility.ts';

/** An Alert as it was sent. */
export interface SentAlert {
  key: string;
  profile: AgencyProfile;
  /** Null if the alert names no category of the vocabulary. */
  category: Category | null;
  /** Null if the alert names no published place of the agency. */
  place: string | null;
  sentMs: number;
}

/** Labels alerts one after the other. Alerts and cancels must come in the order in which they were sent. */
export class AlertTruths {
  /** Keys of the alerts that stand for each incident of the world. */
  readonly #standing = new Map<string, Set<string>>();
  readonly #incidentByKey = new Map<string, string>();

  /** The labels of an alert in order of precedence: the first is the primary one. `record`: null if the world has no such record. */
  alert(sent: SentAlert, record: RecordTruth | null): Truth[] {
    if (record === null) return ['unfounded'];
    const incident = `${sent.profile.id}\n${record.incident}`;
    const keys = this.#standing.get(incident) ?? new Set();
    const labels = new Set<Truth>();
    if (record.nothing) labels.add('unfounded');
    else if (record.category !== sent.category) labels.add('misclassified');
    if (keys.size > 0) labels.add('duplicate');
    if (record.withdrawnMs !== null && record.withdrawnMs <= sent.sentMs) labels.add('withdrawn');
    if (sent.sentMs - record.onsetMs > policyAt(sent.profile, sent.sentMs).incidentAgeMsMax) labels.add('stale');
    if (sent.place === null || !record.places.includes(sent.place)) labels.add('mislocated');
    if (labels.size === 0) labels.add('founded');
    keys.add(sent.key);
    this.#standing.set(incident, keys);
    this.#incidentByKey.set(sent.key, incident);
    return TRUTHS.filter((t) => labels.has(t));
  }

  /** An alert was taken back: another one about its incident is then no duplicate. */
  cancel(key: string): void {
    const incident = this.#incidentByKey.get(key);
    if (incident !== undefined) this.#standing.get(incident)!.delete(key);
  }
}
