/** Takes inputs up evenly over a span of wall time, or all at once: before the window, the platform's clock stands. */
import { chunkWeight, type Chunk } from './chunk.ts';
import type { RampSpan } from './thread-protocol.ts';
import type { WallClock } from '../../wall-clock.ts';

/** Hears of items whose turn came. */
export interface RampHandlers {
  /** It is item i's turn. */
  fire(chunk: Chunk, i: number, intendedMs: number): void;
  /** All items of a chunk of this weight were fired. */
  consumed(weight: number): void;
}

/** Several spans may run at once. */
export class Ramp {
  readonly #wall: WallClock;
  readonly #handlers: RampHandlers;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(wall: WallClock, handlers: RampHandlers) {
    this.#wall = wall;
    this.#handlers = handlers;
  }

  /** `span`: null takes all up at once. */
  add(chunk: Chunk, span: RampSpan | null): void {
    const startMs = span?.startMs ?? this.#wall();
    const stepMs = (span?.overMs ?? 0) / Math.max(1, chunk.count);
    let next = 0;
    const timer = setInterval(() => {
      const nowMs = this.#wall();
      for (; next < chunk.count && startMs + next * stepMs <= nowMs; next += 1)
        this.#handlers.fire(chunk, next, startMs + next * stepMs);
      if (next < chunk.count) return;
      clearInterval(timer);
      this.#timers.delete(timer);
      this.#handlers.consumed(chunkWeight(chunk));
    }, TICK_MS);
    this.#timers.add(timer);
  }

  /** Fires nothing more. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}

// --- internal ---

const TICK_MS = 5;
