/** The rules of alerting, all of them settings. docs/reference/rules.md says in words what each does; both the pipeline and the oracle read these. */

export interface Policy {
  /** `off`: nothing is published, everything else runs. */
  alerts: 'on' | 'off';
  preset: 'us-eight' | 'extended';
  /** An alert concerns an incident younger than this when it is sent. */
  incidentAgeMsMax: number;
  /** A record dated further ahead of the platform's clock than this is refused as future-dated. */
  futureMsMax: number;
  /** `auto` publishes at once; `human` waits for the news team's decision. */
  review: 'auto' | 'human';
  /** Fewest households that may share a published place. */
  householdsMin: number;
  /** Residents' distances are measured from the published place, or from the point that the record tells, which is not published. */
  matching: 'place' | 'point';
  /** Published times are floored to a multiple of this. */
  timeRoundingMs: number;
  /** Two records of one category and published place, whose incident times lie no further apart, are one event. */
  sameEventMsMax: number;
  /** Updates and cancels follow an alert for this long after it was first sent. */
  correctionMsMax: number;
  /** A record unheard of for this long leaves memory. */
  retainMs: number;
}

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

/** Policy is per agency and has effective dates: the last entry with `fromMs <= now` holds; before the first, the first. */
export interface DatedPolicy {
  fromMs: number;
  policy: Policy;
}

/** Why a record, at its latest evaluation, is owed no alert. Checked in this order; the first that holds is the reason. */
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
export type Suppression = (typeof SUPPRESSIONS)[number];
