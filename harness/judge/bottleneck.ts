/** Which side held a run back, by figures that are stated. */
import type { Load } from '../../contract/record/load.ts';
import type { Tail } from '../../contract/record/measures.ts';

type Process = Load['generator'];

export interface Sides {
  generatorLagMs: Tail;
  generator: Process;
  target: Process;
  /** Deliveries that came late, and work that the target refused. */
  late: number;
  refused: number;
  processors: number;
}

/** A generator above this was not on time itself. */
const LAG_P99_MS_MAX = 5;
/** An event loop that often takes longer for a turn is full. */
const LOOP_P99_MS_MAX = 100;
const CPU_SHARE_MAX = 0.9;

/** The generator is asked first: what a late generator sees of the target proves nothing. */
export function bottleneckOf(s: Sides): Load['bottleneck'] {
  const generator = generatorWhy(s);
  if (generator !== null) return { verdict: 'generator', why: generator };
  const target = targetWhy(s);
  if (target !== null) return { verdict: 'target', why: target };
  return {
    verdict: 'neither',
    why: `generator lag p99 ${show(s.generatorLagMs.p99)} ms, nothing late or refused, neither process full`,
  };
}

// --- internal ---

function generatorWhy({ generatorLagMs, generator, processors }: Sides): string | null {
  if (generatorLagMs.p99 >= LAG_P99_MS_MAX)
    return `generator lag p99 ${show(generatorLagMs.p99)} ms (limit ${LAG_P99_MS_MAX})`;
  // It has several threads: only all processors together are more than it can use.
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
