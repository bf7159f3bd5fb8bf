/** Defaults of an experiment. A user's own file leaves out every field that keeps its default. */
import type { Experiment, Factor } from '../../contract/experiment.ts';
import { deepFreeze } from '../freeze.ts';

type Defaults = Pick<
  Experiment,
  'set' | 'design' | 'against' | 'primary' | 'replications' | 'replicationsMax' | 'warmUp' | 'seed' | 'tipping'
>;

/** Default of each field. */
export const EXPERIMENT_DEFAULTS: Readonly<Defaults> = deepFreeze<Defaults>({
  set: [],
  design: { kind: 'grid', size: 0, points: [] },
  against: null,
  primary: [],
  // Assumed: with 30 replications a t interval of a mean is sound even if single runs are skewed.
  replications: 30,
  replicationsMax: 200,
  warmUp: { rule: 'stated', hours: 24 },
  seed: 20_260_601,
  tipping: { measure: null, share: 0.1 },
});

type Range = Pick<Factor, 'paths' | 'low' | 'high' | 'scale'>;

/** Fields of a factor that has levels and no range. */
export const LEVELS_ONLY: Readonly<Range> = deepFreeze<Range>({ paths: [], low: 0, high: 0, scale: 'linear' });
