/** Fires items in order, each at the wall time at which the clock shows its platform time, whatever became of earlier ones. */
import { wallMsOf, type PlatformClock } from '../../../../contract/clock.ts';
import { chunkWeight, type Chunk } from './chunk.ts';
import { Fifo } from '../../session/fifo.ts';
import type { WallClock } from '../../wall-clock.ts';

/** Hears of items whose turn came. */
export interface ScheduleHandlers {
  /** It is item i's turn. */
  fire(chunk: Chunk, i: number, intendedMs: number, takenMs: number): void;
  /** All items of a chunk of this weight were fired. */
  consumed(weight: number): void;
}

/** Nothing is fired before `launch`. */
export class Schedule {
  readonly #wall: WallClock;
  readonly #handlers: ScheduleHandlers;
  readonly #chunks = new Fifo<Chunk>();
  #next = 0;
  #clock: PlatformClock | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(wall: WallClock, handlers: ScheduleHandlers) {
    this.#wall = wall;
    this.#handlers = handlers;
  }

  add(chunk: Chunk): void {
    this.#chunks.push(chunk);
    if (this.#timer === null) this.#arm();
  }

  launch(clock: PlatformClock): void {
    this.#clock = clock;
    this.#arm();
  }

  /** Fires nothing more. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  // Timers come up to a millisecond late and never early: to wait the whole rest costs half a millisecond of lag on average, and no busy
  // loop.
  #arm(): void {
    const chunk = this.#chunks.peek();
    if (chunk === undefined || this.#clock === null || this.#stopped) return;
    const waitMs = wallMsOf(this.#clock, chunk.atMs[this.#next]) - this.#wall();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run, Math.min(Math.max(0, Math.ceil(waitMs)), 60_000));
  }

  readonly #run = (): void => {
    this.#timer = null;
    const clock = this.#clock as PlatformClock;
    for (let chunk = this.#chunks.peek(); chunk !== undefined; chunk = this.#chunks.peek()) {
      for (; this.#next < chunk.count && !this.#stopped; this.#next += 1) {
        const intendedMs = wallMsOf(clock, chunk.atMs[this.#next]);
        const nowMs = this.#wall();
        if (intendedMs > nowMs) {
          this.#arm();
          return;
        }
        this.#handlers.fire(chunk, this.#next, intendedMs, nowMs);
      }
      if (this.#stopped) return;
      this.#chunks.shift();
      this.#next = 0;
      this.#handlers.consumed(chunkWeight(chunk));
    }
  };
}
