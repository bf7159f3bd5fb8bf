/**
 * The folder that a run is written into. Its files are written beside their destination and moved there when all of them are complete,
 * so that a full disk, an error or a kill leaves nothing half-written under the name that was asked for.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { HundredblockError } from '../../contract/errors.ts';

const RUNS_DIR = join('results', 'runs');
const EARLIER_RUN = ['run.json', 'replay.json', 'compare.json'];
const ERROR_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'disk quota used up',
  ENOTDIR: 'a file stands where a folder should',
  EEXIST: 'a file stands where a folder should',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such folder',
};

/** A folder that appears whole or not at all. */
export interface Output {
  /** The folder to write into for now; exists and is empty. */
  stageDir: string;
  /** Moves everything to its place and returns the place; `id` names it if no `--out` was given. */
  commit(id: string): string;
  /** Removes what was written; harmless after `commit`. */
  discard(): void;
}

/**
 * Prepares to write a run into `outDir` (null: results/runs/<id> under the current folder). An existing folder is used if it is empty or
 * holds an earlier run (`run.json`, `replay.json` or `compare.json`), whose files are replaced. Throws HB_OUTPUT at once if nothing can
 * be written.
 */
export function openOutput(outDir: string | null): Output {
  const target = outDir === null ? null : resolve(outDir);
  const output = asOutputError(target ?? resolve(RUNS_DIR), () => {
    if (target === null) return stageBeside(resolve(RUNS_DIR), null);
    if (!existsSync(target)) return stageBeside(dirname(target), target);
    if (!statSync(target).isDirectory()) throw refusal(target, 'a file');
    const entries = readdirSync(target);
    const replaceable = entries.length === 0 || EARLIER_RUN.some((name) => entries.includes(name));
    if (!replaceable) throw refusal(target, `a folder of ${entries.length} other files`);
    return stageInside(target);
  });
  return discardedAtExit(output);
}

/** Runs `work`, turning a file system's refusal (full, read-only, forbidden, not a folder) into HB_OUTPUT. */
function asOutputError<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw outputError(path, error);
  }
}

/** HB_OUTPUT for an error of the file system, else the error as it is. */
export function outputError(path: string, error: unknown): unknown {
  if (error instanceof HundredblockError || !(error instanceof Error)) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined) return error;
  return new HundredblockError(
    'HB_OUTPUT',
    `${path}: expected a folder that can be written, found ${code} (${ERROR_WORDS[code] ?? syscall})`,
  );
}

// --- internal ---

/** Outputs that are neither committed nor discarded yet. */
const open = new Set<Output>();

/** The output, discarded if the process ends early: a second Ctrl-C, for example, leaves no stage behind. */
function discardedAtExit(output: Output): Output {
  if (open.size === 0) process.once('exit', discardOpen);
  open.add(output);
  const closed = () => {
    open.delete(output);
    if (open.size === 0) process.off('exit', discardOpen);
  };
  return {
    stageDir: output.stageDir,
    commit(id) {
      const to = output.commit(id);
      closed();
      return to;
    },
    discard() {
      output.discard();
      closed();
    },
  };
}

function discardOpen(): void {
  for (const output of open) output.discard();
}

function refusal(target: string, found: string): HundredblockError {
  return new HundredblockError(
    'HB_OUTPUT',
    `${target}: expected a new or empty folder or an earlier run to replace, found ${found}`,
  );
}

function makeStage(parent: string, name: string): string {
  const stage = join(parent, `.${name}.partial-${process.pid}`);
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage);
  return stage;
}

/** For a folder that does not exist yet: one rename puts it in place. */
function stageBeside(parent: string, target: string | null): Output {
  const firstMade = mkdirSync(parent, { recursive: true });
  let stageDir: string;
  try {
    stageDir = makeStage(parent, target === null ? 'run' : basename(target));
  } catch (error) {
    removeEmpty(parent, firstMade);
    throw error;
  }
  return {
    stageDir,
    commit(id) {
      const to = target ?? join(parent, id);
      return asOutputError(to, () => {
        rmSync(to, { recursive: true, force: true });
        renameSync(stageDir, to);
        return to;
      });
    },
    discard() {
      rmSync(stageDir, { recursive: true, force: true });
      removeEmpty(parent, firstMade);
    },
  };
}

/** For a folder that exists. It may be a mount point, which can't be renamed, so files move up one by one. */
function stageInside(target: string): Output {
  const stageDir = makeStage(target, 'run');
  return {
    stageDir,
    commit() {
      return asOutputError(target, () => {
        for (const entry of readdirSync(stageDir)) {
          rmSync(join(target, entry), { recursive: true, force: true });
          renameSync(join(stageDir, entry), join(target, entry));
        }
        rmSync(stageDir, { recursive: true, force: true });
        return target;
      });
    },
    discard() {
      rmSync(stageDir, { recursive: true, force: true });
    },
  };
}

/** Removes the folders that were made on the way to `parent`, as far as they are empty. */
function removeEmpty(parent: string, firstMade: string | undefined): void {
  if (firstMade === undefined) return;
  for (let folder = parent; folder.startsWith(firstMade); folder = dirname(folder)) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}
