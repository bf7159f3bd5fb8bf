/** Tells the one that started it, as a thread or as a process, a moment as ISO 8601. */
import { parentPort, workerData } from 'node:worker_threads';
import { formatIso } from '../../contract/time.ts';

if (parentPort === null) process.send!(formatIso(Number(process.argv[2])) satisfies string);
else parentPort.postMessage(formatIso((workerData as { ms: number }).ms));
