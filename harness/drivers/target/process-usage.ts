/** Processor time and memory of processes, as far as the system tells. */
import { readFileSync } from 'node:fs';

/** Processor time and memory that a process has used; null if not known. */
export interface ProcessUsage {
  /** Processor time since the process started, ms. */
  cpuMs: number | null;
  rssBytes: number | null;
}

/** The usage of a process that nothing is known of. */
export const UNKNOWN_USAGE: Readonly<ProcessUsage> = { cpuMs: null, rssBytes: null };

/** The usage of this process. */
export function ownUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
}

/** The usage of another process of this machine, from /proc; unknown if there is no such process, or no /proc. */
export function processUsage(pid: number): ProcessUsage {
  try {
    // Fields are counted from behind the name, which may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      cpuMs: (Number(fields[UTIME]) + Number(fields[STIME])) * MS_PER_TICK,
      rssBytes: Number(fields[RSS]) * PAGE_BYTES,
    };
  } catch {
    return UNKNOWN_USAGE;
  }
}

/**
 * Time of all processors together that this machine's host gave to others while a process here wanted to run ("steal"), since the machine
 * started, ms; null if the system does not tell.
 */
export function stolenMs(): number | null {
  try {
    const [, ...ticks] = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0].trim().split(/\s+/);
    return ticks[STEAL] === undefined ? null : Number(ticks[STEAL]) * MS_PER_TICK;
  } catch {
    return null;
  }
}

/** Open files that the system allows this process; Infinity if it does not tell. */
export function openFilesMax(): number {
  try {
    const soft = /^Max open files +([0-9]+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return soft === null ? Infinity : Number(soft[1]);
  } catch {
    return Infinity;
  }
}

// --- internal ---

/** Positions of fields behind the name, the first of which (the state) is 0. */
const UTIME = 11;
const STIME = 12;
const RSS = 21;
/** Position of the field behind the line's name, in /proc/stat. */
const STEAL = 7;
/** The kernel counts in hundredths of a second and pages of 4 KiB on every machine that Node is built for. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;
