/** The driver's process: takes a plan from the one that started it, tells how it goes, and ends, or waits for the next. */
import type { PlatformClock } from '../../../contract/clock.ts';
import { HundredblockError, type ErrorCode } from '../../../contract/errors.ts';
import type { DriverSummary } from '../../../contract/trace.ts';
import { conduct, CREWS_MIN, type DrivePlan } from './conductor.ts';
import { crewThread } from './thread/crew-handle.ts';
import type { DriveProgress, HeapFigures } from '../driver-api.ts';
import type { ReceivedBatch } from '../../trace/trace-api.ts';
import { watchHeap } from '../target/heap-watch.ts';
import { WrittenLength } from '../../trace/follow.ts';
import { lastWord } from './last-word.ts';
import { Stop } from './stop.ts';

export type DriverRequest =
  /** `tellsHeap`: whether it tells each second how its heap stands; `stays`: whether it waits for another plan after this one. */
  | { kind: 'plan'; plan: DrivePlan; tellsHeap: boolean; stays: boolean }
  | { kind: 'stop'; why: string }
  /** Of a trace that is still being written: so much of inputs.jsonl is there by now; all files are whole. */
  | { kind: 'written'; bytes: number }
  | { kind: 'whole' };
export type DriverReport =
  | { kind: 'progress'; progress: DriveProgress }
  | { kind: 'heap'; heap: HeapFigures }
  /** To the one that still writes the trace: when the window opens, what residents received, and that the trace is to end. */
  | { kind: 'launched'; clock: PlatformClock }
  | { kind: 'heard'; heard: ReceivedBatch }
  | { kind: 'close' }
  | { kind: 'done'; summary: DriverSummary }
  | { kind: 'failed'; code: ErrorCode; message: string };

/** What belongs to one plan. */
class Job {
  /** They load their code while the plan is still to come. */
  readonly threads = Array.from({ length: CREWS_MIN }, crewThread);
  readonly stop = new Stop();
  readonly written = new WrittenLength(0);
  finished = false;
  /** Null until a plan tells. */
  targetPid: number | null;

  constructor(targetPid: number | null) {
    this.targetPid = targetPid;
  }
}

let job = new Job(null);

function tell(report: DriverReport): void {
  if (process.connected) process.send?.(report);
}

async function drive({ plan, tellsHeap, stays }: Extract<DriverRequest, { kind: 'plan' }>): Promise<void> {
  job.targetPid = plan.target.pid;
  const unwatch = tellsHeap ? watchHeap((heap) => tell({ kind: 'heap', heap })) : () => {};
  const outcome = await outcomeOf(plan, job);
  job.finished = true;
  unwatch();
  if (!stays) return lastWord(outcome);
  job = new Job(plan.target.pid);
  tell(outcome);
}

async function outcomeOf(plan: DrivePlan, { stop, written, threads }: Job): Promise<DriverReport> {
  try {
    const onProgress = (progress: DriveProgress): void => tell({ kind: 'progress', progress });
    const link = plan.live === null ? null : { written, tell };
    if (plan.live !== null) written.more(plan.live.writtenBytes);
    return { kind: 'done', summary: await conduct(plan, stop, onProgress, link, threads) };
  } catch (error) {
    const { message } = error as Error;
    return { kind: 'failed', code: error instanceof HundredblockError ? error.code : 'HB_INTERNAL', message };
  }
}

process.on('message', (request: DriverRequest) => {
  switch (request.kind) {
    case 'plan':
      void drive(request);
      return;
    case 'stop':
      job.stop.now(request.why);
      return;
    case 'written':
      job.written.more(request.bytes);
      return;
    case 'whole':
      job.written.end();
      return;
  }
});
// Whoever started this process decides when it ends: a Ctrl-C reaches both.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => job.stop.now('the driver was told to end'));
// Without the one that started it, nobody would stop the target.
process.on('disconnect', () => {
  const { finished, stop, targetPid } = job;
  if (finished) return;
  stop.now('the process that started the driver is gone');
  if (targetPid === null) return;
  try {
    process.kill(targetPid, 'SIGTERM');
  } catch {
    // It is gone already.
  }
});
