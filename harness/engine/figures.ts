/** From what the shards found to the figures of a RunRecord. Definitions stand in docs/reference/measures.md and contract/record/run-record.ts. */
import type { Verdict } from '../../contract/record/kinds.ts';
import type { AlertLine, FaultLine } from '../../contract/record/lines.ts';
import type { Rate } from '../../contract/record/measures.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { DELAY_STAGES, FAULT_KINDS, POLICE_PRIORITIES, TRUTHS, VERDICTS } from '../../contract/record/kinds.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';
import { branchingOf, type LoopBlock } from './branching.ts';
import type { Judgement } from '../../oracle/oracle-api.ts';
import type { WorkloadHour } from '../../simulator/police/workload.ts';
import type { ShardResult } from './shard.ts';
import { policeWorkOf } from './police-work.ts';
import { joined, quantilesOf, rateOf, shareWithin } from '../../stats/quantiles.ts';

const VIOLATIONS_MAX = 200;

export type Figures = Omit<
  RunRecord,
  | 'schema'
  | 'id'
  | 'partial'
  | 'seed'
  | 'scenario'
  | 'command'
  | 'code'
  | 'host'
  | 'startedAt'
  | 'simulated'
  | 'historyHash'
  | 'wallMs'
  | 'eventsPerSecond'
  | 'maxRssMiB'
>;

/** What came of the world's messages, on either clock. `lines` and `faults`: all there are, in order. */
export interface Outcome {
  judgements: readonly Judgement[];
  lines: readonly AlertLine[];
  faults: readonly FaultLine[];
  /** Outcomes of CAD records, by name. */
  receipts: readonly Record<string, number>[];
  delays: readonly ShardResult['delays'][];
}

/** Every figure of the record that follows from the world, and from what a pipeline made of it. */
export function figuresOf(scenario: Scenario, shards: readonly ShardResult[], outcome: Outcome): Figures {
  const sum = (of: (s: ShardResult) => number): number => shards.reduce((total, s) => total + of(s), 0);
  const { judgements, lines, faults } = outcome;
  const verdicts = tally(
    VERDICTS,
    judgements.map((j) => j.verdicts),
  );
  const faultCounts = countFaults(faults);
  const privacy = privacyOf(judgements, lines);
  const total = sum((s) => s.events);
  const policeWork = policeWorkOf(shards);
  return {
    agencies: shards.map((s) => ({
      id: s.id,
      name: s.name,
      feeds: s.feeds,
      population: s.population,
      historyHash: s.historyHash,
      events: s.events,
      daily: s.daily,
    })),
    counts: {
      population: sum((s) => s.population),
      households: sum((s) => s.households),
      doorbells: sum((s) => s.doorbells),
      appUsers: sum((s) => s.appUsers),
      agencies: shards.length,
      incidents: sum((s) => s.incidents),
      calls: sum((s) => s.calls),
      cadRecords: sum((s) => s.cadRecords),
      cadMessages: sum((s) => s.cadMessages),
      motions: sum((s) => s.motions),
      posts: sum((s) => s.posts),
      alerts: lines.filter((l) => l.msgType === 'Alert').length,
      updates: lines.filter((l) => l.msgType === 'Update').length,
      cancels: lines.filter((l) => l.msgType === 'Cancel').length,
      deliveries: lines.reduce((n, l) => n + l.audience, 0),
    },
    truth: tally(
      TRUTHS,
      judgements.map((j) => j.truth),
    ),
    truthByDelivery: tally(
      TRUTHS,
      judgements.map((j) => j.truthByDelivery),
    ),
    verdicts,
    duty: {
      alerts: judgements.reduce((n, j) => n + j.owed.alerts, 0),
      deliveries: judgements.reduce((n, j) => n + j.owed.deliveries, 0),
      alertsNeverSent: judgements.reduce((n, j) => n + j.owed.alertsNeverSent, 0),
    },
    falseAlertRate: falseRate(lines),
    falseAlerts: falseAlertsOf(lines),
    delayMs: Object.fromEntries(
      DELAY_STAGES.map((stage) => [stage, quantilesOf(joined(outcome.delays.map((d) => d[stage])))]),
    ),
    police: policeOf(shards, scenario.warmUpHours * HOUR_MS),
    ...(policeWork !== null && { policeWork }),
    loop: loopOf(shards),
    branching: branchingOf(
      shards.flatMap((shard) => loopBlocks(scenario, shard)),
      shards.flatMap(({ id, loopStoppedMs }) => (loopStoppedMs === null ? [] : [{ agency: id, atMs: loopStoppedMs }])),
    ),
    privacy,
    newsroom: {
      tickets: sum((s) => s.newsroom.tickets),
      approved: sum((s) => s.newsroom.approved),
      rejected: sum((s) => s.newsroom.rejected),
      queueMax: Math.max(0, ...shards.map((s) => s.newsroom.queueMax)),
    },
    receipts: mergeCounts(outcome.receipts),
    suppressed: mergeCounts(judgements.map((j) => j.suppressed)),
    withheld: mergeCounts(judgements.map((j) => j.withheld)),
    faults: faultCounts,
    gates: gatesOf(
      scenario,
      verdicts,
      privacy,
      faultCounts,
      judgements.reduce((n, j) => n + j.wrongReceipts.length, 0),
    ),
    violations: judgements.flatMap((j) => j.violations).slice(0, VIOLATIONS_MAX),
    events: { total, withoutMotions: total - sum((s) => s.motions) },
  };
}

// --- internal ---

/** Counts under fixed names; a name nobody counted is 0. */
function tally<K extends string>(names: readonly K[], counts: readonly Record<K, number>[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, counts.reduce((n, c) => n + c[name], 0)])) as Record<K, number>;
}

function mergeCounts(parts: readonly Record<string, number>[]): Record<string, number> {
  const names = [...new Set(parts.flatMap((p) => Object.keys(p)))].sort();
  return Object.fromEntries(names.map((name) => [name, parts.reduce((n, p) => n + (p[name] ?? 0), 0)]));
}

function falseRate(lines: readonly AlertLine[]): Rate {
  const alerts = lines.filter((l) => l.msgType === 'Alert');
  return rateOf(alerts.filter((l) => l.truth !== 'founded').length, alerts.length);
}

function falseAlertsOf(lines: readonly AlertLine[]): RunRecord['falseAlerts'] {
  const alerts = lines.filter((l) => l.msgType === 'Alert');
  const by = (key: (l: AlertLine) => string) =>
    [...new Set(alerts.map(key))].sort().map((k) => ({ key: k, rate: falseRate(alerts.filter((l) => key(l) === k)) }));
  const wrong = alerts.filter((l) => l.truth !== 'founded');
  const corrections = correctionsOf(lines);
  const correctionMs = wrong.flatMap((l) => corrections.get(l.incidents) ?? []);
  return {
    byAgency: by((l) => l.agency),
    byCategory: by((l) => l.category),
    byFeedKind: by((l) => l.feedKind),
    byDelivery: clusteredRate(alerts),
    afterCorrections: rateOf(wrong.length - correctionMs.length, alerts.length),
    correctionMs: quantilesOf(correctionMs),
  };
}

/** Share of deliveries that told something false. All deliveries of an alert share its truth, so the interval counts Kish's effective number of alerts. */
function clusteredRate(alerts: readonly AlertLine[]): Rate {
  const deliveries = alerts.reduce((n, l) => n + l.audience, 0);
  const squares = alerts.reduce((n, l) => n + l.audience * l.audience, 0);
  const wrong = alerts.reduce((n, l) => n + (l.truth === 'founded' ? 0 : l.audience), 0);
  if (deliveries === 0) return rateOf(0, 0);
  const effective = (deliveries * deliveries) / squares;
  return { ...rateOf((wrong / deliveries) * effective, effective), n: deliveries };
}

/** By alert: time from the Alert to its first Update or Cancel. */
function correctionsOf(lines: readonly AlertLine[]): Map<string, number> {
  const sent = new Map<string, number>();
  const corrected = new Map<string, number>();
  for (const l of lines) {
    if (l.msgType === 'Alert') sent.set(l.incidents, l.sentMs);
    else if (sent.has(l.incidents) && !corrected.has(l.incidents))
      corrected.set(l.incidents, l.sentMs - (sent.get(l.incidents) as number));
  }
  return corrected;
}

/** `warmUpMs` is left out of all but the hours. */
function policeOf(shards: readonly ShardResult[], warmUpMs: number): RunRecord['police'] {
  const police = shards.map((s) => s.police);
  const units = police.reduce((n, p) => n + p.units, 0);
  // Traces recorded before run records of version 1.3 tell of no time on duty: all units were, always.
  const onDutyMs = police.reduce((n, p) => n + (p.tallies?.onDutyMs ?? p.units * p.elapsedMs), 0);
  const busy = (of: (p: (typeof police)[number]) => number): number => police.reduce((n, p) => n + of(p), 0);
  const elapsedMs = Math.max(1, ...police.map((p) => p.elapsedMs));
  const byPriority = (of: (p: (typeof police)[number]) => Record<1 | 2 | 3 | 4, Float64Array>) =>
    Object.fromEntries(
      POLICE_PRIORITIES.map((k) => [k, quantilesOf(joined(police.map((p) => of(p)[Number(k) as 1 | 2 | 3 | 4])))]),
    );
  const answerMs = joined(shards.map((s) => s.centre.answerMs));
  const hours = Math.max(0, ...police.map((p) => p.hourly.length));
  return {
    units,
    utilisation: onDutyMs === 0 ? 0 : busy((p) => p.busyMs.total) / onDutyMs,
    responseMs: byPriority((p) => p.responseMs),
    queueMs: byPriority((p) => p.queueMs),
    callsWaitingMean: busy((p) => p.waitingMs) / elapsedMs,
    callsWaitingMax: Math.max(0, ...police.map((p) => p.waitingMax)),
    unitHours: {
      total: busy((p) => p.busyMs.total) / HOUR_MS,
      selfInitiated: busy((p) => p.busyMs.self) / HOUR_MS,
      unfounded: busy((p) => p.busyMs.unfounded) / HOUR_MS,
      alertInduced: busy((p) => p.busyMs.induced) / HOUR_MS,
    },
    callTakers: {
      positions: shards.reduce((n, s) => n + s.centre.positions, 0),
      answerMs: quantilesOf(answerMs),
      answeredWithin15sShare: shareWithin(answerMs, 15_000),
      answeredWithin20sShare: shareWithin(answerMs, 20_000),
      abandoned: shards.reduce((n, s) => n + s.centre.abandoned, 0),
      redials: shards.reduce((n, s) => n + s.centre.redials, 0),
    },
    hourly: Array.from({ length: hours }, (_, h) => {
      const lengthMs = Math.min(HOUR_MS, warmUpMs + elapsedMs - h * HOUR_MS);
      const at = (of: (hour: WorkloadHour) => number): number =>
        police.reduce((n, p) => n + (p.hourly[h] === undefined ? 0 : of(p.hourly[h])), 0);
      const hourOnDutyMs = at((x) => x.onDutyMs ?? 0) || units * lengthMs;
      return {
        utilisation: hourOnDutyMs === 0 ? 0 : at((x) => x.busyMs) / hourOnDutyMs,
        waiting: at((x) => x.waitingMs) / lengthMs,
        calls: shards.reduce((n, s) => n + (s.hourlyCalls[h] ?? 0), 0),
      };
    }),
  };
}

function loopOf(shards: readonly ShardResult[]): RunRecord['loop'] {
  const calls = shards.reduce((n, s) => n + s.calls, 0);
  const inducedCalls = shards.reduce((n, s) => n + s.inducedCalls, 0);
  return {
    inducedCalls,
    inducedIncidents: shards.reduce((n, s) => n + s.inducedIncidents, 0),
    branchingRatio: calls === 0 ? 0 : inducedCalls / calls,
    reactions: mergeCounts(shards.map((s) => s.reactions)),
    video: mergeCounts(shards.map((s) => ({ ...s.video }))) as RunRecord['loop']['video'],
  };
}

/** An agency's days but for those of the warm-up, and those after its loop was stopped. */
function loopBlocks({ startMs, warmUpHours }: Scenario, { dailyLoop, loopStoppedMs }: ShardResult): LoopBlock[] {
  const untilMs = loopStoppedMs ?? Infinity;
  return dailyLoop.filter((_, day) => day >= Math.ceil(warmUpHours / 24) && startMs + day * DAY_MS <= untilMs);
}

function privacyOf(judgements: readonly Judgement[], lines: readonly AlertLine[]): RunRecord['privacy'] {
  const leaks = new Map<string, { egress: string; kind: string; count: number }>();
  for (const leak of judgements.flatMap((j) => j.leaks)) {
    const key = `${leak.egress} ${leak.kind}`;
    const entry = leaks.get(key) ?? { egress: leak.egress, kind: leak.kind, count: 0 };
    entry.count += 1;
    leaks.set(key, entry);
  }
  const framesScanned = judgements.reduce((n, j) => n + j.framesScanned, 0);
  const inFrames = [...leaks.values()].filter((l) => l.egress === 'frame').reduce((n, l) => n + l.count, 0);
  const alerts = lines.filter((l) => l.msgType === 'Alert');
  const households = alerts
    .flatMap((l) => (l.households === null || l.placeKind === 'stretch' ? [] : [l.households]))
    .sort((a, b) => a - b);
  const at = (q: number): number =>
    households.length === 0 ? 0 : households[Math.max(0, Math.ceil(q * households.length) - 1)];
  const placeKinds: Record<string, number> = {};
  for (const l of alerts) placeKinds[l.placeKind] = (placeKinds[l.placeKind] ?? 0) + 1;
  return {
    framesScanned,
    leaks: [...leaks.values()].sort((a, b) => (a.egress + a.kind < b.egress + b.kind ? -1 : 1)),
    leaksPerMillionFrames: framesScanned === 0 ? 0 : (inFrames / framesScanned) * 1e6,
    review: {
      texts: judgements.reduce((n, j) => n + j.review.texts, 0),
      words: judgements.reduce((n, j) => n + j.review.words, 0),
      blanked: judgements.reduce((n, j) => n + j.review.blanked, 0),
    },
    householdsPerPlace: { min: households[0] ?? 0, p10: at(0.1), p50: at(0.5), max: households.at(-1) ?? 0 },
    placeKinds,
  };
}

function countFaults(faults: readonly FaultLine[]): RunRecord['faults'] {
  return Object.fromEntries(
    FAULT_KINDS.map((kind) => {
      const of = faults.filter((f) => f.kind === kind);
      return [kind, { injected: of.length, accounted: of.filter((f) => f.accounted).length }];
    }),
  );
}

function gatesOf(
  scenario: Scenario,
  verdicts: Record<Verdict, number>,
  privacy: RunRecord['privacy'],
  faults: RunRecord['faults'],
  wrongReceipts: number,
): RunRecord['gates'] {
  const { budgets } = scenario;
  const gate = (name: string, limit: number, found: number) => ({ name, limit, found, ok: found <= limit });
  const leaksAt = (inReview: boolean): number =>
    privacy.leaks.filter((l) => (l.egress === 'review') === inReview).reduce((n, l) => n + l.count, 0);
  return [
    gate('lost', budgets.lost, verdicts.lost),
    gate('late', budgets.late, verdicts.late),
    gate('duplicate', budgets.duplicate, verdicts.duplicate),
    gate('misdelivered', budgets.misdelivered, verdicts.misdelivered),
    gate('stale', budgets.stale, verdicts.stale),
    gate('leaked', budgets.leaked, leaksAt(false)),
    gate('reviewLeaks', budgets.reviewLeaks, leaksAt(true)),
    gate('shed', budgets.shed, verdicts.shed),
    gate(
      'unaccountedFaults',
      budgets.unaccountedFaults,
      Object.values(faults).reduce((n, f) => n + f.injected - f.accounted, 0),
    ),
    gate('wrongReceipts', 0, wrongReceipts),
  ];
}
