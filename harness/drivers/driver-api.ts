/**
 * The page for whoever writes a driver.
 *
 * A driver sends a trace (contract/trace.ts) to a target over real sockets, and leaves in a folder what it saw: a function of the type
 * `Drive`. Two exist: node/drive.ts, our own, and k6/drive.ts. A run goes through the phases of `DrivePhase`:
 *
 * 1. `starting`: a target that is to be started is started, any other must answer.
 * 2. `onboarding`: the target is told agencies, residents and keys, and its clock is made to stand at `fromMs - 1`.
 * 3. `preamble`: the target is told what was open before the window, and must answer all of it.
 * 4. `connecting`: residents and doorbells that are online when the window opens connect, over the scenario's ramp.
 * 5. `running`: the clock goes. Every input is sent at the moment that it is meant for, whatever became of those before (open loop).
 * 6. `draining`: nothing more is sent; answers and deliveries still come in.
 * 7. `writing`, `done`: the observations are written.
 *
 * It leaves sends.jsonl, frames.jsonl, deliveries.jsonl, connections.jsonl and driver.json (contract/trace.ts, from SendLine on). The
 * judge knows nothing else of it: a driver that leaves honest files gets honest verdicts.
 *
 * Help for a new driver: target/ starts a target, onboards it, sets its clock, hosts the portals that it polls and reads its metrics;
 * session/ holds what a resident's app and a doorbell do, without sockets; observations/ writes the files.
 */
import type { ChildProcess } from 'node:child_process';
import type { DriverSummary, TraceInputKind } from '../../contract/trace.ts';
import type { Spread } from '../../stats/spread.ts';
import type { LiveTrace } from '../trace/trace-api.ts';
import type { StartedTarget } from './target/target-process.ts';

/**
 * Sends a trace and writes what was seen. Our own driver does so from a process of its own.
 *
 * Resolves also if the target is down, hangs, speaks nonsense or dies, and if the signal ends the run: `stopped` then says why, and what
 * was seen until then is written.
 *
 * Throws HB_TRACE if the trace can't be read; HB_TARGET if the target may not be loaded (it is not on this machine), or was to be
 * started and does not listen; HB_OPTION_VALUE if more sockets are asked for than the system gives a process; HB_TOOL if a program that
 * the driver needs is missing; and what the file system throws.
 */
export type Drive = (options: DriveOptions) => Promise<DriverSummary>;

/**
 * On times in sends.jsonl. `intendedMs` is when the clock shows an input's moment. For an input of the preamble, which the clock does not
 * plan, it is when the input's turn came (for a connection, its place in the ramp), and the platform's clock stood at `fromMs - 1` when
 * it arrived. Lag is counted in the window only, at the moment at which an input is taken up: if its connection was broken just then it
 * is sent later, so that `sentMs - intendedMs` may be more than the lag. After several tries, `sentMs` is that of the first.
 */
export interface DriveOptions {
  traceDir: string;
  /** Folder for the observations; made if it is missing. */
  outDir: string;
  target: StartTarget | UrlTarget;
  /** Platform seconds per wall second; must be 1 for a target without a platform clock. */
  speed: number;
  /** The trace of a closed loop, still being written; left out if `traceDir` holds a whole one. Only our own driver takes one. */
  live?: LiveTrace;
  /** Ends the run early. */
  signal?: AbortSignal;
  onProgress?: (progress: DriveProgress) => void;
  /** Looks at both processes while they run. */
  watch?: ProcessWatch;
  /** Threads that hold residents' connections; by default one for each 15,000 residents, 1 to 4. Only our own driver has any. */
  residentThreads?: number;
  /** Bounds in place of those in LIMITS. */
  limits?: Partial<DriveLimits>;
}

/** The reference service, started for this run as a process of its own and stopped with it. */
export interface StartTarget {
  kind: 'start';
  /** Its data folder, which must exist. It stays behind. */
  dataDir: string;
  /** Further arguments of `serve`. */
  args: readonly string[];
  /** A target that was started in that folder before, and a driver for it; both stay up after the run. Only our own driver takes one. */
  pair?: Pair;
}

/** A target that listens, and a driver that waits for its plan. */
export interface Pair {
  driver: DriverProcess;
  started: StartedTarget;
}

/** The process of our own driver. */
export interface DriverProcess {
  child: ChildProcess;
  /** Resolves when the process has ended, or could not be started, with the reason in words. */
  ended: Promise<string>;
}

/** A system that runs already. */
export interface UrlTarget {
  kind: 'url';
  /** Such as `http://127.0.0.1:8080`; loopback only. */
  url: string;
  /** Such as `mqtt://127.0.0.1:1883`; null: no doorbell is connected, and their messages fail with `connection`. */
  mqttUrl: string | null;
  /** Key of the harness doors. Null if they are not to be used: then the target must be `onboarded`, and its clock is real time. */
  harnessKey: string | null;
  /** True if the target was told agencies, residents and keys by other means. */
  onboarded: boolean;
}

/** The phases of a run, in order; the top of this file says what happens in each. */
export type DrivePhase =
  | 'starting'
  | 'onboarding'
  | 'preamble'
  | 'connecting'
  | 'running'
  | 'draining'
  | 'writing'
  | 'done';

/** How far a run is. Told twice a second or more often. */
export interface DriveProgress {
  phase: DrivePhase;
  /** Progress of the phase: preamble inputs answered, residents and doorbells connected, seconds run. 0 of 0 if nothing is counted. */
  done: number;
  of: number;
  /** Totals so far: inputs handed to a socket, inputs acknowledged, messages received. */
  sent: number;
  acknowledged: number;
  deliveries: number;
  /** Greatest lag of a send in the last second, ms. */
  lagMaxMs: number;
  connected: { residents: number; doorbells: number };
  /** Inputs of the window by kind: those whose turn had come, those handed to a socket, those acknowledged. */
  inputs: Partial<Record<TraceInputKind, { meant: number; sent: number; acknowledged: number }>>;
  /** All lags of the window, and all times to connect, by the buckets of contract/metrics.ts; null while they are not known. */
  lags: Spread | null;
  connects: Spread | null;
}

/** Learns of the processes of a run: harness/studies/soak/ samples them. */
export interface ProcessWatch {
  /** Both processes run. `targetPid` is null if the target was not started for the run. */
  started(processes: { driverPid: number; targetPid: number | null; targetUrl: string }): void;
  /** Told each second, of the driver's main thread. */
  driverHeap(heap: HeapUsage): void;
}

/** Figures about memory and event loop that only a process itself knows. */
export interface HeapUsage {
  usedBytes: number;
  /** Heap in use after the last major collection, none of which is ever forced; null before the first. */
  afterGcBytes: number | null;
  /** Memory outside the heap, such as buffers. */
  externalBytes: number;
  /** Greatest delay of the event loop since it was last told. */
  loopDelayMsMax: number;
}

/** Bounds on a run. Times are wall time. */
export interface DriveLimits {
  /** Time without an answer of any kind, while some are owed, after which the target counts as gone. */
  silenceMsMax: number;
  /** The longest drain, and the silence that ends it earlier. */
  drainMsMax: number;
  drainQuietMs: number;
  /** Time that connecting may take beyond the ramp, and time that the preamble may take. */
  connectMsMax: number;
  preambleMsMax: number;
  /** Time for a target that was started to listen, and for one that answers to be ready. */
  startMsMax: number;
  /** Bytes of inputs that are read ahead. */
  readAheadBytesMax: number;
  /** Bytes of inputs that are due or sent, and wait for an answer. */
  waitingBytesMax: number;
  /** Deliveries recorded, over all threads; further ones are counted in a note. */
  deliveriesMax: number;
  /** Attempts at one input. */
  triesMax: number;
}

/** The bounds of a run, unless its options say otherwise. */
export const LIMITS: Readonly<DriveLimits> = {
  silenceMsMax: 30_000,
  drainMsMax: 30_000,
  drainQuietMs: 2_000,
  connectMsMax: 60_000,
  preambleMsMax: 300_000,
  startMsMax: 60_000,
  readAheadBytesMax: 32 << 20,
  waitingBytesMax: 256 << 20,
  deliveriesMax: 20_000_000,
  triesMax: 10,
};

/**
 * Finds out whether a target has a clock that can be set (target/probe.ts). If not, the trace must open at a real moment still to come.
 * Throws HB_TARGET if the target does not answer or refuses the key.
 */
export type ProbeTarget = (
  target: Pick<UrlTarget, 'url' | 'harnessKey'>,
  signal?: AbortSignal,
) => Promise<{ platformClock: boolean }>;
