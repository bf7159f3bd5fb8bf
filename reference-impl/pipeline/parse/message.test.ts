import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../../contract/catalogue.ts';
import { SEATTLE_COLUMNS } from '../../../contract/dialects.ts';
import { utcMs } from '../../../contract/time.ts';
import {
  dallasBody,
  dallasRow,
  eidoValue,
  milwaukeeValue,
  seattleBody,
  sfValue,
  START_MS,
  tampaValue,
} from '../testbed.testing.ts';
import { parseMessage } from './message.ts';

const CHICAGO = 'America/Chicago';
const RECORD = { id: ' r1 ', nature: ' 459 ', place: '2854 W MAPLE ST' };
const eido = eidoValue(RECORD);
const sf = sfValue({ ...RECORD, place: 'A ST \\ B ST' });
const tampa = tampaValue({ ...RECORD, place: '28XX W MAPLE ST' });
const milwaukee = milwaukeeValue(RECORD);
const dallas = dallasRow({ ...RECORD, place: '2800 W MAPLE ST' });
const csvRow = seattleBody([{ ...RECORD, place: '0.001,0.002' }]).split('\r\n')[1];
const csv = (...rows: string[]) => [SEATTLE_COLUMNS.join(','), ...rows].join('\r\n');
const cell = (column: (typeof SEATTLE_COLUMNS)[number], text: string) =>
  csv(csvRow.split(',').with(SEATTLE_COLUMNS.indexOf(column), text).join(','));

/** Rows in short: a rejection's code, or the record's fields. */
function read(dialect: Dialect, body: string, zone = 'UTC') {
  const parsed = parseMessage(dialect, body, zone);
  if (parsed.refused !== null) return parsed.refused;
  return parsed.rows.map((row) => {
    if (typeof row === 'string') return row;
    const { narrative, ...fields } = row;
    expect(typeof narrative().text).toBe('string');
    return fields;
  });
}

describe('a good record', () => {
  const common = {
    recordId: 'r1',
    nature: '459',
    incidentMs: START_MS,
    updatedMs: START_MS,
    status: 'open',
    disposition: 'none',
  };
  it.each<[Dialect, string, object]>([
    ['eido', JSON.stringify(eido), { location: { kind: 'text', text: '2854 W MAPLE ST' } }],
    ['sf', JSON.stringify(sf), { location: { kind: 'text', text: 'A ST \\ B ST' } }],
    [
      'seattle',
      csv(csvRow),
      { updatedMs: null, location: { kind: 'coordinates', text: '0.001,0.002', latitude: 0.001, longitude: 0.002 } },
    ],
    ['dallas', dallasBody(0, [dallas]), { location: { kind: 'text', text: '2800 BLOCK W MAPLE ST' } }],
    ['tampa', JSON.stringify(tampa), { location: { kind: 'text', text: '28XX W MAPLE ST' } }],
    ['milwaukee', JSON.stringify(milwaukee), { updatedMs: null, location: { kind: 'text', text: '2854 W MAPLE ST' } }],
  ])('%s', (dialect, body, part) => {
    expect(read(dialect, body)).toEqual([{ ...common, dialect, ...part }]);
  });

  it('eido brings its narrative and its own private fields', () => {
    const body = JSON.stringify(
      eidoValue(RECORD, { notes: ['ONE', 'TWO'], person: { personNameText: 'Ann Test', medicalText: '' } }),
    );
    const parsed = parseMessage('eido', body, 'UTC');
    const row = parsed.refused === null ? parsed.rows[0] : 'schema';
    expect(typeof row === 'string' ? row : row.narrative()).toEqual({
      text: 'ONE\nTWO',
      privates: ['Ann Test', '2854 W MAPLE ST'],
    });
  });
});

describe('a bad message', () => {
  it.each<[Dialect, string, string, unknown]>([
    ['eido', 'cut off', JSON.stringify(eido).slice(0, -1), 'unreadable'],
    ['eido', 'binary', '\u0000\u0001', 'unreadable'],
    ['eido', 'empty', '', 'unreadable'],
    ['eido', 'deeply nested', '['.repeat(500_000), 'unreadable'],
    ['eido', 'deeply nested and closed', '['.repeat(5000) + ']'.repeat(5000), ['schema']],
    ['eido', 'null', 'null', ['schema']],
    ['eido', 'without calls', JSON.stringify({ ...eido, callComponent: [] }), ['schema']],
    ['eido', 'of an unknown status', JSON.stringify(eidoValue({ ...RECORD, status: 'Open' })), ['schema']],
    [
      'eido',
      'with a stamp without an offset',
      JSON.stringify({ ...eido, lastUpdateTimeStamp: '2026-06-01T12:00:00' }),
      ['bad-time'],
    ],
    [
      'eido',
      'with a later call that has no time',
      JSON.stringify({ ...eido, callComponent: [...eido.callComponent, { callStartTimestamp: '' }] }),
      ['bad-time'],
    ],
    ['eido', 'with an endless latitude', JSON.stringify(eido).replace('0.001', '1e999'), ['schema']],
    ['sf', 'cut off', JSON.stringify(sf).slice(0, 40), 'unreadable'],
    ['sf', 'without its number', JSON.stringify({ ...sf, cad_number: '' }), ['schema']],
    ['sf', 'with an offset', JSON.stringify({ ...sf, received_datetime: '2026-06-01T12:00:00Z' }), ['bad-time']],
    ['sf', 'on 30 February', JSON.stringify({ ...sf, call_last_updated_at: '2026-02-30T12:00:00' }), ['bad-time']],
    ['seattle', 'empty', '', 'unreadable'],
    ['seattle', 'of another header', csv(csvRow).replace('Beat', 'Beet'), 'unreadable'],
    ['seattle', 'with a quote never closed', csv(csvRow, '"'), 'unreadable'],
    ['seattle', 'with a quote inside a cell', cell('Precinct', 'a"b'), 'unreadable'],
    ['seattle', 'with text behind a quote', cell('Precinct', '"a"b'), 'unreadable'],
    ['seattle', 'without rows', csv(), []],
    ['seattle', 'with a cell too few', csv(csvRow.slice(0, csvRow.lastIndexOf(','))), ['schema']],
    ['seattle', 'with a cell too many', csv(`${csvRow},`), ['schema']],
    ['seattle', 'without an event number', cell('CAD Event Number', ''), ['schema']],
    ['seattle', 'without call types', csv(csvRow.replaceAll(' 459 ', '')), ['schema']],
    ['seattle', 'without a time', cell('Original Time Queued', ''), ['schema']],
    ['seattle', 'without a coordinate', cell('Blurred_Latitude', ''), ['schema']],
    ['seattle', 'at thirteen hours before noon', cell('Original Time Queued', '06/01/2026 13:05:00 AM'), ['bad-time']],
    ['seattle', 'in month 13', cell('Original Time Queued', '13/01/2026 01:05:00 AM'), ['bad-time']],
    ['seattle', 'north of the pole', cell('Blurred_Latitude', '90.1'), ['bad-location']],
    ['seattle', 'beyond the date line', cell('Blurred_Longitude', '-180.1'), ['bad-location']],
    ['seattle', 'with words for a coordinate', cell('Blurred_Longitude', 'REDACTED'), ['bad-location']],
    ['seattle', 'with a hexadecimal coordinate', cell('Blurred_Longitude', '0x10'), ['bad-location']],
    ['dallas', 'without a stamp', JSON.stringify({ rows: [] }), 'unreadable'],
    [
      'dallas',
      'with a stamp with an offset',
      JSON.stringify({ as_of: '2026-06-01T12:00:00Z', rows: [] }),
      'unreadable',
    ],
    ['dallas', 'without rows', JSON.stringify({ as_of: '2026-06-01 12:00:00' }), 'unreadable'],
    [
      'dallas',
      'with rows that are none',
      dallasBody(0, [null, {}, { ...dallas, date: '2026-06-1' }]),
      ['schema', 'schema', 'bad-time'],
    ],
    ['dallas', 'with a time that has an offset', dallasBody(0, [{ ...dallas, time: '09:00:00Z' }]), ['bad-time']],
    ['tampa', 'cut off', JSON.stringify(tampa).slice(1), 'unreadable'],
    ['tampa', 'of a status of its own', JSON.stringify({ ...tampa, status: 'OPEN' }), ['schema']],
    [
      'tampa',
      'with a numeric offset',
      JSON.stringify({ ...tampa, opened_at: '2026-06-01T12:00:00+00:00' }),
      ['bad-time'],
    ],
    ['milwaukee', 'cut off', JSON.stringify(milwaukee).slice(0, -2), 'unreadable'],
    ['milwaukee', 'without a nature', JSON.stringify({ ...milwaukee, nature: undefined }), ['schema']],
    ['milwaukee', 'with a Z', JSON.stringify({ ...milwaukee, time: '2026-06-01T12:00:00Z' }), ['bad-time']],
  ])('%s %s', (dialect, _, body, expected) => {
    expect(read(dialect, body)).toEqual(expected);
  });

  it('one bad row leaves the others as they are', () => {
    const outcomes = read('seattle', `${csv(csvRow, ',', csvRow)}\n\n${csvRow}`);
    expect((outcomes as unknown[]).map((o) => typeof o)).toEqual(['object', 'string', 'object', 'string', 'object']);
  });
});

describe('what a source says came of it', () => {
  it.each<[Dialect, object, string, string]>([
    ['eido', eidoValue({ ...RECORD, status: 'Cancelled', disposition: 'Founded' }), 'cancelled', 'none'],
    ['eido', eidoValue({ ...RECORD, status: 'Closed' }), 'closed', 'none'],
    ['eido', eidoValue({ ...RECORD, status: 'Closed', disposition: 'Founded' }), 'closed', 'founded'],
    ['eido', eidoValue({ ...RECORD, status: 'Closed', disposition: 'Unfounded' }), 'closed', 'unfounded'],
    ['eido', eidoValue({ ...RECORD, status: 'Closed', disposition: 'Duplicate' }), 'closed', 'duplicate'],
    ['eido', eidoValue({ ...RECORD, status: 'Closed', disposition: 'UNFOUNDED' }), 'closed', 'none'],
    ['eido', eidoValue({ ...RECORD, status: 'Cancelled' }, { merged: true }), 'closed', 'duplicate'],
    ['eido', { ...eido, mergeComponent: [] }, 'open', 'none'],
    ['sf', { ...sf, disposition: undefined }, 'open', 'none'],
    ['sf', { ...sf, disposition: 'CAN' }, 'cancelled', 'none'],
    ['sf', { ...sf, disposition: 'GOA' }, 'closed', 'unfounded'],
    ['sf', { ...sf, disposition: 'REP' }, 'closed', 'founded'],
    ['sf', { ...sf, disposition: 'DUP' }, 'closed', 'duplicate'],
    ['sf', { ...sf, disposition: 'toString' }, 'closed', 'none'],
    ['tampa', { ...tampa, status: 'CANCELED', disposition: 'REPORT' }, 'cancelled', 'none'],
    ['tampa', { ...tampa, status: 'CLEARED', disposition: 'REPORT' }, 'closed', 'founded'],
    ['tampa', { ...tampa, status: 'CLEARED', disposition: 'UNFOUNDED' }, 'closed', 'unfounded'],
    ['tampa', { ...tampa, status: 'CLEARED', disposition: 'DUPLICATE' }, 'closed', 'duplicate'],
    ['tampa', { ...tampa, status: 'CLEARED', disposition: null }, 'closed', 'none'],
    ['tampa', { ...tampa, status: 'ACTIVE', disposition: 'UNFOUNDED' }, 'open', 'none'],
    ['milwaukee', { ...milwaukee, status: 'Assignment Cancelled' }, 'cancelled', 'none'],
    ['milwaukee', { ...milwaukee, status: 'False Alarm' }, 'closed', 'unfounded'],
    ['milwaukee', { ...milwaukee, status: 'valueOf' }, 'closed', 'none'],
  ])('%s %#', (dialect, value, status, disposition) => {
    expect(read(dialect, JSON.stringify(value))).toMatchObject([{ status, disposition }]);
  });

  it.each([
    ['', 'open', 'none'],
    ['CALL CANCELLED BEFORE ARRIVAL', 'cancelled', 'none'],
    ['PHYSICAL ARREST MADE', 'closed', 'founded'],
    ['UNABLE TO LOCATE INCIDENT OR COMPLAINANT', 'closed', 'unfounded'],
    ['DUPLICATED OR CANCELLED BY RADIO', 'closed', 'duplicate'],
    ['"ADVISED, ""VERBALLY"""', 'closed', 'none'],
  ])('seattle %s', (text, status, disposition) => {
    expect(read('seattle', cell('Event Clearance Description', text))).toMatchObject([{ status, disposition }]);
  });
});

describe('times and texts', () => {
  it.each<[string, Dialect, string, string, number]>([
    [
      'an offset',
      'eido',
      JSON.stringify(eido).replaceAll('12:00:00Z', '12:00:00-05:00').replaceAll('12:03:00Z', '12:03:00-05:00'),
      'UTC',
      START_MS + 5 * 3_600_000,
    ],
    [
      'the earliest call',
      'eido',
      JSON.stringify({
        ...eido,
        callComponent: [
          { callStartTimestamp: '2026-06-01T12:00:00Z' },
          { callStartTimestamp: '2026-06-01T11:00:00.250Z' },
        ],
      }),
      'UTC',
      START_MS - 3_599_750,
    ],
    ['summer time', 'sf', JSON.stringify(sf), CHICAGO, START_MS + 5 * 3_600_000],
    [
      'milliseconds',
      'sf',
      JSON.stringify({ ...sf, received_datetime: '2026-06-01T12:00:00.123' }),
      'UTC',
      START_MS + 123,
    ],
    [
      'a time that came twice',
      'sf',
      JSON.stringify({ ...sf, received_datetime: '2026-11-01T01:30:00' }),
      CHICAGO,
      utcMs(2026, 11, 1, 6, 30),
    ],
    [
      'a time that was skipped',
      'sf',
      JSON.stringify({ ...sf, received_datetime: '2026-03-08T02:30:00' }),
      CHICAGO,
      utcMs(2026, 3, 8, 8, 30),
    ],
    ['midnight', 'seattle', cell('Original Time Queued', '06/01/2026 12:05:00 AM'), 'UTC', utcMs(2026, 6, 1, 0, 5)],
    ['noon', 'seattle', cell('Original Time Queued', '06/01/2026 12:05:00 PM'), 'UTC', utcMs(2026, 6, 1, 12, 5)],
    ['afternoon', 'seattle', cell('Original Time Queued', '06/01/2026 01:05:00 PM'), CHICAGO, utcMs(2026, 6, 1, 18, 5)],
    ['a portal', 'dallas', dallasBody(0, [dallas]), CHICAGO, START_MS + 5 * 3_600_000],
    ['the wall clock', 'milwaukee', JSON.stringify(milwaukee), CHICAGO, START_MS + 5 * 3_600_000],
  ])('%s', (_, dialect, body, zone, incidentMs) => {
    expect(read(dialect, body, zone)).toMatchObject([{ incidentMs }]);
  });

  it('the final type is the nature, once there is one', () => {
    expect(read('sf', JSON.stringify({ ...sf, call_type_final: '211' }))).toMatchObject([{ nature: '211' }]);
    expect(read('sf', JSON.stringify({ ...sf, call_type_final: null }))).toMatchObject([{ nature: '459' }]);
    expect(read('seattle', cell('Final Call Type', ''))).toMatchObject([{ nature: '459' }]);
    expect(read('seattle', cell('Final Call Type', '211'))).toMatchObject([{ nature: '211' }]);
  });

  it('a portal’s rows of one incident are one record, at the first of them', () => {
    const rows = [dallas, { ...dallas, location: 'ELSEWHERE' }, {}, { ...dallas, incident_number: 'r2' }];
    expect(read('dallas', dallasBody(0, rows))).toMatchObject([
      { recordId: 'r1', location: { text: '2800 BLOCK W MAPLE ST' } },
      'schema',
      { recordId: 'r2' },
    ]);
  });

  it('a crossing of a portal has no block; Milwaukee’s city goes', () => {
    expect(read('dallas', dallasBody(0, [{ ...dallas, block: '', location: 'A ST / B ST' }]))).toMatchObject([
      { location: { text: 'A ST / B ST' } },
    ]);
    expect(read('milwaukee', JSON.stringify({ ...milwaukee, location: ' 12 A ST ,mke ' }))).toMatchObject([
      { location: { text: '12 A ST' } },
    ]);
    expect(read('milwaukee', JSON.stringify({ ...milwaukee, location: '12 A ST' }))).toMatchObject([
      { location: { text: '12 A ST' } },
    ]);
  });
});
