/** Phase 8: all threads end, and the observations are written. */
import { wallMsOf } from '../../../../contract/clock.ts';
import type { DriverSummary } from '../../../../contract/trace.ts';
import { openTrace } from '../../../trace/read.ts';
import type { Trace } from '../../../trace/trace-api.ts';
import type { ObservedPart } from '../../observations/observed-part.ts';
import { writeConnections, writeDeliveries, writeSends, writeSummary } from '../../observations/observation-files.ts';
import type { RunState } from './run-state.ts';
import { summarise } from '../../observations/summary.ts';

const FINISH_MS = 20_000;

/** Ends all threads. Resolves with what each of them saw; a thread that does not answer is left out, with a note. */
export async function finishThreads(run: RunState): Promise<ObservedPart[]> {
  const { progress, feeder, stop, threads, control, measurements } = run;
  progress.enter('writing', 0);
  feeder?.stop();
  const isStopped = stop.why !== null;
  measurements.connected.refused = threads.reduce((sum, { status }) => sum + status.refused, 0);
  const results = await Promise.all(threads.map((thread) => thread.finish(isStopped, FINISH_MS)));
  await control.close();
  for (const [i, result] of results.entries())
    if (result === null) run.note(`what the ${threads[i].role} thread saw is lost: it did not answer`);
  measurements.loops = results.map((result) => result?.eventLoopDelayMs ?? null);
  return results.filter((result) => result !== null);
}

/** Writes the files of contract/trace.ts, from SendLine on. Throws if the trace could not be read to its end. */
export async function writeObservations(run: RunState, results: readonly ObservedPart[]): Promise<DriverSummary> {
  const { plan, measurements, wall, stop } = run;
  if (measurements.readError !== null) throw measurements.readError;
  const trace = await wholeTrace(run);
  // A run that never came to its window was meant to start when it ended.
  if (!measurements.launched) run.clock = { ...run.clock, originWallMs: wall() };
  const { clock } = run;
  await writeSends(plan.outDir, trace, results, clock);
  writeDeliveries(plan.outDir, results);
  writeConnections(plan.outDir, results);
  const summary = summarise({
    measurements,
    results,
    clock,
    target: plan.target.name,
    traceSha256: trace.sha256,
    stopped: stop.why,
    windowMs: wallMsOf(clock, run.trace.header.untilMs) - clock.originWallMs,
  });
  writeSummary(plan.outDir, summary);
  run.progress.enter('done', 0);
  return summary;
}

// --- internal ---

/** The trace that was sent. If it was still being written, it ends here at the latest. */
async function wholeTrace({ link, trace, plan }: RunState): Promise<Trace> {
  if (link === null) return trace;
  const { written, tell } = link;
  tell({ kind: 'close' });
  while (!written.isWhole) await written.beyond(written.bytes);
  return openTrace(plan.traceDir);
}
