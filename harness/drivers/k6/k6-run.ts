/** One run of k6, watched from its start to its end: progress, samples of both processes, and the observations. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { wallMsOf } from '../../../contract/clock.ts';
import type { DriverSummary } from '../../../contract/trace.ts';
import type { Trace } from '../../trace/trace-api.ts';
import type { DriveOptions, DrivePhase } from '../driver-api.ts';
import type { Sample } from '../observations/summary.ts';
import { createControl, type Control } from '../target/control.ts';
import { processUsage, UNKNOWN_USAGE } from '../target/process-usage.ts';
import { readTargetMetrics } from '../target/target-metrics.ts';
import type { StartedTarget } from '../target/target-process.ts';
import { measureWallOffset, wallClock, type WallClock } from '../wall-clock.ts';
import type { K6Binary } from './binary.ts';
import { HostedPortals } from './hosted-portals.ts';
import { K6Process, LOG_LINES_FILE, type ScriptTarget } from './k6-process.ts';
import { LogTail, type StartLine } from './log-tail.ts';
import { observationsOf, type Watched } from './observations.ts';

const TICK_MS = 200;
const SAMPLE_MS = 1000;
const ANSWER_MS = 5000;
/** The target's metrics are first read this long before the window. */
const SCRAPE_EARLY_MS = 500;
/** The slope of memory per resident is measured from this number of residents on. */
const SLOPE_FROM = 2000;

/** The trace, the program and the target of a run. */
export interface K6RunParts {
  options: DriveOptions;
  outDir: string;
  trace: Trace;
  k6: K6Binary;
  /** `name`: as the record names it; `pid`: its process, if it was started for this run. */
  target: ScriptTarget & { name: string; pid: number | null };
  started: StartedTarget | null;
}

/** `run` may be called once. */
export class K6Run {
  readonly #parts: K6RunParts;
  readonly #wall: WallClock = wallClock(measureWallOffset());
  readonly #control: Control;
  readonly #k6Dir: string;
  readonly #tail: LogTail;
  readonly #measurements: Watched['measurements'] = {
    before: null,
    slopeFrom: null,
    slopeTo: null,
    samples: [],
    scrapes: [],
  };
  #stopped: string | null = null;
  #process: K6Process | null = null;
  #isLaunched = false;
  #sampledMs = 0;
  #scrapes = 0;

  constructor(parts: K6RunParts) {
    const { outDir, target } = parts;
    this.#parts = parts;
    this.#k6Dir = join(outDir, 'k6');
    this.#tail = new LogTail(join(this.#k6Dir, LOG_LINES_FILE));
    this.#control = createControl({ origin: target.url, harnessKey: target.harnessKey, timeoutMs: ANSWER_MS });
  }

  async run(): Promise<DriverSummary> {
    const { trace, outDir, target, k6 } = this.#parts;
    rmSync(this.#k6Dir, { recursive: true, force: true });
    mkdirSync(this.#k6Dir, { recursive: true });
    const portals = await HostedPortals.start(trace, this.#wall);
    try {
      await this.#watch(portals);
    } finally {
      await this.#control.close();
      this.#tail.close();
    }
    this.#tell('writing', 0, 0);
    const summary = await observationsOf(this.#k6Dir, trace, outDir, {
      target: target.name,
      k6Version: k6.version,
      stopped: this.#stopped,
      measurements: this.#measurements,
      portals: await portals.finish(this.#stopped !== null),
    });
    this.#tell('done', 0, 0);
    return summary;
  }

  /** From k6's start to its end. */
  async #watch(portals: HostedPortals): Promise<void> {
    const { options, target, started, k6 } = this.#parts;
    const { signal, watch } = options;
    this.#tell('onboarding', 0, 0);
    const child = new K6Process({ k6: k6.path, dir: this.#k6Dir, options, target, portals: portals.urls });
    this.#process = child;
    const interrupt = (): void => this.#stop('interrupted');
    signal?.addEventListener('abort', interrupt, { once: true });
    if (signal?.aborted === true) interrupt();
    void started?.ended.then((how) => this.#stop(`the target ended with ${how}`));
    if (child.pid !== undefined) watch?.started({ driverPid: child.pid, targetPid: target.pid, targetUrl: target.url });
    this.#measurements.before = this.#sample();
    const timer = setInterval(() => this.#tick(portals), TICK_MS);
    const how = await child.ended;
    clearInterval(timer);
    signal?.removeEventListener('abort', interrupt);
    this.#process = null;
    this.#tail.read();
    if (how !== null) this.#stopped ??= `k6 ended with ${how}${child.firstError()}`;
    if (this.#tail.start === null) this.#stopped ??= 'k6 ended before the window';
    else await this.#scrape();
  }

  #stop(why: string): void {
    this.#stopped ??= why;
    this.#process?.stop();
  }

  #tick(portals: HostedPortals): void {
    this.#tail.read();
    const { start } = this.#tail;
    if (start === null) return;
    if (!this.#isLaunched) {
      this.#isLaunched = true;
      portals.launch(start.clock);
    }
    this.#measureMemory();
    this.#follow(start);
  }

  /** Tells the phase, and samples both processes each second of the window. */
  #follow({ clock }: StartLine): void {
    const { header } = this.#parts.trace;
    const nowMs = this.#wall();
    const startMs = clock.originWallMs;
    const endMs = wallMsOf(clock, header.untilMs);
    if (this.#scrapes === 0 && nowMs >= startMs - SCRAPE_EARLY_MS) this.#scrapeAside();
    if (nowMs < startMs) {
      const online = header.residents + header.doorbells;
      this.#tell('connecting', this.#tail.connected('residents') + this.#tail.connected('doorbells'), online);
      return;
    }
    // Each second, and once at the end.
    if (nowMs < endMs + SAMPLE_MS && nowMs >= this.#sampledMs + SAMPLE_MS) {
      this.#measurements.samples.push(this.#sample());
      this.#sampledMs = nowMs;
    }
    if (this.#scrapes === 1 && nowMs >= endMs) this.#scrapeAside();
    if (nowMs < endMs) this.#tell('running', Math.floor((nowMs - startMs) / 1000), Math.ceil((endMs - startMs) / 1000));
    else this.#tell('draining', 0, 0);
  }

  #measureMemory(): void {
    const connected = this.#tail.connected('residents');
    const measurements = this.#measurements;
    if (measurements.slopeFrom === null && connected >= SLOPE_FROM)
      measurements.slopeFrom = { connected, sample: this.#sample() };
    if (connected > (measurements.slopeTo?.connected ?? 0))
      measurements.slopeTo = { connected, sample: this.#sample() };
  }

  #scrapeAside(): void {
    this.#scrapes += 1;
    void this.#scrape();
  }

  async #scrape(): Promise<void> {
    const wallMs = this.#wall();
    this.#measurements.scrapes.push({ wallMs, ...readTargetMetrics(await this.#control.metrics()) });
  }

  #sample(): Sample {
    const { pid } = this.#parts.target;
    const own = this.#process?.pid;
    return {
      wallMs: this.#wall(),
      own: own === undefined ? UNKNOWN_USAGE : processUsage(own),
      target: pid === null ? UNKNOWN_USAGE : processUsage(pid),
    };
  }

  #tell(phase: DrivePhase, done: number, of: number): void {
    const tail = this.#tail;
    this.#parts.options.onProgress?.({
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
}
