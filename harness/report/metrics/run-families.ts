/** From a run's record, lines and samples to the metric families of HARNESS_METRICS. */
import { HARNESS_METRICS, type HarnessLabels } from '../../../contract/metrics.ts';
import { ROW_OUTCOMES, WITHHELD_REASONS } from '../../../contract/pipeline.ts';
import type { Suppression } from '../../../contract/policy.ts';
import { DELAY_STAGES, POLICE_PRIORITIES, VERDICTS } from '../../../contract/record/kinds.ts';
import type { AlertLine, FaultLine } from '../../../contract/record/lines.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { DAY_MS, HOUR_MS } from '../../../contract/time.ts';
import type { TraceInputKind } from '../../../contract/trace.ts';
import type { ReactionName } from '../../../contract/catalogue.ts';
import type { LatencySpreads } from '../../judge/latency.ts';
import type { DriveProgress } from '../../drivers/driver-api.ts';
import type { ShardResult } from '../../engine/shard-result.ts';
import { CounterFamily, GaugeFamily, HistogramFamily, type Family } from './family.ts';
import { makeTimeline, type Timeline } from './timeline.ts';

/** Everything that a run's metrics are made from. */
export interface RunSamples {
  record: RunRecord;
  /** All messages published and all faults, in any order. */
  lines: readonly AlertLine[];
  faults: readonly FaultLine[];
  /** Samples of which the record holds only sums and quantiles. */
  shards: readonly Pick<ShardResult, 'id' | 'cadRecords' | 'hourlyCalls' | 'police' | 'centre'>[];
  /** Only for a run on the wall clock. */
  wall?: WallSamples;
}

/** Samples of which the record holds only quantiles. Null if the driver did not report them. */
export interface WallSamples {
  latencies: LatencySpreads | null;
  progress: Pick<DriveProgress, 'lags' | 'connects'> | null;
}

/** The families of this run's clock, each made when it is asked for. Throws an Error if a sample has a label value that the catalogue does not name. */
export function* makeFamilies(run: RunSamples): Generator<Family> {
  const other = run.record.load === undefined ? 'wall' : 'virtual';
  for (const family of allFamilies(run)) if (HARNESS_METRICS[family.name].clock !== other) yield family;
}

// --- internal ---

function* allFamilies(run: RunSamples): Generator<Family> {
  const t = makeTimeline(run.record.simulated);
  yield* world(run, t);
  yield* messages(run, t);
  yield* judgement(run, t);
  yield* privacy(run, t);
  yield* feeds(run, t);
  yield* newsroom(run, t);
  yield* callCentre(run, t);
  yield* police(run, t);
  yield* loop(run, t);
  yield* wallClock(run, t);
}

function* world({ record, shards }: RunSamples, t: Timeline): Generator<Family> {
  const { counts } = record;
  yield new GaugeFamily('hundredblock_run_info', t).hold(
    {
      scenario: record.scenario.name,
      seed: String(record.seed),
      clock: record.load === undefined ? 'virtual' : 'wall',
    },
    1,
  );
  yield new GaugeFamily('hundredblock_run_population', t)
    .hold({ of: 'persons' }, counts.population)
    .hold({ of: 'households' }, counts.households)
    .hold({ of: 'doorbells' }, counts.doorbells)
    .hold({ of: 'app-users' }, counts.appUsers);

  const incidents = new CounterFamily('hundredblock_run_incidents_total', t);
  const cadMessages = new CounterFamily('hundredblock_run_cad_messages_total', t);
  for (const { id: agency, daily } of record.agencies) {
    for (const [day, of] of daily.entries()) {
      const atMs = t.startMs + (day + 1) * DAY_MS;
      incidents.add({ agency }, of.incidents, atMs);
      cadMessages.add({ agency }, of.cadMessages, atMs);
    }
  }
  yield incidents;
  const calls = new CounterFamily('hundredblock_run_calls_total', t);
  const cadRecords = new CounterFamily('hundredblock_run_cad_records_total', t);
  for (const { id: agency, hourlyCalls, cadRecords: records } of shards) {
    for (const [hour, n] of hourlyCalls.entries()) calls.add({ agency }, n, t.startMs + (hour + 1) * HOUR_MS);
    cadRecords.add({ agency }, records);
  }
  yield calls;
  yield cadRecords;
  yield cadMessages;
  const rows = new CounterFamily('hundredblock_run_cad_rows_total', t);
  for (const [outcome, n] of Object.entries(record.receipts)) rows.add({ outcome: knownOr(ROW_OUTCOMES, outcome) }, n);
  yield rows;
  yield new CounterFamily('hundredblock_run_motions_total', t).add({}, counts.motions);
  yield new CounterFamily('hundredblock_run_posts_total', t).add({}, counts.posts);
}

function* messages({ lines }: RunSamples, t: Timeline): Generator<Family> {
  const published = new CounterFamily('hundredblock_run_alerts_total', t);
  const truths = new CounterFamily('hundredblock_run_alert_truths_total', t);
  const deliveryTruths = new CounterFamily('hundredblock_run_delivery_truths_total', t);
  const frames = new CounterFamily('hundredblock_run_frames_total', t);
  const delays = new HistogramFamily('hundredblock_run_delay_seconds', t);
  for (const l of lines) {
    const category = l.category as HarnessLabels<'hundredblock_run_alerts_total'>['category'];
    const of = { agency: l.agency, category, feed: l.feedKind };
    published.add({ ...of, type: l.msgType }, 1, l.sentMs);
    frames.add({ type: l.msgType }, l.audience, l.sentMs);
    if (l.msgType !== 'Alert' || l.truth === null) continue;
    truths.add({ ...of, truth: l.truth }, 1, l.sentMs);
    deliveryTruths.add({ truth: l.truth }, l.audience, l.sentMs);
    for (const stage of DELAY_STAGES) {
      const delayMs = l.delayMs[stage];
      if (delayMs !== undefined) delays.observe({ stage }, delayMs, l.sentMs);
    }
  }
  yield* [published, truths, deliveryTruths, frames, delays];
}

function* judgement({ record, lines }: RunSamples, t: Timeline): Generator<Family> {
  const verdicts = new CounterFamily('hundredblock_run_deliveries_total', t);
  for (const verdict of VERDICTS) {
    let placed = 0;
    for (const l of lines) {
      const n = l.verdicts[verdict] ?? 0;
      if (n > 0) verdicts.add({ verdict }, n, l.sentMs);
      placed += n;
    }
    // The rest belongs to messages that were never sent.
    verdicts.add({ verdict }, record.verdicts[verdict] - placed);
  }
  yield verdicts;
  const { duty } = record;
  yield new CounterFamily('hundredblock_run_owed_alerts_total', t).add({}, duty.alerts);
  yield new CounterFamily('hundredblock_run_owed_deliveries_total', t).add({}, duty.deliveries);
  yield new CounterFamily('hundredblock_run_never_sent_alerts_total', t).add({}, duty.alertsNeverSent);
  const suppressed = new CounterFamily('hundredblock_run_suppressed_total', t);
  for (const [reason, n] of Object.entries(record.suppressed)) suppressed.add({ reason: reason as Suppression }, n);
  yield suppressed;
  const withheld = new CounterFamily('hundredblock_run_withheld_total', t);
  for (const [reason, n] of Object.entries(record.withheld))
    withheld.add({ reason: knownOr(WITHHELD_REASONS, reason) }, n);
  yield withheld;
}

function* privacy({ record, lines }: RunSamples, t: Timeline): Generator<Family> {
  const leaks = new CounterFamily('hundredblock_run_leaks_total', t);
  for (const { egress, kind, count } of record.privacy.leaks)
    leaks.add({ egress, kind } as HarnessLabels<'hundredblock_run_leaks_total'>, count);
  yield leaks;
  yield new CounterFamily('hundredblock_run_frames_scanned_total', t).add({}, record.privacy.framesScanned);
  const households = new HistogramFamily('hundredblock_run_place_households', t);
  for (const l of lines) {
    if (l.msgType !== 'Alert' || l.households === null || l.placeKind === 'stretch') continue;
    households.observe({}, l.households, l.sentMs);
  }
  yield households;
  yield new CounterFamily('hundredblock_run_review_words_total', t)
    .add({ kind: 'word' }, record.privacy.review.words)
    .add({ kind: 'blank' }, record.privacy.review.blanked);
}

function* feeds({ faults }: RunSamples, t: Timeline): Generator<Family> {
  const injected = new CounterFamily('hundredblock_run_faults_injected_total', t);
  const accounted = new CounterFamily('hundredblock_run_faults_accounted_total', t);
  for (const { kind: fault, atMs, accounted: is } of faults) {
    injected.add({ fault }, 1, atMs);
    if (is) accounted.add({ fault }, 1, atMs);
  }
  yield* [injected, accounted];
}

function* newsroom({ record }: RunSamples, t: Timeline): Generator<Family> {
  const { tickets, approved, rejected, queueMax } = record.newsroom;
  yield new CounterFamily('hundredblock_run_review_tickets_total', t).add({}, tickets);
  yield new CounterFamily('hundredblock_run_review_decisions_total', t)
    .add({ decision: 'approve' }, approved)
    .add({ decision: 'reject' }, rejected);
  yield new GaugeFamily('hundredblock_run_review_queue_max', t).set({}, queueMax, t.endMs);
}

function* callCentre({ record, shards }: RunSamples, t: Timeline): Generator<Family> {
  const { positions, abandoned, redials } = record.police.callTakers;
  yield new GaugeFamily('hundredblock_run_call_takers', t).hold({}, positions);
  const answers = new HistogramFamily('hundredblock_run_call_answer_seconds', t);
  for (const { centre } of shards) for (const waitMs of centre.answerMs) answers.observe({}, waitMs);
  yield answers;
  yield new CounterFamily('hundredblock_run_calls_abandoned_total', t).add({}, abandoned);
  yield new CounterFamily('hundredblock_run_redials_total', t).add({}, redials);
}

function* police({ record, shards }: RunSamples, t: Timeline): Generator<Family> {
  const units = new GaugeFamily('hundredblock_run_police_units', t);
  const busy = new CounterFamily('hundredblock_run_police_busy_seconds_total', t);
  const waiting = new CounterFamily('hundredblock_run_police_waiting_seconds_total', t);
  const reasons = new CounterFamily('hundredblock_run_police_reason_seconds_total', t);
  const response = new HistogramFamily('hundredblock_run_police_response_seconds', t);
  const queue = new HistogramFamily('hundredblock_run_police_queue_seconds', t);
  for (const { id: agency, police: p } of shards) {
    units.hold({ agency }, p.units);
    for (const [hour, { busyMs, waitingMs }] of p.hourly.entries()) {
      busy.add({ agency }, busyMs, t.startMs + (hour + 1) * HOUR_MS);
      waiting.add({ agency }, waitingMs, t.startMs + (hour + 1) * HOUR_MS);
    }
    reasons
      .add({ reason: 'self-initiated' }, p.busyMs.self)
      .add({ reason: 'unfounded' }, p.busyMs.unfounded)
      .add({ reason: 'alert-induced' }, p.busyMs.induced);
    for (const priority of POLICE_PRIORITIES) {
      for (const ms of p.responseMs[+priority as 1 | 2 | 3 | 4]) response.observe({ priority }, ms);
      for (const ms of p.queueMs[+priority as 1 | 2 | 3 | 4]) queue.observe({ priority }, ms);
    }
  }
  yield* [units, busy, waiting, reasons, response, queue];

  const utilisation = new GaugeFamily('hundredblock_run_police_utilisation_ratio', t);
  const callsWaiting = new GaugeFamily('hundredblock_run_police_calls_waiting', t);
  for (const [hour, mean] of record.police.hourly.entries()) {
    const atMs = Math.min(t.endMs, t.startMs + (hour + 1) * HOUR_MS);
    utilisation.set({}, mean.utilisation, atMs);
    callsWaiting.set({}, mean.waiting, atMs);
  }
  yield* [utilisation, callsWaiting];
  yield new GaugeFamily('hundredblock_run_police_calls_waiting_max', t).set({}, record.police.callsWaitingMax, t.endMs);
}

function* loop({ record }: RunSamples, t: Timeline): Generator<Family> {
  const { inducedCalls, inducedIncidents } = record.loop;
  yield new CounterFamily('hundredblock_run_induced_calls_total', t).add({}, inducedCalls);
  yield new CounterFamily('hundredblock_run_induced_incidents_total', t).add({}, inducedIncidents);
  const reactions = new CounterFamily('hundredblock_run_reactions_total', t);
  for (const [reaction, n] of Object.entries(record.loop.reactions))
    reactions.add({ reaction: reaction as ReactionName }, n);
  yield reactions;
}

function* wallClock({ record, wall }: RunSamples, t: Timeline): Generator<Family> {
  const { load, sameOutcome } = record;
  if (load === undefined) return;
  const latencies = new HistogramFamily('hundredblock_run_latency_seconds', t);
  for (const [stage, key] of LATENCY_STAGES)
    if (wall?.latencies != null) latencies.observeSpread({ stage }, wall.latencies[key]);
  if (wall?.progress?.connects != null) latencies.observeSpread({ stage: 'connect' }, wall.progress.connects);
  yield latencies;
  const lags = new HistogramFamily('hundredblock_run_generator_lag_seconds', t);
  if (wall?.progress?.lags != null) lags.observeSpread({}, wall.progress.lags);
  yield lags;
  const meant = new CounterFamily('hundredblock_run_inputs_meant_total', t);
  const sent = new CounterFamily('hundredblock_run_inputs_sent_total', t);
  const acknowledged = new CounterFamily('hundredblock_run_inputs_acknowledged_total', t);
  for (const [kind, of] of Object.entries(load.inputs) as [TraceInputKind, (typeof load.inputs)[string]][]) {
    meant.add({ kind }, of.meant);
    sent.add({ kind }, of.sent);
    acknowledged.add({ kind }, of.acknowledged);
  }
  yield* [meant, sent, acknowledged];
  yield new CounterFamily('hundredblock_run_messages_received_total', t).add({}, load.deliveries.received);
  if (sameOutcome === undefined) return;
  yield new GaugeFamily('hundredblock_run_outcome_differences', t)
    .set({ side: 'virtual' }, sameOutcome.onlyVirtual, t.endMs)
    .set({ side: 'wall' }, sameOutcome.onlyWall, t.endMs);
  yield new GaugeFamily('hundredblock_run_outcome_unexplained', t).set({}, sameOutcome.unexplained, t.endMs);
}

const LATENCY_STAGES = [
  ['accept', 'accept'],
  ['first-delivery', 'firstDelivery'],
  ['delivery', 'delivery'],
  ['completion', 'completion'],
  ['device', 'device'],
] as const;

/** A target may use names of its own: those that the contract does not have count as `other`. */
function knownOr<V extends string>(names: readonly V[], name: string): V | 'other' {
  return names.find((one) => one === name) ?? 'other';
}
