/**
 * Places the two sides of a trial on processors, and limits the share of its processor that the target may use. A generator and a target
 * on one machine otherwise take time from each other, and the result of a search depends on both.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../../contract/errors.ts';
import type { ProcessWatch } from '../../drivers/driver-api.ts';

/** A placement of generator and target on processors. */
export interface Pinning {
  /** Pins the processes of each trial as they start. */
  watch: ProcessWatch;
  /** The placement in words. */
  text: string;
  /** Processors that the generator may use. */
  generatorProcessors: number;
  /** Removes the control group, once no target is left in it. */
  end(): Promise<void>;
}

/**
 * `share`: share of one processor for the target; null: the system places both sides. Throws HB_OPTION_VALUE if a share below 1 can't be
 * enforced on this machine.
 */
export function createPinning(share: number | null): Pinning {
  const processors = allowedProcessors();
  const unpinned = { generatorProcessors: Math.max(1, processors.length), end: async () => {} };
  const ignore: ProcessWatch = { started: () => {}, driverHeap: () => {} };
  if (share === null) return { ...unpinned, watch: ignore, text: 'generator and target share all processors' };
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

/** The period is short, so that a target that has used up its share waits milliseconds for more, not tenths of a second. */
const PERIOD_US = 10_000;
const GROUP_ROOT = '/sys/fs/cgroup';
const REMOVE_TRIES = 50;

interface Group {
  add(pid: number): void;
  how: string;
  remove(): Promise<void>;
}

/** Numbers of the processors that this process may run on; processor 0 alone if the system does not report them. */
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

/** Pins all threads of a process. If the process has just ended, that fails, and does not matter. */
function pin(pid: number, processors: readonly number[]): void {
  spawnSync('taskset', ['--all-tasks', '--pid', '--cpu-list', processors.join(','), String(pid)]);
}

/** Makes a control group below the one of this process: of version 2, or of the processor controller of version 1. */
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
    `--target-cpu: expected permission to make a control group for processor time (delegate one to this user, or give 1 to only keep the target on a processor of its own), found ${found}`,
  );
}
