// First file of a worker thread: a worker starts without its parent's module hooks, so it registers them
// itself, then imports the TypeScript module that `workerData.entry` (a file URL) names.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
await import(workerData.entry);
