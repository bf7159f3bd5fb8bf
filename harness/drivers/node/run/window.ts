/** Phase 6: the window. Inputs are sent at their times, and both processes are sampled each second. */
import { wallMsOf } from '../../../../contract/clock.ts';
import { HundredblockError } from '../../../../contract/errors.ts';
import type { Feeder } from './feeder.ts';
import type { RunState } from './run-state.ts';

/** From deciding on the window's start to the start itself. */
const LAUNCH_MS = 500;
/** A window in real time may open this much later than everybody is connected. */
const WAIT_MS_MAX = 600_000;
const SAMPLE_MS = 1000;

/** Throws HB_TARGET if the window can't open at the moment that the target's clock asks for. */
export async function sendWindow(run: RunState, feeder: Feeder): Promise<void> {
  const { plan, trace, stop, measurements, control } = run;
  const fed = feeder.window().catch((error: unknown) => {
    measurements.readError = error;
    stop.now('the trace could not be read on');
  });
  await stop.until(() => feeder.primed, plan.limits.startMsMax);
  run.clock = { originWallMs: openingMs(run), originMs: trace.header.fromMs, speed: plan.speed };
  if (measurements.platformClock) await control.setClock(run.clock);
  for (const thread of run.threads) thread.launch(run.clock);
  run.link?.tell({ kind: 'launched', clock: run.clock });
  measurements.scrapes.push(await run.scrape());
  await sampleWindow(run);
  measurements.scrapes.push(await run.scrape());
  await stop.until(() => feeder.done, plan.limits.startMsMax);
  await fed;
}

// --- internal ---

/** Wall time at which the window opens. */
function openingMs({ wall, trace, measurements }: RunState): number {
  const nowMs = wall();
  if (measurements.platformClock) return nowMs + LAUNCH_MS;
  const { fromMs } = trace.header;
  if (fromMs > nowMs + WAIT_MS_MAX)
    throw new HundredblockError(
      'HB_TARGET',
      `the target has no platform clock: expected a window that opens within ${WAIT_MS_MAX / 60_000} minutes, found one that opens later`,
    );
  if (fromMs < nowMs)
    throw new HundredblockError(
      'HB_TARGET',
      `the target has no platform clock: expected all to be connected before the window opens, found it ${Math.round(nowMs - fromMs)} ms open`,
    );
  return fromMs;
}

/** From before the window opens to its end. */
async function sampleWindow(run: RunState): Promise<void> {
  const { clock, wall, stop, progress, measurements, trace } = run;
  const startMs = clock.originWallMs;
  await stop.until(() => wall() >= startMs, Math.max(0, startMs - wall()) + SAMPLE_MS);
  const endMs = wallMsOf(clock, trace.header.untilMs);
  progress.enter('running', Math.ceil((endMs - startMs) / 1000));
  measurements.launched = true;
  for (let second = 0; ; second += 1) {
    measurements.samples.push(run.sample());
    progress.done = second;
    const nextMs = Math.min(endMs, startMs + SAMPLE_MS * (second + 1));
    if (nextMs <= wall()) return;
    await stop.until(() => wall() >= nextMs, nextMs - wall() + SAMPLE_MS);
  }
}
