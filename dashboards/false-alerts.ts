import { bars, lines, stack, stat, type BoardSpec } from './board.ts';
import { growth, quantile, rate, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

const NAME = 'hundredblock_run_alert_truths_total';
const DELIVERIES = 'hundredblock_run_delivery_truths_total';
const FALSE = { truth: '!="founded"' } as const;

/** Share of alerts that were false. It is 0, not absent, if there are alerts and none is false. */
function ratio(by: readonly ('run' | 'agency' | 'category' | 'feed')[]): string {
  const all = total(NAME, by);
  return `(${total(NAME, by, FALSE)} or 0 * ${all}) / ${all}`;
}

export const falseAlerts: BoardSpec = {
  slug: 'false-alerts',
  title: 'Hundredblock: false alerts',
  description:
    'Alerts compared with what really happened in the world. An alert can be delivered correctly and still be false.',
  rows: [
    {
      title: 'The rate',
      panels: [
        stat(
          'False-alert rate',
          'Share of alerts that were not founded, over the whole run',
          'percentunit',
          { '{{run}}': ratio(['run']) },
          { decimals: 1 },
        ),
        stat('Alerts', 'Messages published, by type', 'short', {
          '{{type}}': total('hundredblock_run_alerts_total', ['type']),
        }),
        stat(
          'False by delivery',
          'The same rate with each alert counted once for every phone that it was sent to',
          'percentunit',
          { '{{run}}': `${total(DELIVERIES, ['run'], FALSE)} / (${total(DELIVERIES, ['run'])} > 0)` },
          { decimals: 1 },
        ),
        rulesPanel('false-alerts'),
      ],
    },
    {
      title: 'Truth of alerts',
      panels: [
        bars(
          'Alerts by truth',
          'Each alert counts once, by the first truth in order of precedence. All except founded alerts are false',
          'short',
          {
            '{{truth}}': total(NAME, ['truth']),
          },
        ),
        stack('Alerts by truth, each step', 'By the time at which they were sent', 'short', {
          '{{truth}}': growth(NAME, ['truth']),
        }),
        lines('False-alert rate so far', 'Share over all alerts of the run up to each moment', 'percentunit', {
          '{{run}}': ratio(['run']),
        }),
        bars('By agency', 'False-alert rate by agency', 'percentunit', { '{{agency}}': ratio(['agency']) }),
        bars('By category', 'False-alert rate by category of the alert', 'percentunit', {
          '{{category}}': ratio(['category']),
        }),
        bars(
          'By kind of feed',
          'False-alert rate by the way of the record: direct, masked at source, or through a portal',
          'percentunit',
          { '{{feed}}': ratio(['feed']) },
        ),
      ],
    },
    {
      title: 'Delays, and alerts not sent',
      panels: [
        bars(
          'Delay, median',
          'Simulated time of each stage of an alert. The total runs from the onset of the incident to the alert',
          's',
          { '{{stage}}': quantile(0.5, 'hundredblock_run_delay_seconds', ['stage']) },
        ),
        bars('Delay, 90th percentile', 'Simulated time of each stage of an alert', 's', {
          '{{stage}}': quantile(0.9, 'hundredblock_run_delay_seconds', ['stage']),
        }),
        bars('Records owed no alert', 'Records by the last reason', 'short', {
          '{{reason}}': total('hundredblock_run_suppressed_total', ['reason']),
        }),
        bars('Alerts held back', "Alerts by the pipeline's reason", 'short', {
          '{{reason}}': total('hundredblock_run_withheld_total', ['reason']),
        }),
        lines('The service: messages published', 'Messages a second, by type', 'ops', {
          '{{type}}': rate('hundredblock_messages_published_total', ['type']),
        }),
        lines('The service: owed no alert, or held back', 'Records a second, by reason', 'ops', {
          '{{reason}}': rate('hundredblock_suppressed_total', ['reason']),
          'held back: {{reason}}': rate('hundredblock_withheld_total', ['reason']),
        }),
      ],
    },
  ],
};
