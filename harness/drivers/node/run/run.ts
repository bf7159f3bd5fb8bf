/** A run from its first request to its last file: the work of the driver's process. Each phase has a file of its own. */
import type { Worker } from 'node:worker_threads';
import { HundredblockError } from '../../../../contract/errors.ts';
import type { DriverSummary } from '../../../../contract/trace.ts';
import { followTrace } from '../../../trace/follow.ts';
import { openTrace } from '../../../trace/read.ts';
import type { Trace } from '../../../trace/trace-api.ts';
import type { DriveProgress } from '../../driver-api.ts';
import { loopbackEndpoint } from '../../target/loopback.ts';
import { openFilesMax } from '../../target/process-usage.ts';
import { connectClients } from './connect.ts';
import { drain } from './drain.ts';
import type { DrivePlan, LiveLink } from './drive-plan.ts';
import { finishThreads, writeObservations } from './finish.ts';
import { makeFolder } from '../../observations/observation-files.ts';
import { onboard } from './onboard.ts';
import { sendPreamble } from './preamble.ts';
import { reachTarget } from './reach.ts';
import { RunState } from './run-state.ts';
import { SilenceWatch } from './silence-watch.ts';
import { startThreads } from './start-threads.ts';
import { Stopped, type Stop } from './stop.ts';
import { sendWindow } from './window.ts';

/** Files and sockets that are neither residents nor doorbells. */
const OTHER_FILES = 200;
const TELL_MS = 500;

/** Everything that a run needs besides its plan. */
export interface RunOptions {
  stop: Stop;
  onProgress: (progress: DriveProgress) => void;
  /** Left out if the trace is whole. */
  link?: LiveLink | null;
  /** Threads that were started ahead by loadThread, at most THREADS_MIN. */
  workers?: readonly Worker[];
}

/** Sends a trace and writes what was seen. Throws what `drive` throws. */
export async function runPlan(plan: DrivePlan, options: RunOptions): Promise<DriverSummary> {
  const { stop, onProgress, link = null, workers = [] } = options;
  const trace =
    plan.live === null || link === null
      ? await openTrace(plan.traceDir)
      : await followTrace(plan.traceDir, plan.live.header, link.written);
  const http = await loopbackEndpoint(plan.target.url, 'http');
  const mqtt = plan.target.mqttUrl === null ? null : await loopbackEndpoint(plan.target.mqttUrl, 'mqtt');
  checkSockets(trace);
  makeFolder(plan.outDir);
  const run = new RunState({ plan, stop, onProgress, link, trace, http, mqtt, workers });
  await runPhases(run);
  return writeObservations(run, await finishThreads(run));
}

// --- internal ---

function checkSockets(trace: Trace): void {
  const { residents, doorbells } = trace.header;
  const allowed = openFilesMax() - OTHER_FILES;
  if (residents + doorbells > allowed)
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      `expected at most ${allowed} residents and doorbells online (the system's limit of open files for a process), found ${residents} and ${doorbells}; see load.connectedShareOfAppUsers`,
    );
}

/** Runs the phases up to the drain. If the run is stopped, or the target gives it a reason to, resolves early. */
async function runPhases(run: RunState): Promise<void> {
  const timer = setInterval(() => run.progress.tell(), TELL_MS);
  const watch = new SilenceWatch(run);
  try {
    await reachTarget(run);
    await startThreads(run);
    await onboard(run);
    const { feeder } = run;
    if (feeder === null) return;
    const ramps = await sendPreamble(run, feeder);
    await connectClients(run, feeder, ramps);
    await sendWindow(run, feeder);
    await drain(run);
  } catch (error) {
    if (error instanceof HundredblockError && error.code === 'HB_TARGET') run.stop.now(error.message);
    else if (!(error instanceof Stopped)) {
      run.stop.now('an error of the driver');
      await finishThreads(run);
      throw error;
    }
  } finally {
    clearInterval(timer);
    watch.stop();
  }
}
