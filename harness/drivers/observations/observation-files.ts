/** Writes the observations of a run: sends, frames, deliveries, connections, and the summary last. Types: contract/trace.ts. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { wallMsOf, type PlatformClock } from '../../../contract/clock.ts';
import type { RowReceipt } from '../../../contract/pipeline.ts';
import type { DeliveryLine, DriverSummary, FrameLine, SendLine } from '../../../contract/trace.ts';
import type { Trace } from '../../trace/trace-api.ts';
import type { ObservedPart } from './observed-part.ts';
import { locate } from './send-log.ts';
import type { Sends } from './sends.ts';

/**
 * Writes sends.jsonl, in the order of the trace. Inputs whose turn never came are `stopped`, and were meant for when the clock would have
 * shown their time.
 */
export async function writeSends(
  dir: string,
  trace: Trace,
  results: readonly ObservedPart[],
  clock: PlatformClock,
): Promise<void> {
  const lines = trace.header.preamble + Object.values(trace.header.inputs).reduce((sum, count) => sum + count, 0);
  const owner = new Uint8Array(lines);
  const record = new Uint32Array(lines);
  for (const [thread, { sends }] of results.entries())
    for (let i = 0; i < sends.count; i += 1) {
      const place = locate(sends, i);
      owner[place.block.line[place.i]] = thread + 1;
      record[place.block.line[place.i]] = i;
    }
  const file = new LineFile(join(dir, 'sends.jsonl'));
  try {
    if (owner.includes(0)) {
      for await (const { line, input } of trace.inputs()) {
        if (owner[line] !== 0) file.add(sendLine(line, results[owner[line] - 1].sends, record[line]));
        else file.add(neverSent(line, wallMsOf(clock, input.atMs)));
      }
    } else
      for (let line = 0; line < lines; line += 1)
        file.add(sendLine(line, results[owner[line] - 1].sends, record[line]));
  } finally {
    file.close();
  }
}

/** Writes frames.jsonl, each text once over all threads, and deliveries.jsonl, which names them by number. */
export function writeDeliveries(dir: string, results: readonly ObservedPart[]): void {
  const numbers = new Map<string, number>();
  const frames = new LineFile(join(dir, 'frames.jsonl'));
  const deliveries = new LineFile(join(dir, 'deliveries.jsonl'));
  try {
    for (const result of results) {
      const global = result.frames.map(({ type, text }) => {
        const key = `${type} ${text}`;
        const known = numbers.get(key);
        if (known !== undefined) return known;
        const frame = numbers.size;
        numbers.set(key, frame);
        frames.add({ frame, type, text } satisfies FrameLine);
        return frame;
      });
      for (const block of result.deliveries)
        for (let i = 0; i < block.count; i += 1) {
          const line: DeliveryLine = [
            block.resident[i],
            block.sequence[i],
            global[block.frame[i]],
            round3(block.wallMs[i]),
          ];
          deliveries.add(line);
        }
    }
  } finally {
    frames.close();
    deliveries.close();
  }
}

/** Writes connections.jsonl, thread by thread. */
export function writeConnections(dir: string, results: readonly ObservedPart[]): void {
  const file = new LineFile(join(dir, 'connections.jsonl'));
  try {
    for (const { connections } of results)
      for (const line of connections) file.add({ ...line, atMs: round3(line.atMs) });
  } finally {
    file.close();
  }
}

/** Writes driver.json. */
export function writeSummary(dir: string, summary: DriverSummary): void {
  writeFileSync(join(dir, 'driver.json'), `${JSON.stringify(summary, null, 2)}\n`);
}

/** Makes the folder of the observations, if it is missing. */
export function makeFolder(dir: string): void {
  mkdirSync(dir, { recursive: true });
}

// --- internal ---

const WRITE_BYTES = 1 << 20;

/** A file of JSON lines, written in large pieces. */
class LineFile {
  readonly #file: number;
  #waiting: string[] = [];
  #length = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  add(value: unknown): void {
    const line = JSON.stringify(value);
    this.#waiting.push(line);
    this.#length += line.length;
    if (this.#length >= WRITE_BYTES) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const bytes = Buffer.from(`${this.#waiting.join('\n')}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#waiting = [];
    this.#length = 0;
  }
}

function sendLine(input: number, sends: Sends, record: number): SendLine {
  const { block, i } = locate(sends, record);
  return {
    input,
    intendedMs: round3(block.intendedMs[i]),
    sentMs: orNull(block.sentMs[i]),
    answeredMs: orNull(block.answeredMs[i]),
    status: block.status[i] === -1 ? null : block.status[i],
    tries: block.tries[i],
    failure: block.failure[i] === 0 ? null : sends.failures[block.failure[i] - 1],
    rows: block.answer[i] === 0 ? null : rowsOf(sends.answers[block.answer[i] - 1]),
  };
}

function neverSent(input: number, intendedMs: number): SendLine {
  return {
    input,
    intendedMs: round3(intendedMs),
    sentMs: null,
    answeredMs: null,
    status: null,
    tries: 0,
    failure: 'stopped',
    rows: null,
  };
}

/** Receipts of an answer; null if it holds none that can be read. */
function rowsOf(answer: Uint8Array): RowReceipt[] | null {
  try {
    const { rows } = JSON.parse(Buffer.from(answer).toString()) as { rows?: unknown };
    return Array.isArray(rows) ? (rows as RowReceipt[]) : null;
  } catch {
    return null;
  }
}

function orNull(ms: number): number | null {
  return Number.isNaN(ms) ? null : round3(ms);
}

function round3(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
