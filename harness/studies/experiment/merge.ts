/** Joins the shards of an experiment into the result that one machine would have given. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import { differenceOf, JOURNAL_FILE, openJournal, readJournal, type Entry } from './journal.ts';
import { experimentOf, type Resolved } from './resolve.ts';
import { headOf } from './sweep.ts';
import { Schedule, type Extent } from './schedule.ts';
import { readExperiment } from './store.ts';

/** The experiment of the shards, with the replications of all. */
export interface Merged {
  resolved: Resolved;
  extent: Extent;
  entries: Entry[];
}

/**
 * Reads finished shards and writes their journals into `outDir` as one. Throws HB_INPUT_FILE if a folder holds no finished shard, if the
 * shards differ in experiment, build or extent, or if replications are missing; HB_OUTPUT if `outDir` is not empty.
 */
export function mergeShards(dirs: readonly string[], outDir: string): Merged {
  const shards = dirs.map((dir) => ({ dir, ...readExperiment(dir), journal: readJournal(join(dir, JOURNAL_FILE)) }));
  const [first, ...others] = shards;
  const problems = others.flatMap(({ dir, result, journal }) => {
    const problem = differenceOf(first.journal.head, journal.head);
    if (problem !== null) return [`${dir}: ${problem}`];
    const [a, b] = [first.result.extent, result.extent].map((extent) => JSON.stringify(extent));
    return a === b ? [] : [`${dir}: expected the extent of ${first.dir}, ${a}, found ${b}`];
  });
  if (problems.length > 0) throw new HundredblockError('HB_INPUT_FILE', problems.join('\n'));
  const resolved = experimentOf(first.result.experiment);
  const own = differenceOf(headOf(resolved), first.journal.head);
  if (own !== null) throw new HundredblockError('HB_INPUT_FILE', `${first.dir}: ${own}`);
  const { extent } = first.result;
  const schedule = new Schedule(resolved.experiment, resolved.points, extent);
  const entries = schedule.kept(shards.flatMap(({ journal }) => journal.entries));
  const missing = schedule.missing(entries, { index: 1, of: 1 });
  if (missing.length > 0) {
    const listed = missing.slice(0, 5).map(({ point, replication }) => `${resolved.points[point].name} ${replication}`);
    throw new HundredblockError(
      'HB_INPUT_FILE',
      `${dirs.join(' ')}: expected every replication, found ${missing.length} missing: ${listed.join(', ')}${missing.length > listed.length ? ', ...' : ''}`,
    );
  }
  openNew(outDir);
  const journal = openJournal(join(outDir, JOURNAL_FILE), first.journal.head);
  try {
    for (const entry of entries) journal.append(entry);
  } finally {
    journal.close();
  }
  return { resolved, extent, entries };
}

// --- internal ---

/** Throws HB_OUTPUT unless the folder is new or empty. */
function openNew(outDir: string): void {
  mkdirSync(outDir, { recursive: true });
  const entries = readdirSync(outDir);
  if (entries.length > 0)
    throw new HundredblockError(
      'HB_OUTPUT',
      `${outDir}: expected a new or empty folder, found one with ${entries.length} files`,
    );
}
