/** The rules of alerting, all of which are settings. docs/reference/rules.md says in words what each does; both the pipeline and the oracle follow them. */

/** One set of rules. */
export interface Policy {
  /** `off`: nothing is published, and everything else goes on. */
  alerts: 'on' | 'off';
  /** The categories that are alerted on: PRESETS of contract/catalogue.ts. */
  preset: 'us-eight' | 'extended';
  /** An alert concerns an incident younger than this when it is sent. */
  incidentAgeMsMax: number;
  /** A record dated further ahead of the platform's clock than this is refused as future-dated. */
  futureMsMax: number;
  /** `auto` publishes at once; `human` waits for the news team's decision. */
  review: 'auto' | 'human';
  /** Least number of households that must share a published place. */
  householdsMin: number;
  /** `place`: residents' distances are measured from the published place; `point`: from the point in the record, which is not published. */
  matching: 'place' | 'point';
  /** Published times are rounded down to a multiple of this. */
  timeRoundingMs: number;
  /** Two records of one category and one published place are one event if their incident times lie no further apart than this. */
  sameEventMsMax: number;
  /** Updates and cancels follow an alert for this long after it was first sent. */
  correctionMsMax: number;
  /** A record of which nothing is heard for this long is forgotten. */
  retainMs: number;
}

/** The rules that an agency has by default. */
export const DEFAULT_POLICY: Readonly<Policy> = {
  alerts: 'on',
  preset: 'us-eight',
  incidentAgeMsMax: 3_600_000,
  futureMsMax: 300_000,
  review: 'human',
  householdsMin: 5,
  matching: 'place',
  timeRoundingMs: 300_000,
  sameEventMsMax: 900_000,
  correctionMsMax: 21_600_000,
  retainMs: 28_800_000,
};

/** A policy with the time (UTC ms) from which it holds. The last entry of an agency with `fromMs <= now` holds; before the first entry, the first one does. */
export interface DatedPolicy {
  fromMs: number;
  policy: Policy;
}

/** Reasons for which a record, at its latest evaluation, is owed no alert. They are checked in this order, and the first that holds is the reason. */
export const SUPPRESSIONS = [
  'alerts-off',
  'unmapped-nature',
  'not-eligible',
  'not-community',
  'cancelled',
  'future-dated',
  'too-old',
  'unlocatable',
  'same-event',
  'rejected-in-review',
  'expired-in-review',
] as const;
/** One of the reasons above. */
export type Suppression = (typeof SUPPRESSIONS)[number];
