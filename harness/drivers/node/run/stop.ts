/** Ends a run early, once, for the first reason given. */
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 20;

/** Whether a run was ended, and why. */
export class Stop {
  #why: string | null = null;
  readonly #controller = new AbortController();

  /** Null while the run may go on. */
  get why(): string | null {
    return this.#why;
  }

  /** Aborts when the run is ended. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the run; nothing happens if it was ended before. */
  now(why: string): void {
    if (this.#why !== null) return;
    this.#why = why;
    this.#controller.abort();
  }

  /** Throws Stopped if the run was ended. */
  check(): void {
    if (this.#why !== null) throw new Stopped(this.#why);
  }

  /** Resolves with true once the condition holds, with false after `timeoutMs`. Throws Stopped if the run is ended meanwhile. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      this.check();
      if (condition()) return true;
      if (performance.now() >= end) return false;
      await sleep(Math.min(LOOK_MS, Math.max(1, end - performance.now())));
    }
  }
}

/** Thrown in a run that was ended; `Stop.why` says for which reason. */
export class Stopped extends Error {}
