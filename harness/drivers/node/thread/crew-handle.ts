/** A crew's thread as the conductor sees it. */
import type { Worker } from 'node:worker_threads';
import { buffersOf, type Chunk } from './chunk.ts';
import type { CrewReport, CrewRequest, CrewResult, CrewRole, CrewSetup, CrewStatus } from './crew-contract.ts';
import type { PlatformClock } from '../../../../contract/clock.ts';
import type { ReceivedBatch } from '../../../trace/trace-api.ts';
import type { Feedable } from '../feeder.ts';
import { startThread } from '../../../io/start-module.ts';

export interface CrewHandle extends Feedable {
  /** As last told. */
  status: CrewStatus;
  /** URLs of portals that it hosts, by agency index. */
  portals: Map<number, string>;
  ramp(chunk: Chunk, ramp: { startMs: number; overMs: number }): void;
  launch(clock: PlatformClock): void;
  /** Null where the thread died or does not answer within this time. */
  finish(stopped: boolean, timeoutMs: number): Promise<CrewResult | null>;
}

export interface CrewEvents {
  consumed(weight: number): void;
  heard(heard: ReceivedBatch): void;
  /** The thread died, of this. */
  died(role: CrewRole, why: string): void;
}

/** A thread that loads its code, and waits to be told what it is for. It keeps no process alive until then. */
export function crewThread(): Worker {
  const worker = startThread('harness/drivers/node/thread/crew.ts');
  worker.unref();
  return worker;
}

/** Resolves once the thread is ready. */
export function startCrew(worker: Worker, setup: CrewSetup, events: CrewEvents): Promise<CrewHandle> {
  worker.ref();
  worker.postMessage({ kind: 'setup', setup } satisfies CrewRequest);
  return new Promise((resolve, reject) => {
    let done: (result: CrewResult | null) => void = () => {};
    let finished = false;
    const handle: CrewHandle = {
      role: setup.role,
      handed: 0,
      status: { ...NOTHING },
      portals: new Map(),
      give: (kind, chunk) =>
        worker.postMessage(kind === 'inputs' ? { kind, chunk } : { kind, chunk, ramp: null }, buffersOf(chunk)),
      ramp: (chunk, ramp) => worker.postMessage({ kind: 'preamble', chunk, ramp }, buffersOf(chunk)),
      launch: (clock) => worker.postMessage({ kind: 'launch', clock }),
      finish: async (stopped, timeoutMs) => {
        finished = true;
        const answer = new Promise<CrewResult | null>((tell) => {
          done = tell;
        });
        worker.postMessage({ kind: 'finish', stopped });
        const timer = setTimeout(() => done(null), timeoutMs);
        const result = await answer;
        clearTimeout(timer);
        await worker.terminate();
        return result;
      },
    };
    worker.on('message', (report: CrewReport) => {
      if (report.kind === 'ready') {
        handle.portals = report.portals;
        resolve(handle);
      } else if (report.kind === 'consumed') events.consumed(report.weight);
      else if (report.kind === 'heard') events.heard(report.heard);
      else if (report.kind === 'status') handle.status = report.status;
      else done(report.result);
    });
    const die = (why: string): void => {
      reject(new Error(`the ${setup.role} thread stopped: ${why}`));
      done(null);
      if (!finished) events.died(setup.role, why);
    };
    worker.on('error', (error) => die(error.message));
    worker.on('exit', (code) => die(`exit code ${code}`));
  });
}

// --- internal ---

const NOTHING: CrewStatus = {
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
