/** Lines that whoever knocks can cause: so many a second at most, since nobody refused a thousand times may fill the disk. */
import type { Log, LogFields } from '../log.ts';
import { createBuckets } from './buckets.ts';

export interface BoundedLog {
  /** Writes the line, or counts it; the next line that is written tells as `leftOut` how many were only counted. */
  note(level: 'info' | 'warn', code: string, fields: LogFields): void;
}

export function createBoundedLog(
  log: Log,
  linesPerSecond: number,
  nowMs: () => number = () => performance.now(),
): BoundedLog {
  const lines = createBuckets(linesPerSecond, linesPerSecond, 1);
  let leftOut = 0;
  return {
    note(level, code, fields) {
      if (lines.take('', nowMs()) > 0) {
        leftOut++;
        return;
      }
      log[level](code, leftOut > 0 ? { ...fields, leftOut } : fields);
      leftOut = 0;
    },
  };
}
