/** A run from its first request to its last file: what the driver's process does. */
import type { Worker } from 'node:worker_threads';
import { TRACE_INPUT_KINDS } from '../../../contract/trace-kinds.ts';
import { wallMsOf, type PlatformClock } from '../../../contract/clock.ts';
import { HundredblockError } from '../../../contract/errors.ts';
import type { Onboarding } from '../../../contract/onboarding.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import type { DriverSummary } from '../../../contract/trace.ts';
import type { Trace } from '../../trace/trace-api.ts';
import { CLOSE_CODES, PATHS, REFUSALS } from '../../../contract/wire.ts';
import { followTrace, type WrittenLength } from '../../trace/follow.ts';
import { openTrace } from '../../trace/read.ts';
import type { DriveLimits, DrivePhase, DriveProgress } from '../driver-api.ts';
import type { ReceivedBatch, LiveTrace } from '../../trace/trace-api.ts';
import { createControl, type Control } from '../target/control.ts';
import { HARNESS_METRICS } from '../../../contract/metrics.ts';
import { addedUp, type Spread } from '../../../stats/spread.ts';
import type { CrewResult, CrewRole, CrewSetup } from './thread/crew-contract.ts';
import { crewThread, startCrew, type CrewHandle } from './thread/crew-handle.ts';
import { createEncoder, type Encoder } from './sender/encode.ts';
import { Feeder } from './feeder.ts';
import type { Endpoint } from './thread/lean-socket.ts';
import { loopbackEndpoint, originOf } from '../target/loopback.ts';
import { makeFolder, writeConnections, writeDeliveries, writeSends, writeSummary } from './observations.ts';
import { figuresOf, filesMax, ownFigures, type ProcessFigures } from '../target/process-figures.ts';
import { readsSlowly } from '../../trace/slow-reader.ts';
import { Stopped, type Stop } from './stop.ts';
import { summaryOf, type RunFigures, type Sample } from './summary.ts';
import { targetFigures, type TargetFigures } from '../target/target-metrics.ts';
import { measureWallOffset, wallOf, type Wall } from './wall.ts';

export interface DrivePlan {
  traceDir: string;
  outDir: string;
  target: {
    /** As the record names it: `self` or its URL. */
    name: string;
    url: string;
    mqttUrl: string | null;
    harnessKey: string | null;
    onboarded: boolean;
    /** Where it was started for this run. */
    pid: number | null;
  };
  speed: number;
  /** Null: the trace is whole. Else how it stands before the window. */
  live: Pick<LiveTrace, 'header' | 'writtenBytes'> | null;
  /** Null: by the number of residents. */
  swarms: number | null;
  limits: DriveLimits;
}

/** The way to the process that still writes the trace. */
export interface LiveLink {
  written: WrittenLength;
  tell(
    report: { kind: 'launched'; clock: PlatformClock } | { kind: 'heard'; heard: ReceivedBatch } | { kind: 'close' },
  ): void;
}

/** Threads of the smallest run: a sender, the devices, a swarm. */
export const CREWS_MIN = 3;

/** Drives, and writes what was seen. `link`: null where the trace is whole; `threads`: of crewThread, at most CREWS_MIN. Throws what `drive` throws. */
export async function conduct(
  plan: DrivePlan,
  stop: Stop,
  onProgress: (progress: DriveProgress) => void,
  link: LiveLink | null = null,
  threads: readonly Worker[] = [],
): Promise<DriverSummary> {
  const trace =
    plan.live === null || link === null
      ? await openTrace(plan.traceDir)
      : await followTrace(plan.traceDir, plan.live.header, link.written);
  const http = await loopbackEndpoint(plan.target.url, 'http');
  const mqtt = plan.target.mqttUrl === null ? null : await loopbackEndpoint(plan.target.mqttUrl, 'mqtt');
  checkSockets(trace);
  makeFolder(plan.outDir);
  const run = new Run(plan, stop, onProgress, link, trace, http, mqtt, threads);
  return run.run();
}

// --- internal ---

const RESIDENTS_PER_SWARM = 15_000;
const SWARMS_MAX = 4;
/** Files and sockets that are neither residents nor doorbells. */
const OTHER_FILES = 200;
/** From deciding on the window's start to the start itself. */
const LAUNCH_MS = 500;
/** In real time, a window may open so much later. */
const WAIT_MS_MAX = 600_000;
const FINISH_MS = 20_000;
const SLOPE_FROM = 2000;

function checkSockets(trace: Trace): void {
  const { residents, doorbells } = trace.header;
  const allowed = filesMax() - OTHER_FILES;
  if (residents + doorbells > allowed)
    throw new HundredblockError(
      'HB_OPTION_VALUE',
      `expected at most ${allowed} residents and doorbells online (the system's limit of open files for a process), found ${residents} and ${doorbells}; see load.connectedShareOfAppUsers`,
    );
}

class Run {
  readonly #plan: DrivePlan;
  readonly #stop: Stop;
  readonly #onProgress: (progress: DriveProgress) => void;
  readonly #link: LiveLink | null;
  readonly #trace: Trace;
  readonly #http: Endpoint;
  readonly #mqtt: Endpoint | null;
  readonly #wallOffsetMs = measureWallOffset();
  readonly #wall: Wall;
  readonly #control: Control;
  readonly #encoder: Encoder;
  readonly #load: Scenario['load'];
  readonly #figures: RunFigures;
  /** Started before, and not yet told what they are for. */
  readonly #threads: readonly Worker[];
  #crews: CrewHandle[] = [];
  #feeder: Feeder | null = null;
  #clock: PlatformClock;
  #phase: DrivePhase = 'starting';
  #done = 0;
  #of = 0;
  #lastAnswerMs = 0;

  constructor(
    plan: DrivePlan,
    stop: Stop,
    onProgress: (progress: DriveProgress) => void,
    link: LiveLink | null,
    trace: Trace,
    http: Endpoint,
    mqtt: Endpoint | null,
    threads: readonly Worker[],
  ) {
    this.#threads = threads;
    this.#plan = plan;
    this.#stop = stop;
    this.#onProgress = onProgress;
    this.#link = link;
    this.#trace = trace;
    this.#http = http;
    this.#mqtt = mqtt;
    this.#wall = wallOf(this.#wallOffsetMs);
    this.#control = createControl({
      origin: originOf(http),
      harnessKey: plan.target.harnessKey,
      timeoutMs: Math.min(ANSWER_MS, plan.limits.startMsMax),
      signal: stop.signal,
    });
    this.#encoder = createEncoder(trace.onboarding, http, (resident) => readsSlowly(trace.header, resident));
    this.#load = (trace.header.scenario as Scenario).load;
    this.#clock = { originWallMs: this.#wall(), originMs: trace.header.fromMs, speed: plan.speed };
    this.#figures = emptyFigures();
  }

  async run(): Promise<DriverSummary> {
    const timer = setInterval(() => this.#tell(), 500);
    const watch = setInterval(() => this.#watch(), 100);
    try {
      await this.#phases();
    } catch (error) {
      if (error instanceof HundredblockError && error.code === 'HB_TARGET') this.#stop.now(error.message);
      else if (!(error instanceof Stopped)) {
        this.#stop.now('an error of the driver');
        await this.#finish();
        throw error;
      }
    } finally {
      clearInterval(timer);
      clearInterval(watch);
    }
    const results = await this.#finish();
    return this.#write(results);
  }

  async #phases(): Promise<void> {
    await this.#reach();
    await this.#startCrews();
    await this.#onboard();
    const ramps = await this.#preamble();
    await this.#connect(ramps);
    await this.#window();
    await this.#drain();
  }

  /** The target must answer before anything else is tried. */
  async #reach(): Promise<void> {
    this.#enter('starting', 0);
    const { pid, url } = this.#plan.target;
    const { startMsMax } = this.#plan.limits;
    const end = this.#wall() + (pid === null ? Math.min(REACH_MS, startMsMax) : startMsMax);
    for (;;) {
      const status = await this.#control.health();
      this.#stop.check();
      if (status !== null && status >= 200 && status <= 299) return;
      if (this.#wall() >= end) {
        const found = status === null ? 'none, or nothing that is HTTP' : `status ${status}`;
        throw new HundredblockError('HB_TARGET', `${url}/healthz: expected an answer 200, found ${found}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #startCrews(): Promise<void> {
    const { limits, swarms } = this.#plan;
    const { header, onboarding } = this.#trace;
    const parts = swarms ?? Math.min(SWARMS_MAX, Math.max(1, Math.ceil(header.residents / RESIDENTS_PER_SWARM)));
    const setup = (role: CrewRole, part: number): CrewSetup => ({
      role,
      wallOffsetMs: this.#wallOffsetMs,
      credentialSecret: onboarding.credentialSecret,
      http: this.#http,
      mqtt: this.#mqtt,
      wire: { refusals: REFUSALS, streamPath: PATHS.stream, closeCodes: CLOSE_CODES },
      boundsMs: BOUNDS_MS,
      triesMax: limits.triesMax,
      waitingBytesMax: limits.waitingBytesMax,
      deliveriesMax: Math.ceil(limits.deliveriesMax / parts),
      lines: this.#encoder.lines,
      portals: portalsOf(onboarding),
      part,
      parts,
      slowBytesPerSecond: this.#load.slowConsumers.bytesPerSecond,
      tells: this.#link !== null,
    });
    const setups = [setup('sender', 0), setup('devices', 0)];
    for (let part = 0; part < parts; part += 1) setups.push(setup('swarm', part));
    const started = setups.map((one, i) =>
      startCrew(this.#threads[i] ?? crewThread(), one, {
        consumed: (weight) => this.#feeder?.consumed(weight),
        heard: (heard) => this.#link?.tell({ kind: 'heard', heard }),
        died: (role, why) => this.#stop.now(`the driver's ${role} thread stopped: ${why}`),
      }),
    );
    // Those that did start are ended with the run, also where another did not.
    const settled = await Promise.allSettled(started);
    this.#crews = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    this.#figures.swarms = parts;
    this.#feeder = new Feeder(this.#trace, this.#encoder, this.#crews, limits.readAheadBytesMax);
  }

  async #onboard(): Promise<void> {
    this.#enter('onboarding', 0);
    const { target, speed, limits } = this.#plan;
    const { header, onboarding } = this.#trace;
    if (!target.onboarded) await this.#control.onboard(documentOf(onboarding, this.#crews[0].portals));
    else if (this.#crews[0].portals.size > 0)
      this.#figures.notes.push('the target was onboarded by others: it can only poll portals whose URLs it was given');
    const standing = { originWallMs: this.#wall(), originMs: header.fromMs - 1, speed: 0 };
    this.#figures.platformClock = target.harnessKey !== null && (await this.#control.setClock(standing));
    if (!this.#figures.platformClock && speed !== 1)
      throw new HundredblockError(
        'HB_TARGET',
        `speed: expected 1, since the target has no platform clock, found ${speed}`,
      );
    const end = this.#wall() + limits.startMsMax;
    for (;;) {
      const status = await this.#control.ready();
      this.#stop.check();
      if (status === 200 || status === 404) return;
      if (this.#wall() >= end)
        throw new HundredblockError(
          'HB_TARGET',
          `/readyz: expected 200 after the onboarding, found ${status ?? 'no answer'}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #preamble() {
    this.#enter('preamble', 0);
    this.#heard();
    const { ramps } = await (this.#feeder as Feeder).preamble();
    const [sender] = this.#crews;
    this.#of = sender.handed;
    const settled = (): boolean => {
      this.#done = sender.status.acknowledged;
      return sender.status.taken >= sender.handed && sender.status.owed === 0;
    };
    if (!(await this.#stop.until(settled, this.#plan.limits.preambleMsMax)))
      throw new HundredblockError(
        'HB_TARGET',
        `the preamble: expected ${sender.handed} answers in time, found ${this.#done}`,
      );
    return ramps;
  }

  /** Residents first, so that memory per resident is not mixed up with that of doorbells. */
  async #connect(ramps: Awaited<ReturnType<Feeder['preamble']>>['ramps']): Promise<void> {
    const online = ramps.reduce((sum, { inputs }) => sum + inputs, 0);
    this.#enter('connecting', online);
    this.#figures.before = this.#sample();
    const startedMs = this.#wall();
    for (const role of ['swarm', 'devices'] as const) {
      const own = ramps.filter(({ crew }) => this.#crews[crew].role === role);
      const inputs = own.reduce((sum, ramp) => sum + ramp.inputs, 0);
      if (inputs === 0) continue;
      const overMs = (this.#load.connectRampMs * inputs) / online;
      for (const { crew, chunk, inputs: count } of own) {
        this.#feeder?.ramp(crew, chunk, count);
        this.#crews[crew].ramp(chunk, { startMs: this.#wall(), overMs });
      }
      this.#heard();
      const settled = (): boolean => this.#connected(role);
      if (!(await this.#stop.until(settled, overMs + this.#plan.limits.connectMsMax)))
        this.#figures.notes.push(
          `${inputs - this.#count(role)} of ${inputs} (${role}) were not connected when the window opened`,
        );
      if (role === 'swarm') this.#figures.slopeTo = { connected: this.#count('swarm'), sample: this.#sample() };
    }
    this.#figures.connected = {
      residents: this.#count('swarm'),
      doorbells: this.#count('devices'),
      refused: 0,
      rampMs: this.#wall() - startedMs,
    };
  }

  #connected(role: CrewRole): boolean {
    const crews = this.#crews.filter((crew) => crew.role === role);
    this.#done = this.#count('swarm') + this.#count('devices');
    if (role === 'swarm' && this.#figures.slopeFrom === null && this.#count('swarm') >= SLOPE_FROM)
      this.#figures.slopeFrom = { connected: this.#count('swarm'), sample: this.#sample() };
    return crews.every(({ status, handed }) => status.taken >= handed && status.connecting === 0);
  }

  async #window(): Promise<void> {
    const { header } = this.#trace;
    const { speed, limits } = this.#plan;
    const feeder = this.#feeder as Feeder;
    const fed = feeder.window().catch((error: unknown) => {
      this.#figures.readError = error;
      this.#stop.now('the trace could not be read on');
    });
    await this.#stop.until(() => feeder.primed, limits.startMsMax);
    const nowMs = this.#wall();
    const launchMs = this.#figures.platformClock ? nowMs + LAUNCH_MS : header.fromMs;
    if (launchMs > nowMs + WAIT_MS_MAX)
      throw new HundredblockError(
        'HB_TARGET',
        `the target has no platform clock: expected a window that opens within ${WAIT_MS_MAX / 60_000} minutes, found one that opens later`,
      );
    if (launchMs < nowMs)
      throw new HundredblockError(
        'HB_TARGET',
        `the target has no platform clock: expected all to be connected before the window opens, found it ${Math.round(nowMs - launchMs)} ms open`,
      );
    this.#clock = { originWallMs: launchMs, originMs: header.fromMs, speed };
    if (this.#figures.platformClock) await this.#control.setClock(this.#clock);
    for (const crew of this.#crews) crew.launch(this.#clock);
    this.#link?.tell({ kind: 'launched', clock: this.#clock });
    this.#figures.scrapes.push(await this.#scrape());
    await this.#stop.until(() => this.#wall() >= launchMs, Math.max(0, launchMs - this.#wall()) + 1000);
    const endMs = wallMsOf(this.#clock, header.untilMs);
    this.#enter('running', Math.ceil((endMs - launchMs) / 1000));
    this.#figures.launched = true;
    this.#heard();
    for (let second = 0; ; second += 1) {
      this.#figures.samples.push(this.#sample());
      this.#done = second;
      const nextMs = Math.min(endMs, launchMs + 1000 * (second + 1));
      if (nextMs <= this.#wall()) break;
      await this.#stop.until(() => this.#wall() >= nextMs, nextMs - this.#wall() + 1000);
    }
    this.#figures.scrapes.push(await this.#scrape());
    await this.#stop.until(() => feeder.done, limits.startMsMax);
    await fed;
  }

  async #drain(): Promise<void> {
    this.#enter('draining', 0);
    const { drainMsMax, drainQuietMs } = this.#plan.limits;
    const fromMs = this.#wall();
    this.#heard();
    const quiet = (): boolean => {
      const last = Math.max(
        fromMs,
        ...this.#crews.map(({ status }) => Math.max(status.lastAnswerMs, status.lastDeliveryMs)),
      );
      const owed = this.#crews.some(({ status, handed }) => status.taken < handed || status.owed > 0);
      return !owed && this.#wall() - last >= drainQuietMs;
    };
    if (!(await this.#stop.until(quiet, drainMsMax)))
      this.#figures.notes.push(`the target still owed answers, or still sent, ${drainMsMax} ms after the last input`);
    this.#figures.scrapes.push(await this.#scrape());
  }

  /** Ends all threads; what each saw. */
  async #finish(): Promise<CrewResult[]> {
    this.#enter('writing', 0);
    this.#feeder?.stop();
    const stopped = this.#stop.why !== null;
    this.#figures.connected.refused = this.#crews.reduce((sum, { status }) => sum + status.refused, 0);
    const results = await Promise.all(this.#crews.map((crew) => crew.finish(stopped, FINISH_MS)));
    await this.#control.close();
    for (const [i, result] of results.entries())
      if (result === null)
        this.#figures.notes.push(`what the ${this.#crews[i].role} thread saw is lost: it did not answer`);
    this.#figures.loops = results.map((result) => result?.eventLoopDelayMs ?? null);
    return results.filter((result) => result !== null);
  }

  /** The trace that was sent. One that was being written ends here, if it has not ended by itself. */
  async #sent(): Promise<Trace> {
    if (this.#link === null) return this.#trace;
    const { written, tell } = this.#link;
    tell({ kind: 'close' });
    while (!written.isWhole) await written.beyond(written.bytes);
    return openTrace(this.#plan.traceDir);
  }

  async #write(results: CrewResult[]): Promise<DriverSummary> {
    const { outDir, target } = this.#plan;
    if (this.#figures.readError !== null) throw this.#figures.readError;
    const trace = await this.#sent();
    // A run that never came to its window was meant to start when it ended.
    if (!this.#figures.launched) this.#clock = { ...this.#clock, originWallMs: this.#wall() };
    await writeSends(outDir, trace, results, this.#clock);
    writeDeliveries(outDir, results);
    writeConnections(outDir, results);
    const summary = summaryOf({
      figures: this.#figures,
      results,
      clock: this.#clock,
      target: target.name,
      traceSha256: trace.sha256,
      stopped: this.#stop.why,
      windowMs: wallMsOf(this.#clock, this.#trace.header.untilMs) - this.#clock.originWallMs,
    });
    writeSummary(outDir, summary);
    this.#enter('done', 0);
    return summary;
  }

  #count(role: CrewRole): number {
    return this.#crews.reduce((sum, crew) => sum + (crew.role === role ? crew.status.connected : 0), 0);
  }

  async #scrape(): Promise<TargetFigures & { wallMs: number }> {
    return { wallMs: this.#wall(), ...targetFigures(await this.#control.metrics()) };
  }

  #sample(): Sample {
    const { pid } = this.#plan.target;
    const unknown: ProcessFigures = { cpuMs: null, rssBytes: null };
    return { wallMs: this.#wall(), own: ownFigures(), target: pid === null ? unknown : figuresOf(pid) };
  }

  #heard(): void {
    this.#lastAnswerMs = this.#wall();
  }

  /** A target that owes answers and gives none of any kind is gone. */
  #watch(): void {
    if (!WATCHED.has(this.#phase)) return;
    let owes = false;
    for (const { status } of this.#crews) {
      this.#lastAnswerMs = Math.max(this.#lastAnswerMs, status.lastAnswerMs);
      owes ||= status.owed > 0 || status.connecting > 0;
    }
    if (!owes) this.#heard();
    const silentMs = this.#wall() - this.#lastAnswerMs;
    if (silentMs > this.#plan.limits.silenceMsMax)
      this.#stop.now(`the target gave no answer for ${Math.round(silentMs / 1000)} s while some were owed`);
  }

  #enter(phase: DrivePhase, of: number): void {
    this.#phase = phase;
    this.#done = 0;
    this.#of = of;
    this.#tell();
  }

  #tell(): void {
    const sum = (of: (crew: CrewHandle) => number): number => this.#crews.reduce((total, crew) => total + of(crew), 0);
    this.#onProgress({
      phase: this.#phase,
      done: this.#done,
      of: this.#of,
      sent: sum(({ status }) => status.sent),
      acknowledged: sum(({ status }) => status.acknowledged),
      deliveries: sum(({ status }) => status.deliveries),
      lagMaxMs: Math.max(0, ...this.#crews.map(({ status }) => status.lagMaxMs)),
      connected: { residents: this.#count('swarm'), doorbells: this.#count('devices') },
      inputs: inputsOf(this.#crews),
      lags: spreadOf(this.#crews.map(({ status }) => status.lags)),
      connects: spreadOf(this.#crews.map(({ status }) => status.connects)),
    });
  }
}

/** For an answer to a request about the run itself. */
const ANSWER_MS = 5000;
/** A target that runs already is there or not. */
const REACH_MS = 1500;
const WATCHED: ReadonlySet<DrivePhase> = new Set(['preamble', 'connecting', 'running', 'draining']);

const BOUNDS_MS = {
  lag: HARNESS_METRICS.hundredblock_run_generator_lag_seconds.buckets.map((bound) => 1000 * bound),
  connect: HARNESS_METRICS.hundredblock_run_latency_seconds.buckets.map((bound) => 1000 * bound),
};

function inputsOf(crews: readonly CrewHandle[]): DriveProgress['inputs'] {
  const inputs: DriveProgress['inputs'] = {};
  for (const [kind, name] of TRACE_INPUT_KINDS.entries()) {
    const of = (which: keyof CrewHandle['status']['totals']): number =>
      crews.reduce((sum, { status }) => sum + (status.totals[which][kind] ?? 0), 0);
    const meant = of('meant');
    if (meant > 0) inputs[name] = { meant, sent: of('sent'), acknowledged: of('acknowledged') };
  }
  return inputs;
}

function spreadOf(spreads: readonly Spread[]): Spread | null {
  return spreads.length === 0 || spreads.some(({ counts }) => counts.length === 0) ? null : addedUp(spreads);
}

function emptyFigures(): RunFigures {
  return {
    platformClock: false,
    launched: false,
    swarms: 0,
    connected: { residents: 0, doorbells: 0, refused: 0, rampMs: 0 },
    before: null,
    slopeFrom: null,
    slopeTo: null,
    samples: [],
    scrapes: [],
    loops: [],
    notes: [],
    readError: null,
  };
}

function portalsOf(onboarding: Onboarding): CrewSetup['portals'] {
  return onboarding.agencies.flatMap(({ portal }, agency) =>
    portal === null ? [] : [{ agency, everyMs: portal.everyMs }],
  );
}

/** The document with the URLs of the portals that are hosted for this run. */
function documentOf(onboarding: Onboarding, urls: ReadonlyMap<number, string>): string {
  const agencies = onboarding.agencies.map((agency, index) => {
    const url = urls.get(index);
    return agency.portal === null || url === undefined ? agency : { ...agency, portal: { ...agency.portal, url } };
  });
  return JSON.stringify({ ...onboarding, agencies });
}
