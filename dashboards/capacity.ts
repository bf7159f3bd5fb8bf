import type { BoardSpec } from './board.ts';
import { growth, level, quantile, quantileOfStep, rate, selector, serveQuantile, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

export const capacity: BoardSpec = {
  slug: 'capacity',
  title: 'Hundredblock: capacity and latency',
  description:
    'How much the pipeline takes before alerts are late, lost or doubled, and how busy whoever sends and serves is.',
  rows: [
    {
      title: 'What ran',
      panels: [
        {
          kind: 'stat',
          title: 'Runs',
          description: 'Runs with points in this range of time, and by which clock they ran',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_info', ['run', 'clock']), legend: '{{run}} ({{clock}})' }],
        },
        {
          kind: 'stat',
          title: 'World',
          description: 'How big the world is',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_population', ['of']), legend: '{{of}}' }],
        },
        {
          kind: 'stat',
          title: 'Owed',
          description: 'What policy owed: alerts, their deliveries, and alerts of those that nobody sent',
          unit: 'short',
          queries: [
            { expr: total('hundredblock_run_owed_alerts_total'), legend: 'alerts' },
            { expr: total('hundredblock_run_owed_deliveries_total'), legend: 'deliveries' },
            { expr: total('hundredblock_run_never_sent_alerts_total'), legend: 'never sent' },
          ],
        },
      ],
    },
    {
      title: 'Verdicts',
      panels: [
        {
          kind: 'bars',
          title: 'Deliveries by verdict',
          description: 'Each delivery owed or seen, against what policy owed',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_deliveries_total', ['verdict']), legend: '{{verdict}}' }],
        },
        {
          kind: 'stack',
          title: 'Deliveries by verdict, each step',
          description: 'By the time at which the message was sent; those of messages never sent stand at the end',
          unit: 'short',
          width: 16,
          queries: [{ expr: growth('hundredblock_run_deliveries_total', ['verdict']), legend: '{{verdict}}' }],
        },
        rulesPanel('capacity'),
      ],
    },
    {
      title: 'On the wall clock: load',
      panels: [
        {
          kind: 'bars',
          title: 'Latency, 99th percentile',
          description: 'Wall time by stage from the moment at which its cause was meant to be sent, over the whole run',
          unit: 's',
          queries: [{ expr: quantile(0.99, 'hundredblock_run_latency_seconds', ['stage']), legend: '{{stage}}' }],
        },
        {
          kind: 'lines',
          title: 'Latency of a delivery',
          description: 'Of all deliveries so far. Known once a run is judged',
          unit: 's',
          queries: [
            {
              expr: quantile(0.5, 'hundredblock_run_latency_seconds', ['run', 'stage']),
              legend: '{{run}} {{stage}} p50',
            },
            {
              expr: quantile(0.99, 'hundredblock_run_latency_seconds', ['run', 'stage']),
              legend: '{{run}} {{stage}} p99',
            },
          ],
        },
        {
          kind: 'lines',
          title: "Generator's lag, 99th percentile",
          description:
            'How much later than meant the generator sent, each step: above some milliseconds it measures itself',
          unit: 's',
          queries: [
            { expr: quantileOfStep(0.99, 'hundredblock_run_generator_lag_seconds', ['run']), legend: '{{run}}' },
          ],
        },
        {
          kind: 'lines',
          title: 'Inputs, each step',
          description: 'Whose turn had come, handed to sockets, acknowledged: lines apart mean that something waits',
          unit: 'short',
          queries: [
            { expr: growth('hundredblock_run_inputs_meant_total'), legend: 'meant' },
            { expr: growth('hundredblock_run_inputs_sent_total'), legend: 'sent' },
            { expr: growth('hundredblock_run_inputs_acknowledged_total'), legend: 'acknowledged' },
          ],
        },
        {
          kind: 'bars',
          title: 'Inputs by kind',
          description: 'Sent so far',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_inputs_sent_total', ['kind']), legend: '{{kind}}' }],
        },
        {
          kind: 'lines',
          title: 'Messages received, each step',
          description: "On residents' phones, repeats included",
          unit: 'short',
          queries: [{ expr: growth('hundredblock_run_messages_received_total', ['run']), legend: '{{run}}' }],
        },
        {
          kind: 'lines',
          title: 'Connections of the generator',
          description: 'Open connections, as the generator sees them',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_connections', ['of']), legend: '{{of}}' }],
        },
        {
          kind: 'stat',
          title: 'Same world, same outcome',
          description: 'Deliveries on one clock only. Beyond the edge of a rule there must be none',
          unit: 'short',
          width: 16,
          queries: [
            { expr: total('hundredblock_run_outcome_differences', ['side']), legend: '{{side}} only' },
            { expr: total('hundredblock_run_outcome_unexplained'), legend: 'beyond the edge' },
          ],
        },
      ],
    },
    {
      title: 'The service',
      panels: [
        {
          kind: 'lines',
          title: 'Requests',
          description: 'HTTP requests answered a second, by door',
          unit: 'ops',
          queries: [{ expr: rate('hundredblock_http_requests_total', ['door']), legend: '{{door}}' }],
        },
        {
          kind: 'lines',
          title: 'Answers by status',
          description: 'HTTP requests answered a second, by status',
          unit: 'ops',
          queries: [{ expr: rate('hundredblock_http_requests_total', ['status']), legend: '{{status}}' }],
        },
        {
          kind: 'lines',
          title: 'Work refused',
          description: 'A second, by reason',
          unit: 'ops',
          queries: [{ expr: rate('hundredblock_shed_total', ['reason']), legend: '{{reason}}' }],
        },
        {
          kind: 'lines',
          title: 'Stages, 99th percentile',
          description:
            'Wall time of the pipeline, of a commit to disk, and from commit to the last socket of an audience',
          unit: 's',
          queries: [{ expr: serveQuantile(0.99, 'hundredblock_stage_seconds', ['stage']), legend: '{{stage}}' }],
        },
        {
          kind: 'lines',
          title: 'Commits',
          description: 'Inputs in one commit, and those that wait for theirs',
          unit: 'short',
          queries: [
            { expr: serveQuantile(0.5, 'hundredblock_commit_inputs'), legend: 'in a commit, median' },
            { expr: serveQuantile(0.99, 'hundredblock_commit_inputs'), legend: 'in a commit, p99' },
            { expr: level('hundredblock_pending_inputs'), legend: 'waiting' },
          ],
        },
        {
          kind: 'lines',
          title: 'Frames',
          description: 'Handed to sockets a second, and of those sent again on resumption',
          unit: 'ops',
          queries: [
            { expr: rate('hundredblock_frames_sent_total'), legend: 'sent' },
            { expr: rate('hundredblock_frames_resumed_total'), legend: 'resumed' },
          ],
        },
        {
          kind: 'lines',
          title: 'Connections',
          description: "Open: residents' streams and doorbells",
          unit: 'short',
          queries: [
            { expr: level('hundredblock_stream_connections'), legend: 'streams' },
            { expr: level('hundredblock_device_connections'), legend: 'doorbells' },
          ],
        },
        {
          kind: 'lines',
          title: 'Streams closed',
          description: 'A second, by close code (docs/reference/contract.md)',
          unit: 'ops',
          queries: [{ expr: rate('hundredblock_stream_closes_total', ['code']), legend: '{{code}}' }],
        },
        {
          kind: 'lines',
          title: 'Bytes held',
          description: 'Waiting for slow clients, and the database on disk',
          unit: 'bytes',
          queries: [
            { expr: level('hundredblock_stream_waiting_bytes'), legend: 'slow clients' },
            { expr: level('hundredblock_database_bytes', ['file']), legend: 'database {{file}}' },
          ],
        },
        {
          kind: 'lines',
          title: 'What the pipeline holds',
          description: 'Bounded by retention and by the number of devices',
          unit: 'short',
          queries: [{ expr: level('hundredblock_pipeline_items', ['kind']), legend: '{{kind}}' }],
        },
        {
          kind: 'lines',
          title: "The platform's clock",
          description: 'Simulated seconds a wall second: 1 unless a harness set it',
          unit: 'short',
          queries: [
            {
              expr: `sum by (instance) (deriv(${selector('hundredblock_platform_seconds')}[$__rate_interval]))`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'Processors',
          description: 'Share of one processor, service and generator (figures of the process)',
          unit: 'percentunit',
          queries: [
            {
              expr: 'sum by (job) (rate(process_cpu_seconds_total{job=~"hundredblock.*"}[$__rate_interval]))',
              legend: '{{job}}',
            },
          ],
        },
      ],
    },
  ],
};
