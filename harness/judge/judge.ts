/** The judgement of a load run: what reached the target's door and what residents received, beside the rules and the virtual clock. */
import { cpus } from 'node:os';
import type { Alert, MsgType } from '../../contract/alert.ts';
import { platformMsAt, wallMsOf } from '../../contract/clock.ts';
import { pipelineConfigOf } from '../../contract/onboarding.ts';
import type { Load } from '../../contract/record/load.ts';
import type { Quantiles } from '../../contract/record/measures.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { TraceInput } from '../../contract/trace.ts';
import { TailHistogram } from '../../stats/tail.ts';
import type { Judgement, Oracle, Reception, Unreachable } from '../../oracle/oracle-api.ts';
import { alertKey } from '../../oracle/rules/composition.ts';
import { createOracle } from '../../oracle/oracle.ts';
import { readsSlowly } from '../trace/slow-reader.ts';
import type { Replayed, Trace, TraceTruth } from '../trace/trace-api.ts';
import { openTrace } from '../trace/read.ts';
import { replayTrace } from '../trace/in-virtual-time.ts';
import { traceError } from '../trace/trace-file.ts';
import { loadTruth, tellPrivates } from '../trace/truth.ts';
import { bottleneckOf } from './bottleneck.ts';
import { readDoorLog, type DoorEvent, type DoorLog } from './door-log.ts';
import { createLatencyMeter, LATENCY_BOUNDS_MS, type Due, type LatencyMeter, type LatencySpreads } from './latency.ts';
import { readObservations, type Observations } from './observations.ts';
import { createPresence, type Presence } from './presence.ts';
import { sortReceived, type Received, type ReceivedMessage } from './received.ts';
import { compareOutcomes, type Told } from './same-outcome.ts';
import { addShed } from './shed.ts';
import { createTimeline, type Timeline } from './timeline.ts';

export interface JudgeOptions {
  observationsDir: string;
  /** Simulated delays of the window's alerts, by stage, as the world's own run found them. */
  delayMs: Record<string, Quantiles>;
  /**
   * What a platform may take of its own before a rule's edge counts, beside the generator's lag; wall ms, GRACE_WALL_MS where left out. The faster the
   * clock, the more an incident ages meanwhile.
   */
  graceMs?: number;
}

export interface Judged {
  judgement: Judgement;
  /** Outcomes of CAD records by name, as the target told them. */
  receipts: Record<string, number>;
  generatorLagMs: NonNullable<RunRecord['generatorLagMs']>;
  latencyMs: NonNullable<RunRecord['latencyMs']>;
  latencySpreads: LatencySpreads;
  sameOutcome: NonNullable<RunRecord['sameOutcome']>;
  load: Load;
  /** Why the run stopped early; null where it went to its end. */
  stopped: string | null;
  /** Platform time at which the last thing was seen. */
  endMs: number;
}

/** A delivery that takes longer on the wall, from the moment at which its cause was meant to be sent, is late. */
export const LATENESS_WALL_MS_MAX = 5000;
export const GRACE_WALL_MS = 100;

/** What a run is judged by, whatever the target did. */
export interface Yardstick {
  trace: Trace;
  truth: TraceTruth;
  replayed: Replayed;
}

/** Throws HB_TRACE where the trace can't be read. */
export async function openYardstick(traceDir: string): Promise<Yardstick> {
  const trace = await openTrace(traceDir);
  const truth = await loadTruth(trace);
  return { trace, truth, replayed: await replayTrace(trace, truth) };
}

/** Throws HB_TRACE where observations can't be read, or are those of another trace. */
export async function judgeRun({ trace, truth, replayed }: Yardstick, o: JudgeOptions): Promise<Judged> {
  const seen = await readObservations(o.observationsDir, linesOf(trace));
  if (seen.driver.traceSha256 !== trace.sha256)
    throw traceError('driver.json', `observations of the trace ${trace.sha256.slice(0, 12)}...`, 'of another');
  const { clock, stopped } = seen.driver;
  const timeline = createTimeline(trace.header, clock, seen.driver);
  const accept = new TailHistogram(LATENCY_BOUNDS_MS);
  const device = new TailHistogram(LATENCY_BOUNDS_MS);
  const graceMs = o.graceMs ?? GRACE_WALL_MS;
  const toleranceMs = Math.ceil((seen.driver.generatorLagMs.max + GRACE_WALL_MS) * clock.speed);
  // Nobody reads the news team's tickets on the wire.
  const oracle = createOracle({
    ...pipelineConfigOf(trace.onboarding),
    toleranceMs,
    graceMs: Math.ceil(Math.max(0, graceMs - GRACE_WALL_MS) * clock.speed),
    latenessMsMax: LATENESS_WALL_MS_MAX * clock.speed,
    ticketsSeen: false,
  });
  const log = await readDoorLog(trace, truth, seen.sends, clock, graceMs, (line, input) => {
    // All are told before anything was received: nothing can leak before it exists.
    tellPrivates(oracle, truth, input);
    if (line < trace.header.preamble) return;
    timeline.send(seen.sends.sentMs(line), seen.sends.answeredMs(line));
    if (seen.sends.failure(line) !== null || !seen.sends.has(line)) return;
    const ms = seen.sends.answeredMs(line) - seen.sends.intendedMs(line);
    if (input.kind === 'cad') accept.add(ms);
    else if (isOfDevice(input)) device.add(ms);
  });
  const received = sortReceived(seen);
  const lastWallMs = lastSeen(log, seen);
  const presence = presenceOf(trace, log, seen, stopped === null ? Infinity : lastWallMs);
  const meter = createLatencyMeter(duesOf(replayed, seen), clock.originWallMs, presence.reachableSinceMs);

  const agencies = agenciesOf(trace, log);
  const { told, receipts } = feed(oracle, log.events, received, seen, presence, agencies);
  for (const { identifier, message } of told) {
    for (const [i, resident] of message.audience.entries()) {
      meter.delivered(identifier, resident, message.receivedMs[i]);
      timeline.delivery(message.receivedMs[i]);
    }
  }
  const unreachable: Unreachable = (resident, dueMs) => presence.unreachable(resident, wallMsOf(clock, dueMs));
  const judgement = oracle.judge(truth.view, unreachable);
  const comparison = compareOutcomes(replayed.publishes, told, {
    toleranceMs,
    unreachable,
    stands: (incidents, msgType, resident) => oracle.stands(incidents, msgType, resident),
  });
  addConflicts(judgement, received, seen);
  addShed(judgement, comparison, log.refusals, agencies, trace.onboarding.runKey);

  return {
    judgement,
    receipts,
    generatorLagMs: seen.driver.generatorLagMs,
    latencyMs: meter.latency({ accept: accept.tail(), device: device.tail(), connect: seen.driver.connectMs }),
    latencySpreads: { ...meter.spreads(), accept: accept.spread, device: device.spread },
    sameOutcome: comparison.sameOutcome,
    load: loadOf(o, trace, seen, log, received, replayed, judgement, timeline, meter),
    stopped,
    endMs: Math.min(trace.header.untilMs, Math.max(trace.header.fromMs, platformMsAt(clock, lastWallMs))),
  };
}

// --- internal ---

function linesOf({ header }: Trace): number {
  return Object.values(header.inputs).reduce((sum, n) => sum + n, header.preamble);
}

/** A message as residents had it, by what it says of itself. */
interface ToldMessage extends Told {
  identifier: string;
  message: ReceivedMessage;
}

function isOfDevice({ kind }: TraceInput): boolean {
  return kind === 'motion' || kind === 'clip' || kind === 'heartbeat';
}

function lastSeen(log: DoorLog, { sends, deliveries, driver }: Observations): number {
  let last = driver.clock.originWallMs;
  for (const { line } of log.events) last = Math.max(last, sends.sentMs(line) || 0, sends.answeredMs(line) || 0);
  for (const ms of deliveries.wallMs) last = Math.max(last, ms);
  return last;
}

function presenceOf(trace: Trace, log: DoorLog, seen: Observations, cutMs: number): Presence {
  const presence = createPresence(seen.connections, {
    latenessMs: LATENESS_WALL_MS_MAX,
    isSlow: (resident) => readsSlowly(trace.header, resident),
    cutMs,
  });
  for (const { resident, online, wallMs } of log.presence) presence.meant(resident, online, wallMs);
  for (const { input } of log.events)
    if (input.kind === 'preference' && input.change.quit === true) presence.left(input.change.resident);
  return presence;
}

function duesOf(replayed: Replayed, { driver }: Observations): Map<string, Due> {
  return new Map(
    replayed.publishes.map((p) => [p.identifier, { wallMs: wallMsOf(driver.clock, p.atMs), audience: p.audience }]),
  );
}

/** The agency of each key that the trace's messages can lead to. */
function agenciesOf(trace: Trace, log: DoorLog): Map<string, string> {
  const { runKey } = trace.onboarding;
  const agencies = new Map<string, string>();
  const seen = new Set<string>();
  const add = (agency: string, recordId: string): void => {
    const record = `${agency}\n${recordId}`;
    if (seen.has(record)) return;
    seen.add(record);
    agencies.set(alertKey(runKey, agency, recordId), agency);
  };
  for (const { manifest } of log.events)
    for (const { recordId } of manifest?.rows ?? []) add(manifest!.agency, recordId.trim());
  for (const { agency, recordIds } of log.refusals) if (agency !== null) for (const id of recordIds) add(agency, id);
  return agencies;
}

/**
 * Tells the oracle all that happened, in order. What residents received is told a little later than it was seen: two threads' clocks may
 * differ by so much that an answer seems to come before its question.
 */
function feed(
  oracle: Oracle,
  events: readonly DoorEvent[],
  received: Received,
  { driver: { clock }, sends }: Observations,
  presence: Presence,
  agencies: ReadonlyMap<string, string>,
): { told: ToldMessage[]; receipts: Record<string, number> } {
  const told: ToldMessage[] = [];
  const receipts: Record<string, number> = {};
  let next = 0;
  const door = (untilMs: number): void => {
    for (; next < events.length && events[next].wallMs <= untilMs; next++) {
      const { input, manifest, atMs, arrival, line } = events[next];
      oracle.door(input, manifest, atMs, arrival);
      const rows = sends.rows(line);
      if (input.kind !== 'cad' || rows === null) continue;
      oracle.observe({ kind: 'receipt', messageId: input.messageId, rows }, atMs);
      for (const { outcome } of rows) receipts[outcome] = (receipts[outcome] ?? 0) + 1;
    }
  };
  for (const message of received.messages) {
    door(message.firstMs + GRACE_WALL_MS);
    const atMs = platformMsAt(clock, message.firstMs === Infinity ? clock.originWallMs : message.firstMs);
    if (message.type === 'post') {
      const post = jsonOf(message.text) as { postId?: unknown; text?: unknown } | null;
      oracle.observe(
        { kind: 'post', postId: String(post?.postId ?? ''), text: message.text, audience: message.audience },
        atMs,
      );
      continue;
    }
    const alert = jsonOf(message.text) as Alert | null;
    const incidents = String(alert?.incidents ?? '');
    const agency = agencies.get(incidents) ?? '';
    const reception: Reception = {
      atMs: message.receivedMs.map((ms) => platformMsAt(clock, ms)),
      reachableMs: message.receivedMs.map((ms, i) =>
        platformMsAt(clock, presence.reachableSinceMs(message.audience[i], ms)),
      ),
    };
    oracle.observe(
      { kind: 'publish', agency, alert: alert as Alert, frame: message.text, audience: message.audience },
      atMs,
      reception,
    );
    const msgType = (MSG_TYPES.find((t) => t === alert?.msgType) ?? 'Alert') satisfies MsgType;
    const identifier = String(alert?.identifier ?? '');
    told.push({ incidents, msgType, audience: message.audience, atMs, identifier, message });
  }
  door(Infinity);
  return { told, receipts };
}

const MSG_TYPES = ['Alert', 'Update', 'Cancel'] as const;

function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** A number that names one message first and another later: a client that has the first never shows the other. */
function addConflicts(judgement: Judgement, received: Received, { frames }: Observations): void {
  for (const { resident, frame } of received.conflicts) {
    const alert = jsonOf(frames[frame].text) as { incidents?: unknown } | null;
    const key = typeof alert?.incidents === 'string' && /^[0-9a-f]{32}$/.test(alert.incidents) ? alert.incidents : '';
    judgement.verdicts.misdelivered += 1;
    judgement.violations.push({
      verdict: 'misdelivered',
      incidents: key === '' ? 'unreadable' : key,
      detail: 'sequence-reused',
      resident,
      deliveries: 1,
    });
  }
}

function loadOf(
  o: JudgeOptions,
  trace: Trace,
  seen: Observations,
  log: DoorLog,
  received: Received,
  replayed: Replayed,
  judgement: Judgement,
  timeline: Timeline,
  meter: LatencyMeter,
): Load {
  const { driver } = seen;
  const { header } = trace;
  const of = (msgType: MsgType): number => replayed.publishes.filter((p) => p.msgType === msgType).length;
  return {
    target: driver.target,
    startedTarget: driver.target === 'self',
    driver: driver.driver,
    closedLoop: header.closedLoop === true,
    traceSha256: trace.sha256,
    fromMs: header.fromMs,
    untilMs: header.untilMs,
    windowMs: timeline.windowMs,
    speed: driver.clock.speed,
    platformClock: driver.platformClock,
    intensity: (header.scenario as Scenario).intensity,
    connected: driver.connected,
    inputs: log.counts,
    refusals: log.failures,
    retries: log.retries,
    deliveries: { received: received.count, repeated: received.repeated, gaps: received.holes },
    closes: closesOf(seen),
    generator: driver.generator,
    targetProcess: driver.targetProcess,
    bottleneck: bottleneckOf({
      generatorLagMs: driver.generatorLagMs,
      generator: driver.generator,
      target: driver.targetProcess,
      late: judgement.verdicts.late,
      refused: log.refusals.length,
      processors: cpus().length,
    }),
    shed: driver.shed,
    timeline: timeline.seconds(meter.bySecond),
    virtual: {
      alerts: of('Alert'),
      updates: of('Update'),
      cancels: of('Cancel'),
      deliveries: replayed.publishes.reduce((n, p) => n + p.audience.length, 0),
      duty: replayed.judgement.owed,
      verdicts: replayed.judgement.verdicts,
      delayMs: o.delayMs,
    },
    notes: [...driver.notes, ...(driver.stopped === null ? [] : [`The run ended early: ${driver.stopped}.`])],
  };
}

/** How connections ended, and why some never began. */
function closesOf({ connections }: Observations): Record<string, number> {
  const closes: Record<string, number> = {};
  for (const { event, code, intended } of connections) {
    if (event === 'open') continue;
    const name = intended ? 'by the client' : `${event === 'refused' ? 'refused ' : ''}${code ?? 'broken'}`;
    closes[name] = (closes[name] ?? 0) + 1;
  }
  return closes;
}
