/**
 * Broken messages, in the ways real feeds break: cut off, replaced by an error page, fields missing, of the wrong type or out of range.
 * Every variant breaks contract/dialects.ts or docs/reference/rules.md for sure: no reader may accept it.
 */
import { SEATTLE_COLUMNS, type DallasRow } from '../../contract/dialects.ts';
import type { Dialect } from '../../contract/catalogue.ts';
import type { Draw } from '../kernel/random.ts';
import { csvLine, seattleLine, type SeattleCells } from './dialects/seattle.ts';

/** A broken body. */
export interface Broken {
  body: string;
  /** False if the body as a whole can't be read. */
  readable: boolean;
  /** Name of the variant. */
  variant: string;
}

/** Dialects that send one message for each change of a record. */
export type SingleDialect = Exclude<Dialect, 'seattle' | 'dallas'>;

type Json = Record<string, unknown>;

/** Ways to break a body as a whole, whatever it holds. */
const BODY_VARIANTS: readonly { name: string; apply: (body: string, draw: Draw) => string }[] = [
  { name: 'empty body', apply: () => '' },
  { name: 'binary body', apply: (_, draw) => binaryText(draw) },
  {
    name: 'error page',
    apply: () => '<html><head><title>502 Bad Gateway</title></head><body>upstream timed out</body></html>',
  },
];
const JSON_BODY_VARIANTS: typeof BODY_VARIANTS = [
  ...BODY_VARIANTS,
  // A proper prefix of a JSON object is never JSON.
  { name: 'cut off', apply: (body, draw) => body.slice(0, 1 + Math.floor(draw() * (body.length - 1))) },
  { name: 'two in one body', apply: (body) => body + body },
];

interface Fields {
  id: Path;
  nature: Path;
  time: Path;
  place: Path;
  /** The time field's text for a day that does not exist; and with an offset that the dialect forbids, or without one that it demands. */
  noSuchDay: string;
  wrongOffset: string;
}
type Path = readonly [string, ...(string | number)[]];

const FIELDS: Readonly<Record<SingleDialect, Fields>> = {
  eido: {
    id: ['incidentComponent', 'internalIncidentId'],
    nature: ['incidentComponent', 'incidentTypeInternalCode'],
    time: ['callComponent', 0, 'callStartTimestamp'],
    place: ['locationComponent', 0, 'locationText'],
    noSuchDay: '2026-02-30T09:05:00.000+00:00',
    wrongOffset: '2026-06-01T09:05:00.000',
  },
  sf: {
    id: ['cad_number'],
    nature: ['call_type_original'],
    time: ['received_datetime'],
    place: ['intersection_name'],
    noSuchDay: '2026-02-30T09:05:00.000',
    wrongOffset: '2026-06-01T09:05:00.000Z',
  },
  tampa: {
    id: ['incident_id'],
    nature: ['event_type'],
    time: ['opened_at'],
    place: ['block_address'],
    noSuchDay: '2026-02-30T09:05:00Z',
    wrongOffset: '2026-06-01T09:05:00',
  },
  milwaukee: {
    id: ['id'],
    nature: ['nature'],
    time: ['time'],
    place: ['location'],
    noSuchDay: '2026-02-30 09:05:00',
    wrongOffset: '2026-06-01 09:05:00Z',
  },
};

const SINGLE_VARIANTS: readonly { name: string; apply: (message: Json, fields: Fields) => unknown }[] = [
  { name: 'id missing', apply: (m, f) => put(m, f.id, undefined) },
  { name: 'id empty', apply: (m, f) => put(m, f.id, '') },
  { name: 'id a number', apply: (m, f) => put(m, f.id, 260_601_001) },
  { name: 'nature missing', apply: (m, f) => put(m, f.nature, undefined) },
  { name: 'nature null', apply: (m, f) => put(m, f.nature, null) },
  { name: 'place missing', apply: (m, f) => put(m, f.place, undefined) },
  { name: 'place an object', apply: (m, f) => put(m, f.place, { street: 'UNKNOWN' }) },
  { name: 'time missing', apply: (m, f) => put(m, f.time, undefined) },
  { name: 'time a number', apply: (m, f) => put(m, f.time, 1_780_304_700) },
  { name: 'time not a time', apply: (m, f) => put(m, f.time, 'JUST NOW') },
  { name: 'time on no such day', apply: (m, f) => put(m, f.time, f.noSuchDay) },
  { name: 'time with the wrong offset', apply: (m, f) => put(m, f.time, f.wrongOffset) },
  { name: 'wrapped in an array', apply: (m) => [m] },
];

/** Breaks a message of one record. `message` itself stays as it is. */
export function breakSingle(dialect: SingleDialect, message: object, draw: Draw): Broken {
  const body = JSON.stringify(message);
  const at = Math.floor(draw() * (JSON_BODY_VARIANTS.length + SINGLE_VARIANTS.length));
  if (at < JSON_BODY_VARIANTS.length) return { ...whole(JSON_BODY_VARIANTS[at], body, draw), readable: false };
  const variant = SINGLE_VARIANTS[at - JSON_BODY_VARIANTS.length];
  const copy = JSON.parse(body) as Json;
  // A reader takes the earliest call: with one call only, the broken time is the one that is read.
  if (dialect === 'eido') copy.callComponent = [(copy.callComponent as unknown[])[0]];
  return { body: JSON.stringify(variant.apply(copy, FIELDS[dialect])), readable: true, variant: variant.name };
}

const BATCH_VARIANTS: typeof BODY_VARIANTS = [
  ...BODY_VARIANTS,
  { name: 'header missing', apply: (body) => body.slice(body.indexOf('\n') + 1) },
  { name: 'header of other columns', apply: (body) => body.replace('CAD Event Number', 'Event Clearance Code') },
];

const ROW_VARIANTS: readonly { name: string; apply: (cells: SeattleCells) => string[] }[] = [
  { name: 'row cut off', apply: (c) => seattleLine(c).slice(0, -2) },
  { name: 'row with a cell too many', apply: (c) => [...seattleLine(c), ''] },
  { name: 'event number empty', apply: (c) => seattleLine({ ...c, 'CAD Event Number': '' }) },
  {
    name: 'call types empty',
    apply: (c) => seattleLine({ ...c, 'Call Type': '', 'Initial Call Type': '', 'Final Call Type': '' }),
  },
  { name: 'time empty', apply: (c) => seattleLine({ ...c, 'Original Time Queued': '' }) },
  { name: 'time not a time', apply: (c) => seattleLine({ ...c, 'Original Time Queued': 'JUST NOW' }) },
  {
    name: 'time on no such day',
    apply: (c) => seattleLine({ ...c, 'Original Time Queued': '02/30/2026 09:05:00 AM' }),
  },
  {
    name: 'coordinates hidden',
    apply: (c) => seattleLine({ ...c, Blurred_Longitude: 'REDACTED', Blurred_Latitude: 'REDACTED' }),
  },
  { name: 'coordinate empty', apply: (c) => seattleLine({ ...c, Blurred_Latitude: '' }) },
  { name: 'latitude out of range', apply: (c) => seattleLine({ ...c, Blurred_Latitude: '95.1000000' }) },
];

/** Breaks a batch as a whole or in one of its rows; `brokenRow` is that row's index, null if the whole is broken. */
export function breakBatch(rows: readonly SeattleCells[], draw: Draw): Broken & { brokenRow: number | null } {
  if (draw() < 0.5) {
    const variant = BATCH_VARIANTS[Math.floor(draw() * BATCH_VARIANTS.length)];
    return { ...whole(variant, batchText(rows.map(seattleLine)), draw), readable: false, brokenRow: null };
  }
  const brokenRow = Math.floor(draw() * rows.length);
  const variant = ROW_VARIANTS[Math.floor(draw() * ROW_VARIANTS.length)];
  const lines = rows.map((cells, i) => (i === brokenRow ? variant.apply(cells) : seattleLine(cells)));
  return { body: batchText(lines), readable: true, variant: variant.name, brokenRow };
}

/** The CSV text of a batch: header first, lines end in CRLF. */
export function batchText(lines: readonly (readonly string[])[]): string {
  return [SEATTLE_COLUMNS, ...lines].map((cells) => `${csvLine(cells)}\r\n`).join('');
}

const SNAPSHOT_VARIANTS: typeof BODY_VARIANTS = [
  ...JSON_BODY_VARIANTS,
  { name: 'as_of missing', apply: (body) => JSON.stringify({ ...(JSON.parse(body) as Json), as_of: undefined }) },
  { name: 'as_of not a time', apply: (body) => JSON.stringify({ ...(JSON.parse(body) as Json), as_of: 'JUST NOW' }) },
  { name: 'rows missing', apply: (body) => JSON.stringify({ ...(JSON.parse(body) as Json), rows: undefined }) },
  { name: 'rows not an array', apply: (body) => JSON.stringify({ ...(JSON.parse(body) as Json), rows: { total: 0 } }) },
];

/**
 * `all`: every row of the incident is broken alike, because its number stays readable and a reader would take the next row. Otherwise only
 * the first row is broken.
 */
const UNIT_ROW_VARIANTS: readonly { name: string; all: boolean; apply: (row: DallasRow) => unknown }[] = [
  { name: 'row null', all: false, apply: () => null },
  { name: 'row a text', all: false, apply: (r) => r.incident_number },
  { name: 'incident number a number', all: false, apply: (r) => ({ ...r, incident_number: 260_601_001 }) },
  { name: 'incident number empty', all: false, apply: (r) => ({ ...r, incident_number: '' }) },
  { name: 'nature missing', all: false, apply: (r) => ({ ...r, nature_of_call: undefined }) },
  { name: 'block missing', all: false, apply: (r) => ({ ...r, block: undefined }) },
  { name: 'location empty', all: false, apply: (r) => ({ ...r, location: '' }) },
  { name: 'date missing', all: false, apply: (r) => ({ ...r, date: undefined }) },
  { name: 'date of no such day', all: true, apply: (r) => ({ ...r, date: '2026-02-30' }) },
  { name: 'time of no such hour', all: true, apply: (r) => ({ ...r, time: '25:61:00' }) },
];

/**
 * Breaks a snapshot as a whole or in one record. `records` are the rows of each record, `prefix` the text before the rows.
 * `brokenRecord` is that record's index, null if the whole is broken; `rest` is true if the record's other rows still tell it.
 */
export function breakSnapshot(
  prefix: string,
  records: readonly (readonly DallasRow[])[],
  draw: Draw,
): Broken & { brokenRecord: number | null; rest: boolean } {
  if (records.length === 0 || draw() < 0.5) {
    const variant = SNAPSHOT_VARIANTS[Math.floor(draw() * SNAPSHOT_VARIANTS.length)];
    return {
      ...whole(
        variant,
        snapshotText(
          prefix,
          records.flat().map((row) => JSON.stringify(row)),
        ),
        draw,
      ),
      readable: false,
      brokenRecord: null,
      rest: false,
    };
  }
  const brokenRecord = Math.floor(draw() * records.length);
  const variant = UNIT_ROW_VARIANTS[Math.floor(draw() * UNIT_ROW_VARIANTS.length)];
  const texts = records.flatMap((rows, i) =>
    rows.map((row, unit) =>
      JSON.stringify(i === brokenRecord && (unit === 0 || variant.all) ? variant.apply(row) : row),
    ),
  );
  const rest = !variant.all && records[brokenRecord].length > 1;
  return { body: snapshotText(prefix, texts), readable: true, variant: variant.name, brokenRecord, rest };
}

/** The JSON text of a snapshot; `prefix` is its `as_of` member. */
export function snapshotText(prefix: string, rowTexts: readonly string[]): string {
  return `{${prefix},"rows":[${rowTexts.join(',')}]}`;
}

// --- internal ---

function whole(variant: (typeof BODY_VARIANTS)[number], body: string, draw: Draw): { body: string; variant: string } {
  return { body: variant.apply(body, draw), variant: variant.name };
}

function binaryText(draw: Draw): string {
  let text = '\u0000\u0001\ufffd';
  for (let i = 0; i < 64; i += 1) text += String.fromCharCode(Math.floor(draw() * 256));
  return text;
}

/** Sets the value at a path. Undefined leaves the field out of the JSON text. */
function put(message: Json, path: Path, value: unknown): Json {
  let at = message as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path[path.length - 1]] = value;
  return message;
}
