/** Residents' apps, many to a VU: they go online and offline as the trace says, and stay until the target falls silent after the window. */
import exec from 'k6/execution';
import type { Scenario } from 'k6/options';
import { wallMsOf } from '../../../../contract/clock.ts';
import { Handshakes } from './handshakes.ts';
import type { Launch } from './launch.ts';
import { generatorLag } from './meters.ts';
import { ObservationLog, tellRegularly } from './observation-log.ts';
import { Phone, type PhoneHost } from './phone.ts';
import type { Settings } from './settings.ts';
import type { K6Trace } from './trace.ts';
import { reach, sleep } from './waiting.ts';
import { CLOSE_CODES } from './wire.ts';

/**
 * A VU holds the residents whose number leaves its own as remainder; k6 gives each instance other numbers, so that a
 * resident is held by one VU of one instance.
 */
export function phoneScenario({ residentVus }: Settings, trace: K6Trace, leadMs: number): Scenario {
  return {
    executor: 'shared-iterations',
    exec: 'holdPhones',
    vus: residentVus,
    iterations: residentVus,
    maxDuration: `${Math.ceil(leadMs + trace.windowMs + DRAIN_MS_MAX + 60_000)}ms`,
    gracefulStop: '30s',
  };
}

/** One iteration: holds the residents of one VU from before the window to the end of the drain. */
export async function holdPhones(settings: Settings, trace: K6Trace, launch: Launch): Promise<void> {
  const turns = trace.phones(exec.scenario.iterationInTest);
  if (turns.length === 0) return;
  const log = new ObservationLog(exec.vu.idInTest, settings.logEntriesMax);
  const host = hostOf(settings, trace, launch, log);
  const phones = new Map<number, Phone>();
  const tell = tellRegularly(log, 'residents', host);
  for (const [line, resident, online, atMs, ramp] of turns) {
    const intendedMs = atMs === null ? launch.rampFromMs + ramp * launch.rampMs : wallMsOf(launch.clock, atMs);
    const takenMs = await reach(intendedMs);
    const lagMs = atMs === null ? null : Math.max(0, takenMs - intendedMs);
    if (lagMs !== null) generatorLag.add(lagMs);
    let phone = phones.get(resident);
    if (phone === undefined) {
      // A resident who comes before the window has missed nothing yet, and must miss nothing of it if its connection takes long.
      phone = new Phone(host, resident, atMs === null && !settings.onboarded ? 0 : -1);
      phones.set(resident, phone);
    }
    if (online === 1) phone.connect({ line, intendedMs, lagMs });
    else {
      phone.disconnect();
      log.send([line, intendedMs, lagMs, takenMs, takenMs, null, 1, null, null]);
    }
  }
  await reach(launch.endMs);
  const untilMs = launch.endMs + DRAIN_MS_MAX;
  while (Date.now() < untilMs && Date.now() - Math.max(host.counts.lastMs, launch.endMs) < QUIET_MS) await sleep(100);
  tell.stop();
  host.handshakes.stop();
  for (const phone of phones.values()) phone.end();
  log.end();
}

// --- internal ---

const DRAIN_MS_MAX = 30_000;
/** A message that comes later than this is late, whenever it comes. */
const QUIET_MS = 5000;
/** Handshakes under way at once, over all VUs; each VU may have a few. */
const HANDSHAKES_MAX = 256;
const HANDSHAKES_MIN = 4;

function hostOf(settings: Settings, trace: K6Trace, { clock }: Launch, log: ObservationLog): PhoneHost {
  const { target, triesMax, residentVus } = settings;
  return {
    target,
    credentialSecret: trace.credentialSecret,
    clock,
    log,
    handshakes: new Handshakes(Math.max(HANDSHAKES_MIN, Math.floor(HANDSHAKES_MAX / residentVus))),
    rules: { triesMax, tally: { connected: 0, connecting: 0, refused: 0 }, closeCodes: CLOSE_CODES },
    counts: { lastMs: 0, connectMs: [] },
  };
}
