import type { Experiment } from '../../contract/experiment.ts';
import { deepFreeze } from '../freeze.ts';
import { EXPERIMENT_DEFAULTS, LEVELS_ONLY } from './defaults.ts';

/** A level of app users and radius: it changes the number of alerts delivered, and no crime. */
const dose = (name: string, title: string, appUserShare: number, radiusFactor: number) => ({
  name,
  title,
  set: [`people.appUserShareOfPersons=${appUserShare}`, `people.radiusFactor=${radiusFactor}`],
});

/** The load of police by the number of alerts. */
export const doseResponse: Readonly<Experiment> = deepFreeze<Experiment>({
  ...EXPERIMENT_DEFAULTS,
  name: 'dose-response',
  title: 'How the number of alerts drives the load of police',
  question:
    'How do unit utilisation, waiting calls, response times, wasted unit-hours and abandoned 911 calls follow the number of alerts delivered?',
  base: 'precinct',
  factors: [
    {
      ...LEVELS_ONLY,
      name: 'dose',
      title: 'Reach of alerts',
      levels: [
        { name: 'off', title: 'no alerts', set: ['policy.alerts=off'] },
        // 0.03 is the US average (STOP, weak); ten times that stands for an app that a third of people use (assumed).
        dose('quarter', '0.75% app users', 0.0075, 1),
        dose('half', '1.5% app users', 0.015, 1),
        dose('average', '3% app users', 0.03, 1),
        dose('double', '6% app users', 0.06, 1),
        dose('wide', '6% app users, radius x1.5', 0.06, 1.5),
        dose('wider', '12% app users, radius x1.5', 0.12, 1.5),
      ],
    },
  ],
  measures: [
    'alertsPer1000Day',
    'callsPer1000Day',
    'inducedCallShare',
    'unitUtilisation',
    'callsWaiting',
    'p1ResponseMedianMin',
    'p1ResponseP90Min',
    'p2ResponseMedianMin',
    'p2ResponseP90Min',
    'unitHoursUnfoundedPerDay',
    'unitHoursInducedPerDay',
    'callAbandonedShare',
    'answeredWithin15sShare',
  ],
  primary: ['unitUtilisation', 'p2ResponseMedianMin'],
  figures: { over: 'alertsPer1000Day', series: null },
  tipping: { measure: 'p2ResponseMedianMin', share: 0.1 },
});
