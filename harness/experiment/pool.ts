/** Threads that work off replications, each as soon as it is free. */
import { Worker } from 'node:worker_threads';
import { replicate, type Replication } from './replicate.ts';
import type { Answer, Order } from './worker.ts';

/**
 * Runs every order, with one worker in this thread, with more each in one of its own, and tells each answer as it comes, by the order's place in the list.
 * Stops where `signal` does, and leaves what was begun. Throws what a run threw.
 */
export async function runOrders(
  orders: readonly Order[],
  o: { workers: number; signal?: AbortSignal; onDone: (index: number, replication: Replication) => void },
): Promise<void> {
  const count = Math.min(o.workers, orders.length);
  if (count === 1) {
    for (const [index, { scenario, seed, measures, findWarmUp }] of orders.entries()) {
      const replication = await replicate(scenario, seed, measures, findWarmUp, o.signal);
      if (replication === null) return;
      o.onDone(index, replication);
    }
    return;
  }
  const threads = Array.from({ length: count }, () => new Thread());
  let next = 0;
  const stop = (): void => void Promise.all(threads.map((thread) => thread.close()));
  o.signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all(
      threads.map(async (thread) => {
        while (next < orders.length && o.signal?.aborted !== true) {
          const index = next;
          next += 1;
          const replication = await thread.run(orders[index]);
          if (replication !== null) o.onDone(index, replication);
        }
      }),
    );
  } finally {
    o.signal?.removeEventListener('abort', stop);
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

// --- internal ---

class Thread {
  readonly #worker = new Worker(new URL('../../bin/worker-bootstrap.js', import.meta.url), {
    workerData: { entry: new URL('./worker.ts', import.meta.url).href },
  });
  /** Who waits for the answer to the order in hand. */
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

  /** Null where the thread was closed meanwhile. */
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
