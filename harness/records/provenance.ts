/** Where and with what a run was made. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../../contract/record/run-record.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Version of the package and, in a checkout, its commit. */
export function codeOf(): RunRecord['code'] {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return { version, ...gitOf() };
}

export function hostOf(workers: number): RunRecord['host'] {
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

function gitOf(): { gitCommit: string | null; gitDirty: boolean } {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
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
