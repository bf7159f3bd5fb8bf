/**
 * Judges a load run, which needs three accounts of it: what reached the target's door, what residents received, and the output of the reference pipeline for the
 * same trace in virtual time. The oracle judges what residents received by what reached the door; then the two clocks are compared, message by message.
 */
import { platformMsAt, wallMsOf } from '../../contract/clock.ts';
import { pipelineConfigOf } from '../../contract/onboarding.ts';
import type { Load } from '../../contract/record/load.ts';
import type { Quantiles } from '../../contract/record/measures.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { TraceInput } from '../../contract/trace.ts';
import type { Judgement, Unreachable } from '../../oracle/oracle-api.ts';
import { createOracle } from '../../oracle/oracle.ts';
import { alertKey } from '../../oracle/rules/composition.ts';
import { TailHistogram } from '../../stats/tail.ts';
import { replayTrace } from '../trace/in-virtual-time.ts';
import { openTrace } from '../trace/read.ts';
import { readsSlowly } from '../trace/slow-reader.ts';
import type { Replayed, Trace, TraceTruth } from '../trace/trace-api.ts';
import { traceError } from '../trace/trace-file.ts';
import { loadTruth, tellPrivates } from '../trace/truth.ts';
import { readDoorLog, type DoorLog } from './door-log.ts';
import { LATENCY_BOUNDS_MS, LatencyMeter, type DueMessage, type LatencySpreads } from './latency.ts';
import { composeLoad } from './load-section.ts';
import { readObservations, type Observations } from './observations.ts';
import { Presence } from './presence.ts';
import { sortReceptions, type Receptions } from './receptions.ts';
import { compareOutcomes } from './same-outcome.ts';
import { addShed } from './shed.ts';
import { alertFields, tellOracle } from './tell-oracle.ts';
import { Timeline } from './timeline.ts';

/** A delivery is late if it comes more than this after the moment at which its cause was meant to be sent, wall ms. */
export const LATENESS_WALL_MS_MAX = 5000;
/** Time that any target may take before the edge of a rule counts, beside the generator's lag, wall ms. */
export const GRACE_WALL_MS = 100;

export interface JudgeOptions {
  /** The folder that the driver wrote. */
  observationsDir: string;
  /** Simulated delays of the window's alerts by stage, as the world's own run has them. They go into the result unchanged. */
  delayMs: Record<string, Quantiles>;
  /**
   * Time that this target may take before the edge of a rule counts, beside the generator's lag, wall ms. GRACE_WALL_MS if left out. On a fast clock an incident
   * ages by much more than that meanwhile.
   */
  graceMs?: number;
}

/** The result of judging a load run. */
export interface JudgedRun {
  judgement: Judgement;
  /** Number of CAD records by the outcome that the target's receipts give. */
  receipts: Record<string, number>;
  generatorLagMs: NonNullable<RunRecord['generatorLagMs']>;
  latencyMs: NonNullable<RunRecord['latencyMs']>;
  latencySpreads: LatencySpreads;
  sameOutcome: NonNullable<RunRecord['sameOutcome']>;
  load: Load;
  /** Why the run stopped early; null if it went to its end. */
  stopped: string | null;
  /** Platform time of the last observation. */
  endMs: number;
}

/** Everything that runs of one trace are judged by, whatever the target did. */
export interface Yardstick {
  trace: Trace;
  truth: TraceTruth;
  /** The trace's outcome in virtual time. */
  replayed: Replayed;
}

/** Throws HB_TRACE if the trace can't be read. */
export async function openYardstick(traceDir: string): Promise<Yardstick> {
  const trace = await openTrace(traceDir);
  const truth = await loadTruth(trace);
  return { trace, truth, replayed: await replayTrace(trace, truth) };
}

/** Throws HB_TRACE if the observations can't be read, or are those of another trace. */
export async function judgeRun({ trace, truth, replayed }: Yardstick, options: JudgeOptions): Promise<JudgedRun> {
  const { delayMs, graceMs = GRACE_WALL_MS } = options;
  const observations = await readObservations(options.observationsDir, countLines(trace));
  const { driver, sends } = observations;
  const { clock, stopped } = driver;
  if (driver.traceSha256 !== trace.sha256)
    throw traceError('driver.json', `observations of the trace ${trace.sha256.slice(0, 12)}...`, 'of another');

  const timeline = new Timeline(trace.header, clock, driver.seconds);
  const accept = new TailHistogram(LATENCY_BOUNDS_MS);
  const device = new TailHistogram(LATENCY_BOUNDS_MS);
  const toleranceMs = Math.ceil((driver.generatorLagMs.max + GRACE_WALL_MS) * clock.speed);
  const oracle = createOracle({
    ...pipelineConfigOf(trace.onboarding),
    toleranceMs,
    graceMs: Math.ceil(Math.max(0, graceMs - GRACE_WALL_MS) * clock.speed),
    latenessMsMax: LATENESS_WALL_MS_MAX * clock.speed,
    // On the wire nobody reads the news team's tickets.
    ticketsSeen: false,
  });
  const onInput = (line: number, input: TraceInput): void => {
    // The oracle learns every private string before the first reception: none can leak before it exists.
    tellPrivates(oracle, truth, input);
    if (line < trace.header.preamble) return;
    timeline.addSend(sends.sentMs(line), sends.answeredMs(line));
    if (sends.failure(line) !== null || !sends.has(line)) return;
    const ms = sends.answeredMs(line) - sends.intendedMs(line);
    if (input.kind === 'cad') accept.add(ms);
    else if (isOfDevice(input)) device.add(ms);
  };
  const doorLog = await readDoorLog({ trace, truth, sends, clock, graceMs, onInput });
  const receptions = sortReceptions(observations);
  const lastWallMs = lastObservation(doorLog, observations);
  const presence = tracePresence(trace, doorLog, observations, stopped === null ? Infinity : lastWallMs);
  const meter = new LatencyMeter(dueMessages(replayed, observations), clock.originWallMs, presence);

  const agencies = agenciesByKey(trace, doorLog);
  const told = tellOracle(oracle, { events: doorLog.events, receptions, observations, presence, agencies });
  for (const { identifier, reception } of told.alerts) {
    for (const [i, resident] of reception.audience.entries()) {
      meter.add(identifier, resident, reception.receivedMs[i]);
      timeline.addDelivery(reception.receivedMs[i]);
    }
  }
  const unreachable: Unreachable = (resident, dueMs) => presence.unreachable(resident, wallMsOf(clock, dueMs));
  const judgement = oracle.judge(truth.view, unreachable);
  const stands = oracle.stands.bind(oracle);
  const comparison = compareOutcomes(replayed.publishes, told.alerts, { toleranceMs, unreachable, stands });
  addConflicts(judgement, receptions, observations);
  addShed(judgement, comparison, { refusals: doorLog.refusals, agencies, runKey: trace.onboarding.runKey });

  return {
    judgement,
    receipts: told.receipts,
    generatorLagMs: driver.generatorLagMs,
    latencyMs: { ...meter.tails(), accept: accept.tail(), device: device.tail(), connect: driver.connectMs },
    latencySpreads: { ...meter.spreads(), accept: accept.spread, device: device.spread },
    sameOutcome: comparison.sameOutcome,
    load: composeLoad({ trace, observations, doorLog, receptions, replayed, judgement, timeline, meter, delayMs }),
    stopped,
    endMs: Math.min(trace.header.untilMs, Math.max(trace.header.fromMs, platformMsAt(clock, lastWallMs))),
  };
}

// --- internal ---

/** Number of lines of inputs.jsonl. */
function countLines({ header }: Trace): number {
  return Object.values(header.inputs).reduce((sum, n) => sum + n, header.preamble);
}

function isOfDevice({ kind }: TraceInput): boolean {
  return kind === 'motion' || kind === 'clip' || kind === 'heartbeat';
}

/** Wall time of the last send, answer or reception. */
function lastObservation({ events }: DoorLog, { sends, deliveries, driver }: Observations): number {
  let last = driver.clock.originWallMs;
  for (const { line } of events) last = Math.max(last, sends.sentMs(line) || 0, sends.answeredMs(line) || 0);
  for (const ms of deliveries.wallMs) last = Math.max(last, ms);
  return last;
}

/** `cutMs` is the wall time at which the run was cut short, Infinity if it was not. */
function tracePresence(trace: Trace, doorLog: DoorLog, { connections }: Observations, cutMs: number): Presence {
  const presence = new Presence(connections, {
    latenessMs: LATENESS_WALL_MS_MAX,
    isSlow: (resident) => readsSlowly(trace.header, resident),
    cutMs,
  });
  for (const { resident, online, wallMs } of doorLog.presence) presence.change(resident, online, wallMs);
  for (const { input } of doorLog.events)
    if (input.kind === 'preference' && input.change.quit === true) presence.leave(input.change.resident);
  return presence;
}

function dueMessages({ publishes }: Replayed, { driver }: Observations): Map<string, DueMessage> {
  return new Map(
    publishes.map(({ identifier, atMs, audience }) => [identifier, { wallMs: wallMsOf(driver.clock, atMs), audience }]),
  );
}

/** The agency of each alert key that the trace's messages can lead to. */
function agenciesByKey({ onboarding }: Trace, { events, refusals }: DoorLog): Map<string, string> {
  const agencies = new Map<string, string>();
  const known = new Set<string>();
  const add = (agency: string, recordId: string): void => {
    const record = `${agency}\n${recordId}`;
    if (known.has(record)) return;
    known.add(record);
    agencies.set(alertKey(onboarding.runKey, agency, recordId), agency);
  };
  for (const { manifest } of events)
    for (const { recordId } of manifest?.rows ?? []) add(manifest!.agency, recordId.trim());
  for (const { agency, recordIds } of refusals) if (agency !== null) for (const id of recordIds) add(agency, id);
  return agencies;
}

/** If a number names one message first and another later, a client that has the first never shows the other: that one counts as misdelivered. */
function addConflicts(judgement: Judgement, { conflicts }: Receptions, { frames }: Observations): void {
  for (const { resident, frame } of conflicts) {
    const { incidents } = alertFields(frames[frame].text);
    judgement.verdicts.misdelivered += 1;
    judgement.violations.push({
      verdict: 'misdelivered',
      incidents: /^[0-9a-f]{32}$/.test(incidents) ? incidents : 'unreadable',
      detail: 'sequence-reused',
      resident,
      deliveries: 1,
    });
  }
}
