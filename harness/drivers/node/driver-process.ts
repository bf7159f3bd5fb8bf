/** First file of the driver's process: takes a plan from the process that started it, tells how it goes, and ends, or waits for the next. */
import type { PlatformClock } from '../../../contract/clock.ts';
import { HundredblockError, type ErrorCode } from '../../../contract/errors.ts';
import type { DriverSummary } from '../../../contract/trace.ts';
import { WrittenLength } from '../../trace/follow.ts';
import type { ReceivedBatch } from '../../trace/trace-api.ts';
import type { DriveProgress, HeapUsage } from '../driver-api.ts';
import { watchHeap } from './heap-watch.ts';
import { sendLastMessage } from './last-message.ts';
import type { DrivePlan } from './run/drive-plan.ts';
import { runPlan } from './run/run.ts';
import { THREADS_MIN } from './run/start-threads.ts';
import { Stop } from './run/stop.ts';
import { loadThread } from './thread/thread-handle.ts';

/** From the process that started the driver. */
export type DriverRequest =
  /** `tellsHeap`: whether it tells each second how its heap stands; `stays`: whether it waits for another plan after this one. */
  | { kind: 'plan'; plan: DrivePlan; tellsHeap: boolean; stays: boolean }
  | { kind: 'stop'; why: string }
  /** The trace is still being written: inputs.jsonl has this many bytes by now. */
  | { kind: 'written'; bytes: number }
  /** The trace is whole. */
  | { kind: 'whole' };

/** To the process that started the driver. */
export type DriverReport =
  | { kind: 'progress'; progress: DriveProgress }
  | { kind: 'heap'; heap: HeapUsage }
  /** For a trace that is still being written: when the window opens, what residents receive, and that the trace is to end. */
  | { kind: 'launched'; clock: PlatformClock }
  | { kind: 'received'; batch: ReceivedBatch }
  | { kind: 'close' }
  | { kind: 'done'; summary: DriverSummary }
  | { kind: 'failed'; code: ErrorCode; message: string };

/** Everything that belongs to one plan. */
class Job {
  /** They load their code while the plan is still to come. */
  readonly workers = Array.from({ length: THREADS_MIN }, loadThread);
  readonly stop = new Stop();
  readonly written = new WrittenLength(0);
  isFinished = false;
  /** Null if it is not known, or the target is not ours to stop. */
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
  const outcome = await carryOut(plan, job);
  job.isFinished = true;
  unwatch();
  if (!stays) return sendLastMessage(outcome);
  job = new Job(plan.target.pid);
  tell(outcome);
}

async function carryOut(plan: DrivePlan, { stop, written, workers }: Job): Promise<DriverReport> {
  try {
    const onProgress = (progress: DriveProgress): void => tell({ kind: 'progress', progress });
    const link = plan.live === null ? null : { written, tell };
    if (plan.live !== null) written.more(plan.live.writtenBytes);
    return { kind: 'done', summary: await runPlan(plan, { stop, onProgress, link, workers }) };
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
// A Ctrl-C reaches this process too, but it is the process that started it that decides when it ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => job.stop.now('the driver was told to end'));
// If the process that started this one is gone, nobody else stops the target.
process.on('disconnect', () => {
  const { isFinished, stop, targetPid } = job;
  if (isFinished) return;
  stop.now('the process that started the driver is gone');
  if (targetPid === null) return;
  try {
    process.kill(targetPid, 'SIGTERM');
  } catch {
    // It is gone already.
  }
});
