/** Gives away the turns for a handshake of one VU's connections. */
import { clearInterval, setInterval, setTimeout } from 'k6/timers';
import { Turns, type TurnTaker } from '../../session/turns.ts';

/** Bounds the handshakes under way at once, and ends those that take too long. */
export class Handshakes {
  readonly #turns: Turns;
  readonly #timer: number;

  constructor(atOnceMax: number) {
    this.#turns = new Turns(atOnceMax);
    this.#timer = setInterval(() => this.#turns.expire(Date.now()), EXPIRE_MS);
  }

  queue(client: TurnTaker): void {
    this.#turns.queue(client);
    this.#turns.run(Date.now());
  }

  release(): void {
    this.#turns.release();
    // Not at once: the client that gives its turn back is in the middle of something.
    if (this.#turns.isAwaited) setTimeout(() => this.#turns.run(Date.now()), 0);
  }

  stop(): void {
    this.#turns.stop();
    clearInterval(this.#timer);
  }
}

// --- internal ---

const EXPIRE_MS = 250;
