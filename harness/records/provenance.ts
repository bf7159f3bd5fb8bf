/** The code and the machine that made a run, for its record. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { PACKAGE_ROOT, readManifest } from '../io/package.ts';

/** Version of the package and, in a checkout, its commit. */
export function readCode(): RunRecord['code'] {
  return { version: readManifest().version, ...readGit() };
}

/** The machine, and the number of threads that the run had. */
export function readHost(workers: number): RunRecord['host'] {
  return {
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    cpus: cpus().length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    workers,
  };
}

// --- internal ---

function readGit(): { gitCommit: string | null; gitDirty: boolean } {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', PACKAGE_ROOT, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    // Only our own repository counts, not one that an installed package happens to lie in.
    if (git('rev-parse', '--show-prefix') !== '') return { gitCommit: null, gitDirty: false };
    return {
      gitCommit: git('rev-parse', 'HEAD'),
      gitDirty: git('status', '--porcelain', '--untracked-files=no') !== '',
    };
  } catch {
    return { gitCommit: null, gitDirty: false };
  }
}
