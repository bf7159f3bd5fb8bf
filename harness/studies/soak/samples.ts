/**
 * The file soak.jsonl, in which a soak keeps each second. Its first line is the header; each further line is a row, an array with one
 * number for each column, or null if the value is not known. docs/guides/soak.md describes the columns.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { HundredblockError } from '../../../contract/errors.ts';

export const SOAK_SCHEMA = 'hundredblock.soak/1.0';
export const SOAK_FILE = 'soak.jsonl';

/** Columns in the order of a row. `second` counts wall seconds from the opening of the window. */
export const COLUMNS = [
  'second',
  'target.rssBytes',
  'target.heapUsedBytes',
  'target.heapAfterGcBytes',
  'target.externalBytes',
  'target.fds',
  'target.cpuShare',
  'target.loopDelayMs',
  'target.databaseBytes',
  'target.walBytes',
  'target.pendingInputs',
  'target.streamWaitingBytes',
  'target.reviewTickets',
  'target.records',
  'driver.rssBytes',
  'driver.heapUsedBytes',
  'driver.heapAfterGcBytes',
  'driver.externalBytes',
  'driver.fds',
  'driver.cpuShare',
  'driver.loopDelayMs',
  'driver.lagMs',
  'driver.unanswered',
  'driver.connected',
  'flow.sent',
  'flow.acknowledged',
  'flow.deliveries',
  'flow.late',
  'latency.acceptP50Ms',
  'latency.acceptP99Ms',
  'latency.deviceP50Ms',
  'latency.deviceP99Ms',
  'latency.deliveryP50Ms',
  'latency.deliveryP99Ms',
] as const;
/** Name of a column. */
export type Column = (typeof COLUMNS)[number];

/** First line of soak.jsonl. */
export interface SoakHeader {
  schema: string;
  scenario: string;
  seed: number;
  speed: number;
  everyMs: number;
  columns: readonly string[];
}

/** Values by column, all of one length; NaN if a value is not known. */
export type Samples = Record<Column, Float64Array>;

/** Throws what the file system throws. */
export function writeSamples(path: string, header: SoakHeader, samples: Samples): void {
  const rows = Array.from(samples.second, (_, i) => rowText(COLUMNS.map((column) => samples[column][i])));
  writeFileSync(path, [JSON.stringify(header), ...rows, ''].join('\n'));
}

/** One row as JSON. `values`: of one moment, in the order of COLUMNS. */
export function rowText(values: readonly number[]): string {
  return JSON.stringify(values.map((value) => (Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null)));
}

/** Reads soak.jsonl. Columns that the file lacks are NaN. Throws HB_RECORD_FILE if it is missing, broken or of an unknown version. */
export function readSamples(path: string): { header: SoakHeader; samples: Samples } {
  const refuse = (expected: string, found: string): HundredblockError =>
    new HundredblockError('HB_RECORD_FILE', `${path}: expected ${expected}, found ${found}`);
  let lines: string[];
  try {
    lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  } catch (error) {
    throw refuse('a file that can be read', (error as NodeJS.ErrnoException).code ?? 'an unreadable one');
  }
  const header = parsed(lines[0]) as Partial<SoakHeader> | null;
  if (header?.schema !== SOAK_SCHEMA || !Array.isArray(header.columns))
    throw refuse(`a first line of ${SOAK_SCHEMA}`, 'another');
  const { columns } = header as SoakHeader;
  const samples = emptySamples(lines.length - 1);
  for (const [i, line] of lines.slice(1).entries()) {
    const row = parsed(line);
    if (!Array.isArray(row) || row.length !== columns.length)
      throw refuse(`${columns.length} values on line ${i + 2}`, 'another shape');
    for (const [at, value] of row.entries())
      if (typeof value === 'number' && columns[at] in samples) samples[columns[at] as Column][i] = value;
  }
  return { header: header as SoakHeader, samples };
}

/** Columns of this length, all values NaN. */
export function emptySamples(length: number): Samples {
  return Object.fromEntries(COLUMNS.map((column) => [column, new Float64Array(length).fill(NaN)])) as Samples;
}

// --- internal ---

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
