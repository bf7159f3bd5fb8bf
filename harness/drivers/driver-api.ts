/** What the driver offers to those who start it. What it leaves in its folder: contract/trace.ts, from SendLine on. */
import type { ChildProcess } from 'node:child_process';
import type { DriverSummary, TraceInputKind } from '../../contract/trace.ts';
import type { Spread } from '../../stats/spread.ts';
import type { LiveTrace } from '../trace/trace-api.ts';
import type { StartedTarget } from './target/target-process.ts';

/** The reference system, started for this run as a process of its own and stopped with it. */
export interface StartTarget {
  kind: 'start';
  /** Its data folder; must exist, and stays behind. */
  dataDir: string;
  /** Further arguments of `serve`. */
  args: readonly string[];
  /** It was started there before, and stays up after the run; only the project's own driver takes one. */
  pair?: Pair;
}

/** A target that listens, and a driver that waits for its plan. */
export interface Pair {
  driver: DriverProcess;
  started: StartedTarget;
}

export interface DriverProcess {
  child: ChildProcess;
  /** Resolves when it is gone, or never came to be, with why. */
  ended: Promise<string>;
}

/** A system that runs already. */
export interface UrlTarget {
  kind: 'url';
  /** Such as `http://127.0.0.1:8080`; loopback only. */
  url: string;
  /** Such as `mqtt://127.0.0.1:1883`; null: no doorbell is connected, and their messages fail with `connection`. */
  mqttUrl: string | null;
  /** Key of the harness doors; null where there are none to be used: then it must be `onboarded`, and the clock is real time. */
  harnessKey: string | null;
  /** True where it was told agencies, residents and keys by other means. */
  onboarded: boolean;
}

export type DrivePhase =
  | 'starting'
  | 'onboarding'
  | 'preamble'
  | 'connecting'
  | 'running'
  | 'draining'
  | 'writing'
  | 'done';

export interface DriveProgress {
  phase: DrivePhase;
  /** Of the phase: preamble inputs answered, residents and doorbells connected, seconds run. 0 of 0 where there is nothing to count. */
  done: number;
  of: number;
  /** Totals so far. */
  sent: number;
  acknowledged: number;
  deliveries: number;
  /** Greatest lag of a send in the last second, ms. */
  lagMaxMs: number;
  connected: { residents: number; doorbells: number };
  /** Of the window: inputs whose turn had come, handed to a socket, acknowledged. */
  inputs: Partial<Record<TraceInputKind, { meant: number; sent: number; acknowledged: number }>>;
  /** All lags of the window, and all times to connect, by the buckets of contract/metrics.ts; null until all threads have told. */
  lags: Spread | null;
  connects: Spread | null;
}

/**
 * A preamble's input is not planned by the clock: its SendLine's `intendedMs` is when it was the input's turn (a connection's: its place
 * in the ramp), and the platform's clock stood at `fromMs - 1` when it arrived. Lag is counted for the window only, at the moment at which
 * an input was taken up; where its connection was broken just then it is sent later, so that `sentMs - intendedMs` may be more than
 * the lag. After several tries `sentMs` is that of the first.
 */
export interface DriveOptions {
  traceDir: string;
  /** Observations are written here; made where it is missing. */
  outDir: string;
  target: StartTarget | UrlTarget;
  /** Platform seconds per wall second; must be 1 for a target without a platform clock. */
  speed: number;
  /** The trace of a closed loop; left out where `traceDir` holds a whole one. */
  live?: LiveTrace;
  signal?: AbortSignal;
  onProgress?: (progress: DriveProgress) => void;
  /** Who looks at both processes while they run. */
  watch?: ProcessWatch;
  /** Threads that hold residents' connections; by default one per 15,000 residents, 1 to 4. */
  swarms?: number;
  /** Bounds; each has a default (see LIMITS). */
  limits?: Partial<DriveLimits>;
}

/** Told of the processes of a run: harness/studies/soak/ samples them. */
export interface ProcessWatch {
  /** Both run: the driver's process, and the target with its own where it was started for the run. */
  started(processes: { driverPid: number; targetPid: number | null; targetUrl: string }): void;
  /** Each second, of the driver's main thread. */
  driverHeap(heap: HeapFigures): void;
}

/** What only a process itself can tell of its memory and of its event loop. */
export interface HeapFigures {
  usedBytes: number;
  /** As it was after the last major collection, none of which is ever forced; null before the first. */
  afterGcBytes: number | null;
  /** Buffers and the like, outside the heap. */
  externalBytes: number;
  /** Since it was last told. */
  loopDelayMsMax: number;
}

export interface DriveLimits {
  /** Wall time without an answer of any kind, while some are owed, after which the target counts as gone. */
  silenceMsMax: number;
  /** After the last input: longest drain, and how long nothing may come in for the drain to end. */
  drainMsMax: number;
  drainQuietMs: number;
  /** Wall time beyond the ramp that connecting may take, and that the preamble may. */
  connectMsMax: number;
  preambleMsMax: number;
  /** Wall time for a target that was started to listen, and for one that answers to be ready. */
  startMsMax: number;
  /** Bytes of inputs read ahead, and of inputs sent or due that wait for an answer. */
  readAheadBytesMax: number;
  waitingBytesMax: number;
  /** Deliveries recorded, over all threads; further ones are counted in a note. */
  deliveriesMax: number;
  /** Attempts at one input. */
  triesMax: number;
}

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
 * Sends a trace over real sockets and writes what was seen, from a process of its own. Resolves also where the target is down, hangs,
 * speaks nonsense or dies, and where the signal ends the run: `stopped` then says why, and what was seen until then is written.
 * Throws HB_TRACE on a trace that can't be read, HB_TARGET on a target that may not be loaded (not on this machine) and where one that was to be started does not listen, HB_OPTION_VALUE where more sockets
 * are asked for than the system gives a process, and what the file system throws. harness/drivers/node/drive.ts.
 */
export type Drive = (options: DriveOptions) => Promise<DriverSummary>;

/**
 * Whether the target has a clock that can be set: where not, the trace must be one that opens at a real moment still to come.
 * Throws HB_TARGET where it does not answer or refuses the key. harness/drivers/target/probe.ts.
 */
export type ProbeTarget = (
  target: Pick<UrlTarget, 'url' | 'harnessKey'>,
  signal?: AbortSignal,
) => Promise<{ platformClock: boolean }>;
