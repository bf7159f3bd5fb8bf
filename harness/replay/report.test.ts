/** The page of a replay shows what its record says, as text. */
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { hostileCopy, intrusions } from '../report/hostile.testing.ts';
import { REPLAY_SCHEMA, ReplayRecordSchema, type ReplayRecord } from './record.ts';
import { replayPage } from './report.ts';

const RECORD: ReplayRecord = {
  schema: REPLAY_SCHEMA,
  id: 'springfield',
  partial: true,
  command: 'hundredblock replay calls.csv --map springfield',
  code: { version: '1.0.0', node: '20.19.0' },
  startedAt: '2026-06-01T09:00:00Z',
  mapping: {
    name: 'springfield',
    agency: 'Springfield Police',
    zone: 'America/Chicago',
    clock: 'incident',
    order: 'time',
    sha256: 'c0ffee0123456789c0ffee0123456789',
  },
  preset: 'community',
  delayMs: 90_000,
  files: [{ name: 'calls.csv', bytes: 123_456, rows: 1000, parsed: 990, rejected: 10 }],
  span: { firstMs: 1_780_272_000_000, lastMs: 1_780_372_000_000 },
  counts: {
    rows: 1000,
    parsed: 990,
    rejected: 10,
    duplicates: 1,
    updates: 2,
    superseded: 1,
    records: 987,
    eligible: 20,
    alerts: 12,
    alertUpdates: 1,
    alertCancels: 1,
    suppressed: 975,
  },
  byCategory: { robbery: { eligible: 20, alerts: 12 } },
  suppressedBy: { 'not-eligible': 967, unlocatable: 8 },
  rejectedBy: { 'bad-time': 10 },
  unmappedNatures: [{ nature: 'ODD', count: 3 }],
  unmapped: { rows: 5, natures: 3 },
  unusedNatures: [],
  unlocatableShapes: [{ shape: '9 A A / A A', count: 8 }],
  alertsByHour: Array.from({ length: 7 }, () => Array.from({ length: 24 }, (_, hour) => hour % 3)),
  times: { gaps: 0, overlaps: 1, backwards: 2 },
  coordinates: { rows: 900, outsideBox: 4 },
  map: {
    cellDegrees: 0.01,
    recordsMin: 5,
    cells: [{ south: 4300, west: -8790, records: 40, alerts: 2 }],
    alertsNotShown: 1,
  },
  warnings: ['A note.'],
  wallMs: 1234,
  rowsPerSecond: 800,
  maxRssMiB: 99,
};

describe('the page of a replay', () => {
  it('says what was read, and that it ended early', () => {
    const page = replayPage(RECORD);
    for (const text of ['Interrupted.', '1,000 = 990 parsed + 10 rejected', 'incident time + 90.0 s', '9 A A / A A'])
      expect(page).toContain(text);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    expect(replayPage({ ...RECORD, partial: false })).not.toContain('Interrupted.');
  });

  it('has nothing to show of an empty file', () => {
    const empty: ReplayRecord = {
      ...RECORD,
      span: null,
      counts: { ...RECORD.counts, alerts: 0 },
      byCategory: {},
      suppressedBy: {},
      rejectedBy: {},
      unmapped: { rows: 0, natures: 0 },
      unlocatableShapes: [],
      map: { ...RECORD.map, cells: [] },
    };
    expect(replayPage(empty)).toMatch(/no row was replayed[^]*No alerts\.[^]*None: every place[^]*Nothing to draw/);
  });

  it('shows hostile text as text', () => {
    expect(Check(ReplayRecordSchema, RECORD)).toBe(true);
    const { value, changed } = hostileCopy(RECORD, (record) => Check(ReplayRecordSchema, record));
    const { found, shown } = intrusions(replayPage(value));
    expect(found).toEqual([]);
    expect(changed.length).toBeGreaterThan(15);
    expect(shown).toBeGreaterThan(15);
  });
});
