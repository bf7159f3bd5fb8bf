/** Cells of a row by the column names of a mapping, the same way for a line of CSV and for a JSON value. */
import { hashTexts } from './hash.ts';

/** A row as its file holds it. CSV fills `cells`; JSON fills the other fields. */
export interface RawRow {
  cells: readonly string[];
  value: unknown;
  /** The objects around the row, the innermost first. */
  parents: readonly Readonly<Record<string, unknown>>[];
  /** The row's name in an object of rows, or its number in a list. */
  key: string;
}

/** The text of a row's cell, trimmed; '' if it is absent or one of the mapping's empty words. */
export type Cell = (row: RawRow) => string;

/** The columns of one file, by the names that a mapping has for them. */
export interface Columns {
  /** Whether the row (CSV: the header) has the column at all. */
  has(row: RawRow, column: string): boolean;
  cell(column: string): Cell;
  /** The first of these that is not empty. */
  first(columns: string | readonly string[]): Cell;
  /** Those that are not empty, with `separator` between them. */
  joined(columns: string | readonly string[], separator: string): Cell;
  /** All of them, with `separator` between; '' if one of them is empty. */
  whole(columns: string | readonly string[], separator: string): Cell;
  /** A hash of all cells but those of the columns left out; empty cells do not count, nor does the order of columns. */
  content(leftOut: readonly string[]): (row: RawRow) => number;
  /** Names of the columns that these rows have, for a person to choose from. */
  names(rows: readonly RawRow[]): string[];
}

/** A mapping's columns (or other texts) as a list: one text stands for a list of one. */
export function listOf(columns: string | readonly string[]): readonly string[] {
  return typeof columns === 'string' ? [columns] : columns;
}

/** Columns of a CSV file with this header, whose names are trimmed. Names asked for are trimmed too. If two columns have one name, the first counts. */
export function csvColumns(header: readonly string[], empty: readonly string[]): Columns {
  const clean = cleaner(empty);
  return columnsBy({
    cell: (column) => {
      const i = header.indexOf(column.trim());
      return (row) => (i < 0 ? '' : clean(row.cells[i] ?? ''));
    },
    has: (_row, column) => header.includes(column.trim()),
    names: () => [...new Set(header)],
    content: (leftOut) => {
      const names = new Set(leftOut.map((c) => c.trim()));
      const named = header.map((name, i) => ({ name, i })).filter((c) => !names.has(c.name));
      named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.i - b.i));
      return (row) => {
        const parts: string[] = [];
        for (const { name, i } of named) {
          const text = clean(row.cells[i] ?? '');
          if (text !== '') parts.push(name, text);
        }
        return hashTexts(parts);
      };
    },
  });
}

/**
 * Columns of JSON rows. A name without dots is a member of the row; with dots, a member of a value inside it (`location.address`, `units.0.id`). `../name` is a
 * member of the object around the list of rows, `../../name` one of the object around that. `$key` is the row's own name in an object of rows.
 */
export function jsonColumns(empty: readonly string[]): Columns {
  const clean = cleaner(empty);
  return columnsBy({
    cell: (column) => {
      const find = finder(column);
      return (row) => clean(textOf(find(row)));
    },
    has: (row, column) => finder(column)(row) !== undefined,
    names: (rows) => {
      const names = new Set<string>();
      for (const row of rows) {
        for (const [name] of leaves(row.value, '')) if (names.size < NAMES_MAX) names.add(name);
        for (const [up, parent] of row.parents.entries())
          for (const name of Object.keys(parent)) if (names.size < NAMES_MAX) names.add('../'.repeat(up + 1) + name);
      }
      return [...names];
    },
    content: (leftOut) => (row) => {
      const named: (readonly [string, string])[] = [];
      for (const [name, value] of leaves(row.value, '')) {
        const text = clean(textOf(value));
        if (text !== '' && !leftOut.some((c) => name === c || name.startsWith(`${c}.`))) named.push([name, text]);
      }
      named.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return hashTexts(named.flat());
    },
  });
}

// --- internal ---

const NAMES_MAX = 200;
const DEPTH_MAX = 20;

function columnsBy(base: Pick<Columns, 'cell' | 'has' | 'names' | 'content'>): Columns {
  return {
    ...base,
    first: (columns) => {
      const cells = listOf(columns).map(base.cell);
      return (row) => {
        for (const cell of cells) {
          const text = cell(row);
          if (text !== '') return text;
        }
        return '';
      };
    },
    whole: (columns, separator) => {
      const cells = listOf(columns).map(base.cell);
      return (row) => {
        const texts = cells.map((cell) => cell(row));
        return texts.includes('') ? '' : texts.join(separator);
      };
    },
    joined: (columns, separator) => {
      const cells = listOf(columns).map(base.cell);
      if (cells.length === 1) return cells[0];
      return (row) =>
        cells
          .map((cell) => cell(row))
          .filter((text) => text !== '')
          .join(separator);
    },
  };
}

function cleaner(empty: readonly string[]): (text: string) => string {
  const words = new Set(empty.map((w) => w.trim()));
  return (text) => {
    const tidy = text.trim();
    return words.has(tidy) ? '' : tidy;
  };
}

/** Lists and objects count as empty cells: their members are columns of their own. */
function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return '';
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function finder(column: string): (row: RawRow) => unknown {
  if (column === '$key') return (row) => row.key;
  const ups = /^(?:\.\.\/)+/.exec(column)?.[0].length ?? 0;
  const name = column.slice(ups);
  const parts = name.split('.');
  return (row) => {
    const base = ups === 0 ? row.value : row.parents[ups / 3 - 1];
    const whole = member(base, name);
    if (whole !== undefined || parts.length === 1) return whole;
    let value: unknown = base;
    for (const part of parts) value = member(value, part);
    return value;
  };
}

/** Names and values of all single values inside a value, however deep in lists and objects (to 20 levels). */
function* leaves(value: unknown, prefix: string, depth = 0): Generator<readonly [name: string, value: unknown]> {
  if (typeof value !== 'object' || value === null) {
    yield [prefix, value];
    return;
  }
  if (depth > DEPTH_MAX) return;
  for (const [key, inner] of Object.entries(value))
    yield* leaves(inner, prefix === '' ? key : `${prefix}.${key}`, depth + 1);
}
