/** The heap as it stood after the last major collection, as a metric beside those that Node has by default. */
import { Gauge, type Registry } from 'prom-client';
import { onMajorCollection } from './major-collections.ts';

/** Registers `nodejs_heap_size_after_gc_bytes`; it has no value before the first major collection. */
export function collectHeapAfterGc(registry: Registry): void {
  const gauge = new Gauge({
    name: 'nodejs_heap_size_after_gc_bytes',
    help: 'Heap in use in bytes at the end of the last major garbage collection.',
    labelNames: ['kind'],
    registers: [registry],
  });
  onMajorCollection((usedBytes) => gauge.set({ kind: 'major' }, usedBytes));
}
