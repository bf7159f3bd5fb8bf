/** Which residents read slowly: whoever drives and whoever judges must agree. */
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceHeader } from '../../contract/trace.ts';
import { keyedDraw } from '../../simulator/kernel/random.ts';

/** Chosen by the seed, so that the same residents are slow in every run. */
export function readsSlowly(header: Pick<TraceHeader, 'scenario' | 'seed'>, resident: number): boolean {
  const { share } = (header.scenario as Scenario).load.slowConsumers;
  return share > 0 && keyedDraw({ seed: header.seed, replication: 0 }, 'load-slow-consumer', resident)() < share;
}
