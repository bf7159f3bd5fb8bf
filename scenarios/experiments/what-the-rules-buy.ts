import type { Experiment } from '../../contract/experiment.ts';
import { deepFreeze } from '../freeze.ts';
import { EXPERIMENT_DEFAULTS, LEVELS_ONLY } from './defaults.ts';

/** Each rule changed alone, against the rules in force. */
export const whatTheRulesBuy: Readonly<Experiment> = deepFreeze<Experiment>({
  ...EXPERIMENT_DEFAULTS,
  name: 'what-the-rules-buy',
  title: 'What the rules of alerting buy',
  question: 'What does each rule alone do to false alerts, and to the load of police?',
  base: 'precinct',
  factors: [
    {
      ...LEVELS_ONLY,
      name: 'categories',
      title: 'Categories',
      levels: [
        { name: 'eight', title: 'eight categories', set: ['policy.preset=us-eight'] },
        { name: 'extended', title: 'extended list', set: ['policy.preset=extended'] },
      ],
    },
    {
      ...LEVELS_ONLY,
      name: 'age',
      title: 'Oldest incident',
      levels: [
        { name: 'hour', title: 'one hour', set: ['policy.incidentAgeMsMax=3600000'] },
        { name: 'ten-minutes', title: 'ten minutes', set: ['policy.incidentAgeMsMax=600000'] },
        { name: 'six-hours', title: 'six hours', set: ['policy.incidentAgeMsMax=21600000'] },
        // A week, the longest that policy takes: no incident of the scenario is reported that late.
        { name: 'any', title: 'any age', set: ['policy.incidentAgeMsMax=604800000'] },
      ],
    },
    {
      ...LEVELS_ONLY,
      name: 'review',
      title: 'Review',
      levels: [
        { name: 'human', title: 'reviewed', set: ['policy.review=human'] },
        { name: 'auto', title: 'not reviewed', set: ['policy.review=auto'] },
      ],
    },
    {
      ...LEVELS_ONLY,
      name: 'matching',
      title: 'Matching',
      levels: [
        { name: 'place', title: 'by hundred-block', set: ['policy.matching=place'] },
        { name: 'point', title: 'by the exact point', set: ['policy.matching=point'] },
      ],
    },
    {
      ...LEVELS_ONLY,
      name: 'corrections',
      title: 'Corrections',
      levels: [
        { name: 'on', title: 'corrected', set: [] },
        { name: 'off', title: 'not corrected', set: ['policy.correctionMsMax=0'] },
      ],
    },
  ],
  design: { kind: 'one-at-a-time', size: 0, points: [] },
  measures: [
    'alertsPer1000Day',
    'falseAlertShare',
    'falseDeliveryShare',
    'falseStandingShare',
    'onsetToAlertMedianMin',
    'inducedCallShare',
    'unitUtilisation',
    'callsWaiting',
    'p2ResponseMedianMin',
    'unitHoursUnfoundedPerDay',
    'unitHoursInducedPerDay',
  ],
  primary: ['falseAlertShare', 'unitUtilisation'],
  figures: { over: 'age', series: null },
});
