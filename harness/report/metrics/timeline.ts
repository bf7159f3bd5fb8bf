/** The moments at which a run's figures stand in its OpenMetrics file: the run's start, steps from there, its end. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../contract/time.ts';

export interface Timeline {
  /** Whole seconds: readers of the format cut what is finer. */
  startMs: number;
  /** At least a second after the start, so that a counter has room for its zero. */
  endMs: number;
  /** The first moment after the start that something which happened at `ms` is counted by. */
  momentOf(ms: number): number;
  /** The same by coarser steps: a point of a histogram is some twenty lines, and its quantiles mean little over a short while. */
  coarseMomentOf(ms: number): number;
}

/** Steps by the length of the run: at most some 2,000 of them. */
const STEPS = [
  { daysMax: 2, stepMs: 5 * MINUTE_MS },
  { daysMax: 60, stepMs: HOUR_MS },
  { daysMax: Infinity, stepMs: 6 * HOUR_MS },
] as const;
const COARSE_STEPS = 12;

export function timelineOf(simulated: { startMs: number; endMs: number }): Timeline {
  const startMs = Math.floor(simulated.startMs / SECOND_MS) * SECOND_MS;
  const endMs = Math.max(startMs + SECOND_MS, Math.ceil(simulated.endMs / SECOND_MS) * SECOND_MS);
  const { stepMs } = STEPS.find((s) => endMs - startMs <= s.daysMax * DAY_MS)!;
  const after = (ms: number, everyMs: number): number =>
    Math.min(endMs, startMs + Math.max(1, Math.ceil((ms - startMs) / everyMs)) * everyMs);
  return {
    startMs,
    endMs,
    momentOf: (ms) => after(ms, stepMs),
    coarseMomentOf: (ms) => after(ms, COARSE_STEPS * stepMs),
  };
}
