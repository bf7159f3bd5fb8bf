/** Sends a trace with k6: starts the target where asked, hosts the portals, runs harness/drivers/k6/scripts/city.ts as a child, and leaves what our own driver leaves. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { WebSocket } from 'ws';
import { wallMsOf } from '../../../contract/clock.ts';
import { HundredblockError } from '../../../contract/errors.ts';
import type { DriverSummary } from '../../../contract/trace.ts';
import { LIMITS, type Drive, type DriveOptions, type DrivePhase } from '../driver-api.ts';
import { createControl, type Control } from '../target/control.ts';
import { loopbackEndpoint, originOf } from '../target/loopback.ts';
import { figuresOf, type ProcessFigures } from '../target/process-figures.ts';
import type { RunFigures, Sample } from '../node/summary.ts';
import { startTarget, type StartedTarget } from '../target/target-process.ts';
import { targetFigures } from '../target/target-metrics.ts';
import { measureWallOffset, wallOf, type Wall } from '../node/wall.ts';
import type { Trace } from '../../trace/trace-api.ts';
import { openTrace } from '../../trace/read.ts';
import { findK6, type K6Binary } from './binary.ts';
import { hostPortalsOf, type HostedPortals } from './hosted-portals.ts';
import { LogTail } from './log-tail.ts';
import { observationsOf } from './observations.ts';
import { packagePath } from '../../io/package.ts';

/**
 * As our own driver's, but for what k6 has no part in: `live`, `swarms`, and of the limits all but `startMsMax` and `deliveriesMax`. Throws HB_TOOL besides, where
 * there is no k6 that is recent enough, and HB_OPTION_VALUE on a closed loop.
 */
export const driveWithK6: Drive = async (options) => {
  if (options.live !== undefined)
    throw new HundredblockError('HB_OPTION_VALUE', 'the k6 driver: expected a whole trace, found a closed loop');
  const k6 = findK6();
  const trace = await openTrace(options.traceDir);
  const outDir = resolve(options.outDir);
  mkdirSync(outDir, { recursive: true });
  const { target } = options;
  if (target.kind === 'url') {
    const http = await loopbackEndpoint(target.url, 'http');
    if (target.mqttUrl !== null) await loopbackEndpoint(target.mqttUrl, 'mqtt');
    const mqttWebSocket = target.mqttUrl === null ? null : await webSocketOf(originOf(http));
    const seen = { ...target, url: originOf(http), name: target.url, mqttWebSocket, pid: null };
    return new Run(options, outDir, trace, k6, seen, null).run();
  }
  const started = await startTarget({
    dataDir: target.dataDir,
    args: target.args,
    logPath: join(outDir, 'target.log'),
    timeoutMs: options.limits?.startMsMax ?? LIMITS.startMsMax,
    signal: options.signal,
  });
  try {
    const { url, pid, mqttUrl, harnessKey } = started;
    const mqttWebSocket = mqttUrl === null ? null : await webSocketOf(url);
    const seen = { url, harnessKey, onboarded: false, name: 'self', mqttUrl, mqttWebSocket, pid };
    return await new Run(options, outDir, trace, k6, seen, started).run();
  } finally {
    await started.stop();
  }
};

// --- internal ---

interface SeenTarget {
  name: string;
  url: string;
  mqttUrl: string | null;
  mqttWebSocket: string | null;
  harnessKey: string | null;
  onboarded: boolean;
  pid: number | null;
}

const SCRIPT = packagePath('harness/drivers/k6/scripts/city.ts');
/** k6 ends by itself when a threshold was crossed, with this code: what the thresholds ask is for the judge to say. */
const EXIT_THRESHOLDS = 99;
/** After it was asked to end, k6 has so long. */
const STOP_MS = 60_000;
const TICK_MS = 200;
const SAMPLE_MS = 1000;
const ANSWER_MS = 5000;
const SLOPE_FROM = 2000;
const LOG_LINES_SHOWN = 500;
/** VUs that hold residents and doorbells (the scripts' own standard). */
const HOLDERS = 12;
const PATIENCE_MAX = 10;

/** Where the target's broker takes WebSocket connections; null where it does not, as Debian's mosquitto. */
function webSocketOf(origin: string): Promise<string | null> {
  const url = `${origin.replace(/^http/, 'ws')}/mqtt`;
  return new Promise((settle) => {
    const socket = new WebSocket(url, 'mqtt', { handshakeTimeout: ANSWER_MS });
    socket.once('open', () => {
      socket.terminate();
      settle(url);
    });
    socket.once('error', () => settle(null));
  });
}

/** Who shares the processors with others needs as much longer to connect everybody before the window. */
function patience(): number {
  return Math.round(Math.min(PATIENCE_MAX, Math.max(1, loadavg()[0] / availableParallelism())) * 10) / 10;
}

class Run {
  readonly #options: DriveOptions;
  readonly #outDir: string;
  readonly #trace: Trace;
  readonly #k6: K6Binary;
  readonly #target: SeenTarget;
  readonly #started: StartedTarget | null;
  readonly #wall: Wall = wallOf(measureWallOffset());
  readonly #control: Control;
  readonly #k6Dir: string;
  readonly #tail: LogTail;
  readonly #figures: Pick<RunFigures, 'before' | 'slopeFrom' | 'slopeTo' | 'samples' | 'scrapes'> = {
    before: null,
    slopeFrom: null,
    slopeTo: null,
    samples: [],
    scrapes: [],
  };
  #stopped: string | null = null;
  #child: ChildProcess | null = null;
  #killer: NodeJS.Timeout | undefined;

  constructor(
    options: DriveOptions,
    outDir: string,
    trace: Trace,
    k6: K6Binary,
    target: SeenTarget,
    started: StartedTarget | null,
  ) {
    this.#options = options;
    this.#outDir = outDir;
    this.#trace = trace;
    this.#k6 = k6;
    this.#target = target;
    this.#started = started;
    this.#k6Dir = join(outDir, 'k6');
    this.#tail = new LogTail(join(this.#k6Dir, 'k6.out'));
    this.#control = createControl({
      origin: target.url,
      harnessKey: target.harnessKey,
      timeoutMs: ANSWER_MS,
      signal: undefined,
    });
  }

  async run(): Promise<DriverSummary> {
    rmSync(this.#k6Dir, { recursive: true, force: true });
    mkdirSync(this.#k6Dir, { recursive: true });
    const portals = await hostPortalsOf(this.#trace, this.#wall);
    try {
      await this.#watch(portals);
    } finally {
      await this.#control.close();
      this.#tail.close();
    }
    this.#tell('writing', 0, 0);
    const summary = await observationsOf(this.#k6Dir, this.#trace, this.#outDir, {
      target: this.#target.name,
      k6Version: this.#k6.version,
      stopped: this.#stopped,
      figures: this.#figures,
      portals: await portals.finish(this.#stopped !== null),
    });
    this.#tell('done', 0, 0);
    return summary;
  }

  /** From k6's start to its end. */
  async #watch(portals: HostedPortals): Promise<void> {
    const { signal, watch } = this.#options;
    this.#tell('onboarding', 0, 0);
    const child = this.#launch(portals);
    this.#child = child;
    const ended = new Promise<string | null>((settle) => {
      child.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? 'an error'));
      child.once('exit', (code, killedBy) =>
        settle(code === 0 || code === EXIT_THRESHOLDS ? null : (killedBy ?? `exit code ${code}`)),
      );
    });
    const interrupt = (): void => this.#stop('interrupted');
    // It is in a process group of its own, so that a Ctrl-C does not end it before the run: nobody else would.
    const orphan = (): void => void child.kill('SIGKILL');
    process.once('exit', orphan);
    signal?.addEventListener('abort', interrupt, { once: true });
    if (signal?.aborted === true) interrupt();
    void this.#started?.ended.then((how) => this.#stop(`the target ended with ${how}`));
    if (child.pid !== undefined)
      watch?.started({ driverPid: child.pid, targetPid: this.#target.pid, targetUrl: this.#target.url });
    this.#figures.before = this.#sample();
    const timer = setInterval(() => this.#tick(portals), TICK_MS);
    const how = await ended;
    clearInterval(timer);
    clearTimeout(this.#killer);
    process.off('exit', orphan);
    signal?.removeEventListener('abort', interrupt);
    this.#child = null;
    this.#tail.read();
    if (how !== null) this.#stopped ??= `k6 ended with ${how}${this.#lastError()}`;
    if (this.#tail.start === null) this.#stopped ??= 'k6 ended before the window';
    if (this.#tail.start !== null) await this.#scrape();
  }

  #launch(portals: HostedPortals): ChildProcess {
    const { speed, limits } = this.#options;
    const { url, mqttWebSocket, harnessKey, onboarded } = this.#target;
    const log = openSync(join(this.#k6Dir, 'k6.log'), 'w');
    const perVu = Math.ceil((limits?.deliveriesMax ?? LIMITS.deliveriesMax) / HOLDERS);
    try {
      const file = join(this.#k6Dir, 'k6.out');
      const given = [
        'run',
        '--quiet',
        '--no-color',
        '--address',
        '',
        '--console-output',
        file,
        '--log-format',
        'raw',
        SCRIPT,
      ];
      return spawn(this.#k6.path, given, {
        stdio: ['ignore', log, log],
        detached: true,
        // The key goes by the environment: arguments can be read by everybody on the machine.
        env: {
          ...process.env,
          K6_NO_USAGE_REPORT: 'true',
          K6_AUTO_EXTENSION_RESOLUTION: 'false',
          HUNDREDBLOCK_TRACE: resolve(this.#options.traceDir),
          HUNDREDBLOCK_TARGET: url,
          HUNDREDBLOCK_MQTT_WS: mqttWebSocket ?? 'off',
          HUNDREDBLOCK_HARNESS_KEY: harnessKey ?? '',
          HUNDREDBLOCK_ONBOARDED: onboarded ? 'yes' : 'no',
          HUNDREDBLOCK_SPEED: String(speed),
          HUNDREDBLOCK_OUT: this.#k6Dir,
          HUNDREDBLOCK_PORTALS: JSON.stringify(Object.fromEntries(portals.urls)),
          HUNDREDBLOCK_PATIENCE: String(patience()),
          HUNDREDBLOCK_TRIES_MAX: String(limits?.triesMax ?? LIMITS.triesMax),
          HUNDREDBLOCK_LOG_ENTRIES_MAX: String(perVu),
        },
      });
    } finally {
      closeSync(log);
    }
  }

  #stop(why: string): void {
    this.#stopped ??= why;
    if (this.#child === null || this.#killer !== undefined) return;
    const child = this.#child;
    child.kill('SIGINT');
    this.#killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  }

  #launched = false;
  #sampledMs = 0;
  #scraped = 0;

  #tick(portals: HostedPortals): void {
    this.#tail.read();
    const { start } = this.#tail;
    if (start === null) return;
    if (!this.#launched) {
      this.#launched = true;
      portals.launch(start.clock);
    }
    this.#measureMemory();
    const nowMs = this.#wall();
    const { header } = this.#trace;
    const startMs = start.clock.originWallMs;
    const endMs = wallMsOf(start.clock, header.untilMs);
    if (this.#scraped === 0 && nowMs >= startMs - 500) this.#scrapeAside();
    if (nowMs < startMs) {
      const online = header.residents + header.doorbells;
      this.#tell('connecting', this.#tail.connected('residents') + this.#tail.connected('doorbells'), online);
      return;
    }
    // Each second, and once at the end.
    if (nowMs < endMs + SAMPLE_MS && nowMs >= this.#sampledMs + SAMPLE_MS) {
      this.#figures.samples.push(this.#sample());
      this.#sampledMs = nowMs;
    }
    if (this.#scraped === 1 && nowMs >= endMs) this.#scrapeAside();
    if (nowMs < endMs) this.#tell('running', Math.floor((nowMs - startMs) / 1000), Math.ceil((endMs - startMs) / 1000));
    else this.#tell('draining', 0, 0);
  }

  #measureMemory(): void {
    const connected = this.#tail.connected('residents');
    if (this.#figures.slopeFrom === null && connected >= SLOPE_FROM)
      this.#figures.slopeFrom = { connected, sample: this.#sample() };
    if (connected > (this.#figures.slopeTo?.connected ?? 0))
      this.#figures.slopeTo = { connected, sample: this.#sample() };
  }

  #scrapeAside(): void {
    this.#scraped += 1;
    void this.#scrape();
  }

  async #scrape(): Promise<void> {
    this.#figures.scrapes.push({ wallMs: this.#wall(), ...targetFigures(await this.#control.metrics()) });
  }

  #sample(): Sample {
    const { pid } = this.#target;
    const unknown: ProcessFigures = { cpuMs: null, rssBytes: null };
    const own = this.#child?.pid;
    return {
      wallMs: this.#wall(),
      own: own === undefined ? unknown : figuresOf(own),
      target: pid === null ? unknown : figuresOf(pid),
    };
  }

  #tell(phase: DrivePhase, done: number, of: number): void {
    const tail = this.#tail;
    this.#options.onProgress?.({
      phase,
      done,
      of,
      sent: tail.sent,
      acknowledged: tail.acknowledged,
      deliveries: tail.deliveries,
      lagMaxMs: tail.takeLagMaxMs(),
      connected: { residents: tail.connected('residents'), doorbells: tail.connected('doorbells') },
      inputs: {},
      lags: null,
      connects: null,
    });
  }

  /** The first line of k6's log that is an error of ours or of its own. */
  #lastError(): string {
    const lines = readFileSync(join(this.#k6Dir, 'k6.log'), 'utf8').split('\n').slice(-LOG_LINES_SHOWN);
    const line = lines.find((one) => /Error: |level=error|rror/.test(one));
    return line === undefined ? '' : `: ${line.replace(/^.*?Error: /, '').slice(0, 300)}`;
  }
}
