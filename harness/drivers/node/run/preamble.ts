/** Phase 4: the target is told what was open before the window. */
import { HundredblockError } from '../../../../contract/errors.ts';
import type { ConnectionRamp, Feeder } from './feeder.ts';
import type { RunState } from './run-state.ts';

/** Resolves with the connections to make before the window. Throws HB_TARGET if the target does not answer all in time. */
export async function sendPreamble(run: RunState, feeder: Feeder): Promise<ConnectionRamp[]> {
  const { progress, threads, stop, plan } = run;
  progress.enter('preamble', 0);
  const ramps = await feeder.preamble();
  const [sender] = threads;
  progress.of = sender.handed;
  const isSettled = (): boolean => {
    progress.done = sender.status.acknowledged;
    return sender.status.taken >= sender.handed && sender.status.owed === 0;
  };
  if (!(await stop.until(isSettled, plan.limits.preambleMsMax)))
    throw new HundredblockError(
      'HB_TARGET',
      `the preamble: expected ${sender.handed} answers in time, found ${progress.done}`,
    );
  return ramps;
}
