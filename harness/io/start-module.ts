/** Starts modules of this package in threads and processes of their own, from the code that this one runs from: the bundle, or the sources. */
import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { packagePath } from './package.ts';

export interface ThreadOptions extends WorkerOptions {
  /** Fields of the thread's `workerData`, beside those that its first file reads. */
  workerData?: Record<string, unknown>;
}

export interface ProcessOptions extends ForkOptions {
  args?: readonly string[];
}

/** `module` is its path from the package's root. A module that starts this way stands in ENTRIES of scripts/build.ts. */
export function startThread(module: string, { workerData, ...options }: ThreadOptions = {}): Worker {
  return new Worker(BOOTSTRAP, { ...options, workerData: { ...workerData, entry: module, from: FROM } });
}

/** Does the same in a process with a channel to this one. The module finds `args` in process.argv from its third entry on. */
export function startProcess(module: string, { args = [], ...options }: ProcessOptions = {}): ChildProcess {
  // This process's own options (a test runner's loader, say) are not the child's.
  return fork(BOOTSTRAP, [module, FROM, ...args], { execArgv: [], ...options });
}

// --- internal ---

const BOOTSTRAP = packagePath('bin/bootstrap.js');
/** A thread or process that comes from the bundle needs no look at the sources. */
const FROM = import.meta.url.endsWith('.ts') ? 'source' : 'bundle';
