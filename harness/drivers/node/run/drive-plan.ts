/** The plan of a run, as it is handed to the driver's process. */
import type { PlatformClock } from '../../../../contract/clock.ts';
import type { LiveTrace, ReceivedBatch } from '../../../trace/trace-api.ts';
import type { WrittenLength } from '../../../trace/follow.ts';
import type { DriveLimits } from '../../driver-api.ts';

/** The trace, the target and the bounds of a run. */
export interface DrivePlan {
  traceDir: string;
  outDir: string;
  target: {
    /** Its name in the record: `self`, or its URL. */
    name: string;
    url: string;
    mqttUrl: string | null;
    harnessKey: string | null;
    onboarded: boolean;
    /** Its process, if it was started for this run. */
    pid: number | null;
  };
  /** Platform seconds per wall second. */
  speed: number;
  /** Null if the trace is whole; else how much of it there is before the window. */
  live: Pick<LiveTrace, 'header' | 'writtenBytes'> | null;
  /** Threads for residents; null: by their number. */
  residentThreads: number | null;
  limits: DriveLimits;
}

/** The way to the process that still writes the trace. */
export interface LiveLink {
  written: WrittenLength;
  tell(
    report: { kind: 'launched'; clock: PlatformClock } | { kind: 'received'; batch: ReceivedBatch } | { kind: 'close' },
  ): void;
}
