/** Reads the files that a driver wrote into columns, so that millions of lines become a few arrays. */
import Type, { type Static } from 'typebox';
import { Errors } from 'typebox/value';
import { pathOfPointer } from '../../contract/explain.ts';
import type { RowReceipt } from '../../contract/pipeline.ts';
import { LoadSchema } from '../../contract/record/load.ts';
import { TailSchema } from '../../contract/record/measures.ts';
import type { ConnectionLine, DeliveryLine, DriverSummary, FrameLine, SendLine } from '../../contract/trace.ts';
import { linesOf, textOf, traceError } from '../trace/trace-file.ts';

export interface Observations {
  driver: DriverSummary;
  sends: SendColumns;
  /** By number of the frame. */
  frames: Pick<FrameLine, 'type' | 'text'>[];
  deliveries: DeliveryColumns;
  connections: ConnectionLine[];
}

/** By line of inputs.jsonl, from 0. A line that the driver did not get to has no entry. */
export interface SendColumns {
  has(line: number): boolean;
  intendedMs(line: number): number;
  /** NaN if the input was never sent. */
  sentMs(line: number): number;
  /** NaN if the input was never acknowledged. */
  answeredMs(line: number): number;
  status(line: number): number | null;
  tries(line: number): number;
  failure(line: number): string | null;
  rows(line: number): RowReceipt[] | null;
}

/** In the order in which the driver wrote them down. */
export interface DeliveryColumns {
  count: number;
  resident: Uint32Array;
  sequence: Float64Array;
  frame: Uint32Array;
  wallMs: Float64Array;
}

/**
 * `inputs` is the number of lines of inputs.jsonl, if the trace is at hand. Throws HB_TRACE (one line) if a file is missing, or if a line can't be read or names an
 * input or a frame that does not exist: any driver may have written it.
 */
export async function readObservations(dir: string, inputs = Infinity): Promise<Observations> {
  const driver = parseSummary(await textOf(dir, DRIVER_FILE));
  const sends = await readSends(dir, inputs);
  const frames = await readFrames(dir);
  const deliveries = await readDeliveries(dir, frames);
  return { driver, sends, frames, deliveries, connections: await readConnections(dir) };
}

// --- internal ---

const DRIVER_FILE = 'driver.json';
const ABSENT_STATUS = -1;
const RESIDENT_MAX = 2 ** 32 - 1;

/** The schema of DriverSummary. It is checked because the summary goes into the run record as it is. */
const DriverSchema = Type.Object({
  ...Type.Pick(LoadSchema, [
    'driver',
    'target',
    'platformClock',
    'connected',
    'generator',
    'targetProcess',
    'shed',
    'notes',
  ]).properties,
  traceSha256: Type.String(),
  clock: Type.Object({ originWallMs: Type.Number(), originMs: Type.Integer(), speed: Type.Number() }),
  generatorLagMs: TailSchema,
  connectMs: TailSchema,
  stopped: Type.Union([Type.String(), Type.Null()]),
  seconds: Type.Array(
    Type.Object({
      second: Type.Integer({ minimum: 0 }),
      lagMaxMs: Type.Number(),
      generatorCpu: Type.Union([Type.Number(), Type.Null()]),
      targetCpu: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
});

function parseSummary(text: string): DriverSummary {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw traceError(DRIVER_FILE, 'JSON', 'text that does not parse');
  }
  const problem = Errors(DriverSchema, value).at(0);
  if (problem !== undefined)
    throw traceError(
      DRIVER_FILE,
      'a driver summary (docs/reference/trace.md)',
      `${pathOfPointer(problem.instancePath) || 'one'} that ${problem.message}`,
    );
  return value as Static<typeof DriverSchema> satisfies DriverSummary;
}

async function readSends(dir: string, inputs: number): Promise<SendColumns> {
  const known = new Column(0);
  const intendedMs = new Column(NaN);
  const sentMs = new Column(NaN);
  const answeredMs = new Column(NaN);
  const status = new Column(ABSENT_STATUS);
  const tries = new Column(0);
  const failure = new Map<number, string>();
  const rows = new Map<number, RowReceipt[]>();
  for await (const { line, value } of linesOf(dir, 'sends.jsonl')) {
    const send = value as Partial<SendLine> | null;
    const { input } = send ?? {};
    if (send === null || !isCount(input) || typeof send.intendedMs !== 'number')
      throw traceError('sends.jsonl', `input and intendedMs on line ${line + 1}`, 'another shape');
    if (input >= inputs) throw traceError('sends.jsonl', `an input below ${inputs} on line ${line + 1}`, String(input));
    if (send.rows != null && !isReceipts(send.rows))
      throw traceError('sends.jsonl', `rows as in a receipt, or null, on line ${line + 1}`, 'another shape');
    known.set(input, 1);
    intendedMs.set(input, send.intendedMs);
    sentMs.set(input, send.sentMs ?? NaN);
    answeredMs.set(input, send.answeredMs ?? NaN);
    status.set(input, send.status ?? ABSENT_STATUS);
    tries.set(input, send.tries ?? 0);
    if (send.failure != null) failure.set(input, send.failure);
    if (send.rows != null) rows.set(input, send.rows);
  }
  return {
    has: (line) => known.get(line) === 1,
    intendedMs: (line) => intendedMs.get(line),
    sentMs: (line) => sentMs.get(line),
    answeredMs: (line) => answeredMs.get(line),
    status: (line) => (status.get(line) === ABSENT_STATUS ? null : status.get(line)),
    tries: (line) => tries.get(line),
    failure: (line) => failure.get(line) ?? null,
    rows: (line) => rows.get(line) ?? null,
  };
}

async function readFrames(dir: string): Promise<Observations['frames']> {
  const frames: Observations['frames'] = [];
  for await (const { line, value } of linesOf(dir, 'frames.jsonl')) {
    const { frame, type, text } = (value ?? {}) as Partial<FrameLine>;
    if (frame !== frames.length || typeof text !== 'string')
      throw traceError('frames.jsonl', `frame ${frames.length} and its text on line ${line + 1}`, 'another shape');
    frames[frame] = { type: type === 'post' ? 'post' : 'alert', text };
  }
  return frames;
}

async function readDeliveries(dir: string, frames: Observations['frames']): Promise<DeliveryColumns> {
  const resident = new Column(0);
  const sequence = new Column(0);
  const frame = new Column(0);
  const wallMs = new Column(0);
  let count = 0;
  for await (const { line, value } of linesOf(dir, 'deliveries.jsonl')) {
    if (!Array.isArray(value) || value.length !== 4 || !value.every((v) => typeof v === 'number'))
      throw traceError('deliveries.jsonl', `four numbers on line ${line + 1}`, 'another shape');
    const row = value as DeliveryLine;
    if (!isCount(row[0]) || row[0] > RESIDENT_MAX || !isCount(row[2]) || row[2] >= frames.length)
      throw traceError('deliveries.jsonl', `a resident and a frame of frames.jsonl on line ${line + 1}`, 'others');
    resident.set(count, row[0]);
    sequence.set(count, row[1]);
    frame.set(count, row[2]);
    wallMs.set(count, row[3]);
    count += 1;
  }
  return {
    count,
    resident: Uint32Array.from(resident.first(count)),
    sequence: sequence.first(count),
    frame: Uint32Array.from(frame.first(count)),
    wallMs: wallMs.first(count),
  };
}

async function readConnections(dir: string): Promise<ConnectionLine[]> {
  const lines: ConnectionLine[] = [];
  for await (const { line, value } of linesOf(dir, 'connections.jsonl')) {
    const connection = value as Partial<ConnectionLine> | null;
    if (!isCount(connection?.resident) || typeof connection.atMs !== 'number')
      throw traceError('connections.jsonl', `resident and atMs on line ${line + 1}`, 'another shape');
    lines.push(connection as ConnectionLine);
  }
  return lines.sort((a, b) => a.atMs - b.atMs);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isReceipts(value: unknown): value is RowReceipt[] {
  return Array.isArray(value) && value.every((row: Partial<RowReceipt> | null) => typeof row?.outcome === 'string');
}

/** A column of numbers by index, which doubles when it is full. */
class Column {
  #values: Float64Array;
  readonly #absent: number;

  /** `absent` stands at indices that were never set. */
  constructor(absent: number) {
    this.#absent = absent;
    this.#values = new Float64Array(1024).fill(absent);
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Float64Array(Math.max(index + 1, 2 * this.#values.length)).fill(this.#absent);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
  }

  get(index: number): number {
    return index < this.#values.length ? this.#values[index] : this.#absent;
  }

  first(count: number): Float64Array {
    return this.#values.slice(0, count);
  }
}
