import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Value from 'typebox/value';
import { afterAll, describe, expect, it } from 'vitest';
import type { Mapping } from '../../contract/mapping.ts';
import { docMappings } from './doc-mappings.testing.ts';
import { ReplayRecordSchema, type ReplayRecord } from './record.ts';
import { replay, type ReplayOptions } from './replay.ts';
import { summaryLines } from './report.ts';

const dir = mkdtempSync(join(tmpdir(), 'hundredblock-replay-'));
afterAll(() => rmSync(dir, { recursive: true }));
let runs = 0;

interface AlertLine {
  place: string;
  category: string;
  alert: { msgType: string; sent: string; info: { effective: string } };
}

/** Writes the inputs and the mapping into a folder of their own and replays them. */
async function run(
  mapping: Mapping | string,
  inputs: Record<string, string | Uint8Array>,
  options: Partial<ReplayOptions> = {},
) {
  const folder = join(dir, String(++runs));
  mkdirSync(folder);
  const files = Object.entries(inputs).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  const map = typeof mapping === 'string' ? mapping : join(folder, 'mapping.json');
  if (typeof mapping !== 'string') writeFileSync(map, JSON.stringify(mapping));
  const outDir = join(folder, 'out');
  const { record } = await replay({
    files,
    map,
    preset: 'us-eight',
    delayMs: 0,
    outDir,
    command: 'hundredblock replay',
    ...options,
  });
  const lines = (name: string) =>
    readFileSync(join(outDir, name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((l) => JSON.parse(l) as unknown);
  return { record, alerts: lines('alerts.jsonl') as AlertLine[], rejects: lines('rejects.jsonl'), outDir };
}

const docs = docMappings();
const { smallville } = docs;
const csv = (...rows: string[][]) =>
  `${rows.map((r) => r.map((c) => (/[",\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join(',')).join('\n')}\n`;
const small = (...rows: string[][]) => csv(['call_number', 'call_time', 'call_type', 'address'], ...rows);
const places = (alerts: AlertLine[]) => alerts.map((a) => [a.category, a.place]);
/** Rows that differ only in number and minute. */
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => [
    String(i),
    `2026-06-01T10:${String(i % 60).padStart(2, '0')}:00`,
    'TRAFFIC',
    '100 MAIN ST',
  ]);

describe('replay of files like those agencies publish', () => {
  it("San Francisco's: a JSON list, newest first, nested coordinates, rows that leave out what is empty", async () => {
    const row = (n: number, minute: number, type: string, more: object = {}) => ({
      id: `x${n}`,
      cad_number: `26152000${n}`,
      received_datetime: `2026-06-01T12:${minute}:00.000`,
      call_type_original: type,
      agency: 'Police',
      onview_flag: 'N',
      intersection_name: 'ALDER ST \\ BIRCH AVE',
      intersection_point: { type: 'Point', coordinates: [-122.4, 37.75] },
      ...more,
    });
    const rows = [
      row(9, 59, '459', { agency: 'Fire' }),
      row(8, 58, '459', { onview_flag: 'Y' }),
      row(7, 57, '917'),
      row(6, 56, '909'),
      row(5, 55, '459', { intersection_name: undefined, sensitive_call: true }),
      row(4, 44, '415', { call_type_final: '459', intersection_name: 'CEDAR ST \\ BIRCH AVE' }),
      row(3, 33, '216', { data_as_of: '2026-06-01T13:00:00.000' }),
      row(3, 33, '216', { data_as_of: '2026-06-01T12:50:00.000' }),
      row(2, 22, '211'),
      row(1, 11, 'x', { received_datetime: 'soon' }),
    ];
    const { record, alerts, rejects } = await run(
      docs['san-francisco'],
      { 'sf.json': JSON.stringify(rows, null, 1) },
      { delayMs: 1_200_000 },
    );
    expect(record.counts).toMatchObject({
      rows: 10,
      parsed: 9,
      rejected: 1,
      duplicates: 1,
      updates: 0,
      records: 8,
      eligible: 4,
      alerts: 3,
      suppressed: 5,
    });
    expect(record.suppressedBy).toEqual({ 'not-eligible': 2, 'unmapped-nature': 2, unlocatable: 1 });
    expect(record).toMatchObject({ unmapped: { rows: 2, natures: 2 }, unmappedNatures: [] });
    expect(record.unusedNatures).toEqual(['852', '851', '212', '217', '219', '207H', '451']);
    expect(record.unlocatableShapes).toEqual([{ shape: '(empty)', count: 1 }]);
    expect(places(alerts)).toEqual([
      ['robbery', 'ALDER ST / BIRCH AVE'],
      ['shots-fired', 'ALDER ST / BIRCH AVE'],
      ['burglary', 'BIRCH AVE / CEDAR ST'],
    ]);
    expect(alerts[0].alert).toMatchObject({
      sent: '2026-06-01T19:40:00Z',
      info: { effective: '2026-06-01T19:20:00Z' },
    });
    expect(rejects).toEqual([{ file: 'sf.json', row: 10, reason: 'bad-time' }]);
    expect(record.coordinates).toEqual({ rows: 9, outsideBox: 0 });
  });

  it("Seattle's: CSV with CRLF and a byte-order mark, twelve-hour times, beats for places", async () => {
    const head = [
      'CAD Event Number',
      'Call Type',
      'Initial Call Type',
      'Final Call Type',
      'Original Time Queued',
      'Precinct',
      'Beat',
      'Blurred_Longitude',
      'Blurred_Latitude',
    ];
    const burglary = 'BURG - IP/JO - RES (INCL UNOCC STRUCTURES)';
    const text = csv(
      head,
      ['2026000001', '911', 'SUSPICIOUS', burglary, '06/01/2026 12:05:00 AM', 'WEST', 'K3', '-122.3', '47.6'],
      ['2026000002', '911', burglary, '', '06/01/2026 12:30:00 PM', 'WEST', '-', '-1', '-1'],
      [
        '2026000003',
        '911',
        '',
        'ALARM - BURGLARY (COMMERCIAL OR RESIDENTIAL)',
        '06/01/2026 01:00:00 PM',
        'WEST',
        'K3',
        '0',
        '0',
      ],
      ['2026000004', '911', '', 'BURG - IP/JO', '06/01/2026 01:00:00 PM', 'WEST', 'K3', '', ''],
      ['2026000005', '911', '', '', '06/01/2026 01:00:00 PM', 'WEST', 'K3', '', ''],
      ['2026000006', '911', '', burglary, '06/31/2026 01:00:00 PM', 'WEST', 'K3', '', ''],
    );
    const { record, alerts, rejects } = await run(docs.seattle, {
      'seattle.csv': `\ufeff${text.replaceAll('\n', '\r\n')}`,
    });
    expect(record.counts).toMatchObject({ rows: 6, parsed: 4, rejected: 2, eligible: 2, alerts: 2 });
    expect(places(alerts)).toEqual([
      ['burglary', 'BEAT K THREE / SEATTLE'],
      ['burglary', 'PRECINCT WEST / SEATTLE'],
    ]);
    expect(alerts.map((a) => a.alert.info.effective)).toEqual(['2026-06-01T07:05:00Z', '2026-06-01T19:30:00Z']);
    expect(record.unmapped).toEqual({ rows: 1, natures: 1 });
    expect(rejects).toEqual([
      { file: 'seattle.csv', row: 5, reason: 'empty-nature' },
      { file: 'seattle.csv', row: 6, reason: 'bad-time' },
    ]);
    expect(record.coordinates).toEqual({ rows: 1, outsideBox: 1 });
  });

  it("Dallas's: one row per unit, date and time apart, crossings without a block", async () => {
    const head = [
      'incident_number',
      'nature_of_call',
      'date',
      'time',
      'unit_number',
      'block',
      'location',
      'beat',
      'status',
    ];
    const { record, alerts } = await run(docs.dallas, {
      'dallas.csv': csv(
        head,
        ['26-0001', '19 - Shooting', '2026-06-01', '9:05:00', 'A123', '2800', 'W Maple St', '111', 'At Scene'],
        ['26-0001', '19 - Shooting', '2026-06-01', '9:05:00', 'B456', '2800', 'W Maple St', '112', 'Enroute'],
        ['26-0001', '19 - Shooting', '2026-06-01', '9:05:00', 'C789', '2900', 'W Maple St', '111', 'At Scene'],
        [
          '26-0002',
          '20 - Robbery',
          '2026-06-01T00:00:00.0000000',
          '10:00:00',
          'A123',
          '',
          'N 5th Ave / W Maple St',
          '111',
          '',
        ],
        ['26-0003', '7X - Major Accident', '2026-06-01', '10:01:00', 'A123', '1', 'Oak St', '111', ''],
      ),
    });
    expect(record.counts).toMatchObject({
      rows: 5,
      parsed: 5,
      rejected: 0,
      duplicates: 1,
      updates: 1,
      records: 3,
      eligible: 2,
      alerts: 2,
      alertUpdates: 1,
    });
    expect(places(alerts)).toEqual([
      ['shooting', '2800 BLOCK W MAPLE ST'],
      ['shooting', '2900 BLOCK W MAPLE ST'],
      ['robbery', 'N 5TH AVE / W MAPLE ST'],
    ]);
    expect(alerts.map((a) => a.alert.msgType)).toEqual(['Alert', 'Update', 'Alert']);
  });

  it("New Orleans's: block addresses, a point in well-known text, a rule for some rows", async () => {
    const head = ['NOPD_Item', 'Type', 'TypeText', 'TimeCreate', 'SelfInitiated', 'BLOCK_ADDRESS', 'Location'];
    const { record, alerts } = await run(docs['new-orleans'], {
      'nola.csv': csv(
        head,
        [
          'F0000126',
          '62R',
          'RESIDENCE BURGLARY',
          '06/01/2026 02:00:00 PM',
          'N',
          '001XX Test St',
          'POINT (-90.07 29.95)',
        ],
        ['F0000226', '62R', 'RESIDENCE BURGLARY', '06/01/2026 02:10:00 PM', 'Y', '001XX Test St', 'POINT (0 0)'],
        ['F0000326', '67A', 'AUTO THEFT', '2026-06-01T14:20:00.000', 'N', 'Alder St & Birch Ave', 'N/A'],
        ['F0000426', '62A', 'BURGLAR ALARM, SILENT', '06/01/2026 02:00:00 PM', 'N', '0XX Test St', 'POINT (-95 29.95)'],
      ),
    });
    expect(record.counts).toMatchObject({ rows: 4, parsed: 4, eligible: 2, alerts: 2 });
    expect(places(alerts)).toEqual([
      ['burglary', '100 BLOCK TEST ST'],
      ['vehicle', 'ALDER ST / BIRCH AVE'],
    ]);
    expect(record.coordinates).toEqual({ rows: 1, outsideBox: 1 });
  });

  it('a feed whose epoch is the wall clock, in JSON Lines, with the time it was seen for a clock', async () => {
    const mapping: Mapping = {
      ...smallville,
      format: { kind: 'jsonl' },
      id: ['year', 'n'],
      time: { columns: 'at', format: 'epoch-ms-local' },
      published: { columns: 'seen', format: 'epoch-s' },
      clock: 'published',
      status: { columns: 'state', values: { X: 'cancelled', U: 'unfounded' } },
      ignoreChangesIn: ['seen'],
    };
    // 09:00 on the wall in Chicago is 14:00 UTC.
    const at = Date.UTC(2026, 5, 1, 9);
    const seen = Date.UTC(2026, 5, 1, 14) / 1000;
    const call = (n: number, more: object) =>
      JSON.stringify({ year: 2026, n, at, seen: seen + 60, call_type: 'BURGLARY', address: `${n}12 MAIN ST`, ...more });
    const lines = [
      call(5, { seen: seen + 3600 }),
      call(4, { seen: seen + 3599 }),
      call(3, { state: 'U' }),
      call(1, { seen: seen + 600, state: 'X' }),
      call(1, {}),
      call(1, { seen: seen + 120 }),
      call(2, { seen: seen - 301 }),
      call(6, { seen: '' }),
      call(7, { n: null }),
      '{"year": 2026, "n": 8',
    ];
    const { record, alerts } = await run(mapping, { 'calls.jsonl': lines.join('\n') });
    expect(record.counts).toMatchObject({
      rows: 10,
      parsed: 7,
      rejected: 3,
      duplicates: 1,
      updates: 1,
      records: 5,
      eligible: 5,
      alerts: 2,
      alertCancels: 1,
    });
    expect(record.rejectedBy).toEqual({ 'empty-id': 1, 'empty-published-time': 1, 'not-json': 1 });
    expect(record.suppressedBy).toEqual({ cancelled: 2, 'future-dated': 1, 'too-old': 1 });
    expect(alerts.map((a) => [a.alert.msgType, a.place])).toEqual([
      ['Alert', '100 BLOCK MAIN ST'],
      ['Cancel', '100 BLOCK MAIN ST'],
      ['Alert', '400 BLOCK MAIN ST'],
    ]);
  });

  it("ArcGIS's: rows under features, columns under attributes, milliseconds of the wall clock, crossings in two columns", async () => {
    const feature = (n: number, street: string, x: number) => ({
      attributes: {
        OBJECTID: n,
        CASE_NUM: `26-${n}`,
        CALL_TIME: Date.UTC(2026, 5, 1, 9, n),
        CALL_TYPE: 'SHOTS FIRED',
        STREET_1: street,
        STREET_2: 'BIRCH AVE',
      },
      geometry: { x, y: 0.5 },
    });
    const features = [feature(1, '7 MILE RD', 0.5), feature(2, 'ALDER ST', 0), feature(3, '42 ST', 5)];
    const { record, alerts } = await run(docs['arcgis-example'], { 'layer.json': JSON.stringify({ features }) });
    expect(places(alerts)).toEqual([
      ['shots-fired', 'BIRCH AVE / SEVEN MILE RD'],
      ['shots-fired', 'ALDER ST / BIRCH AVE'],
    ]);
    expect(alerts[0].alert.info.effective).toBe('2026-06-01T13:00:00Z');
    expect(record.suppressedBy).toEqual({ unlocatable: 1 });
    expect(record.coordinates).toEqual({ rows: 2, outsideBox: 1 });
  });

  it('a document of nested lists, ids that hold over the object around them, and two files in order', async () => {
    const mapping: Mapping = {
      ...smallville,
      format: { kind: 'json', path: 'districts.*.calls' },
      id: ['../name', 'n'],
      place: { from: { address: 'where.address' } },
      order: 'file',
    };
    const doc = (minute: number) => ({
      districts: ['North', 'South'].map((name, i) => ({
        name,
        calls: [
          {
            n: 1,
            call_time: `2026-06-01T09:0${minute + i}:00`,
            call_type: 'BURGLARY',
            where: { address: `${i + 1}50 OAK ST` },
          },
        ],
      })),
    });
    const { record, alerts } = await run(mapping, {
      'a.json': JSON.stringify(doc(0)),
      'b.json': JSON.stringify(doc(5)),
    });
    expect(record.counts).toMatchObject({ rows: 4, records: 2, updates: 2, eligible: 2, alerts: 2 });
    expect(record.files.map((f) => [f.name, f.rows, f.parsed, f.rejected])).toEqual([
      ['a.json', 2, 2, 0],
      ['b.json', 2, 2, 0],
    ]);
    expect(places(alerts)).toEqual([
      ['burglary', '100 BLOCK OAK ST'],
      ['burglary', '200 BLOCK OAK ST'],
    ]);
  });
});

describe('replay', () => {
  const good = ['1', '2026-06-01T09:00:00', 'BURGLARY', '2854 N MAPLE ST APT 7'];

  it('takes a nature exactly, domestic matters for nobody, and rows of any order', async () => {
    const mapping: Mapping = {
      ...smallville,
      natures: [...smallville.natures, { nature: 'BURGLARY DV', category: 'burglary', community: false }],
      ignore: ['TRAFFIC'],
    };
    const text = small(
      ['4', '2026-06-01T09:40:00', 'TRAFFIC', '1 A ST'],
      ['3', '2026-06-01T09:30:00', 'BURGLARY DV', '1 A ST'],
      ['2', '2026-06-01T09:20:00', 'ALARM - BURGLARY', '1 A ST'],
      good,
    );
    const { record, alerts } = await run(mapping, { 'calls.csv': text });
    expect(record.suppressedBy).toEqual({ 'not-community': 1, 'not-eligible': 1, 'unmapped-nature': 1 });
    expect(record.byCategory.burglary).toEqual({ eligible: 1, alerts: 1 });
    expect(places(alerts)).toEqual([['burglary', '2800 BLOCK N MAPLE ST']]);
    expect(record.times.backwards).toBe(0);
    const asIs = await run({ ...mapping, order: 'file' }, { 'calls.csv': text });
    expect(asIs.record.times.backwards).toBe(3);
    expect(asIs.record.warnings).toHaveLength(1);
  });

  it('writes what was promised and nothing private', async () => {
    const { record, outDir } = await run(smallville, {
      'calls.csv': small(good, ['2', '2026-06-01T09:00:00', 'BURGLARY', '17 ELM CT,"'], ['555-0142', 'x', 'y', 'z']),
    });
    expect(readdirSync(outDir).sort()).toEqual(['alerts.jsonl', 'rejects.jsonl', 'replay.json', 'report.html']);
    expect(Value.Check(ReplayRecordSchema, JSON.parse(readFileSync(join(outDir, 'replay.json'), 'utf8')))).toBe(true);
    expect(JSON.parse(readFileSync(join(outDir, 'replay.json'), 'utf8'))).toEqual(record);
    for (const name of readdirSync(outDir)) {
      const text = readFileSync(join(outDir, name), 'utf8');
      for (const secret of ['2854', 'APT', '17 ELM', '555-0142'])
        expect([name, secret, text.includes(secret)]).toEqual([name, secret, false]);
    }
    expect(summaryLines(record).join('\n')).toContain('rows 3 = parsed 2 + rejected 1');
  });

  it('gives the same files for the same input', async () => {
    const text = small(...many(50), good);
    const [a, b] = [await run(smallville, { 'calls.csv': text }), await run(smallville, { 'calls.csv': text })];
    expect(a.alerts).toEqual(b.alerts);
    const exact = ({ counts, byCategory, suppressedBy, map, unmappedNatures }: ReplayRecord) => ({
      counts,
      byCategory,
      suppressedBy,
      map,
      unmappedNatures,
    });
    expect(exact(a.record)).toEqual(exact(b.record));
  });

  it('counts bad rows and goes on', async () => {
    const text = `${small(good)}2,short\n"3"x,2026-06-01T09:00:00,BURGLARY,1 A ST\n4,2026-06-01T09:00:00,BURGLARY,1 A ST,extra\n5,2026-06-01T09:00:00,BURGLARY,${'x'.repeat(3_000_000)}\n6,2026-06-01T09:00:00,BURGLARY,"1 A\nST",\n`;
    const { record, rejects } = await run(smallville, { 'calls.csv': text });
    expect(record.counts).toMatchObject({ rows: 6, parsed: 2, rejected: 4 });
    expect(rejects.map((r) => (r as { row: number; reason: string }).row)).toEqual([2, 3, 4, 5]);
    expect(record.rejectedBy).toEqual({ 'bad-quotes': 1, 'cell-count': 2, 'too-long': 1 });
  });

  it("takes a stray zero byte for one row's matter", async () => {
    const text = `${small(...many(20))}a\u0000b,c,d\n7,2026-06-01T09:00:00,BURGLARY,1 A ST\n`;
    const { record } = await run(smallville, { 'calls.csv': text });
    expect(record.counts).toMatchObject({ rows: 22, parsed: 21, rejected: 1 });
  });

  const warned: [what: string, change: Partial<Mapping>, rows: string[][], warning: string | null][] = [
    [
      'every row rejected',
      {},
      [['1', '06/01/2026 9:05 PM', 'BURGLARY', '1 A ST']],
      'no row is left: 1 of 1 rows were rejected as bad-time: expected "iso", found texts like "99/99/9999 9:99 AA"',
    ],
    [
      'more than a tenth rejected',
      {},
      [...many(9), ['', '2026-06-01T10:00:00', 'BURGLARY', '1 A ST']].slice(1),
      '1 of 9 rows were rejected as empty-id',
    ],
    ['a tenth rejected', { ignore: ['TRAFFIC'] }, [...many(9), ['', '', '', '']], null],
    ['no row', {}, [], 'calls.csv: no rows'],
    [
      'a pattern for a nature',
      { natures: [{ nature: 'BURG*', category: 'burglary' }] },
      many(1),
      'natures are compared exactly, a * stands for itself, and no row has "BURG*"',
    ],
    [
      'other case and spaces',
      { natures: [{ nature: 'Traf fic', category: 'arson' }] },
      many(1),
      `natures of rows that differ only by case or spaces from the mapping's: "TRAFFIC" for "Traf fic"`,
    ],
  ];
  it.each(warned)('warns of %s, or does not', async (_what, change, rows, warning) => {
    const { record } = await run({ ...smallville, ...change }, { 'calls.csv': small(...rows) });
    if (warning === null) expect(record.warnings.join('\n')).not.toContain('rejected');
    else {
      expect(record.warnings).toContain(warning);
      expect(summaryLines(record).join('\n')).toContain(warning);
    }
  });

  it('recommends no other order for snapshots of one list', async () => {
    const row = (id: number, minute: number) => [String(id), `2026-06-01T09:0${minute}:00`, 'BURGLARY', `${id}00 A ST`];
    const mapping: Mapping = { ...smallville, order: 'file' };
    const late = /reached the pipeline late/;
    const snapshots = await run(mapping, {
      'a.csv': small(row(1, 1), row(2, 5)),
      'b.csv': small(row(1, 1), row(3, 3)),
    });
    expect(snapshots.record.warnings.join()).not.toMatch(late);
    const months = await run(mapping, { 'a.csv': small(row(1, 1), row(2, 5)), 'b.csv': small(row(3, 1)) });
    expect(months.record.warnings.join()).toMatch(late);
  });

  it('shows a nature of two rows or more, and no text of a single row', async () => {
    const note = (id: string, text: string) => [id, '2026-06-01T09:00:00', text, '1 A ST'];
    const { record, outDir } = await run(smallville, {
      'calls.csv': small(note('1', 'CALL BACK 555-0142'), note('2', 'TRAFFIC'), note('3', 'TRAFFIC')),
    });
    expect(record.unmappedNatures).toEqual([{ nature: 'TRAFFIC', count: 2 }]);
    expect(record.unmapped).toEqual({ rows: 3, natures: 2 });
    for (const name of readdirSync(outDir))
      expect([name, readFileSync(join(outDir, name), 'utf8').includes('555-0142')]).toEqual([name, false]);
  });

  it('shows what unlocatable places look like, and publishes none of them', async () => {
    const at = (id: string, place: string) => [id, '2026-06-01T09:00:00', 'BURGLARY', place];
    const text = small(
      at('1', '2854 MAPLE ST / QUIMBY ST'),
      at('2', '17 MILE RD / LIVERNOIS AVE'),
      at('3', '2854 MAPLE ST'),
    );
    const crossings = await run({ ...smallville, place: { from: { crossing: 'address' } } }, { 'calls.csv': text });
    const shapes = [
      { shape: '9 A A / A A', count: 2 },
      { shape: '9 A A', count: 1 },
    ];
    expect(crossings.alerts).toEqual([]);
    expect(crossings.record.unlocatableShapes).toEqual(shapes);
    expect(readFileSync(join(crossings.outDir, 'report.html'), 'utf8')).toContain('9 A A / A A');
    const areas = await run(
      { ...smallville, place: { from: { area: 'address', within: 'X' } } },
      { 'calls.csv': text },
    );
    expect(areas.alerts).toEqual([]);
    expect(areas.record.unlocatableShapes).toEqual(shapes);
  });

  it('tells ids of several parts apart, and wants every part of a time', async () => {
    const mapping: Mapping = {
      ...smallville,
      id: [' agency', 'number '],
      time: { columns: ['date', 'time'], format: ['iso', 'YYYY-MM-DD H:mm'] },
      place: { from: { address: ' address ' } },
      ignoreChangesIn: [' address '],
    };
    const row = (agency: string, number: string, time: string, address: string) => [
      agency,
      number,
      '2026-06-01',
      time,
      'BURGLARY',
      address,
    ];
    const { record } = await run(mapping, {
      'calls.csv': csv(
        [' agency ', 'number', 'date', 'time', 'call_type', 'address'],
        row('NPD|1', '7', '9:00', '100 A ST'),
        row('NPD', '1|7', '9:00', '300 B ST'),
        row('NPD', '1|7', '9:00', '500 B ST'),
        row('NPD', '8', '', '700 C ST'),
      ),
    });
    expect(record.counts).toMatchObject({ parsed: 3, records: 2, duplicates: 1, alerts: 2, rejected: 1 });
    expect(record.rejectedBy).toEqual({ 'empty-time': 1 });
  });

  it.each<
    [
      name: string,
      mapping: Mapping | string,
      inputs: Record<string, string | Uint8Array>,
      code: string,
      message: RegExp,
    ]
  >([
    [
      'a missing column',
      smallville,
      { 'c.csv': 'call_nr,call_time,typ,address\n1,2,3,4\n' },
      'HB_INPUT_COLUMN',
      /^c\.csv: expected columns for id "call_number" \(nearest: "call_nr"\); nature "call_type" \(nearest: "call_time"\), found "call_nr", "call_time", "typ", "address"$/,
    ],
    [
      'a missing place',
      { ...docs.dallas },
      { 'c.csv': 'incident_number,nature_of_call,date,time,beat,status,unit_number\n' },
      'HB_INPUT_COLUMN',
      /expected columns for place "block".*"location"/,
    ],
    [
      'a missing member',
      { ...smallville, format: { kind: 'jsonl' } },
      { 'c.jsonl': '{"call_number":1,"call_time":"x","type":"y"}\n' },
      'HB_INPUT_COLUMN',
      /nature "call_type".*; place "address"/,
    ],
    [
      'a wrong delimiter',
      smallville,
      { 'c.csv': 'call_number;call_time;call_type;address\n1;2;3;4\n' },
      'HB_INPUT_COLUMN',
      /found "call_number;call_time;call_type;address"; is the delimiter ";"\?$/,
    ],
    [
      'tabs',
      smallville,
      { 'c.csv': 'call_number\tcall_time\tcall_type\taddress\n' },
      'HB_INPUT_COLUMN',
      /is the delimiter "\\t"\?$/,
    ],
    [
      'a member that lies deeper',
      { ...smallville, format: { kind: 'jsonl' }, id: 'CALL_NUMBER' },
      { 'c.jsonl': '{"CALL_NUM":1,"attributes":{"call_number":1,"call_time":"x","call_type":"y","address":"z"}}\n' },
      'HB_INPUT_COLUMN',
      /id "CALL_NUMBER" \(nearest: "attributes\.call_number"\); time "call_time" \(nearest: "attributes\.call_time"\)/,
    ],
    ['an empty file', smallville, { 'c.csv': '' }, 'HB_INPUT_FILE', /^c\.csv: expected rows, found an empty file$/],
    [
      'binary junk',
      smallville,
      { 'c.csv': Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251) },
      'HB_INPUT_FILE',
      /^c\.csv: expected utf-8 text, found binary data/,
    ],
    [
      'binary junk without a zero',
      smallville,
      { 'c.csv': Uint8Array.from({ length: 5000 }, (_, i) => 128 + ((i * 7919) % 127)) },
      'HB_INPUT_FILE',
      /found binary data \(\d+ of its/,
    ],
    ['gzip', smallville, { 'c.csv': Uint8Array.of(0x1f, 0x8b, 8, 0) }, 'HB_INPUT_FILE', /gzip data/],
    [
      'a line of 100 MB',
      smallville,
      { 'c.csv': new Uint8Array(100_000_000).fill(97) },
      'HB_INPUT_FILE',
      /^c\.csv: expected a header line of CSV, found one that is too long$/,
    ],
    [
      'truncated JSON',
      docs['san-francisco'],
      {
        'c.json': '[{"cad_number":"1","received_datetime":"x","call_type_final":"1","intersection_name":"A / B"},{"cad',
      },
      'HB_INPUT_FILE',
      /found the end of the file/,
    ],
    [
      'CSV for JSON Lines',
      { ...smallville, format: { kind: 'jsonl' } },
      { 'c.csv': small(good) },
      'HB_INPUT_FILE',
      /expected one JSON object a line, found none/,
    ],
    ['an unknown mapping', 'milwaukie', { 'c.csv': small(good) }, 'HB_MAPPING', /did you mean milwaukee\?/],
    [
      'a bad mapping',
      { ...smallville, zone: 'Mars' } as Mapping,
      { 'c.csv': small(good) },
      'HB_MAPPING',
      /: zone: expected an IANA time zone/,
    ],
  ])('refuses %s on one line, and leaves nothing behind', async (_name, mapping, inputs, code, message) => {
    const failed = await run(mapping, inputs).then(
      () => null,
      (error: unknown) => error as Error & { code: string },
    );
    expect(failed).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(failed!.message).not.toContain('\n');
    expect(readdirSync(join(dir, String(runs))).filter((f) => f.includes('out'))).toEqual([]);
  });

  it('refuses a file that is not there, a folder, and an output folder of other things', async () => {
    const options = {
      map: 'milwaukee',
      preset: 'us-eight' as const,
      delayMs: 0,
      outDir: join(dir, 'none'),
      command: '',
    };
    await expect(replay({ ...options, files: [join(dir, 'nowhere.csv')] })).rejects.toMatchObject({
      code: 'HB_INPUT_FILE',
      message: 'nowhere.csv: expected a file that can be read, found no such file',
    });
    await expect(replay({ ...options, files: [dir] })).rejects.toMatchObject({
      code: 'HB_INPUT_FILE',
      message: expect.stringContaining('a folder'),
    });
    await expect(replay({ ...options, files: [] })).rejects.toMatchObject({ code: 'HB_USAGE' });
    const file = join(dir, 'one.csv');
    writeFileSync(file, small(good));
    await expect(replay({ ...options, files: [file], outDir: dir })).rejects.toMatchObject({ code: 'HB_OUTPUT' });
    expect(existsSync(options.outDir)).toBe(false);
  });

  it.each(['file', 'sorted'] as const)(
    'leaves a valid partial record when it is interrupted (order %s)',
    async (order) => {
      const controller = new AbortController();
      const progress: number[] = [];
      const onProgress = (fraction: number, rows: number) => {
        progress.push(fraction);
        if (rows >= 4000) controller.abort();
      };
      const { record } = await run(
        { ...smallville, order },
        { 'calls.csv': small(...many(20_000)) },
        { signal: controller.signal, onProgress },
      );
      expect(record).toMatchObject({ partial: true, counts: { rows: 4000, parsed: 4000 } });
      expect(Value.Check(ReplayRecordSchema, record)).toBe(true);
      expect(progress.every((f) => f > 0 && f <= 1)).toBe(true);
    },
  );
});

const DATA = join(
  process.env['HUNDREDBLOCK_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url)),
  'milwaukee-2018-05.csv',
);

describe.skipIf(!existsSync(DATA))(
  `replay of Milwaukee's calls (skipped where milwaukee-2018-05.csv is neither in HUNDREDBLOCK_DATA nor ../shared/data)`,
  () => {
    it('accounts for every row, counts every eligible category, and publishes no address, unit or coordinate', async () => {
      const outDir = join(dir, 'milwaukee');
      const { record } = await replay({
        files: [DATA],
        map: 'milwaukee',
        preset: 'us-eight',
        delayMs: 0,
        outDir,
        command: '',
      });
      expect(record.counts).toMatchObject({
        rows: 24_039,
        parsed: 24_039,
        rejected: 0,
        records: 24_039,
        eligible: 1606,
      });
      // Counted apart from the file's nature column.
      expect(Object.fromEntries(Object.entries(record.byCategory).map(([c, v]) => [c, v.eligible]))).toEqual({
        burglary: 414,
        vehicle: 491,
        robbery: 110,
        'shots-fired': 527,
        shooting: 35,
        stabbing: 28,
        hostage: 1,
        arson: 0,
      });
      expect(
        record.counts.alerts + (record.suppressedBy['same-event'] ?? 0) + (record.suppressedBy['unlocatable'] ?? 0),
      ).toBe(1606);
      expect(record.unmappedNatures).toEqual([]);
      const published = readFileSync(join(outDir, 'alerts.jsonl'), 'utf8');
      const lines = published
        .split('\n')
        .slice(0, -1)
        .map((l) => JSON.parse(l) as AlertLine);
      for (const { place } of lines)
        expect(place).toMatch(/^(?:(?:[1-9]\d{0,3}00|UNIT) BLOCK [A-Z0-9 .'-]+|[A-Z0-9 .'-]+ \/ [A-Z0-9 .'-]+)$/);
      // Every house number of the file that is no hundred, with its street.
      const addresses = new Set(
        [...readFileSync(DATA, 'utf8').matchAll(/"(\d+ [^",/]+),/g)].map((m) => m[1]).filter((a) => !/^\d*00 /.test(a)),
      );
      expect(addresses.size).toBeGreaterThan(5000);
      expect([...addresses].filter((a) => published.includes(a))).toEqual([]);
      expect(published).not.toMatch(/-?\d{2}\.\d{3,}/);
    });
  },
);
