/** The state of a run that its phases share. */
import type { Worker } from 'node:worker_threads';
import type { PlatformClock } from '../../../../contract/clock.ts';
import type { Scenario } from '../../../../contract/scenario.ts';
import { readsSlowly } from '../../../trace/slow-reader.ts';
import type { Trace } from '../../../trace/trace-api.ts';
import type { DriveProgress } from '../../driver-api.ts';
import { createControl, type Control } from '../../target/control.ts';
import { endpointOrigin } from '../../target/loopback.ts';
import { ownUsage, processUsage, UNKNOWN_USAGE } from '../../target/process-usage.ts';
import { readTargetMetrics, type TargetMetrics } from '../../target/target-metrics.ts';
import { createEncoder, type Encoder } from '../sender/encode.ts';
import type { Endpoint } from '../thread/lean-socket.ts';
import type { ThreadHandle } from '../thread/thread-handle.ts';
import type { ThreadRole } from '../thread/thread-protocol.ts';
import { measureWallOffset, wallClock, type WallClock } from '../../wall-clock.ts';
import type { DrivePlan, LiveLink } from './drive-plan.ts';
import { Feeder } from './feeder.ts';
import { RunProgress } from './run-progress.ts';
import type { Stop } from './stop.ts';
import type { RunMeasurements, Sample } from '../../observations/summary.ts';

/** Longest wait for an answer to a request about the run itself. */
const ANSWER_MS = 5000;

/** The parts from which a run's state is made. */
export interface RunParts {
  plan: DrivePlan;
  stop: Stop;
  onProgress: (progress: DriveProgress) => void;
  /** Null if the trace is whole. */
  link: LiveLink | null;
  trace: Trace;
  http: Endpoint;
  /** Null: no doorbell can be connected. */
  mqtt: Endpoint | null;
  /** Threads that were started before (loadThread), and have no role yet. */
  workers: readonly Worker[];
}

/** Each phase reads it, and leaves in it what later phases need. */
export class RunState {
  readonly plan: DrivePlan;
  readonly stop: Stop;
  readonly link: LiveLink | null;
  readonly trace: Trace;
  readonly http: Endpoint;
  readonly mqtt: Endpoint | null;
  readonly workers: readonly Worker[];
  readonly wallOffsetMs = measureWallOffset();
  readonly wall: WallClock;
  readonly control: Control;
  readonly encoder: Encoder;
  readonly load: Scenario['load'];
  readonly measurements = noMeasurements();
  readonly progress: RunProgress;
  /** The sender comes first, then the doorbells' thread, then those of residents; none before they are ready. */
  threads: ThreadHandle[] = [];
  clock: PlatformClock;
  #feeder: Feeder | null = null;

  constructor({ plan, stop, onProgress, link, trace, http, mqtt, workers }: RunParts) {
    this.plan = plan;
    this.stop = stop;
    this.link = link;
    this.trace = trace;
    this.http = http;
    this.mqtt = mqtt;
    this.workers = workers;
    this.wall = wallClock(this.wallOffsetMs);
    this.control = createControl({
      origin: endpointOrigin(http),
      harnessKey: plan.target.harnessKey,
      timeoutMs: Math.min(ANSWER_MS, plan.limits.startMsMax),
      signal: stop.signal,
    });
    this.encoder = createEncoder(trace.onboarding, http, (resident) => readsSlowly(trace.header, resident));
    this.load = (trace.header.scenario as Scenario).load;
    this.clock = { originWallMs: this.wall(), originMs: trace.header.fromMs, speed: plan.speed };
    this.progress = new RunProgress(onProgress, () => this.threads);
  }

  /** Null before the threads are ready. */
  get feeder(): Feeder | null {
    return this.#feeder;
  }

  /** The threads are ready. */
  begin(threads: ThreadHandle[]): Feeder {
    this.threads = threads;
    this.#feeder = new Feeder(this.trace, this.encoder, threads, this.plan.limits.readAheadBytesMax);
    return this.#feeder;
  }

  note(text: string): void {
    this.measurements.notes.push(text);
  }

  /** Clients connected, over all threads of a role. */
  connected(role: ThreadRole): number {
    return this.threads.reduce((sum, thread) => sum + (thread.role === role ? thread.status.connected : 0), 0);
  }

  /** Processor time and memory of the driver and of the target, now. */
  sample(): Sample {
    const { pid } = this.plan.target;
    return { wallMs: this.wall(), own: ownUsage(), target: pid === null ? UNKNOWN_USAGE : processUsage(pid) };
  }

  /** Reads the target's metrics now. */
  async scrape(): Promise<TargetMetrics & { wallMs: number }> {
    return { wallMs: this.wall(), ...readTargetMetrics(await this.control.metrics()) };
  }
}

// --- internal ---

function noMeasurements(): RunMeasurements {
  return {
    platformClock: false,
    launched: false,
    residentThreads: 0,
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
