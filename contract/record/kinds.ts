/** Closed vocabularies of a run record; docs/glossary.md explains the words. */

/** Labels of an alert's truth, in order of precedence: an alert's primary label is the first that holds. All but `founded` make it a false alert. */
export const TRUTHS = [
  'unfounded',
  'misclassified',
  'duplicate',
  'withdrawn',
  'stale',
  'mislocated',
  'founded',
] as const;

/** One of TRUTHS. */
export type Truth = (typeof TRUTHS)[number];

/** Verdicts on a delivery, in order of precedence: the primary verdict is the first that holds. `lost` and `shed` deliveries were owed and never seen. */
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

/** One of VERDICTS. */
export type Verdict = (typeof VERDICTS)[number];

/** Kinds of faults that the world injects into feeds; docs/model/faults.md. */
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

/** One of FAULT_KINDS. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Stages of `delayMs`, all in simulated time. `total` goes from the onset of the incident to the Alert; the other stages are its parts. */
export const DELAY_STAGES = ['notice', 'answer', 'entry', 'publication', 'transport', 'review', 'total'] as const;

/** Priorities of police calls; 1 is the most urgent. */
export const POLICE_PRIORITIES = ['1', '2', '3', '4'] as const;
