/** An experiment of runs that take some milliseconds each. */
import type { Experiment } from '../../../contract/experiment.ts';

/** The experiment as parsed JSON. It has two by two points; the reference of each is the one without alerts. */
export function tiny(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'tiny',
    base: 'smoke',
    set: [
      'durationDays=0.1',
      'agencies.0.personsPerAgency=2000',
      'agencies.1.personsPerAgency=500',
      'intensity.motions=0',
    ],
    factors: [
      { name: 'alerts', levels: [{ name: 'off', set: ['policy.alerts=off'] }, { name: 'on' }] },
      {
        name: 'users',
        title: 'App users',
        levels: [
          { name: 'few', title: '3%', set: ['people.appUserShareOfPersons=0.03'] },
          { name: 'many', title: '30%', set: ['people.appUserShareOfPersons=0.3'] },
        ],
      },
    ],
    against: 'alerts',
    measures: ['alertsPer1000Day', 'unitUtilisation', 'p2ResponseMedianMin'],
    figures: { over: 'alertsPer1000Day', series: 'users' },
    tipping: { measure: 'unitUtilisation' },
    warmUp: { rule: 'stated', hours: 1 },
    replications: 3,
    ...changes,
  } satisfies Partial<Record<keyof Experiment, unknown>>;
}
