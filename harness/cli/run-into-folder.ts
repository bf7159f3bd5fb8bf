/** Commands that write a run: its files appear in their folder when all of them are complete, or not at all. */
import type { HundredblockError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { openOutput, outputError } from '../records/output.ts';
import { finish, summaryWidth } from './finish.ts';
import { withProgress, type OnProgress } from './with-progress.ts';

/** The flags that such a command has, besides its own. */
export interface OutputArgs {
  flags: { out?: string | undefined; json: boolean; quiet: boolean };
}

/** The place and the progress bar of one run. */
export interface RunFolder {
  /** The folder to write into for now; it exists and is empty. */
  dir: string;
  onProgress: OnProgress;
}

/** A run whose files are written. */
export interface RunOutcome {
  record: RunRecord;
  /** The error that ended the run early; null, or left out, if none did. */
  failure?: HundredblockError | null;
}

/**
 * Runs `work` with a folder to write into and a progress bar called `label`, moves the folder to its place, prints the record
 * or its summary, and answers the exit code. If `work` throws, nothing stays of the folder. Throws HB_OUTPUT if it can't be written.
 */
export async function runIntoFolder(
  args: OutputArgs,
  label: string,
  work: (folder: RunFolder) => Promise<RunOutcome>,
): Promise<number> {
  const { value, outDir } = await writeFolder(args, label, async (folder) => {
    const outcome = await work(folder);
    return { id: outcome.record.id, value: outcome };
  });
  const { json, quiet } = args.flags;
  const { summaryLines } = await import('../report/summary.ts');
  const summary = quiet ? null : summaryLines(value.record, summaryWidth());
  return finish({ ...value, summary, outDir, json });
}

/**
 * The same for a command that prints by itself. `id` names the folder if --out does not; null discards it, and `outDir` is null then.
 */
export async function writeFolder<T, Id extends string | null>(
  { flags: { out, quiet } }: OutputArgs,
  label: string,
  work: (folder: RunFolder) => Promise<{ id: Id; value: T }>,
): Promise<{ value: T; outDir: Id }> {
  const output = openOutput(out ?? null);
  try {
    const { id, value } = await withProgress(label, quiet, (onProgress) => work({ dir: output.stageDir, onProgress }));
    if (id === null) output.discard();
    return { value, outDir: (id === null ? null : output.commit(id)) as Id };
  } catch (error) {
    output.discard();
    throw outputError(out ?? 'results/runs', error);
  }
}
