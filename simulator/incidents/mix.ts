/**
 * Events by the type that people report: what they really were, who calls about them, and where they happen. How often each type is
 * reported stands in the scenario (`incidents.typeMix`).
 */
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import { MINUTE_MS } from '../../contract/time.ts';

/** Shares of the places at which events of a type happen; the rest happens at homes. */
export interface PlaceShares {
  crossing: number;
  landmark: number;
  mile: number;
  /** Places that callers can't name in words that a map knows. */
  vague: number;
}

/** Events of one reported type. */
export interface Mix {
  /** Id of EVENT_TYPES. */
  typeId: string;
  /** Share of such events that somebody calls about. The others happen on top of those reported. */
  reportedShare: number;
  /** Share of reports behind which nothing had happened. */
  nothingShare: number;
  /** Other types that the event may really have been, with their shares; the rest really was as reported. */
  really: readonly (readonly [typeId: string, share: number])[];
  /** Mean number of further callers (Poisson). */
  furtherCallersMean: number;
  /** Mean time from onset to the first call, ms (lognormal, cv 1). */
  noticeMsMean: number;
  places: PlaceShares;
}

const HOME: PlaceShares = { crossing: 0.03, landmark: 0.03, mile: 0, vague: 0.003 };
const STREET: PlaceShares = { crossing: 0.45, landmark: 0.08, mile: 0.01, vague: 0.01 };
const ROAD: PlaceShares = { crossing: 0.7, landmark: 0.03, mile: 0.12, vague: 0.01 };
const SHOP: PlaceShares = { crossing: 0.1, landmark: 0.45, mile: 0, vague: 0.003 };

/** A row of the table in short. `reported`, `nothing`: shares; `furtherCallers`: mean; `noticeMin`: mean, minutes. */
interface Row {
  reported: number;
  nothing: number;
  really?: Mix['really'];
  furtherCallers: number;
  noticeMin: number;
}

function mix(typeId: string, places: PlaceShares, row: Row): Mix {
  return {
    typeId,
    reportedShare: row.reported,
    nothingShare: row.nothing,
    really: row.really ?? [],
    furtherCallersMean: row.furtherCallers,
    noticeMsMean: row.noticeMin * MINUTE_MS,
    places,
  };
}

/** One row for each type that people report. */
export const MIX: readonly Mix[] = [
  mix('burglary', HOME, {
    reported: 0.6,
    nothing: 0.22,
    really: [
      ['trespass', 0.04],
      ['domestic', 0.03],
    ],
    furtherCallers: 0.15,
    noticeMin: 7,
  }),
  mix('vehicle-break-in', STREET, {
    reported: 0.4,
    nothing: 0.05,
    really: [['vandalism', 0.05]],
    furtherCallers: 0.05,
    noticeMin: 9,
  }),
  mix('vehicle-theft', STREET, {
    reported: 0.8,
    nothing: 0.07,
    really: [['civil', 0.04]],
    furtherCallers: 0.02,
    noticeMin: 12,
  }),
  mix('robbery', STREET, {
    reported: 0.6,
    nothing: 0.08,
    really: [
      ['theft', 0.08],
      ['fight', 0.04],
    ],
    furtherCallers: 0.4,
    noticeMin: 3,
  }),
  // Nothing: fireworks and backfires. 72% of 911-only reports stay unconfirmed (Durham), which bounds this from above.
  mix('shots-fired', STREET, {
    reported: 0.4,
    nothing: 0.45,
    really: [['shooting', 0.01]],
    furtherCallers: 1.2,
    noticeMin: 1.5,
  }),
  mix('shooting', STREET, {
    reported: 0.95,
    nothing: 0.05,
    really: [['shots-fired', 0.12]],
    furtherCallers: 1.5,
    noticeMin: 1.5,
  }),
  mix('stabbing', STREET, {
    reported: 0.9,
    nothing: 0.05,
    really: [['assault', 0.12]],
    furtherCallers: 0.7,
    noticeMin: 2,
  }),
  mix('hostage', HOME, { reported: 1, nothing: 0.35, really: [['domestic', 0.15]], furtherCallers: 0.3, noticeMin: 4 }),
  mix('arson', STREET, { reported: 0.8, nothing: 0.15, really: [['fire', 0.2]], furtherCallers: 0.8, noticeMin: 4 }),
  mix('burglary-domestic', HOME, {
    reported: 0.6,
    nothing: 0.1,
    really: [['domestic', 0.3]],
    furtherCallers: 0.05,
    noticeMin: 6,
  }),
  mix('stabbing-domestic', HOME, {
    reported: 0.7,
    nothing: 0.05,
    really: [['domestic', 0.2]],
    furtherCallers: 0.1,
    noticeMin: 3,
  }),
  mix('animal', STREET, { reported: 0.5, nothing: 0.15, furtherCallers: 0.1, noticeMin: 10 }),
  mix('civil', HOME, { reported: 0.9, nothing: 0.05, furtherCallers: 0.02, noticeMin: 15 }),
  mix('bomb-threat', SHOP, { reported: 1, nothing: 0.9, furtherCallers: 0.1, noticeMin: 5 }),
  mix('vandalism', STREET, { reported: 0.4, nothing: 0.08, furtherCallers: 0.05, noticeMin: 20 }),
  mix('welfare-check', HOME, { reported: 0.9, nothing: 0.25, furtherCallers: 0.05, noticeMin: 20 }),
  mix('fire', HOME, { reported: 0.9, nothing: 0.2, furtherCallers: 0.9, noticeMin: 4 }),
  // 94-98% of burglar alarms are false (OJP, False Burglar Alarms, solid).
  mix('burglar-alarm', HOME, {
    reported: 1,
    nothing: 0.96,
    really: [['burglary', 0.01]],
    furtherCallers: 0,
    noticeMin: 3,
  }),
  mix('suspicious-person', STREET, {
    reported: 0.3,
    nothing: 0.45,
    really: [
      ['trespass', 0.06],
      ['burglary', 0.01],
    ],
    furtherCallers: 0.08,
    noticeMin: 4,
  }),
  mix('suspicious-vehicle', STREET, {
    reported: 0.3,
    nothing: 0.45,
    really: [['vehicle-break-in', 0.01]],
    furtherCallers: 0.05,
    noticeMin: 6,
  }),
  mix('disturbance', STREET, { reported: 0.5, nothing: 0.2, furtherCallers: 0.3, noticeMin: 4 }),
  mix('noise', HOME, { reported: 0.3, nothing: 0.2, furtherCallers: 0.3, noticeMin: 20 }),
  mix('fight', SHOP, { reported: 0.5, nothing: 0.15, furtherCallers: 0.6, noticeMin: 2 }),
  mix('assault', STREET, { reported: 0.5, nothing: 0.1, furtherCallers: 0.3, noticeMin: 5 }),
  mix('domestic', HOME, { reported: 0.5, nothing: 0.1, furtherCallers: 0.15, noticeMin: 5 }),
  mix('in-custody', SHOP, { reported: 1, nothing: 0, furtherCallers: 0, noticeMin: 5 }),
  mix('traffic-crash', ROAD, { reported: 0.8, nothing: 0.08, furtherCallers: 0.8, noticeMin: 3 }),
  mix('traffic-hazard', ROAD, { reported: 0.4, nothing: 0.25, furtherCallers: 0.3, noticeMin: 8 }),
  mix('theft', SHOP, { reported: 0.4, nothing: 0.08, furtherCallers: 0.03, noticeMin: 25 }),
  mix('fraud', HOME, { reported: 0.3, nothing: 0.05, furtherCallers: 0, noticeMin: 600 }),
  mix('missing-person', HOME, { reported: 1, nothing: 0.3, furtherCallers: 0.05, noticeMin: 60 }),
  mix('medical', HOME, { reported: 0.9, nothing: 0.05, furtherCallers: 0.15, noticeMin: 4 }),
  mix('trespass', SHOP, { reported: 0.4, nothing: 0.2, furtherCallers: 0.05, noticeMin: 8 }),
];

/** Factor on the hour's share for night-time types, which peak in the evening, by local hour 0 to 23; mean 1 (assumed). */
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

/** Who a harmless stranger at a door really was, each as likely as the others (assumed). */
export const ENCOUNTERS = [
  'food deliverer',
  'parcel deliverer',
  'canvasser',
  'meter reader',
  "neighbour's guest",
  'lost visitor',
] as const;

/** Event types that a worried resident reports a harmless stranger as, with their shares (assumed). */
export const ENCOUNTER_REPORTS: readonly (readonly [typeId: string, share: number])[] = [
  ['suspicious-person', 0.72],
  ['suspicious-vehicle', 0.1],
  ['trespass', 0.06],
  ['burglary', 0.08],
  ['vehicle-break-in', 0.04],
];

const TYPE_INDEX = new Map(EVENT_TYPES.map((t, i) => [t.id, i]));
const MIX_BY_TYPE = new Map(MIX.map((m) => [m.typeId, m]));

/** Index of a type in EVENT_TYPES. Throws RangeError if there is none such. */
export function typeIndex(typeId: string): number {
  const index = TYPE_INDEX.get(typeId);
  if (index === undefined) throw new RangeError(`expected an id of EVENT_TYPES, found ${JSON.stringify(typeId)}`);
  return index;
}

/** The mix of a reported type. Throws RangeError if nobody reports such. */
export function typeMix(typeId: string): Mix {
  const mixOfType = MIX_BY_TYPE.get(typeId);
  if (mixOfType === undefined) throw new RangeError(`expected a type of MIX, found ${JSON.stringify(typeId)}`);
  return mixOfType;
}
