/** Compares a run's record with the answers of a Prometheus that holds the run's OpenMetrics file, by the queries that docs/reference/metrics.md recommends. */
import { HARNESS_METRICS, RUN_LABEL, type HarnessMetricName } from '../../../contract/metrics.ts';
import type { Quantiles } from '../../../contract/record/measures.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../contract/time.ts';
import { runLabel } from './open-metrics.ts';
import type { Prometheus, Sample } from './prometheus.ts';
import { makeTimeline } from './timeline.ts';

export interface Comparison {
  /** The query, with the labels of the number in its answer. */
  name: string;
  query: string;
  record: number;
  prometheus: number;
  /** Counts must be equal, times and shares equal to 12 digits, and quantiles in the same bucket. */
  agrees: boolean;
}

/**
 * One comparison for each number that one side has; the other side counts as 0 if it lacks it. The file of a run on the wire does not hold the calls and the police
 * of the world behind it, so those are left out.
 */
export async function compareWithRecord(record: RunRecord, prometheus: Prometheus): Promise<Comparison[]> {
  const asker = new Asker(record, prometheus);
  await counts(record, asker);
  await truths(record, asker);
  await privacyAndFaults(record, asker);
  await people(record, asker);
  await police(record, asker);
  await quantiles(record, asker);
  await days(record, asker);
  await wall(record, asker);
  return asker.found;
}

// --- internal ---

type CounterName = Extract<HarnessMetricName, `${string}_total`>;

/** Asks queries as of the run's last moment, and keeps the comparisons. */
class Asker {
  readonly found: Comparison[] = [];
  readonly startMs: number;
  readonly endMs: number;
  readonly #run: string;
  readonly #range: string;
  readonly #prometheus: Prometheus;
  readonly #otherClock: 'virtual' | 'wall';

  constructor(record: RunRecord, prometheus: Prometheus) {
    const { startMs, endMs } = makeTimeline(record.simulated);
    this.startMs = startMs;
    this.endMs = endMs;
    this.#run = runLabel(record);
    // Longer than the run: a range leaves out its first moment, which must be inside.
    this.#range = `${(endMs - startMs + HOUR_MS) / SECOND_MS}s`;
    this.#prometheus = prometheus;
    this.#otherClock = record.load === undefined ? 'wall' : 'virtual';
  }

  /** The series of a metric, over a range that holds the whole run. */
  series(name: string, matchers = ''): string {
    return `${name}{${RUN_LABEL}="${this.#run}"${matchers === '' ? '' : `,${matchers}`}}[${this.#range}]`;
  }

  /** Growth of a counter over the run, by labels. */
  grown(name: CounterName, by: readonly string[] = [], matchers = ''): string {
    return `sum by (${by.join(', ')}) (increase(${this.series(name, matchers)}))`;
  }

  /** The last value of a gauge. */
  last(name: HarnessMetricName, by: readonly string[] = []): string {
    return `sum by (${by.join(', ')}) (last_over_time(${this.series(name)}))`;
  }

  ask(query: string): Promise<Sample[]> {
    return this.#prometheus.query(query, this.endMs);
  }

  /** Compares by label values, joined with a space; a single number has the key ''. If `exact`, every digit must agree. */
  async compare(query: string, expected: Readonly<Record<string, number>>, exact = true): Promise<void> {
    if (this.#isForeign(query)) return;
    const answered = new Map<string, number>();
    for (const { labels, value } of await this.ask(query)) answered.set(Object.values(labels).join(' '), value);
    for (const key of new Set([...Object.keys(expected), ...answered.keys()])) {
      const record = expected[key] ?? 0;
      const prometheus = answered.get(key) ?? 0;
      const agrees = exact ? prometheus === record : Math.abs(prometheus - record) <= 1e-12 * Math.abs(record);
      this.found.push({ name: `${query} ${key}`.trim(), query, record, prometheus, agrees });
    }
  }

  /** Compares the quantiles of a histogram's series by one of its labels ('' for none), bucket against bucket. */
  async compareQuantiles(
    name: Extract<HarnessMetricName, `${string}_seconds`>,
    by: string,
    expected: Readonly<Record<string, Quantiles>>,
    bucketsApartMax = 0,
  ): Promise<void> {
    const labels = by === '' ? 'le' : `le, ${by}`;
    for (const [q, key] of [
      [0.5, 'p50'],
      [0.9, 'p90'],
      [0.99, 'p99'],
    ] as const) {
      const query = `histogram_quantile(${q}, sum by (${labels}) (increase(${this.series(`${name}_bucket`)})))`;
      if (this.#isForeign(query)) return;
      const answered = new Map((await this.ask(query)).map((s) => [s.labels[by] ?? '', s.value]));
      for (const [value, quantile] of Object.entries(expected)) {
        if (quantile.count === 0) continue;
        const record = quantile[key] / SECOND_MS;
        const prometheus = answered.get(value) ?? NaN;
        const agrees = Math.abs(bucketOf(name, prometheus) - bucketOf(name, record)) <= bucketsApartMax;
        this.found.push({ name: `${query} ${value}`.trim(), query, record, prometheus, agrees });
      }
    }
    const count = `sum by (${by}) (increase(${this.series(`${name}_count`)}))`;
    await this.compare(count, Object.fromEntries(Object.entries(expected).map(([value, { count: n }]) => [value, n])));
  }

  /** Whether a query asks for a metric that only runs on the other clock have. */
  #isForeign(query: string): boolean {
    const names = query.match(/hundredblock_run_[a-z_]+/g) ?? [];
    return names.some((name) => {
      const plain = name.replace(/_(bucket|count|sum)$/, '');
      const metric = HARNESS_METRICS[(plain in HARNESS_METRICS ? plain : name) as HarnessMetricName];
      return metric.clock === this.#otherClock;
    });
  }
}

/** Index of the bucket that holds a value. Prometheus answers a quantile above all bounds with the last bound. */
function bucketOf(name: HarnessMetricName, value: number): number {
  const bounds = (HARNESS_METRICS[name] as { buckets: readonly number[] }).buckets;
  const slack = 1 - 1e-9;
  const index = bounds.findIndex((bound) => value * slack <= bound);
  return index < 0 ? bounds.length - 1 : index;
}

async function counts({ counts: c, duty, receipts, verdicts }: RunRecord, asker: Asker): Promise<void> {
  const totals: Partial<Record<CounterName, number>> = {
    hundredblock_run_incidents_total: c.incidents,
    hundredblock_run_calls_total: c.calls,
    hundredblock_run_cad_records_total: c.cadRecords,
    hundredblock_run_cad_messages_total: c.cadMessages,
    hundredblock_run_motions_total: c.motions,
    hundredblock_run_posts_total: c.posts,
    hundredblock_run_frames_total: c.deliveries,
    hundredblock_run_owed_alerts_total: duty.alerts,
    hundredblock_run_owed_deliveries_total: duty.deliveries,
    hundredblock_run_never_sent_alerts_total: duty.alertsNeverSent,
  };
  for (const [name, n] of Object.entries(totals)) await asker.compare(asker.grown(name as CounterName), { '': n });
  const types = { Alert: c.alerts, Update: c.updates, Cancel: c.cancels };
  await asker.compare(asker.grown('hundredblock_run_alerts_total', ['type']), types);
  await asker.compare(asker.grown('hundredblock_run_cad_rows_total', ['outcome']), receipts);
  await asker.compare(asker.grown('hundredblock_run_deliveries_total', ['verdict']), verdicts);
  const population = {
    persons: c.population,
    households: c.households,
    doorbells: c.doorbells,
    'app-users': c.appUsers,
  };
  await asker.compare(asker.last('hundredblock_run_population', ['of']), population);
}

async function truths({ truth, truthByDelivery, falseAlerts, falseAlertRate }: RunRecord, asker: Asker): Promise<void> {
  const name = 'hundredblock_run_alert_truths_total';
  const wrong = 'truth!="founded"';
  await asker.compare(asker.grown(name, ['truth']), truth);
  await asker.compare(asker.grown('hundredblock_run_delivery_truths_total', ['truth']), truthByDelivery);
  for (const [label, rates] of [
    ['agency', falseAlerts.byAgency],
    ['category', falseAlerts.byCategory],
    ['feed', falseAlerts.byFeedKind],
  ] as const) {
    const numbers = (of: (rate: (typeof rates)[number]['rate']) => number) =>
      Object.fromEntries(rates.map(({ key, rate }) => [key, of(rate)]));
    await asker.compare(
      asker.grown(name, [label], wrong),
      numbers(({ value, n }) => Math.round((value ?? 0) * n)),
    );
    await asker.compare(
      asker.grown(name, [label]),
      numbers(({ n }) => n),
    );
  }
  if (falseAlertRate.value !== null)
    await asker.compare(`${asker.grown(name, [], wrong)} / ${asker.grown(name)}`, { '': falseAlertRate.value });
}

async function privacyAndFaults({ privacy, faults, suppressed, withheld }: RunRecord, asker: Asker): Promise<void> {
  const leaks = Object.fromEntries(privacy.leaks.map(({ egress, kind, count }) => [`${egress} ${kind}`, count]));
  await asker.compare(asker.grown('hundredblock_run_leaks_total', ['egress', 'kind']), leaks);
  await asker.compare(asker.grown('hundredblock_run_frames_scanned_total'), { '': privacy.framesScanned });
  const words = { word: privacy.review.words, blank: privacy.review.blanked };
  await asker.compare(asker.grown('hundredblock_run_review_words_total', ['kind']), words);
  const of = (which: 'injected' | 'accounted') =>
    Object.fromEntries(Object.entries(faults).map(([kind, n]) => [kind, n[which]]));
  await asker.compare(asker.grown('hundredblock_run_faults_injected_total', ['fault']), of('injected'));
  await asker.compare(asker.grown('hundredblock_run_faults_accounted_total', ['fault']), of('accounted'));
  await asker.compare(asker.grown('hundredblock_run_suppressed_total', ['reason']), suppressed);
  await asker.compare(asker.grown('hundredblock_run_withheld_total', ['reason']), withheld);
}

async function people({ newsroom, loop, police: { callTakers } }: RunRecord, asker: Asker): Promise<void> {
  await asker.compare(asker.grown('hundredblock_run_review_tickets_total'), { '': newsroom.tickets });
  const decisions = { approve: newsroom.approved, reject: newsroom.rejected };
  await asker.compare(asker.grown('hundredblock_run_review_decisions_total', ['decision']), decisions);
  await asker.compare(asker.last('hundredblock_run_review_queue_max'), { '': newsroom.queueMax });
  await asker.compare(asker.grown('hundredblock_run_induced_calls_total'), { '': loop.inducedCalls });
  await asker.compare(asker.grown('hundredblock_run_induced_incidents_total'), { '': loop.inducedIncidents });
  await asker.compare(asker.grown('hundredblock_run_reactions_total', ['reaction']), loop.reactions);
  await asker.compare(asker.last('hundredblock_run_call_takers'), { '': callTakers.positions });
  await asker.compare(asker.grown('hundredblock_run_calls_abandoned_total'), { '': callTakers.abandoned });
  await asker.compare(asker.grown('hundredblock_run_redials_total'), { '': callTakers.redials });
}

async function police({ police: p }: RunRecord, asker: Asker): Promise<void> {
  const busy = asker.grown('hundredblock_run_police_busy_seconds_total');
  const units = asker.last('hundredblock_run_police_units');
  await asker.compare(units, { '': p.units });
  await asker.compare(`${busy} / 3600`, { '': p.unitHours.total }, false);
  const runSeconds = (asker.endMs - asker.startMs) / SECOND_MS;
  await asker.compare(`${busy} / (${units} * ${runSeconds})`, { '': p.utilisation }, false);
  const waiting = asker.grown('hundredblock_run_police_waiting_seconds_total');
  await asker.compare(`${waiting} / ${runSeconds}`, { '': p.callsWaitingMean }, false);
  const reasons = {
    'self-initiated': p.unitHours.selfInitiated,
    unfounded: p.unitHours.unfounded,
    'alert-induced': p.unitHours.alertInduced,
  };
  const byReason = asker.grown('hundredblock_run_police_reason_seconds_total', ['reason']);
  await asker.compare(`${byReason} / 3600`, reasons, false);
  await asker.compare(asker.last('hundredblock_run_police_calls_waiting_max'), { '': p.callsWaitingMax });
  const mean = (of: (hour: (typeof p.hourly)[number]) => number): number =>
    p.hourly.reduce((sum, hour) => sum + of(hour), 0) / p.hourly.length;
  for (const [name, value] of [
    ['hundredblock_run_police_utilisation_ratio', mean((hour) => hour.utilisation)],
    ['hundredblock_run_police_calls_waiting', mean((hour) => hour.waiting)],
  ] as const)
    await asker.compare(`sum(avg_over_time(${asker.series(name)}))`, { '': value }, false);
}

async function quantiles({ delayMs, police: p }: RunRecord, asker: Asker): Promise<void> {
  await asker.compareQuantiles('hundredblock_run_delay_seconds', 'stage', delayMs);
  await asker.compareQuantiles('hundredblock_run_police_response_seconds', 'priority', p.responseMs);
  await asker.compareQuantiles('hundredblock_run_police_queue_seconds', 'priority', p.queueMs);
  await asker.compareQuantiles('hundredblock_run_call_answer_seconds', '', { '': p.callTakers.answerMs });
}

/** Each day of the run: the last value at its end minus the one at its start. */
async function days({ agencies, load }: RunRecord, asker: Asker): Promise<void> {
  // In a run on the wire, the record's days are those of the world, and its alerts those of the world's own pipeline.
  if (load !== undefined) return;
  const length = Math.max(0, ...agencies.map((a) => a.daily.length));
  for (let day = 0; day < length; day += 1) {
    const at = (d: number): number => Math.min(asker.endMs, asker.startMs + d * DAY_MS) / SECOND_MS;
    for (const [name, matchers, of] of [
      ['hundredblock_run_alerts_total', 'type="Alert"', 'alerts'],
      ['hundredblock_run_calls_total', '', 'calls'],
    ] as const) {
      const until = (d: number): string => `sum(last_over_time(${asker.series(name, matchers)} @ ${at(d)}))`;
      const n = agencies.reduce((sum, { daily }) => sum + (daily[day]?.[of] ?? 0), 0);
      await asker.compare(`${until(day + 1)} - ${until(day)}`, { '': n });
    }
  }
}

async function wall({ load, latencyMs, generatorLagMs, sameOutcome }: RunRecord, asker: Asker): Promise<void> {
  if (load === undefined || latencyMs === undefined || generatorLagMs === undefined || sameOutcome === undefined)
    return;
  const of = (which: 'meant' | 'sent' | 'acknowledged'): Record<string, number> =>
    Object.fromEntries(Object.entries(load.inputs).map(([kind, n]) => [kind, n[which]]));
  for (const which of ['meant', 'sent', 'acknowledged'] as const)
    await asker.compare(asker.grown(`hundredblock_run_inputs_${which}_total`, ['kind']), of(which));
  await asker.compare(asker.grown('hundredblock_run_messages_received_total'), { '': load.deliveries.received });
  const { firstDelivery, ...others } = latencyMs;
  // The record's quantiles are rounded to three digits, which may move one across a bound.
  const stages = { ...others, 'first-delivery': firstDelivery };
  await asker.compareQuantiles('hundredblock_run_latency_seconds', 'stage', stages, 1);
  await asker.compareQuantiles('hundredblock_run_generator_lag_seconds', '', { '': generatorLagMs }, 1);
  const differences = { virtual: sameOutcome.onlyVirtual, wall: sameOutcome.onlyWall };
  await asker.compare(asker.last('hundredblock_run_outcome_differences', ['side']), differences);
  await asker.compare(asker.last('hundredblock_run_outcome_unexplained'), { '': sameOutcome.unexplained });
}
