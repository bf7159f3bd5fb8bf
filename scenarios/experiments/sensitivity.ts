import type { Experiment } from '../../contract/experiment.ts';
import { deepFreeze } from '../freeze.ts';
import { DEFAULTS } from '../defaults.ts';
import { EXPERIMENT_DEFAULTS } from './defaults.ts';

type Reaction =
  | 'openShare'
  | 'muteShare'
  | 'quitShare'
  | 'postShare'
  | 'commentShare'
  | 'callShare'
  | 'postReaderCallShare'
  | 'adoptShare'
  | 'delayMsMean'
  | 'fearHalfLifeMs';

/** A factor that ranges from half of an assumed number to its double. */
const around = (path: Reaction, name: string, title: string) => ({
  name,
  title,
  levels: [],
  paths: [`reactions.${path}`],
  low: DEFAULTS.reactions[path] / 2,
  high: DEFAULTS.reactions[path] * 2,
  scale: 'log' as const,
});

/** How much the results depend on each number of the loop that nobody has measured. */
export const sensitivity: Readonly<Experiment> = deepFreeze<Experiment>({
  ...EXPERIMENT_DEFAULTS,
  name: 'sensitivity',
  title: 'How much hangs on what is assumed of residents',
  question:
    'By how much do calls from alerts, and the load of police, change where an assumed number is half or double?',
  base: 'precinct',
  factors: [
    around('openShare', 'open', 'alerts opened'),
    around('callShare', 'call', 'reports per opened alert'),
    around('postReaderCallShare', 'reader-call', 'reports per post seen'),
    around('fearHalfLifeMs', 'half-life', 'half-life of a worry'),
    around('postShare', 'post', 'posts per opened alert'),
    around('commentShare', 'comment', 'comments per thread seen'),
    around('muteShare', 'mute', 'mutes per opened alert'),
    around('quitShare', 'quit', 'quits per opened alert'),
    around('adoptShare', 'adopt', 'doorbells bought per opened alert'),
    around('delayMsMean', 'delay', 'delay of a reaction'),
  ],
  design: { kind: 'morris', size: 10, points: [] },
  replications: 4,
  measures: [
    'alertsPer1000Day',
    'inducedCallShare',
    'unitUtilisation',
    'p2ResponseMedianMin',
    'unitHoursInducedPerDay',
  ],
  primary: ['inducedCallShare'],
  figures: { over: 'alertsPer1000Day', series: null },
});
