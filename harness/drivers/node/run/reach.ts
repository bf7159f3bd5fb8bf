/** Phase 1: the target must answer before anything else is tried. */
import { HundredblockError } from '../../../../contract/errors.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunState } from './run-state.ts';

/** A target that was there before the run answers within this time, or not at all. */
const REACH_MS = 1500;
const AGAIN_MS = 200;

/** Throws HB_TARGET if no answer 2xx comes in time. */
export async function reachTarget({ plan, progress, wall, control, stop }: RunState): Promise<void> {
  progress.enter('starting', 0);
  const { pid, url } = plan.target;
  const { startMsMax } = plan.limits;
  const end = wall() + (pid === null ? Math.min(REACH_MS, startMsMax) : startMsMax);
  for (;;) {
    const status = await control.health();
    stop.check();
    if (status !== null && status >= 200 && status <= 299) return;
    if (wall() >= end) {
      const found = status === null ? 'none, or nothing that is HTTP' : `status ${status}`;
      throw new HundredblockError('HB_TARGET', `${url}/healthz: expected an answer 200, found ${found}`);
    }
    await sleep(AGAIN_MS);
  }
}
