/** Ends a run early, once, for the first reason given. */
export class Stop {
  #why: string | null = null;
  readonly #controller = new AbortController();

  /** Null while the run may go on. */
  get why(): string | null {
    return this.#why;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  now(why: string): void {
    if (this.#why !== null) return;
    this.#why = why;
    this.#controller.abort();
  }

  /** Throws Stopped where the run was ended. */
  check(): void {
    if (this.#why !== null) throw new Stopped(this.#why);
  }

  /** True once the condition holds, false after so long. Throws Stopped where the run is ended meanwhile. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      this.check();
      if (condition()) return true;
      if (performance.now() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, Math.min(20, Math.max(1, end - performance.now()))));
    }
  }
}

export class Stopped extends Error {}
