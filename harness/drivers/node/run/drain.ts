/** Phase 7: after the last input, until the target owes nothing and has been quiet for a while. */
import type { RunState } from './run-state.ts';

/** Resolves at the latest after the longest drain; a note says if the target still owed answers then. */
export async function drain(run: RunState): Promise<void> {
  const { progress, wall, stop, plan, threads, measurements } = run;
  progress.enter('draining', 0);
  const { drainMsMax, drainQuietMs } = plan.limits;
  const fromMs = wall();
  const isQuiet = (): boolean => {
    const lastMs = Math.max(
      fromMs,
      ...threads.map(({ status }) => Math.max(status.lastAnswerMs, status.lastDeliveryMs)),
    );
    const isOwed = threads.some(({ status, handed }) => status.taken < handed || status.owed > 0);
    return !isOwed && wall() - lastMs >= drainQuietMs;
  };
  if (!(await stop.until(isQuiet, drainMsMax)))
    run.note(`the target still owed answers, or still sent, ${drainMsMax} ms after the last input`);
  measurements.scrapes.push(await run.scrape());
}
