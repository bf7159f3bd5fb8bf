import type { BoardSpec } from './board.ts';
import { growth, quantile, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

export const policeLoad: BoardSpec = {
  slug: 'police-load',
  title: 'Hundredblock: police load',
  description:
    'What the volume of alerts does to 911 call-takers, dispatch queues and response times. Runs in virtual time.',
  rows: [
    {
      title: 'Units',
      panels: [
        {
          kind: 'lines',
          title: 'Units busy',
          description: 'Share of patrol units, mean of the hour that ends there',
          unit: 'percentunit',
          queries: [
            {
              expr: total('hundredblock_run_police_utilisation_ratio', ['run']),
              legend: '{{run}}',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'Calls waiting',
          description: 'Jobs without a unit over all agencies, mean of the hour that ends there',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_police_calls_waiting', ['run']), legend: '{{run}}' }],
        },
        {
          kind: 'stat',
          title: 'Units, and most calls waiting',
          description:
            'Patrol units on duty, 911 positions staffed, and the most jobs without a unit at once in one agency',
          unit: 'short',
          queries: [
            { expr: total('hundredblock_run_police_units'), legend: 'units' },
            { expr: total('hundredblock_run_call_takers'), legend: 'call-takers' },
            { expr: total('hundredblock_run_police_calls_waiting_max', ['run']), legend: 'most waiting {{run}}' },
          ],
        },
        rulesPanel('police-load'),
        {
          kind: 'stack',
          title: 'Unit time, each step',
          description: 'From setting out until idle again, by agency',
          unit: 's',
          queries: [{ expr: growth('hundredblock_run_police_busy_seconds_total', ['agency']), legend: '{{agency}}' }],
        },
        {
          kind: 'stack',
          title: 'Waiting time, each step',
          description: 'Time that jobs waited without a unit, added up over jobs, by agency',
          unit: 's',
          queries: [
            { expr: growth('hundredblock_run_police_waiting_seconds_total', ['agency']), legend: '{{agency}}' },
          ],
        },
        {
          kind: 'bars',
          title: 'Unit time by reason',
          description:
            'Parts that overlap, not to be added up: on their own initiative, where nothing had happened, because of alerts',
          unit: 's',
          queries: [{ expr: total('hundredblock_run_police_reason_seconds_total', ['reason']), legend: '{{reason}}' }],
        },
        {
          kind: 'bars',
          title: 'Response, 90th percentile',
          description: 'CAD record to the first unit on scene, by priority',
          unit: 's',
          width: 12,
          queries: [
            {
              expr: quantile(0.9, 'hundredblock_run_police_response_seconds', ['priority']),
              legend: 'priority {{priority}}',
            },
          ],
        },
        {
          kind: 'bars',
          title: 'Queue, 90th percentile',
          description: "CAD record to the first unit's setting out, by priority",
          unit: 's',
          width: 12,
          queries: [
            {
              expr: quantile(0.9, 'hundredblock_run_police_queue_seconds', ['priority']),
              legend: 'priority {{priority}}',
            },
          ],
        },
      ],
    },
    {
      title: '911',
      panels: [
        {
          kind: 'stack',
          title: '911 calls, each step',
          description: 'Offered, redials included, by agency; a point an hour',
          unit: 'short',
          queries: [{ expr: growth('hundredblock_run_calls_total', ['agency']), legend: '{{agency}}' }],
        },
        {
          kind: 'bars',
          title: 'Wait of answered calls',
          description: 'Over the whole run',
          unit: 's',
          queries: [
            { expr: quantile(0.5, 'hundredblock_run_call_answer_seconds'), legend: 'median' },
            { expr: quantile(0.9, 'hundredblock_run_call_answer_seconds'), legend: '90th percentile' },
            { expr: quantile(0.99, 'hundredblock_run_call_answer_seconds'), legend: '99th percentile' },
          ],
        },
        {
          kind: 'bars',
          title: 'Given up and tried again',
          description: 'Callers who hung up unanswered, and calls of those who had',
          unit: 'short',
          queries: [
            { expr: total('hundredblock_run_calls_abandoned_total'), legend: 'abandoned' },
            { expr: total('hundredblock_run_redials_total'), legend: 'redials' },
          ],
        },
      ],
    },
    {
      title: 'What alerts caused',
      panels: [
        {
          kind: 'bars',
          title: 'Calls and incidents that alerts and posts caused',
          description: '911 calls about what nobody would have reported otherwise',
          unit: 'short',
          width: 12,
          queries: [
            { expr: total('hundredblock_run_induced_calls_total'), legend: 'calls' },
            { expr: total('hundredblock_run_induced_incidents_total'), legend: 'incidents' },
          ],
        },
        {
          kind: 'bars',
          title: 'What residents did',
          description: 'About what they received',
          unit: 'short',
          width: 12,
          queries: [{ expr: total('hundredblock_run_reactions_total', ['reaction']), legend: '{{reaction}}' }],
        },
      ],
    },
  ],
};
