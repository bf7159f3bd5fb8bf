import type { Experiment } from '../../contract/experiment.ts';
import { deepFreeze } from '../freeze.ts';
import { EXPERIMENT_DEFAULTS, LEVELS_ONLY } from './defaults.ts';

/** A direct feed, a portal, a late portal, or nothing. */
export const withdrawal: Readonly<Experiment> = deepFreeze<Experiment>({
  ...EXPERIMENT_DEFAULTS,
  name: 'withdrawal',
  title: 'A withdrawn feed: direct feed, public portal, or nothing',
  question:
    'What changes for residents and for police when an agency withdraws its feed, with and without a public portal?',
  base: 'precinct',
  factors: [
    {
      ...LEVELS_ONLY,
      name: 'source',
      title: 'Source',
      levels: [
        { name: 'direct', title: 'direct feed', set: ['agencies.0.dialect=eido'] },
        { name: 'portal', title: 'public portal', set: ['agencies.0.dialect=dallas'] },
        { name: 'late-portal', title: 'public portal, 20 min late', set: ['agencies.0.dialect=sf'] },
        { name: 'nothing', title: 'nothing', set: ['policy.alerts=off'] },
      ],
    },
  ],
  measures: [
    'alertsPer1000Day',
    'falseAlertShare',
    'falseStandingShare',
    'onsetToAlertMedianMin',
    'inducedCallShare',
    'unitUtilisation',
    'callsWaiting',
    'p1ResponseMedianMin',
    'p2ResponseMedianMin',
    'unitHoursInducedPerDay',
    'callAbandonedShare',
  ],
  primary: ['unitUtilisation', 'p2ResponseMedianMin'],
  figures: { over: 'source', series: null },
});
