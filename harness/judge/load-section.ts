/** The section of a run record on the load: what was sent, how both sides fared, and what the trace comes to in virtual time. */
import { cpus } from 'node:os';
import type { MsgType } from '../../contract/alert.ts';
import type { Load } from '../../contract/record/load.ts';
import type { Quantiles } from '../../contract/record/measures.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { Judgement } from '../../oracle/oracle-api.ts';
import type { Replayed, Trace } from '../trace/trace-api.ts';
import { findBottleneck } from './bottleneck.ts';
import type { DoorLog } from './door-log.ts';
import type { LatencyMeter } from './latency.ts';
import type { Observations } from './observations.ts';
import type { Receptions } from './receptions.ts';
import type { Timeline } from './timeline.ts';

export interface LoadSources {
  trace: Trace;
  observations: Observations;
  doorLog: DoorLog;
  receptions: Receptions;
  replayed: Replayed;
  judgement: Judgement;
  timeline: Timeline;
  meter: LatencyMeter;
  /** Simulated delays of the window's alerts by stage. */
  delayMs: Record<string, Quantiles>;
}

export function composeLoad(sources: LoadSources): Load {
  const { trace, observations, doorLog, receptions, judgement, timeline, meter } = sources;
  const { driver } = observations;
  const { header } = trace;
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
    inputs: doorLog.counts,
    refusals: doorLog.failures,
    retries: doorLog.retries,
    deliveries: { received: receptions.count, repeated: receptions.repeated, gaps: receptions.holes },
    closes: countCloses(observations),
    generator: driver.generator,
    targetProcess: driver.targetProcess,
    bottleneck: findBottleneck({
      generatorLagMs: driver.generatorLagMs,
      generator: driver.generator,
      target: driver.targetProcess,
      late: judgement.verdicts.late,
      refused: doorLog.refusals.length,
      processors: cpus().length,
    }),
    shed: driver.shed,
    timeline: timeline.seconds(meter.bySecond),
    virtual: virtualOutcome(sources.replayed, sources.delayMs),
    notes: [...driver.notes, ...(driver.stopped === null ? [] : [`The run ended early: ${driver.stopped}.`])],
  };
}

// --- internal ---

function virtualOutcome({ publishes, judgement }: Replayed, delayMs: Record<string, Quantiles>): Load['virtual'] {
  const count = (msgType: MsgType): number => publishes.filter((message) => message.msgType === msgType).length;
  return {
    alerts: count('Alert'),
    updates: count('Update'),
    cancels: count('Cancel'),
    deliveries: publishes.reduce((n, { audience }) => n + audience.length, 0),
    duty: judgement.owed,
    verdicts: judgement.verdicts,
    delayMs,
  };
}

/** Number of connections that ended or were refused, by the way in which that happened. */
function countCloses({ connections }: Observations): Record<string, number> {
  const closes: Record<string, number> = {};
  for (const { event, code, intended } of connections) {
    if (event === 'open') continue;
    const name = intended ? 'by the client' : `${event === 'refused' ? 'refused ' : ''}${code ?? 'broken'}`;
    closes[name] = (closes[name] ?? 0) + 1;
  }
  return closes;
}
