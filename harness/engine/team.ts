/** Groups of shards behind one interface, so that the coordinator's loop need not know which of them run in this thread and which in workers. */
import type { CreatePipeline } from '../../contract/pipeline.ts';
import { ShardGroup, type Border, type GroupOptions } from './group.ts';
import type { Recorder } from './recorder.ts';
import type { Crossing, SentCrossings } from './crossings.ts';
import type { ShardResult } from './shard-result.ts';
import type { AgencyBox } from './shard.ts';
import type { WorkerRequest } from './worker.ts';
import { startThread } from '../io/start-module.ts';

/** A group of shards, wherever it runs. ShardGroup describes the methods. */
export interface Member {
  /** Indices of the agencies that it runs. */
  indices: ReadonlySet<number>;
  boxes(): Promise<AgencyBox[]>;
  borders(boxes: AgencyBox[]): Promise<Border[]>;
  start(borders: Border[], boxes: AgencyBox[]): Promise<void>;
  run(untilMs: number, inbox: Crossing[]): Promise<SentCrossings[]>;
  finish(): Promise<ShardResult[]>;
  close(): Promise<void>;
}

/** A group in this thread. */
export function localMember(
  options: GroupOptions,
  create: CreatePipeline,
  recorder: Recorder | null = null,
): Member & { group: ShardGroup } {
  const group = new ShardGroup(options, create, recorder);
  return {
    group,
    indices: new Set(options.indices),
    boxes: async () => group.boxes(),
    borders: async (boxes) => group.borders(boxes),
    start: async (borders, boxes) => group.start(borders, boxes),
    run: async (untilMs, inbox) => group.run(untilMs, inbox),
    finish: async () => group.finish(),
    close: async () => {},
  };
}

/** A group in a worker thread. It always runs the reference pipeline, since a function can't be sent to another thread. */
export function workerMember(options: GroupOptions): Member {
  const worker = startThread('harness/engine/worker.ts', { workerData: { options } });
  let waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void } | null = null;
  let failure: Error | null = null;
  worker.on('message', (value) => {
    const w = waiting;
    waiting = null;
    w?.resolve(value);
  });
  const fail = (error: Error): void => {
    failure ??= error;
    waiting?.reject(failure);
    waiting = null;
  };
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`a worker stopped with code ${code}`)));
  const ask = <T>(request: WorkerRequest): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (failure !== null) reject(failure);
      waiting = { resolve: resolve as (value: unknown) => void, reject };
      worker.postMessage(request);
    });
  return {
    indices: new Set(options.indices),
    boxes: () => ask({ kind: 'boxes' }),
    borders: (boxes) => ask({ kind: 'borders', boxes }),
    start: (borders, boxes) => ask({ kind: 'start', borders, boxes }),
    run: (untilMs, inbox) => ask({ kind: 'run', untilMs, inbox }),
    finish: () => ask({ kind: 'finish' }),
    close: async () => {
      worker.removeAllListeners('exit');
      await worker.terminate();
    },
  };
}
