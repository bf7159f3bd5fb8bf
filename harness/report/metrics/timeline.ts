/** The moments at which a run's OpenMetrics file has points: the run's start, steps from there, and its end. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../contract/time.ts';

export interface Timeline {
  /** A whole second, since readers of the format drop fractions. */
  startMs: number;
  /** At least a second after the start, so that a counter has room for its zero. */
  endMs: number;
  /** The moment by which an event at `ms` is counted: the first one from then on, after the start. */
  momentOf(ms: number): number;
  /** The same in coarser steps, for histograms: a point of one takes some twenty lines, and its quantiles mean little over a short time. */
  coarseMomentOf(ms: number): number;
}

/** Length of a step by the length of the run, so that there are at most some 2,000 steps. */
const STEPS = [
  { daysMax: 2, stepMs: 5 * MINUTE_MS },
  { daysMax: 60, stepMs: HOUR_MS },
  { daysMax: Infinity, stepMs: 6 * HOUR_MS },
] as const;
const COARSE_STEPS = 12;

/** The moments of a run. */
export function makeTimeline(simulated: { startMs: number; endMs: number }): Timeline {
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
