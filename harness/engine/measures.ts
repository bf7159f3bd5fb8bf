/** From the results of the shards to the measures of a RunRecord, which docs/reference/measures.md and contract/record/run-record.ts define. */
import { DELAY_STAGES, FAULT_KINDS, TRUTHS, VERDICTS } from '../../contract/record/kinds.ts';
import type { AlertLine, FaultLine } from '../../contract/record/lines.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';
import type { Judgement } from '../../oracle/oracle-api.ts';
import { joined, quantilesOf } from '../../stats/quantiles.ts';
import { falseAlertRate, measureFalseAlerts, measurePrivacy } from './alert-measures.ts';
import { estimateBranching, type LoopBlock } from './branching.ts';
import { checkGates } from './gates.ts';
import { measurePolice, measurePoliceWork } from './police-measures.ts';
import type { ShardResult } from './shard-result.ts';

/** The record holds the first violations only. */
const VIOLATIONS_MAX = 200;

/** A run record without its provenance: everything that follows from the world and the target. */
export type RecordMeasures = Omit<
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

/** The judged answers of a target to the world's messages, in virtual time or on the wire. */
export interface RunOutcome {
  judgements: readonly Judgement[];
  /** All messages that were published, in order. */
  lines: readonly AlertLine[];
  faults: readonly FaultLine[];
  /** Number of CAD records by the receipt's outcome. */
  receipts: readonly Record<string, number>[];
  delays: readonly ShardResult['delays'][];
}

/** All measures of a run. */
export function measureRun(scenario: Scenario, shards: readonly ShardResult[], outcome: RunOutcome): RecordMeasures {
  const { judgements, lines } = outcome;
  const verdicts = sumNamed(
    VERDICTS,
    judgements.map((j) => j.verdicts),
  );
  const faults = countFaults(outcome.faults);
  const privacy = measurePrivacy(judgements, lines);
  const policeWork = measurePoliceWork(shards);
  return {
    agencies: shards.map(describeAgency),
    counts: countEvents(shards, lines),
    truth: sumNamed(
      TRUTHS,
      judgements.map((j) => j.truth),
    ),
    truthByDelivery: sumNamed(
      TRUTHS,
      judgements.map((j) => j.truthByDelivery),
    ),
    verdicts,
    duty: {
      alerts: sumOf(judgements, (j) => j.owed.alerts),
      deliveries: sumOf(judgements, (j) => j.owed.deliveries),
      alertsNeverSent: sumOf(judgements, (j) => j.owed.alertsNeverSent),
    },
    falseAlertRate: falseAlertRate(lines),
    falseAlerts: measureFalseAlerts(lines),
    delayMs: Object.fromEntries(
      DELAY_STAGES.map((stage) => [stage, quantilesOf(joined(outcome.delays.map((legs) => legs[stage])))]),
    ),
    police: measurePolice(shards, scenario.warmUpHours * HOUR_MS),
    ...(policeWork !== null && { policeWork }),
    loop: measureLoop(shards),
    branching: estimateBranching(
      shards.flatMap((shard) => loopBlocks(scenario, shard)),
      shards.flatMap(({ id, loopStoppedMs }) => (loopStoppedMs === null ? [] : [{ agency: id, atMs: loopStoppedMs }])),
    ),
    privacy,
    newsroom: {
      tickets: sumOf(shards, (s) => s.newsroom.tickets),
      approved: sumOf(shards, (s) => s.newsroom.approved),
      rejected: sumOf(shards, (s) => s.newsroom.rejected),
      queueMax: Math.max(0, ...shards.map((s) => s.newsroom.queueMax)),
    },
    receipts: sumCounts(outcome.receipts),
    suppressed: sumCounts(judgements.map((j) => j.suppressed)),
    withheld: sumCounts(judgements.map((j) => j.withheld)),
    faults,
    gates: checkGates(scenario.budgets, {
      verdicts,
      privacy,
      faults,
      wrongReceipts: sumOf(judgements, (j) => j.wrongReceipts.length),
    }),
    violations: judgements.flatMap((j) => j.violations).slice(0, VIOLATIONS_MAX),
    events: {
      total: sumOf(shards, (s) => s.events),
      withoutMotions: sumOf(shards, (s) => s.events) - sumOf(shards, (s) => s.motions),
    },
  };
}

// --- internal ---

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

/** Sums by fixed names. A name that nobody counted is 0. */
function sumNamed<K extends string>(names: readonly K[], counts: readonly Record<K, number>[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, sumOf(counts, (c) => c[name])])) as Record<K, number>;
}

/** Sums by whatever names were counted, in the order of the names. */
function sumCounts(parts: readonly Record<string, number>[]): Record<string, number> {
  const names = [...new Set(parts.flatMap((part) => Object.keys(part)))].sort();
  return Object.fromEntries(names.map((name) => [name, sumOf(parts, (part) => part[name] ?? 0)]));
}

function describeAgency(shard: ShardResult): RunRecord['agencies'][number] {
  const { id, name, feeds, population, historyHash, events, daily } = shard;
  return { id, name, feeds, population, historyHash, events, daily };
}

function countEvents(shards: readonly ShardResult[], lines: readonly AlertLine[]): RunRecord['counts'] {
  const count = (msgType: AlertLine['msgType']): number => lines.filter((line) => line.msgType === msgType).length;
  return {
    population: sumOf(shards, (s) => s.population),
    households: sumOf(shards, (s) => s.households),
    doorbells: sumOf(shards, (s) => s.doorbells),
    appUsers: sumOf(shards, (s) => s.appUsers),
    agencies: shards.length,
    incidents: sumOf(shards, (s) => s.incidents),
    calls: sumOf(shards, (s) => s.calls),
    cadRecords: sumOf(shards, (s) => s.cadRecords),
    cadMessages: sumOf(shards, (s) => s.cadMessages),
    motions: sumOf(shards, (s) => s.motions),
    posts: sumOf(shards, (s) => s.posts),
    alerts: count('Alert'),
    updates: count('Update'),
    cancels: count('Cancel'),
    deliveries: sumOf(lines, (line) => line.audience),
  };
}

function countFaults(faults: readonly FaultLine[]): RunRecord['faults'] {
  return Object.fromEntries(
    FAULT_KINDS.map((kind) => {
      const ofKind = faults.filter((fault) => fault.kind === kind);
      return [kind, { injected: ofKind.length, accounted: ofKind.filter((fault) => fault.accounted).length }];
    }),
  );
}

function measureLoop(shards: readonly ShardResult[]): RunRecord['loop'] {
  const calls = sumOf(shards, (s) => s.calls);
  const inducedCalls = sumOf(shards, (s) => s.inducedCalls);
  return {
    inducedCalls,
    inducedIncidents: sumOf(shards, (s) => s.inducedIncidents),
    branchingRatio: calls === 0 ? 0 : inducedCalls / calls,
    reactions: sumCounts(shards.map((s) => s.reactions)),
    video: sumCounts(shards.map((s) => ({ ...s.video }))) as RunRecord['loop']['video'],
  };
}

/** An agency's days, without those of the warm-up and those after its loop was stopped. */
function loopBlocks({ startMs, warmUpHours }: Scenario, { dailyLoop, loopStoppedMs }: ShardResult): LoopBlock[] {
  const untilMs = loopStoppedMs ?? Infinity;
  return dailyLoop.filter((_, day) => day >= Math.ceil(warmUpHours / 24) && startMs + day * DAY_MS <= untilMs);
}
