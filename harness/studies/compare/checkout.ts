/** A commit as a folder that can be run: a worktree of its own, which is removed at the end. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';

/** A commit that was checked out. */
export interface Checkout {
  root: string;
  /** The commit's full hash. */
  commit: string;
  /** Removes the worktree; a second call does nothing. */
  remove(): void;
}

/**
 * Checks a commit of the repository at `repository` out into a temporary folder, with a link to this installation's packages. Throws
 * HB_USAGE if there is no such commit, HB_INPUT_FILE if the commit's lock file, and so its packages, differ from this checkout's.
 */
export function checkOut(repository: string, ref: string): Checkout {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const commit = commitOf(repository, ref);
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-commit-'));
  const root = join(folder, 'tree');
  const remove = (): void => {
    process.off('exit', remove);
    // A worktree that was never made is no reason to keep the folder.
    spawnSync('git', ['-C', repository, 'worktree', 'remove', '--force', root], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  try {
    git('worktree', 'add', '--detach', root, commit);
    linkPackages(repository, root, ref);
    renewBundle(root, `commit:${ref}`);
  } catch (error) {
    remove();
    throw error;
  }
  return { root, commit, remove };
}

/**
 * The absolute path of a folder that holds a checkout; renews its bundle if that is stale. Throws HB_INPUT_FILE if it holds none that
 * can be run.
 */
export function checkoutAt(folder: string): string {
  const root = resolve(folder);
  const command = join(root, 'bin', 'hundredblock.js');
  if (!existsSync(command))
    throw new HundredblockError('HB_INPUT_FILE', `dir:${folder}: expected bin/hundredblock.js in it, found none`);
  renewBundle(root, `dir:${folder}`);
  return root;
}

// --- internal ---

const BUILD_SCRIPT = join('scripts', 'build.ts');

function commitOf(repository: string, ref: string): string {
  const { status, stdout } = spawnSync(
    'git',
    ['-C', repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    { encoding: 'utf8' },
  );
  if (status === 0) return stdout.trim();
  throw new HundredblockError('HB_USAGE', `commit:${ref}: expected a commit of ${repository}, found none of that name`);
}

/** The bundle and the sources through tsx are not equally fast: both sides of a comparison run from their bundle, if their code has one. */
function renewBundle(root: string, side: string): void {
  if (!existsSync(join(root, BUILD_SCRIPT))) return;
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', BUILD_SCRIPT, '--if-stale'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0)
    throw new HundredblockError('HB_INPUT_FILE', `${side}: expected npm run build to succeed there, found a failure`);
}

/** Installing a commit's own packages would take minutes; if the lock files are the same, the packages are too. */
function linkPackages(repository: string, root: string, ref: string): void {
  const lockOf = (folder: string): string | null => {
    const file = join(folder, 'package-lock.json');
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  };
  if (lockOf(root) !== lockOf(repository))
    throw new HundredblockError(
      'HB_INPUT_FILE',
      `commit:${ref}: expected the package-lock.json of this checkout, found another; check it out beside this one, run npm ci there, and compare dir:FOLDER`,
    );
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'), 'dir');
}
