/** Writes a run's metrics as OpenMetrics text with simulated timestamps, which `promtool tsdb create-blocks-from openmetrics` loads. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { makeFamilies, type RunSamples } from './run-families.ts';

/** Name of the file in a run's folder. */
export const OPEN_METRICS_FILE = 'metrics.om';

/** Keeps one family at a time in memory. Throws what the file system throws. */
export async function writeOpenMetrics(run: RunSamples, path: string): Promise<void> {
  await pipeline(Readable.from(chunksOf(textOf(run)), { objectMode: false }), createWriteStream(path));
}

/**
 * Names a run's series: scenario, seed and history, so that equal runs give equal files. No two runs on the wall clock are equal, so there it is the record's id.
 */
export function runLabel(record: Pick<RunRecord, 'id' | 'scenario' | 'seed' | 'historyHash' | 'load'>): string {
  if (record.load !== undefined) return record.id;
  return `${record.scenario.name}-${record.seed}-${record.historyHash.slice(0, HASH_DIGITS)}`;
}

// --- internal ---

const HASH_DIGITS = 12;
const CHUNK_CHARACTERS = 1 << 16;

function* textOf(run: RunSamples): Generator<string> {
  const label = runLabel(run.record);
  for (const family of makeFamilies(run)) yield* family.lines(label);
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
