// First file of each thread and process that harness/io/start-module.ts starts: it imports the module that `workerData.entry` names, or the
// first argument, by its path from the root. One that runs from the bundle starts others from the bundle, without asking whether it is current.
import { isMainThread, workerData } from 'node:worker_threads';
import { load } from './bundle.js';

const [entry, from] = isMainThread ? process.argv.splice(2, 2) : [workerData.entry, workerData.from];
await load(entry, from === 'bundle' ? true : undefined);
