/**
 * Numbers of police work, each with its source and grade: `solid`, `weak` or `assumed` (swept in experiments, never a finding).
 *
 * - Occupied time and units a call: CPSM, Morgan Hill CA 2015, table 3-1; solid, one town. Calls from the public, except for the two
 *   officer-initiated types, which have that table's columns for police-initiated work. Occupied means dispatch to clear, travel included.
 * - Dispatch and travel by priority: the same study, table 8-19; solid, one town.
 * - Outcomes: Vera Institute, 911 analysis, New Orleans 2018; solid for suspicion, property, violent and alarms. Shots fired: Durham,
 *   Duke study, 72% of 911-only reports unconfirmed; solid. Others assumed. They calibrate dispositions, not truth.
 * - Types that officers go to in pairs: pairs for violence are usual policy; the choice of types is assumed.
 * - Priorities by type, the spread of service times and the hours' factors of travel: assumed. Vera's mixes (Seattle P1-P2 34%, Detroit
 *   P1-P2 42% of calls) are the aim of the priorities.
 */

/** 1 is the most urgent. */
export type JobPriority = 1 | 2 | 3 | 4;
/** All priorities, the most urgent first. */
export const JOB_PRIORITIES: readonly JobPriority[] = [1, 2, 3, 4];

/** Mean minutes from the record to the first unit's dispatch, by priority 1 to 4. */
export const PUBLISHED_DISPATCH_MIN: readonly number[] = [2.7, 6.6, 10.5, 16.5];
/** Mean minutes from the first unit's dispatch to its arrival, by priority 1 to 4. */
export const PUBLISHED_TRAVEL_MIN: readonly number[] = [4.8, 6.6, 8.2, 10.4];

/** Travel time by local hour, relative to the day's: streets are full at both rush hours and empty at night. Assumed. */
const TRAVEL_BY_HOUR: readonly number[] = [
  0.85, 0.85, 0.85, 0.85, 0.85, 0.9, 1, 1.15, 1.2, 1.1, 1, 1, 1.05, 1, 1, 1.1, 1.2, 1.25, 1.15, 1, 0.95, 0.9, 0.9, 0.85,
];

/** Factor of a travel time: the hour's, times the published mean of the priority relative to that of priority 3, which most calls have. */
export function travelFactor(priority: JobPriority, localHour: number): number {
  return (TRAVEL_BY_HOUR[localHour] * PUBLISHED_TRAVEL_MIN[priority - 1]) / PUBLISHED_TRAVEL_MIN[2];
}

/** Standard deviation over mean of service times. Assumed. */
const SERVICE_CV = 0.9;

type Work =
  | 'accident'
  | 'alarm'
  | 'animal'
  | 'assist'
  | 'check'
  | 'persons'
  | 'property'
  | 'disturbance'
  | 'medical'
  | 'other'
  | 'prisoner'
  | 'suspicious'
  | 'traffic'
  | 'stop'
  | 'patrol';

const WORK: Readonly<Record<Work, { occupiedMin: number; unitsMean: number; travels: boolean }>> = {
  accident: { occupiedMin: 46.7, unitsMean: 2.3, travels: true },
  alarm: { occupiedMin: 13.9, unitsMean: 1.7, travels: true },
  animal: { occupiedMin: 29.3, unitsMean: 1.2, travels: true },
  assist: { occupiedMin: 36.5, unitsMean: 2, travels: true },
  check: { occupiedMin: 32.4, unitsMean: 1.7, travels: true },
  persons: { occupiedMin: 47.9, unitsMean: 2.1, travels: true },
  property: { occupiedMin: 38.1, unitsMean: 1.5, travels: true },
  disturbance: { occupiedMin: 25.6, unitsMean: 2.1, travels: true },
  medical: { occupiedMin: 34.9, unitsMean: 2, travels: true },
  other: { occupiedMin: 32.3, unitsMean: 1.3, travels: true },
  prisoner: { occupiedMin: 55.6, unitsMean: 2.3, travels: true },
  suspicious: { occupiedMin: 22.4, unitsMean: 1.8, travels: true },
  traffic: { occupiedMin: 23.1, unitsMean: 1.4, travels: true },
  stop: { occupiedMin: 17.5, unitsMean: 1.4, travels: false },
  patrol: { occupiedMin: 19.3, unitsMean: 1.4, travels: false },
};

/** Shares of outcomes. The rest was handled without a report. */
export interface Outcome {
  unfounded: number;
  report: number;
  duplicate: number;
}

type Result = 'suspicion' | 'property' | 'violent' | 'alarm' | 'shots' | 'service' | 'onview';

const OUTCOMES: Readonly<Record<Result, Outcome>> = {
  suspicion: { unfounded: 0.446, report: 0.067, duplicate: 0.026 },
  property: { unfounded: 0.263, report: 0.574, duplicate: 0.023 },
  violent: { unfounded: 0.207, report: 0.64, duplicate: 0.069 },
  alarm: { unfounded: 0.237, report: 0.009, duplicate: 0.009 },
  /** Unconfirmed 72% (Durham). The report and duplicate shares are those of violent calls, scaled to the rest. Weak. */
  shots: { unfounded: 0.72, report: 0.226, duplicate: 0.024 },
  /** Assumed: unfounded between suspicion and property, and few reports. */
  service: { unfounded: 0.3, report: 0.15, duplicate: 0.03 },
  /** Assumed: an officer who starts something sees that it is there. */
  onview: { unfounded: 0, report: 0.2, duplicate: 0 },
};

const TYPES: Readonly<Record<string, { priority: JobPriority; work: Work; result: Result }>> = {
  burglary: { priority: 2, work: 'property', result: 'property' },
  'burglary-cold': { priority: 3, work: 'property', result: 'property' },
  'burglary-domestic': { priority: 2, work: 'property', result: 'property' },
  'vehicle-break-in': { priority: 3, work: 'property', result: 'property' },
  'vehicle-theft': { priority: 3, work: 'property', result: 'property' },
  robbery: { priority: 1, work: 'persons', result: 'violent' },
  'shots-fired': { priority: 1, work: 'suspicious', result: 'shots' },
  shooting: { priority: 1, work: 'persons', result: 'violent' },
  stabbing: { priority: 1, work: 'persons', result: 'violent' },
  'stabbing-domestic': { priority: 1, work: 'persons', result: 'violent' },
  hostage: { priority: 1, work: 'persons', result: 'violent' },
  arson: { priority: 1, work: 'property', result: 'property' },
  animal: { priority: 4, work: 'animal', result: 'service' },
  civil: { priority: 4, work: 'other', result: 'service' },
  'bomb-threat': { priority: 1, work: 'check', result: 'suspicion' },
  vandalism: { priority: 3, work: 'property', result: 'property' },
  'welfare-check': { priority: 2, work: 'check', result: 'service' },
  fire: { priority: 1, work: 'assist', result: 'service' },
  'burglar-alarm': { priority: 2, work: 'alarm', result: 'alarm' },
  'suspicious-person': { priority: 3, work: 'suspicious', result: 'suspicion' },
  'suspicious-vehicle': { priority: 3, work: 'suspicious', result: 'suspicion' },
  disturbance: { priority: 2, work: 'disturbance', result: 'service' },
  noise: { priority: 4, work: 'disturbance', result: 'service' },
  fight: { priority: 1, work: 'disturbance', result: 'violent' },
  assault: { priority: 1, work: 'persons', result: 'violent' },
  domestic: { priority: 2, work: 'persons', result: 'violent' },
  'in-custody': { priority: 3, work: 'prisoner', result: 'service' },
  'traffic-crash': { priority: 2, work: 'accident', result: 'service' },
  'traffic-stop': { priority: 4, work: 'stop', result: 'onview' },
  'traffic-hazard': { priority: 3, work: 'traffic', result: 'service' },
  theft: { priority: 3, work: 'property', result: 'property' },
  fraud: { priority: 4, work: 'property', result: 'property' },
  'missing-person': { priority: 2, work: 'other', result: 'service' },
  medical: { priority: 1, work: 'medical', result: 'service' },
  trespass: { priority: 3, work: 'suspicious', result: 'suspicion' },
  'patrol-check': { priority: 4, work: 'patrol', result: 'onview' },
};

/** Violence, or a weapon, under way or just over. All but `shots-fired` and `bomb-threat` have published means of two units or more. */
const DANGEROUS: ReadonlySet<string> = new Set([
  'robbery',
  'shots-fired',
  'shooting',
  'stabbing',
  'stabbing-domestic',
  'hostage',
  'bomb-threat',
  'fight',
  'assault',
  'domestic',
  'disturbance',
]);

/** True if officers go to this type in pairs. Throws if the type is unknown. */
export function isDangerous(eventTypeId: string): boolean {
  typeOf(eventTypeId);
  return DANGEROUS.has(eventTypeId);
}

/** Priority of a type (an id of EVENT_TYPES). Throws if the type is unknown. */
export function typePriority(eventTypeId: string): JobPriority {
  return typeOf(eventTypeId).priority;
}

/**
 * Work at the scene: mean minutes, coefficient of variation, and mean number of units. The mean is the published occupied time less the
 * published travel of the type's priority; officers who start something do not travel. Throws if the type is unknown.
 */
export function typeService(eventTypeId: string): { meanMin: number; cv: number; unitsMean: number } {
  const { work, priority } = typeOf(eventTypeId);
  const { occupiedMin, unitsMean, travels } = WORK[work];
  return { meanMin: occupiedMin - (travels ? PUBLISHED_TRAVEL_MIN[priority - 1] : 0), cv: SERVICE_CV, unitsMean };
}

/** Shares of a type's outcomes in the words of police records. Throws if the type is unknown. */
export function typeOutcome(eventTypeId: string): Readonly<Outcome> {
  return OUTCOMES[typeOf(eventTypeId).result];
}

// --- internal ---

function typeOf(eventTypeId: string): { priority: JobPriority; work: Work; result: Result } {
  const found = TYPES[eventTypeId];
  if (found === undefined) throw new RangeError(`unknown event type ${JSON.stringify(eventTypeId)}`);
  return found;
}
