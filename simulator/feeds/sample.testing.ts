/** A village and its records for tests: two streets and a landmark near 0°N 0°E. */
import type { AgencyProfile } from '../../contract/agency.ts';
import { DIALECTS, naturesOf, type Dialect } from '../../contract/catalogue.ts';
import type { Gazetteer } from '../../contract/gazetteer.ts';
import { EMPTY_GAZETTEER } from '../../contract/gazetteer.ts';
import { MINUTE_MS, SECOND_MS, utcMs } from '../../contract/time.ts';
import type { CadRecord } from '../cad/record.ts';

const GAZETTEER: Gazetteer = {
  ...EMPTY_GAZETTEER,
  streets: ['N 5TH AVE', 'W MAPLE ST'],
  blockStreet: Uint16Array.of(0, 1, 1),
  blockHundred: Uint16Array.of(300, 0, 2800),
  blockBox: Int32Array.of(500, 100, 500, 1101, 0, 900, 1000, 900, 2000, 900, 3001, 900),
  blockHouseholds: Uint16Array.of(20, 12, 9),
  blockArea: Uint16Array.of(0, 0, 1),
  crossingStreetA: Uint16Array.of(0),
  crossingStreetB: Uint16Array.of(1),
  crossingX: Int32Array.of(500),
  crossingY: Int32Array.of(900),
  crossingHouseholds: Uint16Array.of(30),
  crossingArea: Uint16Array.of(0),
  landmarks: [{ name: 'FAIRVIEW LIBRARY', block: 2 }],
  highways: [],
  areas: [
    { name: 'FAIRVIEW', box: { x0: 0, y0: 0, x1: 1500, y1: 1500 }, households: 32 },
    { name: 'EASTGATE', box: { x0: 1500, y0: 0, x1: 3100, y1: 1500 }, households: 9 },
  ],
};

/** The profile of the village's agency. `feeds`: each dialect with the moment at which it takes effect. */
export function sampleProfile(feeds: AgencyProfile['feeds'], zone = 'America/Chicago'): AgencyProfile {
  const natures = Object.fromEntries(DIALECTS.map((d: Dialect) => [d, naturesOf(d)]));
  return {
    id: 'pd-000',
    name: 'Synthetic Police Department 000',
    zone,
    feeds,
    natures,
    gazetteer: GAZETTEER,
    places: 'strict',
    policies: [],
  };
}

/** When the sample record was received. */
export const SAMPLE_MS = utcMs(2026, 6, 1, 14, 5) + 7250;

/** A burglary in progress at 2854 W MAPLE ST, just dispatched; `change` sets other values. */
export function sampleRecord(change: Partial<CadRecord> = {}): CadRecord {
  return {
    recordId: 'E260601-0007',
    ordinal: 7,
    incident: 4711,
    typeOriginal: 0,
    type: 0,
    priorityOriginal: 1,
    priority: 1,
    onView: false,
    receivedMs: SAMPLE_MS,
    entryMs: SAMPLE_MS + 40 * SECOND_MS,
    dispatchMs: SAMPLE_MS + 2 * MINUTE_MS,
    onSceneMs: null,
    closedMs: null,
    updatedMs: SAMPLE_MS + 2 * MINUTE_MS,
    status: 'open',
    disposition: 'none',
    location: {
      exact: { kind: 'address', number: 2854, street: 'W MAPLE ST', text: '2854 W MAPLE ST' },
      unit: 'APT 4B',
      block: 2,
      crossing: 0,
      x: 2540,
      y: 900,
    },
    beat: '3B',
    units: ['3A21', '3A24'],
    callers: [
      {
        name: 'Ada Example',
        phone: '201-555-0123',
        email: 'ada@example.com',
        birthDate: '1984-03-07',
        address: '311 N 5TH AVE',
      },
      { name: 'Bo Sample', phone: '555-0144', email: null, birthDate: null, address: null },
    ],
    plates: ['SYN-482'],
    medical: ['INSULIN'],
    notes: [
      { atMs: SAMPLE_MS + 50 * SECOND_MS, text: 'RP HEARS SOMEONE IN KITCHEN' },
      { atMs: SAMPLE_MS + 90 * SECOND_MS, text: 'RP, "ADA", HIDING UPSTAIRS' },
    ],
    mergedInto: null,
    ...change,
  };
}
