/**
 * Runs with a fault in their middle, for tests: a small town recorded once, the reference system as a process that can be killed and
 * started again on its own ports, the driver as a process, and the judge. What every run must hold to, whatever the fault, stands here too.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Static } from 'typebox';
import { expect } from 'vitest';
import { tokenOf } from '../../../contract/credentials.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import type { DeliveryLine, DriverSummary, FrameLine, SendLine, TraceInput } from '../../../contract/trace.ts';
import { HEADERS, MEDIA, PATHS, type AlertsPageSchema } from '../../../contract/wire.ts';
import { judgeRun, openYardstick, type JudgedRun, type Yardstick } from '../../../harness/judge/judge.ts';
import type { DriveOptions } from '../../../harness/drivers/driver-api.ts';
import { drive } from '../../../harness/drivers/node/drive.ts';
import { alertKey } from '../../../oracle/rules/composition.ts';
import { resolveScenario } from '../../../harness/options/resolve.ts';
import { recordTrace } from '../../../harness/trace/record.ts';
import { until } from '../../../reference-impl/server/serve.testing.ts';

export const FAULT_KEY = 'a-harness-key-of-the-fault-tests';
export const SPEED = 20;
/** In which the residents of a town are so many that a kill meets a fan-out. */
const TOWN = [
  'policy.review=auto',
  'agencies.1.dialect=tampa',
  'startMs=1780794000000',
  'incidents.callsForServicePer1000PersonsYear=1600',
  'incidents.officerInitiatedShare=0.5',
  'intensity.incidents=1800',
  'intensity.staffing=1800',
  'people.appUserShareOfPersons=0.05',
  'doorbells.motionsPerDay=1',
  'load.heartbeatMs=600000',
  'load.connectedShareOfDoorbells=0.1',
  'load.connectRampMs=500',
  `load.speed=${SPEED}`,
];
const OPENING_MS = 900_000;
/** Requests under way at once. */
const AT_ONCE = 50;
const BIN = fileURLToPath(new URL('../../../bin/hundredblock.js', import.meta.url));

/** A folder for a test file, with what is in it; `remove` takes it away. */
export function faultFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'hundredblock-faults-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Town extends Yardstick {
  traceDir: string;
  inputs: TraceInput[];
}

/** Records so many wall seconds of two small towns with some alerts. What `sets` can't say, `change` does. */
export async function recordTown(
  dir: string,
  seconds: number,
  sets: readonly string[] = [],
  change: (scenario: Scenario) => void = () => {},
): Promise<Town> {
  const scenario = resolveScenario('smoke', [...TOWN, `load.durationMs=${seconds * 1000}`, ...sets]);
  change(scenario);
  const fromMs = scenario.startMs + OPENING_MS;
  await recordTrace({ scenario, seed: 5, fromMs, windowMs: seconds * 1000 * SPEED, dir });
  return openTown(dir);
}

/** A town whose trace is written. */
export async function openTown(dir: string): Promise<Town> {
  const yardstick = await openYardstick(dir);
  const inputs: TraceInput[] = [];
  for await (const { input } of yardstick.trace.inputs()) inputs.push(input);
  return { ...yardstick, traceDir: dir, inputs };
}

export interface Serve {
  pid: number;
  http: string;
  mqtt: string | null;
  /** All that it logged. */
  log(): string;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Where it listens, so that it can be started there again. */
export interface Place {
  dataDir: string;
  port: number;
  mqttPort: number;
  args?: readonly string[];
  /** Of the harness doors. */
  key?: string;
}

export async function placeIn(folder: string, name: string, args: readonly string[] = []): Promise<Place> {
  const dataDir = join(folder, name);
  mkdirSync(dataDir, { recursive: true });
  return { dataDir, port: await freePort(), mqttPort: await freePort(), args };
}

const started = new Set<Serve>();

/** Ends what a test that failed left running. */
export async function killAll(): Promise<void> {
  for (const serve of started) await serve.kill();
}

export async function startServe({ dataDir, port, mqttPort, args = [], key = FAULT_KEY }: Place): Promise<Serve> {
  const ports = ['--port', String(port), ...(args.includes('--mqtt') ? [] : ['--mqtt-port', String(mqttPort)])];
  const child = spawn(process.execPath, [BIN, 'serve', ...ports, '--data-dir', dataDir, ...args], {
    env: { ...process.env, HUNDREDBLOCK_HARNESS_KEY: key },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let gone = false;
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      gone = true;
      started.delete(serve);
      resolve();
    });
  });
  const serve: Serve = {
    pid: child.pid!,
    http: `http://127.0.0.1:${port}`,
    mqtt: args.includes('--mqtt') ? null : `mqtt://127.0.0.1:${mqttPort}`,
    log: () => stderr,
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await ended;
    },
  };
  started.add(serve);
  await until('the service to listen', () => gone || stdout.includes('\n'), 120_000);
  if (gone) throw new Error(stderr);
  return serve;
}

export interface Run {
  summary: DriverSummary;
  judged: JudgedRun;
  sends: SendLine[];
  frames: FrameLine[];
  deliveries: DeliveryLine[];
}

/** Drives the town against a target, and judges what came of it. `mqttUrl`: where doorbells connect, if not at the service itself. */
export async function runTown(
  town: Town,
  target: Pick<Serve, 'http' | 'mqtt'> & { harnessKey?: string },
  outDir: string,
  o: Pick<DriveOptions, 'onProgress' | 'limits'> = {},
): Promise<Run> {
  const summary = await drive({
    traceDir: town.traceDir,
    outDir,
    target: {
      kind: 'url',
      url: target.http,
      mqttUrl: target.mqtt,
      harnessKey: target.harnessKey ?? FAULT_KEY,
      onboarded: false,
    },
    speed: SPEED,
    ...o,
    limits: { drainMsMax: 120_000, silenceMsMax: 120_000, connectMsMax: 180_000, triesMax: 50, ...o.limits },
  });
  const judged = await judgeRun(town, { observationsDir: outDir, delayMs: {} });
  return {
    summary,
    judged,
    sends: linesOf<SendLine>(outDir, 'sends.jsonl'),
    frames: linesOf<FrameLine>(outDir, 'frames.jsonl'),
    deliveries: linesOf<DeliveryLine>(outDir, 'deliveries.jsonl'),
  };
}

/** What holds after every fault: nothing that should have come is missing, nothing came that should not have, and all sums agree. */
export function expectSound(town: Town, run: Run): void {
  const { judged, summary } = run;
  expect(summary.stopped).toBeNull();
  const { verdicts, leaks, violations } = judged.judgement;
  const wrong = violations.filter(({ verdict }) => verdict !== 'late' && verdict !== 'disconnected');
  expect(wrong.slice(0, 10)).toEqual([]);
  const { lost, duplicate, misdelivered, leaked, stale, shed } = verdicts;
  expect({ lost, duplicate, misdelivered, leaked, stale, shed }).toEqual({
    lost: 0,
    duplicate: 0,
    misdelivered: 0,
    leaked: 0,
    stale: 0,
    shed: 0,
  });
  expect(leaks).toEqual([]);
  expect(judged.judgement.wrongReceipts.slice(0, 5)).toEqual([]);
  expectSums(town, run);
}

/** Every input is acknowledged or has its reason, every delivery owed and every delivery received has its verdict, and numbers have no holes. */
export function expectSums(town: Town, run: Run): void {
  const { deliveries, frames } = run;
  const { judgement, load } = run.judged;
  const { delivered, late, lost, shed, disconnected, duplicate, misdelivered, stale, leaked } = judgement.verdicts;
  const alerts = deliveries.filter(([, , frame]) => frames[frame].type === 'alert');
  const received = new Set(alerts.map(([resident, sequence]) => `${resident} ${sequence}`)).size;
  expect(delivered + late + duplicate + misdelivered + stale + leaked).toBe(received);
  // Left open: whether who changed its wishes just then is owed a message, and what hangs on an input that came only at a second try.
  const open = judgement.owed.deliveries - (delivered + late + lost + shed + disconnected);
  const wishes = (load.inputs['preference']?.meant ?? 0) * town.replayed.publishes.length;
  const delayed = delayedIn(town, run);
  const hangs = alerts.filter(([, , frame]) => delayed.has(incidentsOf(frames[frame].text))).length;
  expect(open).toBeLessThanOrEqual(wishes);
  expect(-open).toBeLessThanOrEqual(wishes + hangs);
  let unacknowledged = 0;
  for (const { meant, acknowledged } of Object.values(load.inputs)) unacknowledged += meant - acknowledged;
  const { retried: _retried, ...failures } = load.refusals;
  expect(Object.values(failures).reduce((sum, n) => sum + n, 0)).toBe(unacknowledged);
  expect(load.deliveries.gaps).toBe(0);
}

/**
 * Messages and residents that differ between the clocks and have no reason. An outage makes inputs come later than they were meant to, on
 * which the clocks may truly differ: what is owed follows from when they did come. The tolerance knows nothing of outages, so that a
 * difference is explained here where a message about that very record, or a wish of that resident, came later than the tolerance.
 */
export function unexplained(town: Town, run: Run): string[] {
  const delayed = delayedIn(town, run);
  return run.judged.sameOutcome.differences
    .filter((d) => !d.withinBand && !delayed.has(d.incidents) && !delayed.has(String(d.resident)))
    .map(({ incidents, msgType, resident, side }) => `${side} ${msgType} ${incidents} ${resident}`);
}

/**
 * Sends every message that was acknowledged once more, as it was, under its key: the service must know each. The ids of those that it
 * does not know, beside how many were asked for.
 */
export async function acknowledgedLost(town: Town, run: Run, url: string): Promise<{ lost: string[]; asked: number }> {
  const messages = run.sends.flatMap(({ input: line, failure }) => {
    const input = town.inputs[line];
    return input.kind === 'cad' && failure === null ? [input] : [];
  });
  const lost: string[] = [];
  for (let from = 0; from < messages.length; from += AT_ONCE)
    await Promise.all(
      messages.slice(from, from + AT_ONCE).map(async (message) => {
        const answer = await sendCad(town, url, message);
        if (answer.headers.get(HEADERS.replayed) !== 'true') lost.push(`${message.messageId} ${answer.status}`);
      }),
    );
  return { lost, asked: messages.length };
}

/** One message as its agency sends it; the body of the answer is read. */
export async function sendCad(
  town: Town,
  url: string,
  message: Pick<Extract<TraceInput, { kind: 'cad' }>, 'agency' | 'dialect' | 'messageId' | 'body'>,
): Promise<Response> {
  const secret = town.trace.onboarding.credentialSecret;
  const answer = await fetch(url + PATHS.cad.replace(':agency', message.agency), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokenOf(secret, 'agency', message.agency)}`,
      'content-type': message.dialect === 'seattle' ? MEDIA.csv : MEDIA.json,
      [HEADERS.dialect]: message.dialect,
      [HEADERS.idempotencyKey]: message.messageId,
    },
    body: message.body,
  });
  return new Response(await answer.text(), { status: answer.status, headers: answer.headers });
}

/** What residents have on the service's pages, beside what they received over the stream: those for whom the two differ. */
export async function pagesThatDiffer(town: Town, run: Run, url: string): Promise<string[]> {
  const received = new Map<number, Map<number, string>>();
  for (const [resident, sequence, frame] of run.deliveries) {
    const own = received.get(resident) ?? new Map<number, string>();
    own.set(sequence, run.frames[frame].text);
    received.set(resident, own);
  }
  const differing: string[] = [];
  for (const [resident, own] of received) {
    const first = Math.min(...own.keys());
    const found = await pageOf(town, url, resident, first - 1);
    if (found === null) continue;
    const { messages, lastSequence } = found;
    const page = new Map(messages.map((m) => [m.sequence, JSON.stringify(m.message)]));
    const same =
      lastSequence === Math.max(...own.keys()) &&
      page.size === own.size &&
      [...own].every(([sequence, text]) => page.get(sequence) === text);
    if (!same) differing.push(`${resident}: ${own.size} received, ${page.size} of ${lastSequence} on the page`);
  }
  return differing;
}

/** Names of alerts whose records were told of, and residents whose wishes came, later than meant by more than the tolerance. */
function delayedIn(town: Town, { judged, sends }: Run): ReadonlySet<string> {
  const { runKey } = town.trace.onboarding;
  const delayed = new Set<string>();
  for (const { input: line, intendedMs, sentMs, answeredMs } of sends) {
    const cameMs = answeredMs ?? sentMs ?? intendedMs;
    if ((cameMs - intendedMs) * SPEED <= judged.sameOutcome.toleranceMs) continue;
    const input = town.inputs[line];
    if (input.kind === 'preference') delayed.add(String(input.change.resident));
    if (input.kind !== 'cad' && input.kind !== 'snapshot') continue;
    for (const { recordId } of town.truth.manifest(input.messageId)?.rows ?? [])
      delayed.add(alertKey(runKey, input.agency, recordId.trim()));
  }
  return delayed;
}

function incidentsOf(text: string): string {
  return (JSON.parse(text) as { incidents: string }).incidents;
}

type AlertsPage = Static<typeof AlertsPageSchema>;

async function pageOf(town: Town, url: string, resident: number, since: number): Promise<AlertsPage | null> {
  const token = tokenOf(town.trace.onboarding.credentialSecret, 'resident', resident);
  const answer = await fetch(`${url}${PATHS.alerts}?since=${since}&limit=500`, {
    headers: { authorization: `Bearer ${token}` },
  });
  // Who left has no page any more.
  if (answer.status === 403) return null;
  expect(answer.status).toBe(200);
  return (await answer.json()) as AlertsPage;
}

/** Sum of a counter's samples that carry all these labels. */
export async function counted(url: string, name: string, ...labels: string[]): Promise<number> {
  const text = await (await fetch(url + PATHS.metrics)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

export function linesOf<T>(dir: string, name: string): T[] {
  return readFileSync(join(dir, name), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}
