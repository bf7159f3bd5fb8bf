/** A pool of threads that run replications: a thread takes the next one as soon as it is free. */
import { performance } from 'node:perf_hooks';
import { replicate, type Replication } from './replicate.ts';
import type { Answer, Order } from './worker.ts';
import { startThread } from '../../io/start-module.ts';

/** Number of workers, the order of their work, and the receiver of their answers. */
export interface PoolOptions {
  workers: number;
  signal?: AbortSignal;
  /** Index of the order that comes next; null if none is left. */
  next: () => number | null;
  onDone: (index: number, replication: Replication, tookMs: number) => void;
}

/**
 * Runs every order: in this thread if there is one worker, else each worker in a thread of its own. Calls `onDone` with each answer as it
 * comes. Once `signal` aborts, no further order is begun, and those under way are dropped. Throws what a run threw.
 */
export async function runOrders(orders: readonly Order[], options: PoolOptions): Promise<void> {
  const { next, onDone, signal } = options;
  const count = Math.min(options.workers, orders.length);
  const workOff = async (run: (order: Order) => Promise<Replication | null>): Promise<void> => {
    for (let index = next(); index !== null; index = next()) {
      const begunMs = performance.now();
      const replication = await run(orders[index]);
      if (replication !== null) onDone(index, replication, performance.now() - begunMs);
      if (replication === null || signal?.aborted === true) return;
    }
  };
  if (count === 1) {
    await workOff(({ scenario, seed, measures, findWarmUp }) =>
      replicate(scenario, seed, measures, findWarmUp, signal),
    );
    return;
  }
  const threads = Array.from({ length: count }, () => new Thread());
  const stop = (): void => void Promise.all(threads.map((thread) => thread.close()));
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all(threads.map((thread) => workOff((order) => thread.run(order))));
  } finally {
    signal?.removeEventListener('abort', stop);
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

// --- internal ---

class Thread {
  readonly #worker = startThread('harness/studies/experiment/worker.ts');
  /** Settles the promise of the order under way. */
  #waiting: { resolve: (replication: Replication | null) => void; reject: (error: Error) => void } | null = null;
  #isClosed = false;

  constructor() {
    this.#worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      if ('error' in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.replication);
    });
    this.#worker.on('error', (error: Error) => this.#waiting?.reject(error));
    this.#worker.on('exit', (code) =>
      this.#isClosed
        ? this.#waiting?.resolve(null)
        : this.#waiting?.reject(new Error(`a worker stopped with code ${code}`)),
    );
  }

  /** Null if the thread was closed before the answer. */
  run(order: Order): Promise<Replication | null> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return resolve(null);
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(order);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker.terminate();
  }
}
