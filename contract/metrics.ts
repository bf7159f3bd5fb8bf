/**
 * Every metric, named once: its type, its labels, its help, and its unit in the name. All values of labels are bounded: labels never hold a resident, an address,
 * an incident or free text. The reference service counts `METRICS` of itself; the harness measures `HARNESS_METRICS` of a run.
 */
import { CATEGORIES, REACTIONS } from './catalogue.ts';
import { PRIVATE_KINDS } from './manifest.ts';
import { ROW_OUTCOMES, WITHHELD_REASONS } from './pipeline.ts';
import { SUPPRESSIONS } from './policy.ts';
import { DELAY_STAGES, FAULT_KINDS, POLICE_PRIORITIES, TRUTHS, VERDICTS } from './record/kinds.ts';
import { TRACE_INPUT_KINDS } from './trace-kinds.ts';

/** A metric of the reference service. */
export interface MetricSpec {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the unit of its name. */
  buckets?: readonly number[];
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** The metrics that the reference service serves at /metrics. */
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
    help: 'records in CAD messages by outcome and reject code (empty if not rejected)',
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
  hundredblock_frames_resumed_total: {
    type: 'counter',
    help: 'stream frames sent again on resumption, a part of the frames sent',
    labels: [],
  },
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
    help: 'number of records, groups, tickets and devices that the pipeline holds, by kind',
    labels: ['kind'],
  },
  hundredblock_platform_seconds: { type: 'gauge', help: "the platform's clock, Unix time", labels: [] },
} as const satisfies Record<string, MetricSpec>;
/** Name of a metric of the reference service. */
export type MetricName = keyof typeof METRICS;

/** A label with a value for each agency of the run. No other label grows with a scenario. */
const EACH_AGENCY = 'agency';
/** A label that has one value in a run. */
const ONE = 'one';

/** A metric that the harness measures of a run. */
export interface HarnessMetricSpec {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  /** For each label: all its values, or a word for their number. */
  labels: Readonly<Record<string, readonly string[] | typeof EACH_AGENCY | typeof ONE>>;
  /** Upper bounds of a histogram's buckets, in the unit of its name. */
  buckets?: readonly number[];
  /** The kind of runs that yield it: runs in virtual time, runs on the wall clock, or both. */
  clock: 'virtual' | 'wall' | 'both';
}

/** A label that every series of a run has beside its own, so that several runs can stand in one database. */
export const RUN_LABEL = 'run';

/** Buckets of simulated time: from a second to the day after which a burglary may be found. */
const SIMULATED_SECONDS = [
  1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400,
] as const;
/** Buckets of the wait for a call-taker: 15 and 20 s are the limits of the 911 answer standard (NENA-STA-020). */
const ANSWER_SECONDS = [0, 1, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300] as const;
const LAG_SECONDS = [0.0001, 0.00025, ...SECONDS] as const;
/** Buckets of households at a place; below 5, a coarser place is published by default. */
const HOUSEHOLDS = [4, 9, 19, 49, 99, 199, 499, 999, 9999] as const;

/** `unknown` stands for a message that names no category. */
const ALERT_CATEGORIES = [...CATEGORIES, 'unknown'] as const;
const FEEDS = ['direct', 'masked', 'portal'] as const;
const MESSAGE_TYPES = ['Alert', 'Update', 'Cancel'] as const;
const EGRESSES = ['frame', 'review', 'log', 'receipt', 'post'] as const;
/** Private strings of records, and things that a composed alert can never contain. */
const LEAK_KINDS = [...PRIVATE_KINDS, 'units', 'extra-field', 'free-text'] as const;

/** The metrics of a run, which the harness writes as OpenMetrics and serves during a load run. */
export const HARNESS_METRICS = {
  hundredblock_run_info: {
    type: 'gauge',
    help: 'always 1; its labels name the scenario, the seed and the clock of the run',
    labels: { scenario: ONE, seed: ONE, clock: ['virtual', 'wall'] },
    clock: 'both',
  },
  hundredblock_run_population: {
    type: 'gauge',
    help: 'size of the world: persons, households, doorbells, app users',
    labels: { of: ['persons', 'households', 'doorbells', 'app-users'] },
    clock: 'both',
  },

  hundredblock_run_incidents_total: {
    type: 'counter',
    help: 'ground-truth events, harmless ones that were reported included; a point a day',
    labels: { agency: EACH_AGENCY },
    clock: 'virtual',
  },
  hundredblock_run_calls_total: {
    type: 'counter',
    help: '911 calls offered, redials included; a point an hour',
    labels: { agency: EACH_AGENCY },
    clock: 'virtual',
  },
  hundredblock_run_cad_records_total: {
    type: 'counter',
    help: 'CAD records opened; at the end',
    labels: { agency: EACH_AGENCY },
    clock: 'virtual',
  },
  hundredblock_run_cad_messages_total: {
    type: 'counter',
    help: "CAD messages that reached the platform's door; a point a day",
    labels: { agency: EACH_AGENCY },
    clock: 'virtual',
  },
  hundredblock_run_cad_rows_total: {
    type: 'counter',
    help: 'records in CAD messages by the outcome in their receipts (other: no outcome of the contract); at the end',
    labels: { outcome: [...ROW_OUTCOMES, 'other'] },
    clock: 'both',
  },
  hundredblock_run_motions_total: {
    type: 'counter',
    help: 'motions that doorbells saw; at the end',
    labels: {},
    clock: 'virtual',
  },
  hundredblock_run_posts_total: { type: 'counter', help: "residents' posts; at the end", labels: {}, clock: 'virtual' },

  hundredblock_run_alerts_total: {
    type: 'counter',
    help: 'messages published, by type: alerts, their updates and cancels',
    labels: { agency: EACH_AGENCY, category: ALERT_CATEGORIES, feed: FEEDS, type: MESSAGE_TYPES },
    clock: 'both',
  },
  hundredblock_run_alert_truths_total: {
    type: 'counter',
    help: 'alerts by the truth about them; all but the founded ones are false alerts',
    labels: { agency: EACH_AGENCY, category: ALERT_CATEGORIES, feed: FEEDS, truth: TRUTHS },
    clock: 'both',
  },
  hundredblock_run_delivery_truths_total: {
    type: 'counter',
    help: 'deliveries of alerts by the truth about the alert',
    labels: { truth: TRUTHS },
    clock: 'both',
  },
  hundredblock_run_frames_total: {
    type: 'counter',
    help: 'frames sent to residents, by type of message',
    labels: { type: MESSAGE_TYPES },
    clock: 'both',
  },
  hundredblock_run_deliveries_total: {
    type: 'counter',
    help: 'deliveries owed or seen, by verdict; those of messages that were never sent at the end',
    labels: { verdict: VERDICTS },
    clock: 'both',
  },
  hundredblock_run_owed_alerts_total: {
    type: 'counter',
    help: 'alerts that policy owed; at the end',
    labels: {},
    clock: 'both',
  },
  hundredblock_run_owed_deliveries_total: {
    type: 'counter',
    help: 'deliveries of alerts that policy owed; at the end',
    labels: {},
    clock: 'both',
  },
  hundredblock_run_never_sent_alerts_total: {
    type: 'counter',
    help: 'alerts that policy owed and that were never sent; at the end',
    labels: {},
    clock: 'both',
  },
  hundredblock_run_suppressed_total: {
    type: 'counter',
    help: 'records owed no alert, by the reason that stood last; at the end',
    labels: { reason: SUPPRESSIONS },
    clock: 'both',
  },
  hundredblock_run_withheld_total: {
    type: 'counter',
    help: 'alerts that the pipeline held back, by the reason that it gave; at the end',
    labels: { reason: [...WITHHELD_REASONS, 'other'] },
    clock: 'both',
  },
  hundredblock_run_delay_seconds: {
    type: 'histogram',
    help: 'simulated delay of alerts by stage; total: onset of the incident to the alert',
    labels: { stage: DELAY_STAGES },
    buckets: SIMULATED_SECONDS,
    clock: 'both',
  },

  hundredblock_run_leaks_total: {
    type: 'counter',
    help: 'private strings found in what left the pipeline, by egress and kind; at the end',
    labels: { egress: EGRESSES, kind: LEAK_KINDS },
    clock: 'both',
  },
  hundredblock_run_frames_scanned_total: {
    type: 'counter',
    help: 'frames searched for private strings; at the end',
    labels: {},
    clock: 'both',
  },
  hundredblock_run_place_households: {
    type: 'histogram',
    help: 'households that share the published place of an alert, without stretches of highway',
    labels: {},
    buckets: HOUSEHOLDS,
    clock: 'both',
  },
  hundredblock_run_review_words_total: {
    type: 'counter',
    help: "words of the texts that reviewers saw, and blanks in private strings' places; at the end",
    labels: { kind: ['word', 'blank'] },
    clock: 'both',
  },

  hundredblock_run_faults_injected_total: {
    type: 'counter',
    help: 'faults that the world injected into its feeds, by kind',
    labels: { fault: FAULT_KINDS },
    clock: 'both',
  },
  hundredblock_run_faults_accounted_total: {
    type: 'counter',
    help: "injected faults that show in the platform's answers, by kind",
    labels: { fault: FAULT_KINDS },
    clock: 'both',
  },

  hundredblock_run_review_tickets_total: {
    type: 'counter',
    help: 'tickets handed to the news team; at the end',
    labels: {},
    clock: 'virtual',
  },
  hundredblock_run_review_decisions_total: {
    type: 'counter',
    help: "the news team's decisions; at the end",
    labels: { decision: ['approve', 'reject'] },
    clock: 'virtual',
  },
  hundredblock_run_review_queue_max: {
    type: 'gauge',
    help: 'most tickets that waited at once at one desk; at the end',
    labels: {},
    clock: 'virtual',
  },

  hundredblock_run_call_takers: {
    type: 'gauge',
    help: '911 positions staffed',
    labels: {},
    clock: 'virtual',
  },
  hundredblock_run_call_answer_seconds: {
    type: 'histogram',
    help: 'wait of answered 911 calls; at the end',
    labels: {},
    buckets: ANSWER_SECONDS,
    clock: 'virtual',
  },
  hundredblock_run_calls_abandoned_total: {
    type: 'counter',
    help: '911 calls whose caller hung up unanswered; at the end',
    labels: {},
    clock: 'virtual',
  },
  hundredblock_run_redials_total: {
    type: 'counter',
    help: '911 calls of those who had hung up; at the end',
    labels: {},
    clock: 'virtual',
  },

  hundredblock_run_police_units: {
    type: 'gauge',
    help: 'patrol units on duty',
    labels: { agency: EACH_AGENCY },
    clock: 'virtual',
  },
  hundredblock_run_police_busy_seconds_total: {
    type: 'counter',
    help: 'unit time from setting out until idle again; a point an hour',
    labels: { agency: EACH_AGENCY },
    clock: 'virtual',
  },
  hundredblock_run_police_waiting_seconds_total: {
    type: 'counter',
    help: 'time that jobs waited without a unit, added up over jobs; a point an hour',
    labels: { agency: EACH_AGENCY },
    clock: 'virtual',
  },
  hundredblock_run_police_reason_seconds_total: {
    type: 'counter',
    help: 'unit time by reason: self-initiated work, calls about nothing, calls because of alerts; these parts of the busy time overlap and do not add up; at the end',
    labels: { reason: ['self-initiated', 'unfounded', 'alert-induced'] },
    clock: 'virtual',
  },
  hundredblock_run_police_utilisation_ratio: {
    type: 'gauge',
    help: 'share of units busy, mean of the hour that ends here',
    labels: {},
    clock: 'virtual',
  },
  hundredblock_run_police_calls_waiting: {
    type: 'gauge',
    help: 'jobs without a unit over all agencies, mean of the hour that ends here',
    labels: {},
    clock: 'virtual',
  },
  hundredblock_run_police_calls_waiting_max: {
    type: 'gauge',
    help: 'most jobs without a unit at once in one agency; at the end',
    labels: {},
    clock: 'virtual',
  },
  hundredblock_run_police_response_seconds: {
    type: 'histogram',
    help: 'CAD record to the first unit on scene, by priority; at the end',
    labels: { priority: POLICE_PRIORITIES },
    buckets: SIMULATED_SECONDS,
    clock: 'virtual',
  },
  hundredblock_run_police_queue_seconds: {
    type: 'histogram',
    help: "CAD record to the first unit's setting out, by priority; at the end",
    labels: { priority: POLICE_PRIORITIES },
    buckets: SIMULATED_SECONDS,
    clock: 'virtual',
  },

  hundredblock_run_induced_calls_total: {
    type: 'counter',
    help: '911 calls that alerts and posts caused; at the end',
    labels: {},
    clock: 'virtual',
  },
  hundredblock_run_induced_incidents_total: {
    type: 'counter',
    help: 'incidents that alerts and posts caused; at the end',
    labels: {},
    clock: 'virtual',
  },
  hundredblock_run_reactions_total: {
    type: 'counter',
    help: 'reactions of residents to messages that they received; at the end',
    labels: { reaction: REACTIONS },
    clock: 'virtual',
  },

  hundredblock_run_latency_seconds: {
    type: 'histogram',
    help: 'wall time by stage, from the moment at which the cause was meant to be sent',
    labels: { stage: ['accept', 'first-delivery', 'delivery', 'completion', 'device', 'connect'] },
    buckets: SECONDS,
    clock: 'wall',
  },
  hundredblock_run_generator_lag_seconds: {
    type: 'histogram',
    help: 'time by which the generator sent inputs later than intended',
    labels: {},
    buckets: LAG_SECONDS,
    clock: 'wall',
  },
  hundredblock_run_inputs_meant_total: {
    type: 'counter',
    help: 'inputs of the window that were due, by kind',
    labels: { kind: TRACE_INPUT_KINDS },
    clock: 'wall',
  },
  hundredblock_run_inputs_sent_total: {
    type: 'counter',
    help: 'inputs handed to sockets, by kind',
    labels: { kind: TRACE_INPUT_KINDS },
    clock: 'wall',
  },
  hundredblock_run_inputs_acknowledged_total: {
    type: 'counter',
    help: 'inputs that the target acknowledged, by kind',
    labels: { kind: TRACE_INPUT_KINDS },
    clock: 'wall',
  },
  hundredblock_run_messages_received_total: {
    type: 'counter',
    help: "messages that residents' phones received, repeats included",
    labels: {},
    clock: 'wall',
  },
  hundredblock_run_connections: {
    type: 'gauge',
    help: 'open connections of residents and doorbells; only while the run goes on, in the metrics that load serves',
    labels: { of: ['residents', 'doorbells'] },
    clock: 'wall',
  },
  hundredblock_run_outcome_differences: {
    type: 'gauge',
    help: 'deliveries on one clock only, by the clock that has them',
    labels: { side: ['virtual', 'wall'] },
    clock: 'wall',
  },
  hundredblock_run_outcome_unexplained: {
    type: 'gauge',
    help: 'deliveries on one clock only that do not lie at the edge of a rule',
    labels: {},
    clock: 'wall',
  },
} as const satisfies Record<string, HarnessMetricSpec>;
/** Name of a metric of a run. */
export type HarnessMetricName = keyof typeof HARNESS_METRICS;

/** The labels of a metric and the values that each may take. */
export type HarnessLabels<N extends HarnessMetricName> = {
  -readonly [L in keyof (typeof HARNESS_METRICS)[N]['labels']]: ValueOf<(typeof HARNESS_METRICS)[N]['labels'][L]>;
};
type ValueOf<V> = V extends readonly (infer One extends string)[] ? One : string;

/**
 * The greatest number of series that a run with this number of agencies can have, whatever its size and length: of one metric, or of all if `name` is left out.
 * A histogram has a series for each bucket, one for values above them all, one for its sum and one for its count.
 */
export function seriesMax(agencies: number, name?: HarnessMetricName): number {
  if (name === undefined)
    return (Object.keys(HARNESS_METRICS) as HarnessMetricName[]).reduce((n, one) => n + seriesMax(agencies, one), 0);
  const { labels, buckets }: HarnessMetricSpec = HARNESS_METRICS[name];
  const sizeOf = (values: HarnessMetricSpec['labels'][string]): number =>
    values === EACH_AGENCY ? agencies : values === ONE ? 1 : values.length;
  const sets = Object.values(labels).reduce((n, values) => n * sizeOf(values), 1);
  return buckets === undefined ? sets : sets * (buckets.length + 3);
}
