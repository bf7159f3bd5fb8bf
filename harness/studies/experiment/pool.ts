/** Threads that work off replications, each as soon as it is free. */
import { performance } from 'node:perf_hooks';
import { replicate, type Replication } from './replicate.ts';
import type { Answer, Order } from './worker.ts';
import { startThread } from '../../io/start-module.ts';

export interface PoolOptions {
  workers: number;
  signal?: AbortSignal;
  /** The place in the list of the order that comes next; null where none is left. */
  next: () => number | null;
  onDone: (index: number, replication: Replication, tookMs: number) => void;
}

/**
 * Runs every order, with one worker in this thread, with more each in one of its own, and tells each answer as it comes, by the order's place in the list.
 * Stops where `signal` does, and leaves what was begun. Throws what a run threw.
 */
export async function runOrders(orders: readonly Order[], o: PoolOptions): Promise<void> {
  const count = Math.min(o.workers, orders.length);
  const workOff = async (run: (order: Order) => Promise<Replication | null>): Promise<void> => {
    for (let index = o.next(); index !== null; index = o.next()) {
      const begunMs = performance.now();
      const replication = await run(orders[index]);
      if (replication !== null) o.onDone(index, replication, performance.now() - begunMs);
      if (replication === null || o.signal?.aborted === true) return;
    }
  };
  if (count === 1) {
    await workOff(({ scenario, seed, measures, findWarmUp }) =>
      replicate(scenario, seed, measures, findWarmUp, o.signal),
    );
    return;
  }
  const threads = Array.from({ length: count }, () => new Thread());
  const stop = (): void => void Promise.all(threads.map((thread) => thread.close()));
  o.signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all(threads.map((thread) => workOff((order) => thread.run(order))));
  } finally {
    o.signal?.removeEventListener('abort', stop);
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

// --- internal ---

class Thread {
  readonly #worker = startThread('harness/studies/experiment/worker.ts');
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
