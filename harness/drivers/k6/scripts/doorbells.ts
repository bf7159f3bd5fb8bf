/** Doorbells, many to a VU: they come and go, see motions and send clips and heartbeats as the trace says. */
import exec from 'k6/execution';
import type { Scenario } from 'k6/options';
import { clearInterval, setInterval } from 'k6/timers';
import { wallMsOf } from '../../../../contract/clock.ts';
import type { ArrivalOptions } from './arrivals.ts';
import { Doorbell, type DoorbellHost } from './doorbell.ts';
import type { Launch } from './launch.ts';
import { generatorLag } from './meters.ts';
import { ObservationLog, tell } from './observation-log.ts';
import { Handshakes } from './handshakes.ts';
import type { Settings } from './settings.ts';
import type { DoorbellInput, DoorbellMessage, K6Trace } from './trace.ts';
import { reach, sleep } from './wall.ts';

/** As phoneScenario, of doorbells. */
export function doorbellScenario({ deviceVus }: Settings, trace: K6Trace, leadMs: number): Scenario {
  return {
    executor: 'shared-iterations',
    exec: 'holdDoorbells',
    vus: deviceVus,
    iterations: deviceVus,
    maxDuration: `${Math.ceil(leadMs + trace.windowMs + DRAIN_MS_MAX + 60_000)}ms`,
    gracefulStop: '30s',
  };
}

/** `copies`: how often a message of that moment is sent. */
export async function holdDoorbells(
  settings: Settings,
  trace: K6Trace,
  launch: Launch,
  copies: ArrivalOptions['copies'],
): Promise<void> {
  const turns = trace.doorbells(exec.scenario.iterationInTest);
  if (turns.length === 0 || settings.mqttUrl === null) return;
  const log = new ObservationLog(exec.vu.idInTest, settings.logEntriesMax);
  const counts: DoorbellHost['counts'] = { owed: 0, lastMs: 0, connectMs: [] };
  const tally = { connected: 0, connecting: 0, refused: 0 };
  const handshakes = new Handshakes(Math.max(4, Math.floor(HANDSHAKES_MAX / settings.deviceVus)));
  const host: DoorbellHost = {
    mqttUrl: settings.mqttUrl,
    credentialSecret: trace.credentialSecret,
    log,
    handshakes,
    rules: { triesMax: settings.triesMax, tally },
    counts,
  };
  const doorbells = new Map<number, Doorbell>();
  const told = (): void => {
    log.flush();
    tell({
      line: 'connected',
      part: exec.vu.idInTest,
      of: 'doorbells',
      open: tally.connected,
      ms: counts.connectMs.splice(0),
    });
    for (const doorbell of doorbells.values()) doorbell.tick(Date.now());
  };
  const timer = setInterval(told, FLUSH_MS);
  for (const { line, input, ramp } of turns) {
    const intendedMs = ramp === null ? wallMsOf(launch.clock, input.atMs) : launch.rampFromMs + ramp * launch.rampMs;
    const takenMs = await reach(intendedMs);
    const lagMs = ramp === null ? Math.max(0, takenMs - intendedMs) : null;
    if (lagMs !== null) generatorLag.add(lagMs);
    let doorbell = doorbells.get(input.doorbell);
    if (doorbell === undefined) {
      doorbell = new Doorbell(host, input.doorbell);
      doorbells.set(input.doorbell, doorbell);
    }
    if (!isMessage(input)) {
      if (input.kind === 'attach') doorbell.attach({ line, intendedMs, lagMs });
      else {
        doorbell.detach();
        log.send([line, intendedMs, lagMs, takenMs, takenMs, null, 1, null, null]);
      }
    } else {
      doorbell.publish(input, { line, intendedMs, lagMs });
      for (let copy = 1; copy < copies(input); copy += 1) doorbell.publish(input, null);
    }
  }
  await reach(launch.endMs);
  const untilMs = launch.endMs + DRAIN_MS_MAX;
  while (Date.now() < untilMs && counts.owed > 0) await sleep(100);
  clearInterval(timer);
  handshakes.stop();
  told();
  for (const doorbell of doorbells.values()) doorbell.end();
  log.end();
}

// --- internal ---

function isMessage(input: DoorbellInput): input is DoorbellMessage {
  return input.kind === 'motion' || input.kind === 'clip' || input.kind === 'heartbeat';
}

const FLUSH_MS = 1000;
const DRAIN_MS_MAX = 30_000;
/** Over all VUs. */
const HANDSHAKES_MAX = 128;
