/** Phase 2: each sending thread is told its role and gets ready. */
import type { Onboarding } from '../../../../contract/onboarding.ts';
import { HARNESS_METRICS } from '../../../../contract/metrics.ts';
import { CLOSE_CODES, PATHS, REFUSALS } from '../../../../contract/wire.ts';
import { loadThread, setUpThread } from '../thread/thread-handle.ts';
import type { ThreadRole, ThreadSetup } from '../thread/thread-protocol.ts';
import type { RunState } from './run-state.ts';

/** Threads of the smallest run: a sender, one for doorbells and one for residents. */
export const THREADS_MIN = 3;

const RESIDENTS_PER_THREAD = 15_000;
const RESIDENT_THREADS_MAX = 4;

const BOUNDS_MS = {
  lag: HARNESS_METRICS.hundredblock_run_generator_lag_seconds.buckets.map((bound) => 1000 * bound),
  connect: HARNESS_METRICS.hundredblock_run_latency_seconds.buckets.map((bound) => 1000 * bound),
};

/** Throws if a thread dies before it is ready. */
export async function startThreads(run: RunState): Promise<void> {
  const { plan, trace, link, stop, workers } = run;
  const byNumber = Math.min(
    RESIDENT_THREADS_MAX,
    Math.max(1, Math.ceil(trace.header.residents / RESIDENTS_PER_THREAD)),
  );
  const parts = plan.residentThreads ?? byNumber;
  const setups = [setupOf(run, 'sender', 0, parts), setupOf(run, 'doorbells', 0, parts)];
  for (let part = 0; part < parts; part += 1) setups.push(setupOf(run, 'residents', part, parts));
  const started = setups.map((setup, i) =>
    setUpThread(workers[i] ?? loadThread(), setup, {
      consumed: (weight) => run.feeder?.consumed(weight),
      received: (batch) => link?.tell({ kind: 'received', batch }),
      died: (role, why) => stop.now(`the driver's ${role} thread stopped: ${why}`),
    }),
  );
  // Threads that did start are ended with the run, even if another did not.
  const settled = await Promise.allSettled(started);
  run.begin(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  run.measurements.residentThreads = parts;
}

// --- internal ---

function setupOf(run: RunState, role: ThreadRole, part: number, parts: number): ThreadSetup {
  const { wallOffsetMs, trace, http, mqtt, plan, encoder, load, link } = run;
  const { triesMax, waitingBytesMax, deliveriesMax } = plan.limits;
  return {
    role,
    wallOffsetMs,
    credentialSecret: trace.onboarding.credentialSecret,
    http,
    mqtt,
    wire: { refusals: REFUSALS, streamPath: PATHS.stream, closeCodes: CLOSE_CODES },
    boundsMs: BOUNDS_MS,
    triesMax,
    waitingBytesMax,
    deliveriesMax: Math.ceil(deliveriesMax / parts),
    connections: encoder.connections,
    portals: portalsOf(trace.onboarding),
    part,
    parts,
    slowBytesPerSecond: load.slowConsumers.bytesPerSecond,
    reportsDeliveries: link !== null,
  };
}

function portalsOf(onboarding: Onboarding): ThreadSetup['portals'] {
  return onboarding.agencies.flatMap(({ portal }, agency) =>
    portal === null ? [] : [{ agency, everyMs: portal.everyMs }],
  );
}
