/**
 * Puts rows in the order of their clock, in bounded memory: it sorts stretches of 100,000 rows, writes them to a temporary folder if there is more than one, and
 * merges them. On disk the rows take about as much room as the file they came from.
 */
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import FlatQueue from 'flatqueue';
import type { MappedRow } from './map-row.ts';

/** Rows held in memory at once: about 50 MiB. While stretches are merged, one more row of each is held. */
const STRETCH_ROWS = 100_000;

/** Sorts rows by their clock. Rows of one moment stay as in the file, or are turned round if the file is newest first. */
export class RowSorter {
  readonly #dir: string;
  readonly #direction: 1 | -1;
  readonly #stretchRows: number;
  readonly #files: string[] = [];
  #rows: MappedRow[] = [];

  /** `dir` must exist; the caller removes the files that are left in it. */
  constructor(dir: string, ties: 'as-in-file' | 'reversed', stretchRows = STRETCH_ROWS) {
    this.#dir = dir;
    this.#direction = ties === 'reversed' ? -1 : 1;
    this.#stretchRows = stretchRows;
  }

  /** Throws errors of the file system as they come. */
  add(row: MappedRow): void {
    this.#rows.push(row);
    if (this.#rows.length >= this.#stretchRows) this.#spill();
  }

  /** All rows in order. Call it once, after the last `add`. */
  async *sorted(): AsyncGenerator<MappedRow> {
    this.#rows.sort(this.#compare);
    const stretches = [...this.#files.map(readStretch), inMemory(this.#rows)];
    // Rows can't be heap keys, so stretches are: the key is the clock of the stretch's first row, and rows of equal clocks are compared.
    const queue = new FlatQueue<number>();
    const heads: MappedRow[] = [];
    const advance = async (i: number): Promise<void> => {
      const next = await stretches[i].next();
      if (next.done === true) return;
      heads[i] = next.value;
      queue.push(i, next.value.clockMs);
    };
    for (const i of stretches.keys()) await advance(i);
    const tied: number[] = [];
    while (queue.length > 0) {
      const clockMs = queue.peekValue()!;
      tied.length = 0;
      while (queue.length > 0 && queue.peekValue() === clockMs) tied.push(queue.pop()!);
      const first = tied.reduce((a, b) => (this.#compare(heads[b], heads[a]) < 0 ? b : a));
      for (const i of tied) if (i !== first) queue.push(i, clockMs);
      yield heads[first];
      await advance(first);
    }
  }

  readonly #compare = (a: MappedRow, b: MappedRow): number =>
    a.clockMs - b.clockMs || this.#direction * (a.file - b.file || a.row - b.row);

  #spill(): void {
    this.#rows.sort(this.#compare);
    const file = join(this.#dir, `sort-${this.#files.length}.jsonl`);
    writeFileSync(file, this.#rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    this.#files.push(file);
    this.#rows = [];
  }
}

// --- internal ---

/** Lines end at a line feed alone: a place may hold the other line separators of Unicode. */
async function* readStretch(file: string): AsyncGenerator<MappedRow> {
  let text = '';
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const lines = (text + chunk).split('\n');
    text = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as MappedRow;
  }
}

async function* inMemory(rows: readonly MappedRow[]): AsyncGenerator<MappedRow> {
  yield* rows;
}
