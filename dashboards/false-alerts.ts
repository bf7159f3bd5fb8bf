import type { BoardSpec } from './board.ts';
import { growth, quantile, rate, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

const NAME = 'hundredblock_run_alert_truths_total';
const DELIVERIES = 'hundredblock_run_delivery_truths_total';
const FALSE = { truth: '!="founded"' } as const;

/** Nothing false is a rate of nought, not none. */
function ratio(by: readonly ('run' | 'agency' | 'category' | 'feed')[]): string {
  const all = total(NAME, by);
  return `(${total(NAME, by, FALSE)} or 0 * ${all}) / ${all}`;
}

export const falseAlerts: BoardSpec = {
  slug: 'false-alerts',
  title: 'Hundredblock: false alerts',
  description:
    'Alerts against what really happened in the world. An alert can be delivered without fault and still be false.',
  rows: [
    {
      title: 'The rate',
      panels: [
        {
          kind: 'stat',
          title: 'False-alert rate',
          description: 'Share of alerts that were not founded, over the whole run',
          unit: 'percentunit',
          decimals: 1,
          queries: [{ expr: ratio(['run']), legend: '{{run}}' }],
        },
        {
          kind: 'stat',
          title: 'Alerts',
          description: 'Messages published, by type',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_alerts_total', ['type']), legend: '{{type}}' }],
        },
        {
          kind: 'stat',
          title: 'False by delivery',
          description: 'The same rate with each alert counted once for every phone that it was sent to',
          unit: 'percentunit',
          decimals: 1,
          queries: [
            {
              expr: `${total(DELIVERIES, ['run'], FALSE)} / (${total(DELIVERIES, ['run'])} > 0)`,
              legend: '{{run}}',
            },
          ],
        },
        rulesPanel('false-alerts'),
      ],
    },
    {
      title: 'What is true of alerts',
      panels: [
        {
          kind: 'bars',
          title: 'Alerts by truth',
          description: 'One truth for each alert, by precedence: all but the founded are false',
          unit: 'short',
          queries: [{ expr: total(NAME, ['truth']), legend: '{{truth}}' }],
        },
        {
          kind: 'stack',
          title: 'Alerts by truth, each step',
          description: 'By the time at which they were sent',
          unit: 'short',
          queries: [{ expr: growth(NAME, ['truth']), legend: '{{truth}}' }],
        },
        {
          kind: 'lines',
          title: 'False-alert rate so far',
          description: 'Over all alerts of the run up to each moment',
          unit: 'percentunit',
          queries: [{ expr: ratio(['run']), legend: '{{run}}' }],
        },
        {
          kind: 'bars',
          title: 'By agency',
          description: 'False-alert rate by agency',
          unit: 'percentunit',
          queries: [{ expr: ratio(['agency']), legend: '{{agency}}' }],
        },
        {
          kind: 'bars',
          title: 'By category',
          description: 'False-alert rate by category of the alert',
          unit: 'percentunit',
          queries: [{ expr: ratio(['category']), legend: '{{category}}' }],
        },
        {
          kind: 'bars',
          title: 'By kind of feed',
          description: 'False-alert rate by how the record came: directly, masked at source, through a portal',
          unit: 'percentunit',
          queries: [{ expr: ratio(['feed']), legend: '{{feed}}' }],
        },
      ],
    },
    {
      title: 'When, and what was not said',
      panels: [
        {
          kind: 'bars',
          title: 'Delay, median',
          description: 'Simulated time of alerts by stage; total: from the onset of the incident to the alert',
          unit: 's',
          queries: [{ expr: quantile(0.5, 'hundredblock_run_delay_seconds', ['stage']), legend: '{{stage}}' }],
        },
        {
          kind: 'bars',
          title: 'Delay, 90th percentile',
          description: 'Simulated time of alerts by stage',
          unit: 's',
          queries: [{ expr: quantile(0.9, 'hundredblock_run_delay_seconds', ['stage']), legend: '{{stage}}' }],
        },
        {
          kind: 'bars',
          title: 'Records owed no alert',
          description: 'By the reason that stood last',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_suppressed_total', ['reason']), legend: '{{reason}}' }],
        },
        {
          kind: 'bars',
          title: 'Alerts held back',
          description: 'By the reason that the pipeline gave',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_withheld_total', ['reason']), legend: '{{reason}}' }],
        },
        {
          kind: 'lines',
          title: 'The service: messages published',
          description: 'A second, by type',
          unit: 'ops',
          queries: [{ expr: rate('hundredblock_messages_published_total', ['type']), legend: '{{type}}' }],
        },
        {
          kind: 'lines',
          title: 'The service: owed no alert, or held back',
          description: 'Records a second, by reason',
          unit: 'ops',
          queries: [
            { expr: rate('hundredblock_suppressed_total', ['reason']), legend: '{{reason}}' },
            { expr: rate('hundredblock_withheld_total', ['reason']), legend: 'held back: {{reason}}' },
          ],
        },
      ],
    },
  ],
};
