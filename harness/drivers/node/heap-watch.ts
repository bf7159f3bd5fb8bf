/** Measures the heap and the event loop of this process each second. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { onMajorCollection } from '../../../reference-impl/server/major-collections.ts';
import type { HeapUsage } from '../driver-api.ts';

/** Tells each second, until the function that it returns is called. Does not keep a process alive. */
export function watchHeap(tell: (heap: HeapUsage) => void): () => void {
  let afterGcBytes: number | null = null;
  const unwatch = onMajorCollection((usedBytes) => {
    afterGcBytes = usedBytes;
  });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const timer = setInterval(() => {
    const { heapUsed, external } = process.memoryUsage();
    const loopDelayMsMax = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
    delay.reset();
    tell({ usedBytes: heapUsed, afterGcBytes, externalBytes: external, loopDelayMsMax });
  }, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    unwatch();
    delay.disable();
  };
}

// --- internal ---

const EVERY_MS = 1000;
const RESOLUTION_MS = 10;
