/** Which residents read slowly. Drivers and the judge both ask here, so that they agree. */
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceHeader } from '../../contract/trace.ts';
import { keyedDraw } from '../../simulator/kernel/random.ts';

/** Whether a resident reads slowly. The seed decides, so the same residents are slow in every run. */
export function readsSlowly(header: Pick<TraceHeader, 'scenario' | 'seed'>, resident: number): boolean {
  const { share } = (header.scenario as Scenario).load.slowConsumers;
  return share > 0 && keyedDraw({ seed: header.seed, replication: 0 }, 'load-slow-consumer', resident)() < share;
}
