/** Groups of shards, in this thread or in workers, behind one interface: the coordinator's loop does not know which. */
import type { CreatePipeline } from '../../contract/pipeline.ts';
import type { Box } from '../../contract/plane.ts';
import { ShardGroup, type Border, type GroupOptions } from './group.ts';
import type { Recorder } from './recorder.ts';
import type { Crossing, ShardResult } from './shard.ts';
import type { WorkerRequest } from './worker.ts';
import { startThread } from '../io/start-module.ts';

export interface Member {
  /** Agencies it runs. */
  indices: ReadonlySet<number>;
  boxes(): Promise<{ index: number; box: Box }[]>;
  borders(boxes: { index: number; box: Box }[]): Promise<Border[]>;
  start(borders: Border[], boxes: { index: number; box: Box }[]): Promise<void>;
  run(untilMs: number, inbox: Crossing[]): Promise<{ source: number; crossings: Crossing[] }[]>;
  finish(): Promise<ShardResult[]>;
  close(): Promise<void>;
}

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

/** A worker always runs the reference pipeline: a function can't cross a thread. */
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
