/** Doorbells, many to a VU: they come and go, see motions and send clips and heartbeats as the trace says. */
import exec from 'k6/execution';
import type { Scenario } from 'k6/options';
import { wallMsOf } from '../../../../contract/clock.ts';
import type { ArrivalOptions } from './arrivals.ts';
import { Doorbell, type DoorbellHost } from './doorbell.ts';
import { Handshakes } from './handshakes.ts';
import type { Launch } from './launch.ts';
import { generatorLag } from './meters.ts';
import { ObservationLog, tellRegularly } from './observation-log.ts';
import type { DoorbellPart } from './script.ts';
import type { Settings } from './settings.ts';
import type { DoorbellInput, DoorbellMessage, K6Trace } from './trace.ts';
import { reach, sleep } from './waiting.ts';

/** The doorbells' part of a script. */
export const DOORBELLS: DoorbellPart = { scenario: doorbellScenario, hold: holdDoorbells };

// --- internal ---

const DRAIN_MS_MAX = 30_000;
/** Handshakes under way at once, over all VUs; each VU may have a few. */
const HANDSHAKES_MAX = 128;
const HANDSHAKES_MIN = 4;

/** A VU holds the doorbells whose number leaves its own as remainder, as with residents (phones.ts). */
function doorbellScenario({ deviceVus }: Settings, trace: K6Trace, leadMs: number): Scenario {
  return {
    executor: 'shared-iterations',
    exec: 'holdDoorbells',
    vus: deviceVus,
    iterations: deviceVus,
    maxDuration: `${Math.ceil(leadMs + trace.windowMs + DRAIN_MS_MAX + 60_000)}ms`,
    gracefulStop: '30s',
  };
}

/** One iteration: holds the doorbells of one VU from before the window until nothing is owed. `copies`: how often a message of that moment is sent. */
async function holdDoorbells(
  settings: Settings,
  trace: K6Trace,
  launch: Launch,
  copies: ArrivalOptions['copies'],
): Promise<void> {
  const turns = trace.doorbells(exec.scenario.iterationInTest);
  if (turns.length === 0 || settings.mqttUrl === null) return;
  const log = new ObservationLog(exec.vu.idInTest, settings.logEntriesMax);
  const host = hostOf(settings, settings.mqttUrl, trace, log);
  const doorbells = new Map<number, Doorbell>();
  const tell = tellRegularly(log, 'doorbells', host, () => {
    for (const doorbell of doorbells.values()) doorbell.tick(Date.now());
  });
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
    if (isMessage(input)) {
      doorbell.publish(input, { line, intendedMs, lagMs });
      for (let copy = 1; copy < copies(input); copy += 1) doorbell.publish(input, null);
    } else if (input.kind === 'attach') doorbell.attach({ line, intendedMs, lagMs });
    else {
      doorbell.detach();
      log.send([line, intendedMs, lagMs, takenMs, takenMs, null, 1, null, null]);
    }
  }
  await reach(launch.endMs);
  const untilMs = launch.endMs + DRAIN_MS_MAX;
  while (Date.now() < untilMs && host.counts.owed > 0) await sleep(100);
  tell.stop();
  host.handshakes.stop();
  for (const doorbell of doorbells.values()) doorbell.end();
  log.end();
}

function hostOf(settings: Settings, mqttUrl: string, trace: K6Trace, log: ObservationLog): DoorbellHost {
  const { triesMax, deviceVus } = settings;
  return {
    mqttUrl,
    credentialSecret: trace.credentialSecret,
    log,
    handshakes: new Handshakes(Math.max(HANDSHAKES_MIN, Math.floor(HANDSHAKES_MAX / deviceVus))),
    rules: { triesMax, tally: { connected: 0, connecting: 0, refused: 0 } },
    counts: { owed: 0, lastMs: 0, connectMs: [] },
  };
}

function isMessage(input: DoorbellInput): input is DoorbellMessage {
  return input.kind === 'motion' || input.kind === 'clip' || input.kind === 'heartbeat';
}
