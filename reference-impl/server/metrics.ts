/** The metrics of contract/metrics.ts, counted. Nothing else is: a name that is not in that table is an error of the compiler. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type MetricName, type MetricSpec } from '../../contract/metrics.ts';
import { REJECT_CODES, ROW_OUTCOMES, WITHHELD_REASONS, type RowReceipt } from '../../contract/pipeline.ts';
import { SUPPRESSIONS } from '../../contract/policy.ts';
import { CLOSE_CODES, MQTT, PATHS } from '../../contract/wire.ts';
import type { Engine } from './service-api.ts';
import { collectHeapAfterGc } from './heap-after-gc.ts';

type NamesOf<T extends MetricSpec['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];

export type Labels<N extends MetricName> = Record<(typeof METRICS)[N]['labels'][number], string>;

export interface Metrics {
  readonly registry: Registry;
  count<N extends NamesOf<'counter'>>(name: N, labels: Labels<N>, by?: number): void;
  set<N extends NamesOf<'gauge'>>(name: N, labels: Labels<N>, value: number): void;
  observe<N extends NamesOf<'histogram'>>(name: N, labels: Labels<N>, value: number): void;
}

/** All metrics at zero, with those of the process (event loop, CPU, memory) beside them. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const counters = new Map<MetricName, Counter>();
  const gauges = new Map<MetricName, Gauge>();
  const histograms = new Map<MetricName, Histogram>();
  for (const [name, spec] of Object.entries(METRICS) as [MetricName, MetricSpec][]) {
    const options = { name, help: spec.help, labelNames: [...spec.labels], registers: [registry] };
    if (spec.type === 'counter') counters.set(name, new Counter(options));
    else if (spec.type === 'gauge') gauges.set(name, new Gauge(options));
    else histograms.set(name, new Histogram({ ...options, buckets: [...(spec.buckets ?? [])] }));
  }
  collectDefaultMetrics({ register: registry });
  collectHeapAfterGc(registry);
  for (const [name, sets] of Object.entries(KNOWN_LABELS))
    for (const labels of sets) counters.get(name as MetricName)?.inc(labels, 0);
  return {
    registry,
    count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    set: (name, labels, value) => gauges.get(name)?.set(labels, value),
    observe: (name, labels, value) => histograms.get(name)?.observe(labels, value),
  };
}

/** Takes over what the engine knows of itself; called before each scrape. */
export function scrapeEngine(metrics: Metrics, engine: Engine): void {
  const { pendingInputs, pipeline, databaseBytes } = engine.figures();
  metrics.set('hundredblock_pending_inputs', {}, pendingInputs);
  metrics.set('hundredblock_review_tickets', {}, pipeline.tickets);
  metrics.set('hundredblock_platform_seconds', {}, engine.nowMs() / 1000);
  for (const kind of ['records', 'groups', 'tickets', 'devices'] as const)
    metrics.set('hundredblock_pipeline_items', { kind }, pipeline[kind]);
  for (const file of ['main', 'wal'] as const)
    metrics.set('hundredblock_database_bytes', { file }, databaseBytes[file]);
}

/** Counts what became of the records of a CAD message. */
export function countRows(metrics: Metrics, rows: readonly RowReceipt[]): void {
  for (const { outcome, code } of rows) metrics.count('hundredblock_cad_rows_total', { outcome, code: code ?? '' });
}

/** What a door is called in metrics and logs; `none`: no door, `connection`: refused before a request could be read. */
export const DOORS = [...(Object.keys(PATHS) as (keyof typeof PATHS)[]), 'mqtt', 'connection', 'none'] as const;
export type Door = (typeof DOORS)[number];

const POLL_OUTCOMES = [
  'taken',
  'unchanged',
  'connection',
  'status',
  'timeout',
  'too-large',
  'wrong-type',
  'overloaded',
  'not-taken',
  'busy',
  'backing-off',
] as const;
export type PollOutcome = (typeof POLL_OUTCOMES)[number];

/** Why a credential is refused: none or unreadable, wrong, of another role, of another agency or resident, of one that left. */
const AUTH_FAILURES = ['missing', 'wrong', 'role', 'other', 'left'] as const;
export type AuthFailure = (typeof AUTH_FAILURES)[number];

// --- internal ---

const SHED_REASONS = ['overloaded', 'rate-limited', 'draining', 'not-ready', 'storage-failed', 'too-large', 'timeout'];

function each<K extends string>(key: K, values: readonly string[]): Record<K, string>[] {
  return values.map((value) => ({ [key]: value }) as Record<K, string>);
}

function pairs(a: string, valuesA: readonly string[], b: string, valuesB: readonly string[]) {
  return valuesA.flatMap((valueA) => valuesB.map((valueB) => ({ [a]: valueA, [b]: valueB })));
}

/** Counters that exist from the start, so that a rate over their first event is not lost. Agencies are not known yet. */
const KNOWN_LABELS: Partial<Record<NamesOf<'counter'>, Record<string, string>[]>> = {
  hundredblock_cad_rows_total: [
    ...pairs('outcome', ['rejected'], 'code', REJECT_CODES),
    ...pairs(
      'outcome',
      ROW_OUTCOMES.filter((outcome) => outcome !== 'rejected'),
      'code',
      [''],
    ),
  ],
  hundredblock_polls_total: each('outcome', POLL_OUTCOMES),
  hundredblock_messages_published_total: each('type', ['Alert', 'Update', 'Cancel', 'post']),
  hundredblock_suppressed_total: each('reason', SUPPRESSIONS),
  hundredblock_withheld_total: each('reason', WITHHELD_REASONS),
  hundredblock_stream_closes_total: each('code', Object.values(CLOSE_CODES).map(String)),
  hundredblock_device_messages_total: pairs('kind', MQTT.kinds, 'outcome', ['taken', 'refused']),
  hundredblock_shed_total: pairs('door', DOORS, 'reason', SHED_REASONS),
  hundredblock_auth_failures_total: pairs(
    'door',
    DOORS.filter((door) => door !== 'none' && door !== 'connection'),
    'reason',
    AUTH_FAILURES,
  ),
};
