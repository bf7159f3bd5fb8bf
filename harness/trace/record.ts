/** Records a trace: runs the world in virtual time from its start to the window's end. */
import { HundredblockError } from '../../contract/errors.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS, formatIso, MINUTE_MS } from '../../contract/time.ts';
import { simulateRecorded } from '../engine/simulate.ts';
import { TraceRecorder } from './recorder.ts';
import type { RecordTrace } from './trace-api.ts';

const RUN_MS_MAX = 366 * DAY_MS;

/** See RecordTrace. */
export const recordTrace: RecordTrace = async (options) => {
  const { seed, fromMs, windowMs, dir, signal, onProgress } = options;
  const scenario = cutAtWindow(options.scenario, fromMs, windowMs);
  const recorder = await TraceRecorder.create({ scenario: options.scenario, seed, fromMs, dir });
  try {
    const reached = (ms: number) => recorder.reached(ms);
    const run = await simulateRecorded({ scenario, seed, recorder, reached, signal, onProgress });
    const shards = run.group.finish();
    const truth = run.group.shards.map((shard) => shard.truth());
    const header = await recorder.finish(run.endMs, truth, shards);
    return { header, shards, partial: run.partial };
  } finally {
    await recorder.close();
  }
};

/** The scenario, ending with the window. Throws HB_OPTION_VALUE if the window is impossible. */
export function cutAtWindow(scenario: Readonly<Scenario>, fromMs: number, windowMs: number): Scenario {
  const { startMs } = scenario;
  if (!Number.isInteger(fromMs) || fromMs < startMs)
    throw refuse('window start', `a moment not before the scenario's ${formatIso(startMs)}`, formatIso(fromMs));
  const lengthMs = fromMs - startMs + windowMs;
  if (!Number.isInteger(windowMs) || windowMs < 1)
    throw refuse('window length', 'at least one whole simulated millisecond', `${windowMs} ms`);
  if (lengthMs < MINUTE_MS || lengthMs > RUN_MS_MAX)
    throw refuse('window end', 'one minute to 366 days after the scenario starts', `${lengthMs} ms`);
  return { ...scenario, durationDays: lengthMs / DAY_MS };
}

// --- internal ---

function refuse(what: string, expected: string, found: string): HundredblockError {
  return new HundredblockError('HB_OPTION_VALUE', `${what}: expected ${expected}, found ${found}`);
}
