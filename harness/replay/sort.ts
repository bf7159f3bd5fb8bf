/**
 * Rows in the order of the clock, in bounded memory: runs of RUN_ROWS rows are sorted, written to a temporary folder where there is more than one, and merged.
 * On disk the rows take about as much room as the file they came from.
 */
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import FlatQueue from 'flatqueue';
import type { MappedRow } from './map-row.ts';

/** Rows held in memory at once: some 50 MiB. Of each run that was written, one more is held while they are merged. */
const RUN_ROWS = 100_000;

/** Sorts by clock; ties stand as in the file, or the other way round where the file is newest first. */
export interface RowSorter {
  add(row: MappedRow): void;
  /** All rows in order. Call once, after the last `add`. */
  sorted(): AsyncGenerator<MappedRow>;
}

/** `tempDir` must exist; the files left in it are the caller's to remove. */
export function createSorter(tempDir: string, ties: 'as-in-file' | 'reversed', runRows = RUN_ROWS): RowSorter {
  const direction = ties === 'reversed' ? -1 : 1;
  const before = (a: MappedRow, b: MappedRow) =>
    a.clockMs - b.clockMs || direction * (a.file - b.file || a.row - b.row);
  let run: MappedRow[] = [];
  const files: string[] = [];
  function spill(): void {
    run.sort(before);
    const file = join(tempDir, `sort-${files.length}.jsonl`);
    writeFileSync(file, run.map((row) => `${JSON.stringify(row)}\n`).join(''));
    files.push(file);
    run = [];
  }
  return {
    add(row) {
      run.push(row);
      if (run.length >= runRows) spill();
    },
    async *sorted() {
      run.sort(before);
      const runs = [...files.map(readRun), inMemory(run)];
      // Rows can't be heap keys, so runs are: a run's key is its first row's clock, and equal clocks are settled by the rows.
      const queue = new FlatQueue<number>();
      const heads: (MappedRow | null)[] = [];
      for (const [i, source] of runs.entries()) {
        const next = await source.next();
        heads.push(next.done === true ? null : next.value);
        if (next.done !== true) queue.push(i, next.value.clockMs);
      }
      const tied: number[] = [];
      while (queue.length > 0) {
        const clockMs = queue.peekValue()!;
        tied.length = 0;
        while (queue.length > 0 && queue.peekValue() === clockMs) tied.push(queue.pop()!);
        const first = tied.reduce((a, b) => (before(heads[b]!, heads[a]!) < 0 ? b : a));
        for (const i of tied) if (i !== first) queue.push(i, clockMs);
        yield heads[first]!;
        const next = await runs[first].next();
        heads[first] = next.done === true ? null : next.value;
        if (next.done !== true) queue.push(first, next.value.clockMs);
      }
    },
  };
}

// --- internal ---

/** Lines end at a line feed alone: a place may hold the other line separators of Unicode. */
async function* readRun(file: string): AsyncGenerator<MappedRow> {
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
