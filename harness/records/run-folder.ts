/** Reads the files of a run directory. Every refusal is one line that names the file, what was expected and what was found. */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Errors } from 'typebox/value';
import { HundredblockError } from '../../contract/errors.ts';
import { pathOfPointer, shown } from '../../contract/explain.ts';
import type { AlertLine, FaultLine, MapFile } from '../../contract/record/lines.ts';
import { RUN_SCHEMA, RunRecordSchema, type RunRecord } from '../../contract/record/run-record.ts';

/** One line of checkpoints.jsonl: an agency's cumulative history hash after everything before `untilMs`. */
export interface CheckpointLine {
  agency: string;
  checkpoint: number;
  untilMs: number;
  events: number;
  hash: string;
}

/** Folder within a run directory for a run on the wire that the same report shows. */
export const ON_THE_WIRE = 'on-the-wire';

/** The record of the run on the wire within a run directory; null if there is none. Throws HB_RECORD_FILE. */
export function readWireRecord(dir: string): RunRecord | null {
  const within = join(dir, ON_THE_WIRE);
  return existsSync(within) ? readRunRecord(within) : null;
}

/** The run record in `<dir>/run.json`. Throws HB_RECORD_FILE if it is missing, broken, or of an unknown major version. */
export function readRunRecord(dir: string): RunRecord {
  const file = join(dir, 'run.json');
  return checkRunRecord(file, readJson(file));
}

/** The value that was read from `file`, if it is a run record. Throws HB_RECORD_FILE if it is broken or of an unknown major version. */
export function checkRunRecord(file: string, value: unknown): RunRecord {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (typeof schema !== 'string' || majorOf(schema) !== majorOf(RUN_SCHEMA)) {
    const found = schema === undefined ? 'none' : shown(schema);
    throw broken(file, `expected a run record of schema ${RUN_SCHEMA} (the same major version), found ${found}`);
  }
  const [error] = Errors(RunRecordSchema, value);
  if (error !== undefined) {
    throw broken(
      file,
      `expected ${RUN_SCHEMA}, found at ${pathOfPointer(error.instancePath) || 'the whole'} a value that ${error.message}`,
    );
  }
  return value as RunRecord;
}

/** The map in `<dir>/map.json`. Throws HB_RECORD_FILE. */
export function readMap(dir: string): MapFile {
  const file = join(dir, 'map.json');
  const value = readJson(file) as Partial<MapFile> | null;
  if (value === null || !Array.isArray(value.agencies) || !Array.isArray(value.radii)) {
    throw broken(file, 'expected an object with the arrays agencies and radii, found another shape');
  }
  for (const agency of value.agencies) {
    const whole =
      typeof agency?.id === 'string' &&
      typeof agency.box?.x1 === 'number' &&
      [agency.blocks, agency.incidents, agency.appUsers].every(
        (rows) => Array.isArray(rows) && rows.every(Array.isArray),
      );
    if (!whole) {
      throw broken(file, `expected agencies with id, box, blocks, incidents and appUsers, found ${shown(agency)}`);
    }
  }
  return value as MapFile;
}

/** The lines of `<dir>/alerts.jsonl`, in order. Throws HB_RECORD_FILE. */
export function readAlertLines(dir: string): AsyncGenerator<AlertLine> {
  return readLines<AlertLine>(join(dir, 'alerts.jsonl'), ['incidents', 'agency', 'msgType', 'sentMs', 'audience']);
}

/** The lines of `<dir>/faults.jsonl`, in order. Throws HB_RECORD_FILE. */
export function readFaultLines(dir: string): AsyncGenerator<FaultLine> {
  return readLines<FaultLine>(join(dir, 'faults.jsonl'), ['kind', 'agency', 'atMs', 'accounted', 'became']);
}

/** The lines of `<dir>/checkpoints.jsonl`, in order. Throws HB_RECORD_FILE. */
export function readCheckpoints(dir: string): AsyncGenerator<CheckpointLine> {
  return readLines<CheckpointLine>(join(dir, 'checkpoints.jsonl'), [
    'agency',
    'checkpoint',
    'untilMs',
    'events',
    'hash',
  ]);
}

/** The JSON value in a file. Throws HB_RECORD_FILE. */
export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw broken(file, `expected JSON, found ${text.length} characters that are not`);
  }
}

// --- internal ---

function majorOf(schema: string): string | null {
  return /^(hundredblock\.run\/\d+)\.\d+$/.exec(schema)?.[1] ?? null;
}

function broken(file: string, what: string): HundredblockError {
  return new HundredblockError('HB_RECORD_FILE', `${file}: ${what}`);
}

function unreadable(file: string, error: unknown): HundredblockError {
  const code = (error as NodeJS.ErrnoException).code ?? 'an unknown failure';
  return broken(file, `expected a readable file, found ${code === 'ENOENT' ? 'none' : code}`);
}

/** Streams a JSON Lines file, so that a report can be made from a file of faults that is larger than memory. */
async function* readLines<T>(file: string, fields: (keyof T & string)[]): AsyncGenerator<T> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number++;
    if (line === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw broken(file, `expected a JSON object on line ${number}, found ${line.length} characters that are not`);
    }
    const missing = fields.find((field) => typeof value !== 'object' || value === null || !(field in value));
    if (missing !== undefined) throw broken(file, `expected a field ${missing} on line ${number}, found none`);
    yield value as T;
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file, 'utf8');
  // If the stream fails, some versions of Node end the lines quietly and others throw: both must refuse.
  let failure: unknown;
  stream.once('error', (error) => (failure = error));
  try {
    yield* createInterface({ input: stream, crlfDelay: Infinity });
  } catch (error) {
    failure = error;
  }
  if (failure !== undefined) throw unreadable(file, failure);
}
