/**
 * Every metric of the reference system, named once: type, unit in the name, labels with all their values bounded, help. Labels never
 * hold a resident, an address, an incident or free text.
 */
export interface MetricSpec {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the unit of its name. */
  buckets?: readonly number[];
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export const METRICS = {
  hundredblock_http_requests_total: {
    type: 'counter',
    help: 'HTTP requests answered, by door (route) and status',
    labels: ['door', 'status'],
  },
  hundredblock_cad_messages_total: {
    type: 'counter',
    help: 'CAD messages taken, by agency, dialect and how they came (push, batch, poll)',
    labels: ['agency', 'dialect', 'via'],
  },
  hundredblock_cad_rows_total: {
    type: 'counter',
    help: 'records in CAD messages by outcome and reject code (empty where not rejected)',
    labels: ['outcome', 'code'],
  },
  hundredblock_polls_total: { type: 'counter', help: 'portal polls by outcome', labels: ['outcome'] },
  hundredblock_messages_published_total: {
    type: 'counter',
    help: 'alerts, updates, cancels and posts published',
    labels: ['type'],
  },
  hundredblock_suppressed_total: { type: 'counter', help: 'records owed no alert, by reason', labels: ['reason'] },
  hundredblock_withheld_total: { type: 'counter', help: 'alerts held back, by reason', labels: ['reason'] },
  hundredblock_frames_sent_total: { type: 'counter', help: 'stream frames handed to sockets', labels: [] },
  hundredblock_frames_resumed_total: { type: 'counter', help: 'of those, sent again on resumption', labels: [] },
  hundredblock_stream_connections: { type: 'gauge', help: 'open stream connections', labels: [] },
  hundredblock_stream_closes_total: { type: 'counter', help: 'stream connections closed by code', labels: ['code'] },
  hundredblock_stream_waiting_bytes: { type: 'gauge', help: 'bytes waiting for slow clients', labels: [] },
  hundredblock_device_connections: { type: 'gauge', help: 'open MQTT connections', labels: [] },
  hundredblock_device_messages_total: {
    type: 'counter',
    help: 'MQTT messages by kind and outcome (taken, refused)',
    labels: ['kind', 'outcome'],
  },
  hundredblock_review_tickets: { type: 'gauge', help: 'tickets waiting for the news team', labels: [] },
  hundredblock_shed_total: { type: 'counter', help: 'work refused, by door and reason', labels: ['door', 'reason'] },
  hundredblock_auth_failures_total: {
    type: 'counter',
    help: 'refused credentials by door and reason',
    labels: ['door', 'reason'],
  },
  hundredblock_stage_seconds: {
    type: 'histogram',
    help: 'wall time by stage: handle (pipeline), commit (to disk), fanout (from commit to the last socket of an audience)',
    labels: ['stage'],
    buckets: SECONDS,
  },
  hundredblock_commit_inputs: {
    type: 'histogram',
    help: 'inputs in one commit',
    labels: [],
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000],
  },
  hundredblock_pending_inputs: { type: 'gauge', help: 'inputs waiting for their commit', labels: [] },
  hundredblock_database_bytes: { type: 'gauge', help: 'size on disk, by file (main, wal)', labels: ['file'] },
  hundredblock_pipeline_items: {
    type: 'gauge',
    help: 'what the pipeline holds: records, groups, tickets, devices',
    labels: ['kind'],
  },
  hundredblock_platform_seconds: { type: 'gauge', help: "the platform's clock, Unix time", labels: [] },
} as const satisfies Record<string, MetricSpec>;
export type MetricName = keyof typeof METRICS;
