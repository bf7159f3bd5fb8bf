/** Runs the replications of an experiment, or of a shard of it, that the journal does not have yet. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HundredblockError } from '../../../contract/errors.ts';
import { readCode } from '../../records/provenance.ts';
import { resolveScenario } from '../../options/resolve.ts';
import { JOURNAL_FILE, openJournal, type Entry, type JournalHead } from './journal.ts';
import { seedOf } from './points.ts';
import { runOrders } from './pool.ts';
import { scenarioOf, type Resolved } from './resolve.ts';
import { Schedule, Turns, type Extent, type Shard } from './schedule.ts';

/** The replications to run, the workers, and the folder of the journal. */
export interface SweepOptions {
  resolved: Resolved;
  extent: Extent;
  shard: Shard;
  workers: number;
  /** Folder of the journal; it is made if it does not exist. */
  outDir: string;
  signal?: AbortSignal;
  /** Counts of replications. `ran`: run by this call; `known`: in the journal before; `left`: to run, as far as is known so far. */
  onProgress?: (counts: { ran: number; known: number; left: number }) => void;
}

/** The journal after a sweep. */
export interface Swept {
  head: JournalHead;
  /** All replications of the journal, in the order in which they ended. */
  entries: Entry[];
  ran: number;
  /** False if the sweep was interrupted. */
  isComplete: boolean;
  wallMs: number;
}

/** Throws HB_OUTPUT if the folder holds other files than a journal of this experiment. */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const begun = performance.now();
  const { resolved, extent, shard, workers, outDir, signal, onProgress } = options;
  const { experiment, points } = resolved;
  const head = headOf(resolved);
  checkFolder(outDir);
  mkdirSync(outDir, { recursive: true });
  const journal = openJournal(join(outDir, JOURNAL_FILE), head);
  const schedule = new Schedule(experiment, points, extent);
  const known = journal.entries.length;
  let ran = 0;
  let tasks = schedule.missing(journal.entries, shard);
  try {
    while (tasks.length > 0 && signal?.aborted !== true) {
      const round = tasks;
      const before = ran;
      const turns = new Turns(round);
      const scenarios = new Map(
        [...new Set(round.map(({ point }) => point))].map((point) => [point, scenarioOf(experiment, points[point])]),
      );
      onProgress?.({ ran, known, left: round.length });
      await runOrders(
        round.map(({ point, replication }) => ({
          scenario: scenarios.get(point)!,
          seed: seedOf(experiment, replication),
          measures: experiment.measures,
          findWarmUp: experiment.warmUp.rule === 'mser5',
        })),
        {
          workers,
          signal,
          next: () => turns.next(),
          onDone: (index, replication, tookMs) => {
            turns.took(index, tookMs);
            const task = round[index];
            journal.append({ ...task, seed: seedOf(experiment, task.replication), ...replication });
            ran += 1;
            onProgress?.({ ran, known, left: round.length - (ran - before) });
          },
        },
      );
      tasks = schedule.missing(journal.entries, shard);
    }
  } finally {
    journal.close();
  }
  return { head, entries: journal.entries, ran, isComplete: tasks.length === 0, wallMs: performance.now() - begun };
}

/** The journal's head: all replications of an experiment must have the same. */
export function headOf({ experiment }: Resolved): JournalHead {
  const base = resolveScenario(experiment.base, experiment.set);
  const sha256 = createHash('sha256').update(JSON.stringify({ experiment, base })).digest('hex');
  const { version, gitCommit } = readCode();
  return { experiment: experiment.name, sha256, version, gitCommit };
}

// --- internal ---

/** Throws HB_OUTPUT if the folder holds files but no journal: they are not those of an earlier sweep. */
function checkFolder(outDir: string): void {
  if (!existsSync(outDir)) return;
  const entries = readdirSync(outDir);
  if (entries.length === 0 || entries.includes(JOURNAL_FILE)) return;
  throw new HundredblockError(
    'HB_OUTPUT',
    `${outDir}: expected a new or empty folder or a sweep to continue, found a folder with ${entries.length} other files`,
  );
}
