/** Takes items up evenly over a span of wall time, or all at once: for what happens before the window, when the platform's clock stands. */
import { weightOf, type Chunk } from './chunk.ts';
import type { Wall } from '../wall.ts';

export interface RampHandlers {
  fire(chunk: Chunk, i: number, intendedMs: number): void;
  consumed(weight: number): void;
}

export class Ramp {
  readonly #wall: Wall;
  readonly #handlers: RampHandlers;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(wall: Wall, handlers: RampHandlers) {
    this.#wall = wall;
    this.#handlers = handlers;
  }

  add(chunk: Chunk, over: { startMs: number; overMs: number } | null): void {
    const startMs = over?.startMs ?? this.#wall();
    const stepMs = (over?.overMs ?? 0) / Math.max(1, chunk.count);
    let next = 0;
    const timer = setInterval(() => {
      const nowMs = this.#wall();
      for (; next < chunk.count && startMs + next * stepMs <= nowMs; next += 1)
        this.#handlers.fire(chunk, next, startMs + next * stepMs);
      if (next < chunk.count) return;
      clearInterval(timer);
      this.#timers.delete(timer);
      this.#handlers.consumed(weightOf(chunk));
    }, TICK_MS);
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}

// --- internal ---

const TICK_MS = 5;
