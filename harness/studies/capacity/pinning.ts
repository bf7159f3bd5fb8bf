/**
 * Which processors the two sides of a trial run on, and how much of its own the target may use: generator and target on one machine
 * take time from each other, and what a search finds then depends on both.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import type { ProcessWatch } from '../../drivers/driver-api.ts';

export interface Pinning {
  /** Handed to each trial. */
  watch: ProcessWatch;
  /** What was done, in words. */
  text: string;
  /** Processors that the generator may use. */
  generatorProcessors: number;
  /** Takes the control group away, once no target is left. */
  end(): Promise<void>;
}

/** `share`: of one processor, for the target; null: both sides run where the system puts them. Throws HB_OPTION_VALUE where a share below 1 can't be enforced here. */
export function createPinning(share: number | null): Pinning {
  const processors = allowedProcessors();
  const unpinned = { generatorProcessors: Math.max(1, processors.length), end: async () => {} };
  const nowhere: ProcessWatch = { started: () => {}, driverHeap: () => {} };
  if (share === null) return { ...unpinned, watch: nowhere, text: 'generator and target share all processors' };
  const group = share < 1 ? openGroup(share) : null;
  const canPin = processors.length > 1 && spawnSync('taskset', ['--version']).status === 0;
  const own = processors.at(-1) as number;
  const others = processors.slice(0, -1);
  const watch: ProcessWatch = {
    started: ({ driverPid, targetPid }) => {
      if (targetPid === null) return;
      if (canPin) {
        pin(targetPid, [own]);
        pin(driverPid, others);
      }
      group?.add(targetPid);
    },
    driverHeap: () => {},
  };
  const placed = canPin
    ? `the target ran on processor ${own} alone, the generator on ${others.join(', ')} (taskset)`
    : 'generator and target shared all processors (no taskset, or one processor only)';
  return {
    watch,
    text: group === null ? placed : `${placed}; the target had ${share} of a processor (${group.how})`,
    generatorProcessors: canPin ? others.length : unpinned.generatorProcessors,
    end: async () => group?.remove(),
  };
}

// --- internal ---

/** A short period: a target that has used up its share waits milliseconds for more, not tenths of a second. */
const PERIOD_US = 10_000;
const GROUP_ROOT = '/sys/fs/cgroup';
const REMOVE_TRIES = 50;

interface Group {
  add(pid: number): void;
  how: string;
  remove(): Promise<void>;
}

/** Numbers of the processors that this process may run on; one where the system does not tell. */
function allowedProcessors(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
    return list.split(',').flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
  } catch {
    return [0];
  }
}

/** All threads of a process. One that has just ended needs no processor. */
function pin(pid: number, processors: readonly number[]): void {
  spawnSync('taskset', ['--all-tasks', '--pid', '--cpu-list', processors.join(','), String(pid)]);
}

/** A control group of our own below the one that this process is in: version 2, or the processor controller of version 1. */
function openGroup(share: number): Group {
  const quota = Math.max(1000, Math.round(share * PERIOD_US));
  const own = readOrEmpty('/proc/self/cgroup').split('\n');
  const name = `hundredblock-${process.pid}`;
  const pathOf = (line: string): string => line.split(':').slice(2).join(':');
  try {
    const unified = own.find((line) => line.startsWith('0::'));
    const version1 = own.find((line) => line.split(':')[1]?.split(',').includes('cpu') === true);
    if (version1 !== undefined) {
      const [, controllers] = version1.split(':');
      const root = [controllers, 'cpu'].map((mount) => join(GROUP_ROOT, mount)).find(existsSync) ?? GROUP_ROOT;
      const dir = makeGroup([join(root, pathOf(version1), name), join(root, name)]);
      writeFileSync(join(dir, 'cpu.cfs_period_us'), String(PERIOD_US));
      writeFileSync(join(dir, 'cpu.cfs_quota_us'), String(quota));
      return groupAt(dir, 'a control group');
    }
    if (unified !== undefined) {
      const dir = makeGroup([join(GROUP_ROOT, pathOf(unified), name)]);
      writeFileSync(join(dir, 'cpu.max'), `${quota} ${PERIOD_US}`);
      return groupAt(dir, 'a control group of version 2');
    }
  } catch (error) {
    throw noGroup((error as NodeJS.ErrnoException).code ?? 'an error');
  }
  throw noGroup('none');
}

function makeGroup(candidates: readonly string[]): string {
  const dir = candidates.find((path) => existsSync(join(path, '..'))) ?? candidates[0];
  mkdirSync(dir);
  return dir;
}

function groupAt(dir: string, how: string): Group {
  return {
    how,
    add: (pid) => writeFileSync(join(dir, 'cgroup.procs'), String(pid)),
    // The system frees a process a moment after it has ended.
    remove: async () => {
      for (let tries = 0; tries < REMOVE_TRIES && existsSync(dir); tries += 1) {
        try {
          rmdirSync(dir);
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    },
  };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function noGroup(found: string): HundredblockError {
  return new HundredblockError(
    'HB_OPTION_VALUE',
    `--target-cpu: expected a control group for processor time that may be made here (run where one is delegated, or give 1 to only keep the target on a processor of its own), found ${found}`,
  );
}
