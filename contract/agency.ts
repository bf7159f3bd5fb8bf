/** What the platform knows of an agency from onboarding. */
import type { Dialect, NatureRule } from './catalogue.ts';
import type { Gazetteer } from './gazetteer.ts';
import type { DatedPolicy } from './policy.ts';

export interface AgencyProfile {
  /** Stable id such as `pd-003`. */
  id: string;
  /** Published name, such as `Synthetic Police Department 003`. */
  name: string;
  /** IANA zone of the agency's wall clock (contract/zones.ts). */
  zone: string;
  /** Feeds by time: the last entry with `fromMs <= now` is in force. Most agencies have one. */
  feeds: { fromMs: number; dialect: Dialect }[];
  /** Native nature text to rule, per dialect spoken. Matched exactly. */
  natures: Partial<Record<Dialect, Record<string, NatureRule>>>;
  gazetteer: Gazetteer;
  /**
   * What a place outside the gazetteer is worth: `strict` holds it (`unlocatable`), `text` publishes the masked text
   * although its households are unknown (replayed files, which bring no gazetteer).
   */
  places: 'strict' | 'text';
  policies: DatedPolicy[];
}
