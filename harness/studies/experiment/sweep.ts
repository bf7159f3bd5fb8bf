/** Runs an experiment, or a shard of it: every replication that the journal does not have yet. */
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

export interface SweepOptions {
  resolved: Resolved;
  extent: Extent;
  shard: Shard;
  workers: number;
  /** Holds the journal; made if it does not exist. */
  outDir: string;
  signal?: AbortSignal;
  /** `ran`: by this call; `known`: in the journal before; `left`: as far as can be told. */
  onProgress?: (counts: { ran: number; known: number; left: number }) => void;
}

export interface Swept {
  head: JournalHead;
  /** Of the journal, in the order in which they ended. */
  entries: Entry[];
  ran: number;
  /** False where it was interrupted. */
  isComplete: boolean;
  wallMs: number;
}

/** Throws HB_OUTPUT where the folder holds something else than a journal of this experiment. */
export async function sweep(o: SweepOptions): Promise<Swept> {
  const begun = performance.now();
  const { experiment, points } = o.resolved;
  const head = headOf(o.resolved);
  checkFolder(o.outDir);
  mkdirSync(o.outDir, { recursive: true });
  const journal = openJournal(join(o.outDir, JOURNAL_FILE), head);
  const schedule = new Schedule(experiment, points, o.extent);
  const known = journal.entries.length;
  let ran = 0;
  let tasks = schedule.missing(journal.entries, o.shard);
  try {
    while (tasks.length > 0 && o.signal?.aborted !== true) {
      const round = tasks;
      const before = ran;
      const turns = new Turns(round);
      const scenarios = new Map(
        [...new Set(round.map(({ point }) => point))].map((point) => [point, scenarioOf(experiment, points[point])]),
      );
      o.onProgress?.({ ran, known, left: round.length });
      await runOrders(
        round.map(({ point, replication }) => ({
          scenario: scenarios.get(point)!,
          seed: seedOf(experiment, replication),
          measures: experiment.measures,
          findWarmUp: experiment.warmUp.rule === 'mser5',
        })),
        {
          workers: o.workers,
          signal: o.signal,
          next: () => turns.next(),
          onDone: (index, replication, tookMs) => {
            turns.took(index, tookMs);
            const task = round[index];
            journal.append({ ...task, seed: seedOf(experiment, task.replication), ...replication });
            ran += 1;
            o.onProgress?.({ ran, known, left: round.length - (ran - before) });
          },
        },
      );
      tasks = schedule.missing(journal.entries, o.shard);
    }
  } finally {
    journal.close();
  }
  return { head, entries: journal.entries, ran, isComplete: tasks.length === 0, wallMs: performance.now() - begun };
}

/** What the replications of an experiment must have in common. */
export function headOf({ experiment }: Resolved): JournalHead {
  const base = resolveScenario(experiment.base, experiment.set);
  const sha256 = createHash('sha256').update(JSON.stringify({ experiment, base })).digest('hex');
  const { version, gitCommit } = readCode();
  return { experiment: experiment.name, sha256, version, gitCommit };
}

// --- internal ---

/** A folder of an earlier sweep is gone on with; any other with files in it is somebody else's. */
function checkFolder(outDir: string): void {
  if (!existsSync(outDir)) return;
  const entries = readdirSync(outDir);
  if (entries.length === 0 || entries.includes(JOURNAL_FILE)) return;
  throw new HundredblockError(
    'HB_OUTPUT',
    `${outDir}: expected a new or empty folder or a sweep to go on with, found a folder of ${entries.length} other files`,
  );
}
