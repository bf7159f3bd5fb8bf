/** A thread that runs replications one after the other, as orders come. */
import { parentPort } from 'node:worker_threads';
import type { Scenario } from '../../../contract/scenario.ts';
import { replicate, type Replication } from './replicate.ts';

/** A replication to run. */
export interface Order {
  scenario: Scenario;
  seed: number;
  measures: string[];
  findWarmUp: boolean;
}

/** The replication (null if it was stopped), or the stack of the error that it ended with. */
export type Answer = { replication: Replication | null } | { error: string };

if (parentPort !== null) {
  const port = parentPort;
  port.on('message', ({ scenario, seed, measures, findWarmUp }: Order) => {
    replicate(scenario, seed, measures, findWarmUp).then(
      (replication) => port.postMessage({ replication } satisfies Answer),
      (error: unknown) =>
        port.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
