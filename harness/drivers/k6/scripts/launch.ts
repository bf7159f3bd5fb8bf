/** Before the window, in k6's `setup()`: the target is onboarded, and the clock is set by which everything is sent. */
import exec from 'k6/execution';
import http from 'k6/http';
import type { PlatformClock } from '../../../../contract/clock.ts';
import { sendInput, sendTuple, type Door } from './door.ts';
import { tell } from './observation-log.ts';
import type { SendTuple } from './log-lines.ts';
import { segmentOf, type Segment } from './segment.ts';
import type { Settings } from './settings.ts';
import { laneNumber, type K6Trace } from './trace.ts';
import { reach, sleep } from './waiting.ts';
import { MEDIA, PATHS } from './wire.ts';

/** The settings that `setup()` hands to every VU. */
export interface Launch {
  clock: PlatformClock;
  /** Wall time at which connections before the window begin, and over which they are spread. */
  rampFromMs: number;
  rampMs: number;
  /** Wall time at which the window ends. */
  endMs: number;
}

/** From the end of `setup()` to the window, wall ms: connections are made in it. */
export function leadMsOf(settings: Settings, trace: K6Trace, connects: boolean): number {
  if (settings.leadMs !== null) return settings.leadMs;
  const { residents, doorbells } = trace.header;
  const connectMs = connects ? RESIDENT_MS * residents + DOORBELL_MS * doorbells : 0;
  return (connects ? rampMsOf(trace) : 0) + settings.patience * (LEAD_MS + connectMs);
}

/** The segment of this instance. To be called only while VUs run. */
export function segmentHere(): Segment {
  const text = exec.test.options.executionSegment as unknown;
  return segmentOf(typeof text === 'string' ? text : '0:1');
}

/** Arguments of `launch`. */
export interface LaunchOptions {
  /** Name of the script, for the log. */
  script: string;
  settings: Settings;
  trace: K6Trace;
  /** From the end of `setup()` to the window, wall ms. */
  leadMs: number;
  /** Parts of the trace that the script leaves out, in words. */
  notes: string[];
}

/** Throws one line if the target does not answer or refuses. */
export async function launch({ script, settings, trace, leadMs, notes }: LaunchOptions): Promise<Launch> {
  const segment = segmentHere();
  const isFirst = segment.from === 0;
  await reachable(settings);
  const sends: SendTuple[] = [];
  let setting: Setting;
  if (isFirst) {
    const standing = { originWallMs: Date.now(), originMs: trace.header.fromMs - 1, speed: 0 };
    if (!settings.onboarded) await put(settings, PATHS.onboarding, documentOf(settings, trace));
    const platformClock = settings.harnessKey !== null && (await putClock(settings, standing));
    await ready(settings);
    sends.push(...(await sendPreamble(settings, trace)));
    // The others look for the clock twice a second.
    const spareMs = segment.until === 1 ? 0 : FOLLOW_MS;
    setting = await setClock(settings, trace, platformClock, Date.now() + spareMs + leadMs);
  } else setting = await foundClock(settings, trace);
  const { originWallMs } = setting.clock;
  if (Date.now() > originWallMs - leadMs + LATE_MS)
    throw new Error(
      `the window: expected ${leadMs} ms until it opens, found ${Math.round(originWallMs - Date.now())} ms`,
    );
  tell({
    line: 'start',
    script,
    traceSha256: trace.sha256,
    target: settings.target,
    ...setting,
    segment: `${segment.from}:${segment.until}`,
    notes,
  });
  if (sends.length > 0) tell({ line: 'sends', sends });
  await reach(originWallMs - leadMs);
  return {
    clock: setting.clock,
    rampFromMs: originWallMs - leadMs,
    rampMs: rampMsOf(trace),
    endMs: originWallMs + trace.windowMs,
  };
}

// --- internal ---

interface Setting {
  clock: PlatformClock;
  platformClock: boolean;
}

const LEAD_MS = 3000;
/** Time that a connection costs k6, with room to spare. */
const RESIDENT_MS = 1;
const DOORBELL_MS = 3;
const FOLLOW_MS = 3000;
/** The part of the lead that may be over when VUs start. */
const LATE_MS = 500;
const REACH_TRIES = 5;
const READY_MS_MAX = 60_000;
const FOLLOW_MS_MAX = 300_000;
/** Answers of the preamble may take longer than those of the window. */
const PREAMBLE_MS_MAX = 300_000;

function rampMsOf({ header }: K6Trace): number {
  return (header.scenario as { load: { connectRampMs: number } }).load.connectRampMs;
}

function headersOf({ harnessKey }: Settings): Record<string, string> {
  return {
    'content-type': MEDIA.json,
    ...(harnessKey === null ? {} : { authorization: `Bearer ${harnessKey}` }),
  };
}

async function reachable({ target }: Settings): Promise<void> {
  for (let i = 0; i < REACH_TRIES; i += 1) {
    const { status } = await http.asyncRequest('GET', target + PATHS.health, null, { tags: { name: PATHS.health } });
    if (status >= 200 && status <= 299) return;
    await sleep(500);
  }
  throw new Error(`${target}${PATHS.health}: expected an answer 200, found none`);
}

/** Answers the status, 404 or 2xx; throws on any other. */
async function put(settings: Settings, path: string, body: string): Promise<number> {
  const { status } = await http.asyncRequest('PUT', settings.target + path, body, {
    headers: headersOf(settings),
    timeout: '120s',
    tags: { name: path },
  });
  if ((status >= 200 && status <= 299) || status === 404) return status;
  throw new Error(`${path}: expected 2xx, found ${status === 0 ? 'no answer' : status}`);
}

/** False if the target has no such clock. */
async function putClock(settings: Settings, clock: PlatformClock): Promise<boolean> {
  return (await put(settings, PATHS.clock, JSON.stringify(clock))) !== 404;
}

/** The document with the URLs of portals that somebody hosts. A portal without a host is left out: messages that are never polled are owed no alert. */
function documentOf({ portals }: Settings, trace: K6Trace): string {
  const document = JSON.parse(trace.onboarding()) as { agencies: { portal: { url: string } | null }[] };
  for (const [index, agency] of document.agencies.entries()) {
    const url = portals[String(index)];
    if (agency.portal !== null) agency.portal = url === undefined ? null : { ...agency.portal, url };
  }
  return JSON.stringify(document);
}

async function ready({ target }: Settings): Promise<void> {
  for (const end = Date.now() + READY_MS_MAX; Date.now() < end; await sleep(100)) {
    const { status } = await http.asyncRequest('GET', target + PATHS.ready, null, { tags: { name: PATHS.ready } });
    if (status === 200 || status === 404) return;
  }
  throw new Error(`${PATHS.ready}: expected 200 after the onboarding, found another answer`);
}

/** Sends the records that were open before the window, lane by lane, each in order. */
async function sendPreamble({ target, triesMax }: Settings, trace: K6Trace): Promise<SendTuple[]> {
  const { credentialSecret } = trace;
  const door: Door = { target, credentialSecret, triesMax, untilMs: Date.now() + PREAMBLE_MS_MAX };
  const lanes = new Map<number, ReturnType<K6Trace['preamble']>>();
  for (const one of trace.preamble()) {
    const lane = laneNumber(trace.agencies, one.input);
    const list = lanes.get(lane);
    if (list === undefined) lanes.set(lane, [one]);
    else list.push(one);
  }
  const sends: SendTuple[] = [];
  const sendLane = async (lane: ReturnType<K6Trace['preamble']>): Promise<void> => {
    for (const { line, input } of lane) {
      const intendedMs = Date.now();
      sends.push(sendTuple(line, intendedMs, null, await sendInput(door, input)));
    }
  };
  await Promise.all([...lanes.values()].map(sendLane));
  return sends;
}

async function setClock(settings: Settings, trace: K6Trace, platformClock: boolean, startMs: number): Promise<Setting> {
  const { fromMs } = trace.header;
  if (!platformClock) {
    if (trace.speed !== 1)
      throw new Error(`speed: expected 1, since the target has no platform clock, found ${trace.speed}`);
    return { clock: { originWallMs: fromMs, originMs: fromMs, speed: 1 }, platformClock };
  }
  const clock = { originWallMs: startMs, originMs: fromMs, speed: trace.speed };
  // Until the window it stands just before it, as while residents connect nothing may fall due.
  await putClock(settings, { ...clock, originWallMs: startMs - 1 / trace.speed, originMs: fromMs - 1 });
  return { clock, platformClock };
}

/** The clock that the instance with the first segment has set. */
async function foundClock(settings: Settings, trace: K6Trace): Promise<Setting> {
  const { fromMs } = trace.header;
  for (const end = Date.now() + FOLLOW_MS_MAX; Date.now() < end; await sleep(500)) {
    const response = await http.asyncRequest('GET', settings.target + PATHS.clock, null, {
      headers: headersOf(settings),
      tags: { name: PATHS.clock },
    });
    if (response.status !== 200) continue;
    const found = JSON.parse(response.body as string) as PlatformClock;
    if (found.originMs !== fromMs - 1 || found.speed !== trace.speed || found.originWallMs < Date.now()) continue;
    return {
      clock: { originWallMs: found.originWallMs + 1 / trace.speed, originMs: fromMs, speed: trace.speed },
      platformClock: true,
    };
  }
  throw new Error(
    'the clock: expected the instance with the first segment to set it within 5 minutes, found that it did not',
  );
}
