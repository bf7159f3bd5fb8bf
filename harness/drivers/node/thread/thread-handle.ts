/** A sending thread, seen from the driver's main thread. */
import type { ObservedPart } from '../../observations/observed-part.ts';
import type { Worker } from 'node:worker_threads';
import type { PlatformClock } from '../../../../contract/clock.ts';
import { startThread } from '../../../io/start-module.ts';
import type { ReceivedBatch } from '../../../trace/trace-api.ts';
import { chunkBuffers, type Chunk } from './chunk.ts';
import type {
  RampSpan,
  ThreadReport,
  ThreadRequest,
  ThreadRole,
  ThreadSetup,
  ThreadStatus,
} from './thread-protocol.ts';

/** A thread, as far as it takes inputs. */
export interface InputTaker {
  role: ThreadRole;
  /** Inputs handed over so far. */
  handed: number;
  give(kind: 'preamble' | 'inputs', chunk: Chunk): void;
}

/** A thread that has its role. */
export interface ThreadHandle extends InputTaker {
  /** The last status that it told. */
  status: ThreadStatus;
  /** URLs of portals that it hosts, by agency index. */
  portals: Map<number, string>;
  /** Hands over connections to make before the window. */
  ramp(chunk: Chunk, span: RampSpan): void;
  launch(clock: PlatformClock): void;
  /** Ends the thread. Resolves with null if it died, or does not answer within this time. */
  finish(stopped: boolean, timeoutMs: number): Promise<ObservedPart | null>;
}

/** Hears what a thread reports unasked. */
export interface ThreadEvents {
  consumed(weight: number): void;
  received(batch: ReceivedBatch): void;
  died(role: ThreadRole, why: string): void;
}

/** Starts a thread, which loads its code and waits to be told its role. It keeps no process alive until then. */
export function loadThread(): Worker {
  const worker = startThread('harness/drivers/node/thread/thread-entry.ts');
  worker.unref();
  return worker;
}

/** Tells a thread its role. Resolves once it is ready; rejects if it dies before. */
export function setUpThread(worker: Worker, setup: ThreadSetup, events: ThreadEvents): Promise<ThreadHandle> {
  const ask = (request: ThreadRequest, transfer: ArrayBuffer[] = []): void => worker.postMessage(request, transfer);
  worker.ref();
  ask({ kind: 'setup', setup });
  return new Promise((resolve, reject) => {
    let answer: (result: ObservedPart | null) => void = () => {};
    let isFinished = false;
    const handle: ThreadHandle = {
      role: setup.role,
      handed: 0,
      status: { ...NOTHING },
      portals: new Map(),
      give: (kind, chunk) =>
        ask(kind === 'inputs' ? { kind, chunk } : { kind, chunk, ramp: null }, chunkBuffers(chunk)),
      ramp: (chunk, ramp) => ask({ kind: 'preamble', chunk, ramp }, chunkBuffers(chunk)),
      launch: (clock) => ask({ kind: 'launch', clock }),
      finish: async (stopped, timeoutMs) => {
        isFinished = true;
        const answered = new Promise<ObservedPart | null>((settle) => {
          answer = settle;
        });
        ask({ kind: 'finish', stopped });
        const timer = setTimeout(() => answer(null), timeoutMs);
        const result = await answered;
        clearTimeout(timer);
        await worker.terminate();
        return result;
      },
    };
    worker.on('message', (report: ThreadReport) => {
      switch (report.kind) {
        case 'ready':
          handle.portals = report.portals;
          resolve(handle);
          return;
        case 'consumed':
          events.consumed(report.weight);
          return;
        case 'received':
          events.received(report.batch);
          return;
        case 'status':
          handle.status = report.status;
          return;
        case 'result':
          answer(report.result);
          return;
      }
    });
    const die = (why: string): void => {
      reject(new Error(`the ${setup.role} thread stopped: ${why}`));
      answer(null);
      if (!isFinished) events.died(setup.role, why);
    };
    worker.on('error', (error) => die(error.message));
    worker.on('exit', (code) => die(`exit code ${code}`));
  });
}

// --- internal ---

const NOTHING: ThreadStatus = {
  taken: 0,
  sent: 0,
  acknowledged: 0,
  owed: 0,
  connected: 0,
  connecting: 0,
  refused: 0,
  deliveries: 0,
  lastAnswerMs: 0,
  lastDeliveryMs: 0,
  lagMaxMs: 0,
  totals: { meant: [], sent: [], acknowledged: [] },
  lags: { counts: [], sumMs: 0 },
  connects: { counts: [], sumMs: 0 },
};
