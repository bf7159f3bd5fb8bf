/** Residents' apps, many to a VU: they go online and offline as the trace says, and stay until the target falls silent after the window. */
import exec from 'k6/execution';
import type { Scenario } from 'k6/options';
import { setInterval, clearInterval } from 'k6/timers';
import { wallMsOf } from '../../../../contract/clock.ts';
import type { Launch } from './launch.ts';
import { generatorLag } from './meters.ts';
import { ObservationLog, tell } from './observation-log.ts';
import { Handshakes } from './handshakes.ts';
import { Phone, type PhoneHost } from './phone.ts';
import type { Settings } from './settings.ts';
import type { K6Trace } from './trace.ts';
import { reach, sleep } from './wall.ts';
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

export async function holdPhones(settings: Settings, trace: K6Trace, launch: Launch): Promise<void> {
  const vu = exec.scenario.iterationInTest;
  const turns = trace.phones(vu);
  if (turns.length === 0) return;
  const log = new ObservationLog(exec.vu.idInTest, settings.logEntriesMax);
  const { target, triesMax } = settings;
  const { credentialSecret } = trace;
  const counts: PhoneHost['counts'] = { lastMs: 0, connectMs: [] };
  const tally = { connected: 0, connecting: 0, refused: 0 };
  const handshakes = new Handshakes(Math.max(4, Math.floor(HANDSHAKES_MAX / settings.residentVus)));
  const rules = { triesMax, tally, closeCodes: CLOSE_CODES };
  const host: PhoneHost = { target, credentialSecret, clock: launch.clock, log, handshakes, rules, counts };
  const phones = new Map<number, Phone>();
  const told = (): void => {
    log.flush();
    tell({
      line: 'connected',
      part: exec.vu.idInTest,
      of: 'residents',
      open: tally.connected,
      ms: counts.connectMs.splice(0),
    });
  };
  const timer = setInterval(told, FLUSH_MS);
  for (const [line, resident, online, atMs, ramp] of turns) {
    const intendedMs = atMs === null ? launch.rampFromMs + ramp * launch.rampMs : wallMsOf(launch.clock, atMs);
    const takenMs = await reach(intendedMs);
    const lagMs = atMs === null ? null : Math.max(0, takenMs - intendedMs);
    if (lagMs !== null) generatorLag.add(lagMs);
    let phone = phones.get(resident);
    if (phone === undefined) {
      // Whoever comes before the window has missed nothing yet, and must miss nothing of it where its connection takes long.
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
  while (Date.now() < untilMs && Date.now() - Math.max(counts.lastMs, launch.endMs) < QUIET_MS) await sleep(100);
  clearInterval(timer);
  handshakes.stop();
  told();
  for (const phone of phones.values()) phone.end();
  log.end();
}

// --- internal ---

const FLUSH_MS = 1000;
const DRAIN_MS_MAX = 30_000;
/** What comes later than this is late, whenever it comes. */
const QUIET_MS = 5000;
/** Over all VUs. */
const HANDSHAKES_MAX = 256;
