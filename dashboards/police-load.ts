import { bars, lines, stack, stat, type BoardSpec } from './board.ts';
import { growth, quantile, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

export const policeLoad: BoardSpec = {
  slug: 'police-load',
  title: 'Hundredblock: police load',
  description:
    'The effect of the volume of alerts on 911 call-takers, dispatch queues and response times, in runs in virtual time.',
  rows: [
    {
      title: 'Units',
      panels: [
        lines(
          'Units busy',
          'Share of patrol units that are busy, mean of the hour that ends at each point',
          'percentunit',
          {
            '{{run}}': total('hundredblock_run_police_utilisation_ratio', ['run']),
          },
        ),
        lines(
          'Calls waiting',
          'Jobs without a unit in all agencies, mean of the hour that ends at each point',
          'short',
          {
            '{{run}}': total('hundredblock_run_police_calls_waiting', ['run']),
          },
        ),
        stat(
          'Units, and most calls waiting',
          'Patrol units on duty, 911 positions staffed, and the most jobs without a unit at once in one agency',
          'short',
          {
            units: total('hundredblock_run_police_units'),
            'call-takers': total('hundredblock_run_call_takers'),
            'most waiting {{run}}': total('hundredblock_run_police_calls_waiting_max', ['run']),
          },
        ),
        rulesPanel('police-load'),
        stack('Unit time, each step', 'Time of units from setting out until they are idle again, by agency', 's', {
          '{{agency}}': growth('hundredblock_run_police_busy_seconds_total', ['agency']),
        }),
        stack('Waiting time, each step', 'Time that jobs waited without a unit, added up over jobs, by agency', 's', {
          '{{agency}}': growth('hundredblock_run_police_waiting_seconds_total', ['agency']),
        }),
        bars(
          'Unit time by reason',
          'Overlapping parts, not to be added up: work that officers started themselves, calls behind which nothing had happened, and calls that alerts caused',
          's',
          { '{{reason}}': total('hundredblock_run_police_reason_seconds_total', ['reason']) },
        ),
        bars(
          'Response, 90th percentile',
          'Time from the CAD record to the first unit on scene, by priority',
          's',
          { 'priority {{priority}}': quantile(0.9, 'hundredblock_run_police_response_seconds', ['priority']) },
          { width: 12 },
        ),
        bars(
          'Queue, 90th percentile',
          'Time from the CAD record until the first unit sets out, by priority',
          's',
          { 'priority {{priority}}': quantile(0.9, 'hundredblock_run_police_queue_seconds', ['priority']) },
          { width: 12 },
        ),
      ],
    },
    {
      title: '911',
      panels: [
        stack('911 calls, each step', 'Calls offered, redials included, by agency; one point an hour', 'short', {
          '{{agency}}': growth('hundredblock_run_calls_total', ['agency']),
        }),
        bars('Wait of answered calls', 'Time until a call-taker answers, over the whole run', 's', {
          median: quantile(0.5, 'hundredblock_run_call_answer_seconds'),
          '90th percentile': quantile(0.9, 'hundredblock_run_call_answer_seconds'),
          '99th percentile': quantile(0.99, 'hundredblock_run_call_answer_seconds'),
        }),
        bars(
          'Given up and tried again',
          'Callers who hung up unanswered, and calls repeated by such callers',
          'short',
          {
            abandoned: total('hundredblock_run_calls_abandoned_total'),
            redials: total('hundredblock_run_redials_total'),
          },
        ),
      ],
    },
    {
      title: 'Consequences of alerts',
      panels: [
        bars(
          'Calls and incidents that alerts and posts caused',
          '911 calls, and incidents, that would not exist without alerts and posts',
          'short',
          {
            calls: total('hundredblock_run_induced_calls_total'),
            incidents: total('hundredblock_run_induced_incidents_total'),
          },
          { width: 12 },
        ),
        bars(
          'Reactions of residents',
          'Reactions to the alerts and posts that residents received',
          'short',
          { '{{reaction}}': total('hundredblock_run_reactions_total', ['reaction']) },
          { width: 12 },
        ),
      ],
    },
  ],
};
