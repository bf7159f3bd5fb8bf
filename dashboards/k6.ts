/** The board of the metrics that k6 itself writes to Prometheus (`-o experimental-prometheus-rw`). Their names follow from those in harness/drivers/k6/scripts/meters.ts. */
import { lines, stack, stat, type BoardSpec } from './board.ts';

/** Growth of one of k6's counters a second, added up by a label. */
function rate(name: string, by: string): string {
  return `sum by (${by}) (rate(k6_${name}_total[$__rate_interval]))`;
}

/** One of k6's counters at the end of the time shown. */
function total(name: string): string {
  return `sum (max_over_time(k6_${name}_total[$__range])) or vector(0)`;
}

/** Quantiles of a trend in seconds, which k6 computes itself (K6_PROMETHEUS_RW_TREND_STATS), by legend. */
function trend(name: string): Record<string, string> {
  return { median: `max (k6_${name}_p50)`, '99%': `max (k6_${name}_p99)`, largest: `max (k6_${name}_max)` };
}

export const k6: BoardSpec = {
  slug: 'k6',
  title: 'Hundredblock: k6',
  description:
    "A load run with k6, by k6's own metrics. Quantiles cover the run so far; only the judge says what was owed.",
  rows: [
    {
      title: 'Objectives',
      panels: [
        stat(
          'Gaps in sequences',
          "Holes in the numbering of residents' messages: messages that were lost on the way",
          'short',
          { gaps: total('sequence_gaps') },
          { width: 6, redFrom: 1 },
        ),
        stat(
          'Duplicates',
          'Messages that a resident had received before under the same number',
          'short',
          { duplicates: total('duplicates') },
          { width: 6, redFrom: 1 },
        ),
        stat(
          'Inputs not acknowledged',
          'Inputs that were not acknowledged after all attempts',
          'short',
          { failed: total('inputs_failed') },
          { width: 6, redFrom: 1 },
        ),
        stat(
          'Iterations dropped',
          'Iterations that k6 dropped because it had no VU left: their inputs were not sent',
          'short',
          { dropped: total('dropped_iterations') },
          { width: 6, redFrom: 1 },
        ),
      ],
    },
    {
      title: 'Load',
      panels: [
        stack('Inputs sent', 'Inputs sent a second, by kind', 'ops', { '{{kind}}': rate('inputs_sent', 'kind') }),
        lines('Deliveries', 'Messages to residents a second', 'ops', {
          '{{scenario}}': rate('deliveries', 'scenario'),
        }),
        lines(
          'Generator lag',
          'Time from the intended moment of an input until k6 takes it up. Above some milliseconds k6 itself is late',
          's',
          trend('generator_lag'),
        ),
        lines('VUs', 'Virtual users at work, and those that k6 keeps ready', 'short', {
          'at work': 'sum (k6_vus)',
          ready: 'sum (k6_vus_max)',
        }),
        lines('HTTP requests', 'Requests a second, by status', 'ops', { '{{status}}': rate('http_reqs', 'status') }),
        lines(
          'WebSocket sessions begun',
          'Sessions begun a second: residents and doorbells that connect or come back',
          'ops',
          {
            '{{scenario}}': rate('ws_sessions', 'scenario'),
          },
        ),
      ],
    },
    {
      title: 'Latency',
      panels: [
        lines(
          'Delivery',
          'Time from the moment of sending that an alert states until a phone receives it',
          's',
          trend('delivery_latency'),
        ),
        lines('CAD messages', 'Time from the intended moment until the answer 202', 's', trend('accept_latency')),
        lines('Doorbells', 'Time from the intended moment until the PUBACK', 's', trend('device_latency')),
      ],
    },
  ],
};
