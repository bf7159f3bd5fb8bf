/** Writes and reads the files of an experiment's folder: the result with its provenance, the tables, plots and report. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import { plotFiles } from './plots.ts';
import { experimentPage } from './page.ts';
import type { ExperimentFile, ExperimentProvenance, ExperimentResult } from './result.ts';
import { csvOf, parquetOf } from './table.ts';
import { codebookTable, tablesOf } from './tables.ts';

const EXPERIMENT_FILE = 'experiment.json';
const EXPERIMENT_SCHEMA = 'hundredblock.experiment/1.0';

/**
 * Writes all files, each of which is whole or not there. A shard, being a part, has no plots and no report. Throws what the file system
 * throws.
 */
export function writeExperiment(
  dir: string,
  result: ExperimentResult,
  provenance: ExperimentProvenance,
): ExperimentFile {
  const tables = tablesOf(result);
  const codebook = codebookTable(result, tables);
  for (const table of [...tables, codebook]) {
    write(join(dir, `${table.name}.csv`), csvOf(table));
    write(join(dir, `${table.name}.parquet`), parquetOf(table));
  }
  write(join(dir, 'codebook.json'), `${JSON.stringify(asObjects(codebook), null, 2)}\n`);
  const file: ExperimentFile = { schema: EXPERIMENT_SCHEMA, result, provenance };
  if (provenance.shard.of === 1) {
    for (const { name, svg } of plotFiles(result)) write(join(dir, 'figures', `${name}.svg`), svg);
    write(join(dir, 'report.html'), experimentPage(file));
  }
  // This file comes last: a folder that has it is finished.
  write(join(dir, EXPERIMENT_FILE), `${JSON.stringify(file)}\n`);
  return file;
}

/** Throws HB_INPUT_FILE if the folder holds no finished sweep. */
export function readExperiment(dir: string): ExperimentFile {
  const path = join(dir, EXPERIMENT_FILE);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code ?? 'text that does not parse as JSON';
    throw new HundredblockError('HB_INPUT_FILE', `${path}: expected the file of a finished sweep, found ${found}`);
  }
  const { schema } = (value ?? {}) as { schema?: unknown };
  if (schema !== EXPERIMENT_SCHEMA)
    throw new HundredblockError('HB_INPUT_FILE', `${path}: expected ${EXPERIMENT_SCHEMA}, found ${String(schema)}`);
  return value as ExperimentFile;
}

// --- internal ---

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.partial`;
  writeFileSync(partial, content);
  renameSync(partial, path);
}

function asObjects({ columns, rows }: ReturnType<typeof codebookTable>): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, k) => [name, row[k]])));
}
