/** A worker thread that runs a group of shards. It answers each message of the coordinator with one of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { createPipeline } from '../../reference-impl/pipeline/pipeline.ts';
import { ShardGroup, type Border, type GroupOptions } from './group.ts';
import type { Crossing } from './crossings.ts';
import type { AgencyBox } from './shard.ts';

export type WorkerRequest =
  | { kind: 'boxes' }
  | { kind: 'borders'; boxes: AgencyBox[] }
  | { kind: 'start'; borders: Border[]; boxes: AgencyBox[] }
  | { kind: 'run'; untilMs: number; inbox: Crossing[] }
  | { kind: 'finish' };

if (parentPort !== null) {
  const port = parentPort;
  const group = new ShardGroup((workerData as { options: GroupOptions }).options, createPipeline);
  port.on('message', (request: WorkerRequest) => {
    switch (request.kind) {
      case 'boxes':
        port.postMessage(group.boxes());
        return;
      case 'borders':
        port.postMessage(group.borders(request.boxes));
        return;
      case 'start':
        group.start(request.borders, request.boxes);
        port.postMessage(null);
        return;
      case 'run':
        port.postMessage(group.run(request.untilMs, request.inbox));
        return;
      case 'finish':
        port.postMessage(group.finish());
        return;
    }
  });
}
