/** The facts about an agency that a platform learns at onboarding. */
import type { Dialect, NatureRule } from './catalogue.ts';
import type { Gazetteer } from './gazetteer.ts';
import type { DatedPolicy } from './policy.ts';

/** One police agency: its name, clock, feeds, words, places and rules of alerting. Entries with `fromMs` (UTC ms) hold from then on. */
export interface AgencyProfile {
  /** Stable id such as `pd-003`. */
  id: string;
  /** Published name, such as `Synthetic Police Department 003`. */
  name: string;
  /** IANA zone of the agency's wall clock (contract/zones.ts). */
  zone: string;
  /** Feeds in ascending order of time: the last entry with `fromMs <= now` is in force. Most agencies have one. */
  feeds: { fromMs: number; dialect: Dialect }[];
  /** For each dialect that the agency speaks: its rule for each native nature text. Texts are compared exactly. */
  natures: Partial<Record<Dialect, Record<string, NatureRule>>>;
  gazetteer: Gazetteer;
  /**
   * The rule for a place that is not in the gazetteer. `strict`: no alert is made (`unlocatable`). `text`: the masked text is published although nobody knows how
   * many households share it; for replayed files, which bring no gazetteer.
   */
  places: 'strict' | 'text';
  /** At least one, in ascending order of time. */
  policies: DatedPolicy[];
}
