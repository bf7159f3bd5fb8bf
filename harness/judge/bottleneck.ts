/** Decides which side held a run back, and states the numbers that say so. */
import type { Load } from '../../contract/record/load.ts';
import type { Tail } from '../../contract/record/measures.ts';

type Process = Load['generator'];

/** The measures of both sides of a run. */
export interface Sides {
  generatorLagMs: Tail;
  generator: Process;
  target: Process;
  /** Number of deliveries that came late, and of inputs that the target refused. */
  late: number;
  refused: number;
  processors: number;
}

/** If its lag is above this, the generator itself was not on time. */
const LAG_P99_MS_MAX = 5;
/** If 1 in 100 turns of its event loop takes longer than this, a process is full. */
const LOOP_P99_MS_MAX = 100;
const CPU_SHARE_MAX = 0.9;

/** The generator is checked first: if it is late, its view of the target proves nothing. */
export function findBottleneck(sides: Sides): Load['bottleneck'] {
  const generator = generatorWhy(sides);
  if (generator !== null) return { verdict: 'generator', why: generator };
  const target = targetWhy(sides);
  if (target !== null) return { verdict: 'target', why: target };
  return {
    verdict: 'neither',
    why: `generator lag p99 ${show(sides.generatorLagMs.p99)} ms, nothing late or refused, neither process full`,
  };
}

// --- internal ---

function generatorWhy({ generatorLagMs, generator, processors }: Sides): string | null {
  if (generatorLagMs.p99 >= LAG_P99_MS_MAX)
    return `generator lag p99 ${show(generatorLagMs.p99)} ms (limit ${LAG_P99_MS_MAX})`;
  // The generator has several threads, so it may use every processor.
  return loopWhy('generator', generator) ?? cpuWhy('generator', generator, CPU_SHARE_MAX * processors);
}

function targetWhy({ target, late, refused }: Sides): string | null {
  if (refused > 0) return `${refused} inputs refused by the target`;
  if (late > 0) return `${late} deliveries late`;
  return loopWhy('target', target) ?? cpuWhy('target', target, CPU_SHARE_MAX);
}

function loopWhy(name: string, { eventLoopDelayMs }: Process): string | null {
  if (eventLoopDelayMs === null || eventLoopDelayMs.p99 < LOOP_P99_MS_MAX) return null;
  return `${name} event-loop delay p99 ${show(eventLoopDelayMs.p99)} ms (limit ${LOOP_P99_MS_MAX})`;
}

function cpuWhy(name: string, { cpuShare }: Process, limit: number): string | null {
  if (cpuShare === null || cpuShare < limit) return null;
  return `${name} used ${show(100 * cpuShare)}% of a processor (limit ${show(100 * limit)}%)`;
}

function show(value: number): string {
  return value.toFixed(1);
}
