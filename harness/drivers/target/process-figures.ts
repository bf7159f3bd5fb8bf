/** Processor time and memory of a process, as far as the system tells. */
import { readFileSync } from 'node:fs';

export interface ProcessFigures {
  /** Processor time since it started, ms; null where unknown. */
  cpuMs: number | null;
  rssBytes: number | null;
}

export function ownFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
}

/** Of another process of this machine, from /proc; null each where there is none. */
export function figuresOf(pid: number): ProcessFigures {
  try {
    // Fields are counted from behind the name, which may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      cpuMs: (Number(fields[UTIME]) + Number(fields[STIME])) * MS_PER_TICK,
      rssBytes: Number(fields[RSS]) * PAGE_BYTES,
    };
  } catch {
    return { cpuMs: null, rssBytes: null };
  }
}

/**
 * Time of all processors together that a machine's host gave to others while something wanted to run here ("steal"), since it started, ms; null where
 * the system does not tell.
 */
export function stolenMs(): number | null {
  try {
    const [, ...ticks] = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0].trim().split(/\s+/);
    return ticks[STEAL] === undefined ? null : Number(ticks[STEAL]) * MS_PER_TICK;
  } catch {
    return null;
  }
}

/** Open files that the system allows this process; Infinity where it does not tell. */
export function filesMax(): number {
  try {
    const soft = /^Max open files +([0-9]+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return soft === null ? Infinity : Number(soft[1]);
  } catch {
    return Infinity;
  }
}

// --- internal ---

/** Positions behind the name: state is 0. */
const UTIME = 11;
const STIME = 12;
const RSS = 21;
/** Position behind the name of the line, in /proc/stat. */
const STEAL = 7;
/** The kernel counts in hundredths of a second and pages of 4 KiB on every machine that Node is built for. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;
