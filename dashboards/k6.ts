/** What k6 writes to Prometheus itself (`-o experimental-prometheus-rw`): its names follow from those of harness/drivers/k6/scripts/meters.ts. */
import type { BoardSpec } from './board.ts';

/** A metric of k6 a second, added up by a label. */
function rate(name: string, by: string): string {
  return `sum by (${by}) (rate(k6_${name}_total[$__rate_interval]))`;
}

/** A counter of k6 over the time shown. */
function total(name: string): string {
  return `sum (max_over_time(k6_${name}_total[$__range])) or vector(0)`;
}

/** Quantiles of a trend, as k6 worked them out (K6_PROMETHEUS_RW_TREND_STATS), in seconds. */
function trend(name: string): { expr: string; legend: string }[] {
  return [
    { expr: `max (k6_${name}_p50)`, legend: 'median' },
    { expr: `max (k6_${name}_p99)`, legend: '99%' },
    { expr: `max (k6_${name}_max)`, legend: 'largest' },
  ];
}

export const k6: BoardSpec = {
  slug: 'k6',
  title: 'Hundredblock: k6',
  description: 'A load run with k6, by its own figures. Quantiles are of the run so far; the judge says what was owed.',
  rows: [
    {
      title: 'Objectives',
      panels: [
        {
          kind: 'stat',
          title: 'Gaps in sequences',
          description: 'Holes in the numbering of residents: messages that were lost on the way',
          unit: 'short',
          redFrom: 1,
          width: 6,
          queries: [{ expr: total('sequence_gaps'), legend: 'gaps' }],
        },
        {
          kind: 'stat',
          title: 'Duplicates',
          description: 'Messages that a resident had already had, by their number',
          unit: 'short',
          redFrom: 1,
          width: 6,
          queries: [{ expr: total('duplicates'), legend: 'duplicates' }],
        },
        {
          kind: 'stat',
          title: 'Inputs not acknowledged',
          description: 'After all attempts',
          unit: 'short',
          redFrom: 1,
          width: 6,
          queries: [{ expr: total('inputs_failed'), legend: 'failed' }],
        },
        {
          kind: 'stat',
          title: 'Iterations dropped',
          description: 'k6 had no VU left: what they would have sent was not sent',
          unit: 'short',
          redFrom: 1,
          width: 6,
          queries: [{ expr: total('dropped_iterations'), legend: 'dropped' }],
        },
      ],
    },
    {
      title: 'Load',
      panels: [
        {
          kind: 'stack',
          title: 'Inputs sent',
          description: 'A second, by kind of input',
          unit: 'ops',
          queries: [{ expr: rate('inputs_sent', 'kind'), legend: '{{kind}}' }],
        },
        {
          kind: 'lines',
          title: 'Deliveries',
          description: 'Messages to residents a second',
          unit: 'ops',
          queries: [{ expr: rate('deliveries', 'scenario'), legend: '{{scenario}}' }],
        },
        {
          kind: 'lines',
          title: 'Generator lag',
          description: 'Taking an input up, after its intended moment: above some milliseconds k6 itself is late',
          unit: 's',
          queries: trend('generator_lag'),
        },
        {
          kind: 'lines',
          title: 'VUs',
          description: 'At work, and in store',
          unit: 'short',
          queries: [
            { expr: 'sum (k6_vus)', legend: 'at work' },
            { expr: 'sum (k6_vus_max)', legend: 'in store' },
          ],
        },
        {
          kind: 'lines',
          title: 'HTTP requests',
          description: 'A second, by status',
          unit: 'ops',
          queries: [{ expr: rate('http_reqs', 'status'), legend: '{{status}}' }],
        },
        {
          kind: 'lines',
          title: 'WebSocket sessions begun',
          description: 'A second: residents and doorbells as they connect, and come back',
          unit: 'ops',
          queries: [{ expr: rate('ws_sessions', 'scenario'), legend: '{{scenario}}' }],
        },
      ],
    },
    {
      title: 'Latency',
      panels: [
        {
          kind: 'lines',
          title: 'Delivery',
          description: 'From the moment that an alert says it was sent to a phone',
          unit: 's',
          queries: trend('delivery_latency'),
        },
        {
          kind: 'lines',
          title: 'CAD messages',
          description: 'From the intended moment to the answer 202',
          unit: 's',
          queries: trend('accept_latency'),
        },
        {
          kind: 'lines',
          title: 'Doorbells',
          description: 'From the intended moment to the PUBACK',
          unit: 's',
          queries: trend('device_latency'),
        },
      ],
    },
  ],
};
