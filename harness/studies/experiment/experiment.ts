/** Runs a whole experiment, or a shard of it, and writes its files; merges shards. */
import { performance } from 'node:perf_hooks';
import { formatIso } from '../../../contract/time.ts';
import { readCode, readHost } from '../../records/provenance.ts';
import { mergeShards } from './merge.ts';
import type { Point } from './points.ts';
import { resultOf } from './result.ts';
import { Schedule } from './schedule.ts';
import type { ExperimentFile } from './result.ts';
import { readExperiment, writeExperiment } from './store.ts';
import { headOf, sweep, type SweepOptions } from './sweep.ts';

/** An experiment after a sweep. */
export interface Experimented {
  /** Null if the sweep was interrupted: the journal then holds the replications that ended. */
  file: ExperimentFile | null;
  /** Number of replications in the journal. */
  replications: number;
  /** Points whose intervals did not become as narrow as asked for. */
  wide: Point[];
}

/**
 * Runs the replications that the journal does not have yet, then writes every file anew. `command`: the command line that repeats it.
 * Throws HB_OUTPUT and what the file system throws.
 */
export async function runExperiment(options: SweepOptions & { command: string }): Promise<Experimented> {
  const startedAt = formatIso(Date.now());
  const { resolved, extent, shard, outDir, command, workers } = options;
  const swept = await sweep(options);
  const replications = swept.entries.length;
  if (!swept.isComplete) return { file: null, replications, wide: [] };
  const schedule = new Schedule(resolved.experiment, resolved.points, extent);
  const entries = schedule.kept(swept.entries);
  const result = resultOf({ ...resolved, sha256: swept.head.sha256, extent, entries });
  const provenance = { command, code: readCode(), host: readHost(workers), shard, startedAt, wallMs: swept.wallMs };
  const file = writeExperiment(outDir, result, provenance);
  return { file, replications, wide: shard.of === 1 ? schedule.wide(entries) : [] };
}

/**
 * Merges shards into the files that a sweep without shards would have written. Throws HB_INPUT_FILE, HB_OUTPUT and what the file system
 * throws.
 */
export function mergeExperiment(dirs: readonly string[], outDir: string, command: string): ExperimentFile {
  const startedAt = formatIso(Date.now());
  const begun = performance.now();
  const { resolved, extent, entries } = mergeShards(dirs, outDir);
  const result = resultOf({ ...resolved, sha256: headOf(resolved).sha256, extent, entries });
  // The wall time of all shards together, as if they had run one after the other.
  const wallMs = dirs.reduce((sum, dir) => sum + readExperiment(dir).provenance.wallMs, performance.now() - begun);
  const shard = { index: 1, of: 1 };
  return writeExperiment(outDir, result, { command, code: readCode(), host: readHost(1), shard, startedAt, wallMs });
}
