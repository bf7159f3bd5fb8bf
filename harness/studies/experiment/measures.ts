/** The measures of experiments: each is a number from one run's record. docs/reference/measures.md says how the record's numbers arise. */
import type { Quantiles } from '../../../contract/record/measures.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../contract/time.ts';
import type { RecordMeasures } from '../../engine/measures.ts';

/** The parts of a run that measures read; `warmUpHours` is the option of its scenario. */
export type Measured = RecordMeasures & Pick<RunRecord, 'simulated'> & { warmUpHours: number };

/** A measure, with the texts that tables and reports show. */
export interface Measure {
  title: string;
  unit: string;
  description: string;
  /** Paths in run.json that it comes from, separated by commas. */
  source: string;
  /** Null if the run has nothing to measure, such as no response. */
  of: (run: Measured) => number | null;
  /** The same measure by hour, if the record has it. */
  hourly?: (hour: RunRecord['police']['hourly'][number]) => number;
}

const AFTER = 'After the warm-up.';

/** All measures by name. */
export const MEASURES: Readonly<Record<string, Measure>> = {
  alertsPer1000Day: {
    title: 'Alerts delivered',
    unit: 'per 1,000 residents a day',
    description:
      'Deliveries of Alerts (no updates, no cancels) per 1,000 people and simulated day, over the whole run.',
    source: 'truthByDelivery, counts.population, simulated',
    of: (run) => perThousandDay(run, sum(run.truthByDelivery)),
  },
  alertsSentPerDay: {
    title: 'Alerts sent',
    unit: 'per day',
    description: 'Alerts published per simulated day, whatever their audience, over the whole run.',
    source: 'counts.alerts, simulated',
    of: (run) => run.counts.alerts / daysOf(run),
  },
  falseAlertShare: {
    title: 'False alerts',
    unit: '% of alerts',
    description: 'Share of alerts that were not founded when they were sent, over the whole run.',
    source: 'falseAlertRate.value',
    of: (run) => percent(run.falseAlertRate.value),
  },
  falseDeliveryShare: {
    title: 'False alerts, by delivery',
    unit: '% of deliveries',
    description: 'Share of deliveries of Alerts whose alert was not founded, over the whole run.',
    source: 'falseAlerts.byDelivery.value',
    of: (run) => percent(run.falseAlerts.byDelivery.value),
  },
  falseStandingShare: {
    title: 'False alerts never corrected',
    unit: '% of alerts',
    description: 'Share of alerts that were false and that no Update or Cancel followed, over the whole run.',
    source: 'falseAlerts.afterCorrections.value',
    of: (run) => percent(run.falseAlerts.afterCorrections.value),
  },
  onsetToAlertMedianMin: {
    title: 'Onset to alert, median',
    unit: 'min',
    description: 'Simulated time from an incident to its alert; half of alerts were faster. Over the whole run.',
    source: 'delayMs.total.p50',
    of: (run) => inUnit(run.delayMs.total, 'p50', MINUTE_MS),
  },
  callsPer1000Day: {
    title: '911 calls',
    unit: 'per 1,000 residents a day',
    description: '911 calls offered, redials included, per 1,000 people and simulated day, over the whole run.',
    source: 'counts.calls, counts.population, simulated',
    of: (run) => perThousandDay(run, run.counts.calls),
  },
  inducedCallShare: {
    title: 'Calls that alerts and posts caused',
    unit: '% of 911 calls',
    description: 'By lineage: calls that would not have been made without an alert or a post. Over the whole run.',
    source: 'loop.inducedCalls, counts.calls',
    of: ({ loop, counts }) => (counts.calls === 0 ? null : (100 * loop.inducedCalls) / counts.calls),
  },
  unitUtilisation: {
    title: 'Units busy',
    unit: '% of time on duty',
    description: `Busy unit time over unit time on duty. ${AFTER}`,
    source: 'police.utilisation',
    of: ({ police }) => 100 * police.utilisation,
    hourly: ({ utilisation }) => 100 * utilisation,
  },
  callsWaiting: {
    title: 'Calls waiting for a unit',
    unit: 'calls, mean over time',
    description: `Time average of jobs that no unit had yet been sent to. ${AFTER}`,
    source: 'police.callsWaitingMean',
    of: ({ police }) => police.callsWaitingMean,
    hourly: ({ waiting }) => waiting,
  },
  p1ResponseMedianMin: response('1', 'p50', 'median'),
  p1ResponseP90Min: response('1', 'p90', '90th percentile'),
  p2ResponseMedianMin: response('2', 'p50', 'median'),
  p2ResponseP90Min: response('2', 'p90', '90th percentile'),
  p3ResponseMedianMin: response('3', 'p50', 'median'),
  unitHoursUnfoundedPerDay: {
    title: 'Unit-hours where nothing had happened',
    unit: 'unit-hours a day',
    description: `Unit time on jobs behind which nothing had happened. ${AFTER}`,
    source: 'police.unitHours.unfounded, simulated, scenario.options.warmUpHours',
    of: (run) => run.police.unitHours.unfounded / countedDays(run),
  },
  unitHoursInducedPerDay: {
    title: 'Unit-hours that alerts caused',
    unit: 'unit-hours a day',
    description: `Unit time on jobs that an alert or a post led to, by lineage. ${AFTER}`,
    source: 'police.unitHours.alertInduced, simulated, scenario.options.warmUpHours',
    of: (run) => run.police.unitHours.alertInduced / countedDays(run),
  },
  callAbandonedShare: {
    title: '911 calls abandoned',
    unit: '% of calls',
    description: `Callers who hung up unanswered, of all whose call ended that way or was answered. ${AFTER}`,
    source: 'police.callTakers.abandoned, police.callTakers.answerMs.count',
    of: ({ police: { callTakers } }) => {
      const ended = callTakers.abandoned + callTakers.answerMs.count;
      return ended === 0 ? null : (100 * callTakers.abandoned) / ended;
    },
  },
  answeredWithin15sShare: {
    title: '911 calls answered within 15 s',
    unit: '% of answered calls',
    description: `NENA's standard is 90%. ${AFTER}`,
    source: 'police.callTakers.answeredWithin15sShare',
    of: ({ police }) => 100 * police.callTakers.answeredWithin15sShare,
  },
  answerP90S: {
    title: '911 answer time, 90th percentile',
    unit: 's',
    description: `Wait for a call-taker of the calls that were answered. ${AFTER}`,
    source: 'police.callTakers.answerMs.p90',
    of: ({ police }) => inUnit(police.callTakers.answerMs, 'p90', SECOND_MS),
  },
};

// --- internal ---

function response(priority: '1' | '2' | '3', which: 'p50' | 'p90', words: string): Measure {
  return {
    title: `Priority ${priority} response, ${words}`,
    unit: 'min',
    description: `From the CAD record of a priority ${priority} call to the first unit on scene, ${words} of those answered in a run. ${AFTER}`,
    source: `police.responseMs.${priority}.${which}`,
    of: ({ police }) => inUnit(police.responseMs[priority], which, MINUTE_MS),
  };
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}

function daysOf({ simulated: { startMs, endMs } }: Measured): number {
  return (endMs - startMs) / DAY_MS;
}

/** Simulated days after the warm-up. */
function countedDays(run: Measured): number {
  return daysOf(run) - run.warmUpHours / 24;
}

function perThousandDay(run: Measured, count: number): number {
  return (1000 * count) / run.counts.population / daysOf(run);
}

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}

function inUnit(q: Quantiles | undefined, which: 'p50' | 'p90', unitMs: number): number | null {
  return q === undefined || q.count === 0 ? null : q[which] / unitMs;
}
