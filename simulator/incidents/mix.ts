/** What people report, and what it really is, by event type. How often stands in the scenario (`incidents.typeMix`). */

/** Where an event of a type happens. Shares; what is left of 1 is at a home. */
export interface PlaceShares {
  crossing: number;
  landmark: number;
  mile: number;
  /** The caller can't say where in words that a map knows. */
  vague: number;
}

export interface Mix {
  typeId: string;
  /** Share of such events that anybody calls about; events nobody reports happen on top. */
  reportedShare: number;
  /** Share of reports behind which nothing had happened. */
  nothingShare: number;
  /** What else it really was: event type id and share. What is left really was as reported. */
  really: readonly (readonly [typeId: string, share: number])[];
  /** Mean number of further callers (Poisson). */
  furtherCallersMean: number;
  /** Mean time from onset to the first call, ms (lognormal, cv 1). */
  noticeMsMean: number;
  places: PlaceShares;
}

const MINUTE = 60_000;
const HOME: PlaceShares = { crossing: 0.03, landmark: 0.03, mile: 0, vague: 0.003 };
const STREET: PlaceShares = { crossing: 0.45, landmark: 0.08, mile: 0.01, vague: 0.01 };
const ROAD: PlaceShares = { crossing: 0.7, landmark: 0.03, mile: 0.12, vague: 0.01 };
const SHOP: PlaceShares = { crossing: 0.1, landmark: 0.45, mile: 0, vague: 0.003 };

function mix(
  typeId: string,
  reportedShare: number,
  nothingShare: number,
  really: Mix['really'],
  furtherCallersMean: number,
  noticeMin: number,
  places: PlaceShares,
): Mix {
  return {
    typeId,
    reportedShare,
    nothingShare,
    really,
    furtherCallersMean,
    noticeMsMean: noticeMin * MINUTE,
    places,
  };
}

export const MIX: readonly Mix[] = [
  mix(
    'burglary',
    0.6,
    0.22,
    [
      ['trespass', 0.04],
      ['domestic', 0.03],
    ],
    0.15,
    7,
    HOME,
  ),
  mix('vehicle-break-in', 0.4, 0.05, [['vandalism', 0.05]], 0.05, 9, STREET),
  mix('vehicle-theft', 0.8, 0.07, [['civil', 0.04]], 0.02, 12, STREET),
  mix(
    'robbery',
    0.6,
    0.08,
    [
      ['theft', 0.08],
      ['fight', 0.04],
    ],
    0.4,
    3,
    STREET,
  ),
  // Fireworks and backfires; 72% of 911-only reports stay unconfirmed (Durham), which bounds this from above.
  mix('shots-fired', 0.4, 0.45, [['shooting', 0.01]], 1.2, 1.5, STREET),
  mix('shooting', 0.95, 0.05, [['shots-fired', 0.12]], 1.5, 1.5, STREET),
  mix('stabbing', 0.9, 0.05, [['assault', 0.12]], 0.7, 2, STREET),
  mix('hostage', 1, 0.35, [['domestic', 0.15]], 0.3, 4, HOME),
  mix('arson', 0.8, 0.15, [['fire', 0.2]], 0.8, 4, STREET),
  mix('burglary-domestic', 0.6, 0.1, [['domestic', 0.3]], 0.05, 6, HOME),
  mix('stabbing-domestic', 0.7, 0.05, [['domestic', 0.2]], 0.1, 3, HOME),
  mix('animal', 0.5, 0.15, [], 0.1, 10, STREET),
  mix('civil', 0.9, 0.05, [], 0.02, 15, HOME),
  mix('bomb-threat', 1, 0.9, [], 0.1, 5, SHOP),
  mix('vandalism', 0.4, 0.08, [], 0.05, 20, STREET),
  mix('welfare-check', 0.9, 0.25, [], 0.05, 20, HOME),
  mix('fire', 0.9, 0.2, [], 0.9, 4, HOME),
  // 94-98% of burglar alarms are false (OJP, False Burglar Alarms, solid).
  mix('burglar-alarm', 1, 0.96, [['burglary', 0.01]], 0, 3, HOME),
  mix(
    'suspicious-person',
    0.3,
    0.45,
    [
      ['trespass', 0.06],
      ['burglary', 0.01],
    ],
    0.08,
    4,
    STREET,
  ),
  mix('suspicious-vehicle', 0.3, 0.45, [['vehicle-break-in', 0.01]], 0.05, 6, STREET),
  mix('disturbance', 0.5, 0.2, [], 0.3, 4, STREET),
  mix('noise', 0.3, 0.2, [], 0.3, 20, HOME),
  mix('fight', 0.5, 0.15, [], 0.6, 2, SHOP),
  mix('assault', 0.5, 0.1, [], 0.3, 5, STREET),
  mix('domestic', 0.5, 0.1, [], 0.15, 5, HOME),
  mix('in-custody', 1, 0, [], 0, 5, SHOP),
  mix('traffic-crash', 0.8, 0.08, [], 0.8, 3, ROAD),
  mix('traffic-hazard', 0.4, 0.25, [], 0.3, 8, ROAD),
  mix('theft', 0.4, 0.08, [], 0.03, 25, SHOP),
  mix('fraud', 0.3, 0.05, [], 0, 600, HOME),
  mix('missing-person', 1, 0.3, [], 0.05, 60, HOME),
  mix('medical', 0.9, 0.05, [], 0.15, 4, HOME),
  mix('trespass', 0.4, 0.2, [], 0.05, 8, SHOP),
];

/** Night-time types peak in the evening; a factor on the hour shares for them (assumed), local hours 0-23, mean 1. */
export const NIGHT_FACTOR: readonly number[] = [
  2.2, 2.2, 2, 1.6, 1.2, 0.8, 0.6, 0.5, 0.4, 0.4, 0.4, 0.5, 0.5, 0.5, 0.6, 0.6, 0.7, 0.8, 1, 1.2, 1.5, 1.8, 2.0, 2.2,
];

/** Types that follow NIGHT_FACTOR. */
export const NIGHT_TYPES: ReadonlySet<string> = new Set([
  'shots-fired',
  'shooting',
  'stabbing',
  'fight',
  'noise',
  'arson',
  'robbery',
]);

/** What a harmless stranger at a door really was, with shares (assumed). */
export const ENCOUNTERS = [
  'food deliverer',
  'parcel deliverer',
  'canvasser',
  'meter reader',
  "neighbour's guest",
  'lost visitor',
] as const;

/** What a worried resident reports a harmless stranger as: event type id and share (assumed). */
export const ENCOUNTER_REPORTS: readonly (readonly [typeId: string, share: number])[] = [
  ['suspicious-person', 0.72],
  ['suspicious-vehicle', 0.1],
  ['trespass', 0.06],
  ['burglary', 0.08],
  ['vehicle-break-in', 0.04],
];
