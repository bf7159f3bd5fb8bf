/** How late a thread's event loop runs, as a Tail. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Tail } from '../../../../contract/record/measures.ts';

/** Starts measuring. `stop` ends it and answers the delays; `restart` forgets those measured so far. */
export function measureLoopDelay(): { restart(): void; stop(): Tail } {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    restart: () => histogram.reset(),
    stop: () => {
      histogram.disable();
      // The histogram holds the time from one tick to the next: the part that exceeds the period is delay.
      const ms = (ns: number): number => Math.max(0, round3(ns / 1e6 - RESOLUTION_MS));
      const { count } = histogram;
      if (count === 0) return { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
      const at = (percent: number): number => ms(histogram.percentile(percent));
      return { count, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: ms(histogram.max) };
    },
  };
}

// --- internal ---

const RESOLUTION_MS = 10;

function round3(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
