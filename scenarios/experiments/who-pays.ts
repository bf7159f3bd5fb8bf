import type { Experiment } from '../../contract/experiment.ts';
import { deepFreeze } from '../freeze.ts';
import { EXPERIMENT_DEFAULTS, LEVELS_ONLY } from './defaults.ts';

/** The cost of alerts by density and by size of the agency. */
export const whoPays: Readonly<Experiment> = deepFreeze<Experiment>({
  ...EXPERIMENT_DEFAULTS,
  name: 'who-pays',
  title: 'Who pays for alerts: by density of the neighbourhood and size of the agency',
  question:
    'Do alerts cost residents of thin or of dense neighbourhoods, and of small or of large agencies, more of their police?',
  base: 'precinct',
  factors: [
    {
      ...LEVELS_ONLY,
      name: 'density',
      title: 'Density',
      levels: [
        // A rural fringe, a US suburb and an inner city. All assumed.
        { name: 'thin', title: '400 people/km²', set: ['people.personsPerKm2=400'] },
        { name: 'suburb', title: '1,500 people/km²', set: ['people.personsPerKm2=1500'] },
        { name: 'dense', title: '6,000 people/km²', set: ['people.personsPerKm2=6000'] },
      ],
    },
    {
      ...LEVELS_ONLY,
      name: 'size',
      title: 'Size of the agency',
      levels: [
        { name: 'small', title: '20,000 people', set: ['agencies.0.personsPerAgency=20000'] },
        { name: 'large', title: '80,000 people', set: ['agencies.0.personsPerAgency=80000'] },
      ],
    },
    {
      ...LEVELS_ONLY,
      name: 'alerts',
      title: 'Alerts',
      levels: [
        { name: 'off', title: 'no alerts', set: ['policy.alerts=off'] },
        { name: 'on', title: 'alerts', set: [] },
      ],
    },
  ],
  against: 'alerts',
  measures: [
    'alertsPer1000Day',
    'callsPer1000Day',
    'inducedCallShare',
    'unitUtilisation',
    'callsWaiting',
    'p1ResponseMedianMin',
    'p2ResponseMedianMin',
    'unitHoursInducedPerDay',
    'callAbandonedShare',
  ],
  primary: ['unitUtilisation', 'p2ResponseMedianMin'],
  figures: { over: 'density', series: null },
});
