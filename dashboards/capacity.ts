import { bars, lines, stack, stat, type BoardSpec } from './board.ts';
import { growth, level, quantile, quantileOfStep, rate, selector, serveQuantile, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

export const capacity: BoardSpec = {
  slug: 'capacity',
  title: 'Hundredblock: capacity and latency',
  description:
    'How much load the pipeline takes before alerts are late, lost or doubled, and how busy generator and service are.',
  rows: [
    {
      title: 'What ran',
      panels: [
        stat('Runs', 'Runs with points in this range of time, and the clock by which each ran', 'short', {
          '{{run}} ({{clock}})': total('hundredblock_run_info', ['run', 'clock']),
        }),
        stat('World', 'Size of the simulated world', 'short', {
          '{{of}}': total('hundredblock_run_population', ['of']),
        }),
        stat('Owed', 'Alerts and deliveries that policy owed, and owed alerts that were never sent', 'short', {
          alerts: total('hundredblock_run_owed_alerts_total'),
          deliveries: total('hundredblock_run_owed_deliveries_total'),
          'never sent': total('hundredblock_run_never_sent_alerts_total'),
        }),
      ],
    },
    {
      title: 'Verdicts',
      panels: [
        bars('Deliveries by verdict', 'Each delivery that was owed or made, judged by what policy owed', 'short', {
          '{{verdict}}': total('hundredblock_run_deliveries_total', ['verdict']),
        }),
        stack(
          'Deliveries by verdict, each step',
          'By the time at which the message was sent. Deliveries of messages that were never sent count at the end',
          'short',
          { '{{verdict}}': growth('hundredblock_run_deliveries_total', ['verdict']) },
          { width: 16 },
        ),
        rulesPanel('capacity'),
      ],
    },
    {
      title: 'On the wall clock: load',
      panels: [
        bars(
          'Latency, 99th percentile',
          'Wall time by stage from the moment at which its cause was meant to be sent, over the whole run',
          's',
          { '{{stage}}': quantile(0.99, 'hundredblock_run_latency_seconds', ['stage']) },
        ),
        lines('Latency of a delivery', 'All deliveries so far. Known once a run is judged', 's', {
          '{{run}} {{stage}} p50': quantile(0.5, 'hundredblock_run_latency_seconds', ['run', 'stage']),
          '{{run}} {{stage}} p99': quantile(0.99, 'hundredblock_run_latency_seconds', ['run', 'stage']),
        }),
        lines(
          "Generator's lag, 99th percentile",
          'How much later than intended the generator sent, in each step. Above some milliseconds it measures its own lateness, not the target',
          's',
          { '{{run}}': quantileOfStep(0.99, 'hundredblock_run_generator_lag_seconds', ['run']) },
        ),
        lines(
          'Inputs, each step',
          'Inputs that were due, were handed to sockets, and were acknowledged. If the lines part, something is waiting',
          'short',
          {
            meant: growth('hundredblock_run_inputs_meant_total'),
            sent: growth('hundredblock_run_inputs_sent_total'),
            acknowledged: growth('hundredblock_run_inputs_acknowledged_total'),
          },
        ),
        bars('Inputs by kind', 'Inputs sent so far', 'short', {
          '{{kind}}': total('hundredblock_run_inputs_sent_total', ['kind']),
        }),
        lines('Messages received, each step', "Messages on residents' phones, repeats included", 'short', {
          '{{run}}': growth('hundredblock_run_messages_received_total', ['run']),
        }),
        lines('Connections of the generator', 'Open connections, as the generator sees them', 'short', {
          '{{of}}': total('hundredblock_run_connections', ['of']),
        }),
        stat(
          'Same world, same outcome',
          'Deliveries on one clock only. Away from the edges of rules there must be none',
          'short',
          {
            '{{side}} only': total('hundredblock_run_outcome_differences', ['side']),
            'away from edges': total('hundredblock_run_outcome_unexplained'),
          },
          { width: 16 },
        ),
      ],
    },
    {
      title: 'The service',
      panels: [
        lines('Requests', 'HTTP requests answered a second, by door', 'ops', {
          '{{door}}': rate('hundredblock_http_requests_total', ['door']),
        }),
        lines('Answers by status', 'HTTP requests answered a second, by status', 'ops', {
          '{{status}}': rate('hundredblock_http_requests_total', ['status']),
        }),
        lines('Work refused', 'Inputs refused a second, by reason', 'ops', {
          '{{reason}}': rate('hundredblock_shed_total', ['reason']),
        }),
        lines(
          'Stages, 99th percentile',
          'Wall time of the pipeline, of a commit to disk, and from the commit to the last socket of an audience',
          's',
          { '{{stage}}': serveQuantile(0.99, 'hundredblock_stage_seconds', ['stage']) },
        ),
        lines('Commits', 'Inputs in one commit, and inputs that wait for their commit', 'short', {
          'in a commit, median': serveQuantile(0.5, 'hundredblock_commit_inputs'),
          'in a commit, p99': serveQuantile(0.99, 'hundredblock_commit_inputs'),
          waiting: level('hundredblock_pending_inputs'),
        }),
        lines('Frames', 'Frames handed to sockets a second, and those among them that a resumption sent again', 'ops', {
          sent: rate('hundredblock_frames_sent_total'),
          resumed: rate('hundredblock_frames_resumed_total'),
        }),
        lines('Connections', "Open connections: residents' streams and doorbells", 'short', {
          streams: level('hundredblock_stream_connections'),
          doorbells: level('hundredblock_device_connections'),
        }),
        lines('Streams closed', 'Streams closed a second, by close code (docs/reference/contract.md)', 'ops', {
          '{{code}}': rate('hundredblock_stream_closes_total', ['code']),
        }),
        lines('Bytes held', 'Bytes that wait for slow clients, and the size of the database on disk', 'bytes', {
          'slow clients': level('hundredblock_stream_waiting_bytes'),
          'database {{file}}': level('hundredblock_database_bytes', ['file']),
        }),
        lines(
          'Items in the pipeline',
          'Items that the pipeline keeps. Retention and the number of devices bound them',
          'short',
          {
            '{{kind}}': level('hundredblock_pipeline_items', ['kind']),
          },
        ),
        lines("The platform's clock", 'Simulated seconds a wall second: 1 unless a harness set the clock', 'short', {
          '{{instance}}': `sum by (instance) (deriv(${selector('hundredblock_platform_seconds')}[$__rate_interval]))`,
        }),
        lines(
          'Processors',
          'Share of one processor that service and generator use, by their own process metrics',
          'percentunit',
          {
            '{{job}}': 'sum by (job) (rate(process_cpu_seconds_total{job=~"hundredblock.*"}[$__rate_interval]))',
          },
        ),
      ],
    },
  ],
};
