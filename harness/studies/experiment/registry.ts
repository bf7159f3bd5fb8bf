/** The experiments that have a name, in the order in which they are listed. */
import type { Experiment } from '../../../contract/experiment.ts';
import { doseResponse } from '../../../scenarios/experiments/dose-response.ts';
import { whatTheRulesBuy } from '../../../scenarios/experiments/what-the-rules-buy.ts';
import { sensitivity } from '../../../scenarios/experiments/sensitivity.ts';
import { whoPays } from '../../../scenarios/experiments/who-pays.ts';
import { withdrawal } from '../../../scenarios/experiments/withdrawal.ts';

export const EXPERIMENTS: ReadonlyMap<string, Readonly<Experiment>> = new Map(
  [doseResponse, whoPays, whatTheRulesBuy, withdrawal, sensitivity].map((experiment) => [experiment.name, experiment]),
);
