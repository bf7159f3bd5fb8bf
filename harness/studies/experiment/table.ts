/** Writes tables as CSV and as Parquet, always the same bytes for the same rows, and their codebook. */
import { parquetWriteBuffer } from 'hyparquet-writer';

/** A column and its entry in the codebook. */
export interface Column {
  name: string;
  type: 'text' | 'integer' | 'number';
  /** `-` if the column has none; `unit` if each row has its own, in the column `unit`. */
  unit: string;
  description: string;
  source: string;
}

/** A value of a table; null if there is none. */
export type Cell = string | number | null;

/** A table with its codebook. */
export interface Table {
  name: string;
  description: string;
  columns: readonly Column[];
  /** Cells in the order of columns. */
  rows: readonly (readonly Cell[])[];
}

/** CSV as in RFC 4180, with a header. An empty cell is null, an empty text is quoted. Numbers have all their digits. */
export function csvOf({ columns, rows }: Table): string {
  const lines = [columns.map(({ name }) => csvCell(name)), ...rows.map((row) => row.map(csvCell))];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** One file of DOUBLE, INT64 and UTF-8 columns, all nullable, compressed with Snappy. */
export function parquetOf({ name, description, columns, rows }: Table): Uint8Array {
  const columnData = columns.map((column, k) => ({
    name: column.name,
    type: PARQUET_TYPES[column.type],
    data: rows.map((row) => parquetCell(column, row[k])),
  }));
  const units = columns.map((column) => ({ key: `unit.${column.name}`, value: column.unit }));
  const kvMetadata = [{ key: 'table', value: name }, { key: 'description', value: description }, ...units];
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata, createdBy: 'hundredblock' }));
}

/** The codebook, itself a table: the meaning of each column of each table, and of each of the `values` that a column may hold. */
export function codebookOf(
  tables: readonly Table[],
  values: readonly { column: string; name: string; unit: string; description: string; source: string }[],
): Table {
  const words = ['table', 'column', 'type', 'unit', 'description', 'source'] as const;
  return {
    name: 'codebook',
    description: 'What each column of each table means',
    columns: words.map((name) => ({ name, type: 'text', unit: '-', description: name, source: '-' })),
    rows: [
      ...tables.flatMap((table) =>
        table.columns.map(({ name, type, unit, description, source }) => [
          table.name,
          name,
          type,
          unit,
          description,
          source,
        ]),
      ),
      ...values.map(({ column, name, unit, description, source }) => [
        `values of ${column}`,
        name,
        'number',
        unit,
        description,
        source,
      ]),
    ],
  };
}

// --- internal ---

const PARQUET_TYPES = { text: 'STRING', integer: 'INT64', number: 'DOUBLE' } as const;

function csvCell(value: Cell): string {
  if (value === null) return '';
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function parquetCell({ name, type }: Column, value: Cell): string | number | bigint | null {
  if (value === null) return null;
  if (type === 'text') return String(value);
  if (typeof value !== 'number') throw new TypeError(`column ${name}: expected a number, found ${typeof value}`);
  return type === 'integer' ? BigInt(value) : value;
}
