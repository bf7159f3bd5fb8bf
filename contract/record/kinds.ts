/** Closed vocabularies of a run record. */

/** Primary labels of an alert's truth, in order of precedence; an alert's primary is the first that holds. */
export const TRUTHS = [
  'unfounded',
  'misclassified',
  'duplicate',
  'withdrawn',
  'stale',
  'mislocated',
  'founded',
] as const;

export type Truth = (typeof TRUTHS)[number];

/** Primary verdicts of a delivery, in order of precedence. `lost` and `shed` are of deliveries owed and never seen. */
export const VERDICTS = [
  'leaked',
  'misdelivered',
  'duplicate',
  'stale',
  'late',
  'delivered',
  'shed',
  'disconnected',
  'lost',
] as const;

export type Verdict = (typeof VERDICTS)[number];

export const FAULT_KINDS = [
  'delay',
  'duplicate',
  'reorder',
  'gap',
  'malformed',
  'clockSkew',
  'outage',
  'withdrawal',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Stages of `delayMs`, all in simulated time. `total`: onset of the incident to the Alert; the others are the legs of it. */
export const DELAY_STAGES = ['notice', 'answer', 'entry', 'publication', 'transport', 'review', 'total'] as const;

export const POLICE_PRIORITIES = ['1', '2', '3', '4'] as const;
