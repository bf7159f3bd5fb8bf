/** A small synthetic agency, roster and messages for the tests and benchmarks of this folder. */
import type { AgencyProfile } from '../../contract/agency.ts';
import { DIALECTS, naturesOf, type Dialect } from '../../contract/catalogue.ts';
import { SEATTLE_COLUMNS } from '../../contract/dialects.ts';
import type { Gazetteer } from '../../contract/gazetteer.ts';
import type { PipelineConfig } from '../../contract/pipeline.ts';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import type { Roster } from '../../contract/roster.ts';
import { formatIso, pad, civilFromMs, utcMs } from '../../contract/time.ts';

/** 2026-06-01T12:00:00Z: the start of every test. */
export const START_MS = utcMs(2026, 6, 1, 12);

/** Blocks of 1,000 dm side by side; the last block of FERN LN and one crossing are too thinly peopled to publish. */
export const GAZETTEER: Gazetteer = {
  streets: ['W MAPLE ST', 'N 5TH AVE', 'FERN LN', 'BROADWAY'],
  blockStreet: Uint16Array.from([0, 0, 1, 2, 2, 3]),
  blockHundred: Uint16Array.from([0, 2800, 500, 0, 100, 1200]),
  blockBox: Int32Array.from(
    [
      [0, 0, 1000, 10],
      [1000, 0, 2000, 10],
      [2000, 0, 2010, 1000],
      [5000, 5000, 6000, 5010],
      [6000, 5000, 7000, 5010],
      [20_000, 20_000, 21_000, 20_010],
    ].flat(),
  ),
  blockHouseholds: Uint16Array.from([20, 30, 40, 4, 2, 3]),
  blockArea: Uint16Array.from([0, 0, 0, 0, 1, 0]),
  crossingStreetA: Uint16Array.from([0, 1]),
  crossingStreetB: Uint16Array.from([1, 2]),
  crossingX: Int32Array.from([2000, 5000]),
  crossingY: Int32Array.from([0, 5000]),
  crossingHouseholds: Uint16Array.from([60, 1]),
  crossingArea: Uint16Array.from([0, 1]),
  landmarks: [{ name: 'SYNTHETIC STADIUM', block: 1 }],
  highways: [
    {
      name: 'HWY 16',
      milesMax: 14,
      stretches: [0, 1, 2].map((i) => ({ x0: i * 80_000, y0: -9000, x1: i * 80_000 + 80_000, y1: -9000 })),
      area: 0,
    },
  ],
  areas: [
    { name: 'FAIRVIEW', box: { x0: 0, y0: 0, x1: 8000, y1: 8000 }, households: 99 },
    { name: 'SPARSE', box: { x0: 5000, y0: 5000, x1: 9000, y1: 9000 }, households: 3 },
  ],
  jurisdiction: { name: 'TESTBURG', box: { x0: 0, y0: -9000, x1: 240_000, y1: 24_000 }, households: 5000 },
};

/** An agency of `dialect` in UTC, that publishes without review unless `policy` says otherwise. */
export function testAgency(dialect: Dialect, policy: Partial<Policy> = {}): AgencyProfile {
  return {
    id: `pd-${DIALECTS.indexOf(dialect)}`,
    name: 'Synthetic Police Department 001',
    zone: 'UTC',
    feeds: [{ fromMs: 0, dialect }],
    natures: { [dialect]: naturesOf(dialect) },
    gazetteer: GAZETTEER,
    places: 'strict',
    policies: [{ fromMs: 0, policy: { ...DEFAULT_POLICY, review: 'auto', ...policy } }],
  };
}

/** Residents 1 to n from [x, y, radiusDm], wanting everything. */
export function testRoster(homes: readonly (readonly [x: number, y: number, radiusDm: number])[]): Roster {
  return {
    ids: Uint32Array.from(homes, (_, i) => i + 1),
    x: Int32Array.from(homes, (home) => home[0]),
    y: Int32Array.from(homes, (home) => home[1]),
    radiusDm: Int32Array.from(homes, (home) => home[2]),
    categories: new Uint16Array(homes.length).fill(0xffff),
    flags: new Uint8Array(homes.length),
  };
}

export function testConfig(agencies: AgencyProfile[], roster: Roster = testRoster([])): PipelineConfig {
  return { agencies, roster, runKey: 'test-key', bodyLengthMax: 1_000_000 };
}

/** What a test message says; `minute` counts from START_MS. */
export interface TestRecord {
  id: string;
  nature: string;
  place: string;
  minute?: number;
  updatedMinute?: number;
  status?: string;
  disposition?: string | null;
}

export function eidoValue(
  record: TestRecord,
  extra: { notes?: string[]; person?: Record<string, string>; merged?: boolean } = {},
) {
  const minute = record.minute ?? 0;
  return {
    $id: 'urn:test:eido',
    eidoVersion: '1.0',
    lastUpdateTimeStamp: isoAt(record.updatedMinute ?? minute),
    agencyComponent: [{ $id: 'a1', agencyName: 'Synthetic Police Department 001' }],
    incidentComponent: {
      incidentTypeCommonRegistryText: 'BURGLARY',
      incidentTypeInternalCode: record.nature,
      incidentStatusCommonRegistryText: record.status ?? 'Active',
      internalIncidentId: record.id,
      ...(record.disposition ? { dispositionComponent: [{ dispositionText: record.disposition }] } : {}),
    },
    callComponent: [{ callStartTimestamp: isoAt(minute + 3) }, { callStartTimestamp: isoAt(minute) }],
    locationComponent: [{ $id: 'l1', locationText: record.place, latitude: 0.001, longitude: 0.002 }],
    ...(extra.person ? { personComponent: [extra.person] } : {}),
    ...(extra.notes ? { notesComponent: extra.notes.map((noteText) => ({ noteText })) } : {}),
    ...(extra.merged ? { mergeComponent: [{ mergedIntoIncidentId: 'other' }] } : {}),
  };
}

export function sfValue(record: TestRecord) {
  return {
    id: `row-${record.id}`,
    cad_number: record.id,
    received_datetime: clockAt(record.minute ?? 0, 'T') + '.000',
    call_type_original: record.nature,
    call_type_final: '',
    disposition: record.disposition ?? null,
    intersection_name: record.place,
    call_last_updated_at: clockAt(record.updatedMinute ?? record.minute ?? 0, 'T') + '.000',
  };
}

/** `place` is `latitude,longitude`. */
export function seattleBody(records: readonly TestRecord[]): string {
  const rows = records.map((record) => {
    const [latitude, longitude] = record.place.split(',');
    const cells = [
      record.id,
      record.disposition ?? '',
      '911',
      '1',
      record.nature,
      record.nature,
      usClockAt(record.minute ?? 0),
      '',
      'N',
      'N',
      'N1',
      longitude,
      latitude,
    ];
    return cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
  });
  return [SEATTLE_COLUMNS.join(','), ...rows, ''].join('\r\n');
}

export function dallasRow(record: TestRecord) {
  const [date, time] = clockAt(record.minute ?? 0, ' ').split(' ');
  const block = /^\d+ /.exec(record.place)?.[0] ?? '';
  return {
    incident_number: record.id,
    nature_of_call: record.nature,
    date,
    time,
    unit_number: 'U1',
    block: block.trim(),
    location: record.place.slice(block.length),
  };
}

/** A snapshot as of `minute` from START_MS. */
export function dallasBody(minute: number, rows: readonly unknown[]): string {
  return JSON.stringify({ as_of: clockAt(minute, ' '), rows });
}

export function tampaValue(record: TestRecord, remarks?: string) {
  return {
    incident_id: record.id,
    event_type: record.nature,
    opened_at: isoAt(record.minute ?? 0),
    updated_at: isoAt(record.updatedMinute ?? record.minute ?? 0),
    block_address: record.place,
    status: record.status ?? 'ACTIVE',
    disposition: record.disposition ?? null,
    ...(remarks === undefined ? {} : { remarks }),
  };
}

export function milwaukeeValue(record: TestRecord) {
  return {
    id: record.id,
    time: clockAt(record.minute ?? 0, ' '),
    location: `${record.place},MKE`,
    nature: record.nature,
    status: record.status ?? 'Service in Progress',
  };
}

// --- internal ---

function isoAt(minute: number): string {
  return formatIso(START_MS + minute * 60_000);
}

function clockAt(minute: number, separator: 'T' | ' '): string {
  return isoAt(minute).slice(0, 19).replace('T', separator);
}

function usClockAt(minute: number): string {
  const c = civilFromMs(START_MS + minute * 60_000);
  const half = c.hour < 12 ? 'AM' : 'PM';
  return `${pad(c.month, 2)}/${pad(c.day, 2)}/${c.year} ${pad(c.hour % 12 || 12, 2)}:${pad(c.minute, 2)}:${pad(c.second, 2)} ${half}`;
}
