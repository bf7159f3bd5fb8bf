/** What an experiment starts from; a file of one's own leaves out what it keeps. */
import type { Experiment, Factor } from '../../contract/experiment.ts';
import { deepFreeze } from '../freeze.ts';

type Defaults = Pick<
  Experiment,
  'set' | 'design' | 'against' | 'primary' | 'replications' | 'replicationsMax' | 'warmUp' | 'seed' | 'tipping'
>;

export const EXPERIMENT_DEFAULTS: Readonly<Defaults> = deepFreeze<Defaults>({
  set: [],
  design: { kind: 'grid', size: 0, points: [] },
  against: null,
  primary: [],
  // As many as make a t interval of a mean sound where single runs are skewed; assumed.
  replications: 30,
  replicationsMax: 200,
  warmUp: { rule: 'stated', hours: 24 },
  seed: 20_260_601,
  tipping: { measure: null, share: 0.1 },
});

type Range = Pick<Factor, 'paths' | 'low' | 'high' | 'scale'>;

export const LEVELS_ONLY: Readonly<Range> = deepFreeze<Range>({ paths: [], low: 0, high: 0, scale: 'linear' });
