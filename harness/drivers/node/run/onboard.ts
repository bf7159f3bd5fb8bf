/** Phase 3: the target is onboarded, its clock made to stand before the window, and it gets ready. */
import { HundredblockError } from '../../../../contract/errors.ts';
import type { Onboarding } from '../../../../contract/onboarding.ts';
import type { RunState } from './run-state.ts';
import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_MS = 50;

/** Throws HB_TARGET if the target refuses, is not ready in time, or has no clock for a speed other than 1. */
export async function onboard(run: RunState): Promise<void> {
  const { plan, trace, progress, control, threads, measurements, wall } = run;
  const { target, speed } = plan;
  const { portals } = threads[0];
  progress.enter('onboarding', 0);
  if (!target.onboarded) await control.onboard(documentOf(trace.onboarding, portals));
  else if (portals.size > 0)
    run.note('the target was onboarded by others: it can only poll portals whose URLs it was given');
  const standing = { originWallMs: wall(), originMs: trace.header.fromMs - 1, speed: 0 };
  measurements.platformClock = target.harnessKey !== null && (await control.setClock(standing));
  if (!measurements.platformClock && speed !== 1)
    throw new HundredblockError(
      'HB_TARGET',
      `speed: expected 1, since the target has no platform clock, found ${speed}`,
    );
  await awaitReady(run);
}

// --- internal ---

async function awaitReady({ plan, control, stop, wall }: RunState): Promise<void> {
  const end = wall() + plan.limits.startMsMax;
  for (;;) {
    const status = await control.ready();
    stop.check();
    if (status === 200 || status === 404) return;
    if (wall() >= end)
      throw new HundredblockError(
        'HB_TARGET',
        `/readyz: expected 200 after the onboarding, found ${status ?? 'no answer'}`,
      );
    await sleep(AGAIN_MS);
  }
}

/** The document with the URLs of the portals that are hosted for this run. */
function documentOf(onboarding: Onboarding, urls: ReadonlyMap<number, string>): string {
  const agencies = onboarding.agencies.map((agency, index) => {
    const url = urls.get(index);
    return agency.portal === null || url === undefined ? agency : { ...agency, portal: { ...agency.portal, url } };
  });
  return JSON.stringify({ ...onboarding, agencies });
}
