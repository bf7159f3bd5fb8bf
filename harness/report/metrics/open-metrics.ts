/** Writes a run's figures as OpenMetrics text with simulated timestamps: `promtool tsdb create-blocks-from openmetrics` loads it. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { familiesOf, type RunFigures } from './run-families.ts';

/** Name of the file in a run's folder. */
export const OPEN_METRICS_FILE = 'metrics.om';

/** One family at a time is held in memory. Throws what the file system throws. */
export async function writeOpenMetrics(run: RunFigures, path: string): Promise<void> {
  await pipeline(Readable.from(chunksOf(textOf(run)), { objectMode: false }), createWriteStream(path));
}

/**
 * What tells a run's series from those of others: scenario, seed and history, so that equal runs give equal files. Of two runs on the
 * wall clock none is like the other: theirs is the record's id.
 */
export function runLabelOf(record: Pick<RunRecord, 'id' | 'scenario' | 'seed' | 'historyHash' | 'load'>): string {
  if (record.load !== undefined) return record.id;
  return `${record.scenario.name}-${record.seed}-${record.historyHash.slice(0, HASH_DIGITS)}`;
}

// --- internal ---

const HASH_DIGITS = 12;
const CHUNK_CHARACTERS = 1 << 16;

function* textOf(run: RunFigures): Generator<string> {
  const label = runLabelOf(run.record);
  for (const family of familiesOf(run)) yield* family.lines(label);
  yield '# EOF\n';
}

/** The same text in fewer and longer pieces. */
function* chunksOf(texts: Iterable<string>): Generator<string> {
  let parts: string[] = [];
  let length = 0;
  for (const text of texts) {
    parts.push(text);
    length += text.length;
    if (length < CHUNK_CHARACTERS) continue;
    yield parts.join('');
    parts = [];
    length = 0;
  }
  yield parts.join('');
}
