/** What this process's heap holds after each major collection: garbage that waits to be collected left out. None is ever forced. */
import { PerformanceObserver } from 'node:perf_hooks';
import { GCProfiler } from 'node:v8';

/** Tells the bytes of heap in use as V8 counted them at the end of each major collection, soon after it. Stops when the function that it returns is called. */
export function onMajorCollection(tell: (usedBytes: number) => void): () => void {
  let profiler = started();
  // The profiler knows how the heap stood at the end of a collection, the observer that there was one: emptied each time, it never holds much.
  const observer = new PerformanceObserver(() => {
    const { statistics } = profiler.stop();
    profiler = started();
    const last = statistics.findLast(({ gcType }) => gcType === MAJOR);
    if (last !== undefined) tell(last.afterGC.heapStatistics.usedHeapSize);
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    observer.disconnect();
    profiler.stop();
  };
}

// --- internal ---

const MAJOR = 'MarkSweepCompact';

function started(): GCProfiler {
  const profiler = new GCProfiler();
  profiler.start();
  return profiler;
}
