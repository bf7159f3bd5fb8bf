/** Opens an input file as rows for a mapping, and refuses it if it lacks a column that the mapping needs. */
import { HundredblockError } from '../../contract/errors.ts';
import type { Mapping } from '../../contract/mapping.ts';
import { shown } from '../../contract/explain.ts';
import { nearest } from '../../contract/nearest.ts';
import { csvColumns, jsonColumns, listOf, type Columns, type RawRow } from './columns.ts';
import { readCsv } from './csv.ts';
import { readJson, readJsonLines } from './json.ts';
import { EMPTY_WORDS } from './mapping.ts';
import type { RowReject } from './map-row.ts';
import { placeSources, sourceColumns } from './place.ts';
import { fileName, textChunks } from './text-chunks.ts';

/** One row, or why it can't be read. */
export type SourceRow = { raw: RawRow } | { reject: RowReject };

export interface Source {
  columns: Columns;
  /** Warnings about columns that the mapping names and the file lacks, if it can be read without them. */
  warnings: string[];
  /** Every row in order, readable or not. */
  rows: AsyncGenerator<SourceRow>;
}

/**
 * Opens a file. `onBytes` hears how many bytes of it were read. Throws HB_INPUT_FILE if it can't be read in the mapping's format, and HB_INPUT_COLUMN, which
 * names the missing columns and those found, if it lacks one that the mapping needs.
 */
export async function openSource(file: string, mapping: Mapping, onBytes: (bytes: number) => void): Promise<Source> {
  const empty = mapping.empty ?? EMPTY_WORDS;
  const name = fileName(file);
  const { format } = mapping;
  if (format.kind === 'csv') {
    const rows = readCsv(textChunks(file, format.encoding ?? 'utf-8', onBytes), {
      delimiter: format.delimiter ?? ',',
      quote: format.quote === undefined ? '"' : format.quote,
    });
    return closingOnError(rows, async () => {
      const header = (format.columns ?? (await readHeader(rows, name))).map((c) => c.trim());
      const columns = csvColumns(header, empty);
      const warnings = checkColumns(name, mapping, columns, [NO_ROW]);
      return { columns, warnings, rows: csvRows(rows, header.length) };
    });
  }
  const columns = jsonColumns(empty);
  const chunks = textChunks(file, 'utf-8', onBytes);
  const rows =
    format.kind === 'jsonl'
      ? lineRows(readJsonLines(chunks))
      : documentRows(readJson(chunks, pathOf(format.path), name));
  return closingOnError(rows, async () => {
    const head = await takeHead(rows);
    const readable = head.flatMap((row) => ('raw' in row ? [row.raw] : []));
    if (head.length > 0 && readable.length === 0) {
      const expected = format.kind === 'jsonl' ? 'one JSON object a line' : 'JSON objects as rows';
      throw new HundredblockError(
        'HB_INPUT_FILE',
        `${name}: expected ${expected}, found none in the first ${head.length} rows`,
      );
    }
    const warnings = readable.length === 0 ? [] : checkColumns(name, mapping, columns, readable);
    return { columns, warnings, rows: after(head, rows) };
  });
}

// --- internal ---

/** Rows of JSON in which the file's columns are looked for: a row leaves out columns that it has no value for. */
const HEAD_ROWS = 100;
const NO_ROW: RawRow = { cells: [], value: undefined, parents: [], key: '' };

/** Closes the file if the work throws. */
async function closingOnError<T>(rows: AsyncGenerator<unknown>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await rows.return(undefined);
    throw error;
  }
}

function pathOf(path: string | readonly string[] | undefined): readonly string[] {
  if (path === undefined) return [];
  return typeof path === 'string' ? path.split('.') : path;
}

async function readHeader(rows: ReturnType<typeof readCsv>, name: string): Promise<readonly string[]> {
  const first = await rows.next();
  if (first.done === true) throw new HundredblockError('HB_INPUT_FILE', `${name}: expected a header line, found none`);
  if ('cells' in first.value) return first.value.cells;
  throw new HundredblockError(
    'HB_INPUT_FILE',
    `${name}: expected a header line of CSV, found one that is ${first.value.reject === 'too-long' ? 'too long' : 'wrongly quoted'}`,
  );
}

async function* csvRows(rows: ReturnType<typeof readCsv>, width: number): AsyncGenerator<SourceRow> {
  for await (const row of rows) {
    if ('reject' in row) yield row;
    // Exports that end every line in a delimiter have one empty cell more than names.
    else if (row.cells.length < width || row.cells.slice(width).some((c) => c.trim() !== ''))
      yield { reject: 'cell-count' };
    else yield { raw: { ...NO_ROW, cells: row.cells } };
  }
}

function valueRow(value: unknown, parents: RawRow['parents'], key: string): SourceRow {
  return typeof value === 'object' && value !== null
    ? { raw: { cells: [], value, parents, key } }
    : { reject: 'not-an-object' };
}

async function* lineRows(rows: ReturnType<typeof readJsonLines>): AsyncGenerator<SourceRow> {
  let line = 0;
  for await (const row of rows) {
    line++;
    yield 'reject' in row ? row : valueRow(row.value, [], String(line));
  }
}

async function* documentRows(rows: ReturnType<typeof readJson>): AsyncGenerator<SourceRow> {
  for await (const row of rows) yield 'reject' in row ? row : valueRow(row.value, row.parents, row.key);
}

async function takeHead(rows: AsyncGenerator<SourceRow>): Promise<SourceRow[]> {
  const head: SourceRow[] = [];
  while (head.length < HEAD_ROWS) {
    const next = await rows.next();
    if (next.done === true) break;
    head.push(next.value);
  }
  return head;
}

async function* after(head: readonly SourceRow[], rows: AsyncGenerator<SourceRow>): AsyncGenerator<SourceRow> {
  try {
    yield* head;
    yield* rows;
  } finally {
    await rows.return(undefined);
  }
}

/** A need of a mapping. */
interface Need {
  role: string;
  /** Sets of columns, each of which is enough. */
  sets: readonly (readonly string[])[];
  /** True if a file is refused without them. */
  must: boolean;
}

function needsOf(mapping: Mapping): Need[] {
  // JSON rows leave out what they have no value for, so only columns that every row needs can be found missing for certain.
  const isTable = mapping.format.kind === 'csv';
  const { coordinates } = mapping;
  const each = (columns: string | readonly string[]) => listOf(columns).map((c) => [c]);
  const conditions = [...mapping.natures, ...(mapping.ignore ?? [])].flatMap((rule) =>
    typeof rule === 'string' ? [] : (rule.where ?? []),
  );
  return [
    { role: 'id', sets: [listOf(mapping.id)], must: true },
    { role: 'time', sets: [listOf(mapping.time.columns)], must: true },
    {
      role: 'nature',
      sets: mapping.nature.combine === 'join' ? [listOf(mapping.nature.columns)] : each(mapping.nature.columns),
      must: true,
    },
    { role: 'place', sets: placeSources(mapping.place).map(sourceColumns), must: true },
    ...(mapping.published === undefined
      ? []
      : [{ role: 'published', sets: [listOf(mapping.published.columns)], must: mapping.clock === 'published' }]),
    ...(mapping.status === undefined ? [] : [{ role: 'status', sets: each(mapping.status.columns), must: isTable }]),
    ...(coordinates === undefined
      ? []
      : [
          {
            role: 'coordinates',
            sets: ['point' in coordinates ? [coordinates.point] : [coordinates.latitude, coordinates.longitude]],
            must: isTable,
          },
        ]),
    ...[...new Set(conditions.map((c) => c.column))].map((c) => ({ role: 'where', sets: [[c]], must: isTable })),
    ...(mapping.ignoreChangesIn ?? []).map((c) => ({ role: 'ignoreChangesIn', sets: [[c]], must: false })),
  ];
}

function checkColumns(name: string, mapping: Mapping, columns: Columns, rows: readonly RawRow[]): string[] {
  const found = columns.names(rows);
  const has = (column: string) =>
    column === '$key' || found.includes(column) || rows.some((row) => columns.has(row, column));
  const lacks: string[] = [];
  const warnings: string[] = [];
  for (const { role, sets, must } of needsOf(mapping)) {
    const missing = [...new Set(sets.flat())].filter((c) => !has(c));
    if (missing.length === 0) continue;
    const named = missing.map((c) => withNearest(c, found)).join(', ');
    if (must && !sets.some((set) => set.every(has))) lacks.push(`${role} ${named}`);
    else warnings.push(`${name}: no column ${named} for ${role}`);
  }
  if (lacks.length === 0) return warnings;
  const list = found
    .slice(0, 40)
    .map((c) => shown(c.slice(0, 40)))
    .join(', ');
  throw new HundredblockError(
    'HB_INPUT_COLUMN',
    `${name}: expected columns for ${lacks.join('; ')}, found ${found.length === 0 ? 'none' : list}${found.length > 40 ? ` and ${found.length - 40} more` : ''}${delimiterHint(mapping, found)}`,
  );
}

/** If a header was not cut at all, its only name contains the file's real delimiter. */
function delimiterHint({ format }: Mapping, found: readonly string[]): string {
  if (format.kind !== 'csv' || found.length !== 1) return '';
  const used = [';', '\t', '|', ','].find((d) => d !== (format.delimiter ?? ',') && found[0].includes(d));
  return used === undefined ? '' : `; is the delimiter ${JSON.stringify(used)}?`;
}

function withNearest(column: string, found: readonly string[]): string {
  const near = nearest(column.trim(), found);
  return `${shown(column)}${near === null ? '' : ` (nearest: ${shown(near)})`}`;
}
