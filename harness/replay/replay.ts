/** `hundredblock replay`: an agency's published files, row by row through the pipeline, on the clock of their own times. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HundredblockError } from '../../contract/errors.ts';
import { readManifest } from '../io/package.ts';
import { openOutput, outputError } from '../records/output.ts';
import { loadMapping } from './mapping.ts';
import { REPLAY_SCHEMA, type ReplayRecord } from './record.ts';
import { ReplayRun, inputFiles, sha256, type RunOptions } from './replay-run.ts';
import { replayPage } from './report.ts';

export interface ReplayOptions extends Omit<RunOptions, 'files'> {
  /** Paths, read one after the other in this order. */
  files: readonly string[];
  /** The name of a mapping that ships, or the path of one. */
  map: string;
  /** Null: results/runs/<id> under the current folder. */
  outDir: string | null;
  /** The command that repeats the replay, for the record. */
  command: string;
}

/**
 * Replays the files and writes replay.json, alerts.jsonl, rejects.jsonl and report.html into a folder, all or none. If `signal` is aborted, the rows read
 * until then make a record marked partial. Throws HundredblockError: HB_USAGE without a file, HB_MAPPING, HB_INPUT_FILE, HB_INPUT_COLUMN or HB_OUTPUT.
 */
export async function replay(options: ReplayOptions): Promise<{ record: ReplayRecord; outDir: string }> {
  const startedAtMs = Date.now();
  const started = performance.now();
  if (options.files.length === 0)
    throw new HundredblockError('HB_USAGE', 'replay: expected at least one file, found none');
  const mapping = loadMapping(options.map);
  const files = inputFiles(options.files);
  const output = openOutput(options.outDir);
  try {
    const {
      files: fileRecords,
      unusedNatures,
      warnings,
      ...counted
    } = await new ReplayRun(mapping, { ...options, files }, output.stageDir).replay();
    const wallMs = performance.now() - started;
    const record: ReplayRecord = {
      schema: REPLAY_SCHEMA,
      id: `replay-${mapping.name}-${new Date(startedAtMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}-${process.pid}`,
      partial: options.signal?.aborted === true,
      command: options.command,
      code: { version: readManifest().version, node: process.version },
      startedAt: new Date(startedAtMs).toISOString(),
      mapping: {
        name: mapping.name,
        agency: mapping.agency,
        zone: mapping.zone,
        clock: mapping.clock ?? 'incident',
        order: mapping.order ?? 'sorted',
        sha256: sha256(JSON.stringify(mapping)),
      },
      preset: options.preset,
      delayMs: options.delayMs,
      files: fileRecords,
      ...counted,
      unusedNatures,
      warnings,
      wallMs: Math.round(wallMs),
      rowsPerSecond: Math.round((counted.counts.rows / Math.max(wallMs, 1)) * 1000),
      maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
    writeFileSync(join(output.stageDir, 'replay.json'), `${JSON.stringify(record, null, 2)}\n`);
    writeFileSync(join(output.stageDir, 'report.html'), replayPage(record));
    return { record, outDir: output.commit(record.id) };
  } catch (error) {
    output.discard();
    throw outputError(options.outDir ?? 'results/runs', error);
  }
}
