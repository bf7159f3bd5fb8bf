/** Phase 5: residents and doorbells that are online when the window opens connect over the scenario's ramp. */
import type { ConnectionRamp, Feeder } from './feeder.ts';
import type { RunState } from './run-state.ts';

/** The slope of memory per resident is measured from this number of residents on. */
const SLOPE_FROM = 2000;

/** Residents connect first, so that memory per resident is not mixed up with that of doorbells. */
export async function connectClients(run: RunState, feeder: Feeder, ramps: readonly ConnectionRamp[]): Promise<void> {
  const { progress, measurements, wall } = run;
  const online = ramps.reduce((sum, { inputs }) => sum + inputs, 0);
  progress.enter('connecting', online);
  measurements.before = run.sample();
  const startedMs = wall();
  for (const role of ['residents', 'doorbells'] as const) {
    const own = ramps.filter(({ thread }) => run.threads[thread].role === role);
    await connectRole(run, feeder, { role, ramps: own, online });
  }
  measurements.connected = {
    residents: run.connected('residents'),
    doorbells: run.connected('doorbells'),
    refused: 0,
    rampMs: wall() - startedMs,
  };
}

// --- internal ---

interface RoleRamps {
  role: 'residents' | 'doorbells';
  ramps: readonly ConnectionRamp[];
  /** Connections of both roles. */
  online: number;
}

async function connectRole(run: RunState, feeder: Feeder, { role, ramps, online }: RoleRamps): Promise<void> {
  const { load, threads, wall, stop, plan, measurements } = run;
  const inputs = ramps.reduce((sum, ramp) => sum + ramp.inputs, 0);
  if (inputs === 0) return;
  const overMs = (load.connectRampMs * inputs) / online;
  for (const { thread, chunk, inputs: count } of ramps) {
    feeder.countRamp(thread, chunk, count);
    threads[thread].ramp(chunk, { startMs: wall(), overMs });
  }
  if (!(await stop.until(() => areConnected(run, role), overMs + plan.limits.connectMsMax)))
    run.note(`${inputs - run.connected(role)} of ${inputs} ${role} were not connected when the window opened`);
  if (role === 'residents') measurements.slopeTo = { connected: run.connected('residents'), sample: run.sample() };
}

/** Whether no client of this role is on its way any more. */
function areConnected(run: RunState, role: 'residents' | 'doorbells'): boolean {
  const { progress, threads, measurements } = run;
  const residents = run.connected('residents');
  progress.done = residents + run.connected('doorbells');
  if (role === 'residents' && measurements.slopeFrom === null && residents >= SLOPE_FROM)
    measurements.slopeFrom = { connected: residents, sample: run.sample() };
  return threads
    .filter((thread) => thread.role === role)
    .every(({ status, handed }) => status.taken >= handed && status.connecting === 0);
}
