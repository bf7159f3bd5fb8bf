/** Bounds the handshakes that are under way at once, because a listening socket's queue is short, and finds those that take too long. */
import { Fifo } from './fifo.ts';

/** A client that asks for turns. */
export interface TurnTaker {
  /** Changes when the handshake that was begun is over. */
  readonly epoch: number;
  /** Its turn came: it begins its handshake, and gives the turn back when that is over. */
  begin(): void;
  /** The handshake that it began at this epoch took too long, if it is not over yet. */
  expire(epoch: number): void;
}

/** Clients begin in the order in which they asked. The driver calls `run` when a turn may have become free. */
export class Turns {
  readonly #atOnceMax: number;
  readonly #waiting = new Fifo<TurnTaker>();
  readonly #begun = new Fifo<{ client: TurnTaker; epoch: number; untilMs: number }>();
  #underWay = 0;
  #stopped = false;

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  /** Whether clients wait for a turn. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  queue(client: TurnTaker): void {
    this.#waiting.push(client);
  }

  /** A turn was given back. */
  release(): void {
    this.#underWay -= 1;
  }

  /** Gives away the turns that are free. */
  run(nowMs: number): void {
    while (this.#underWay < this.#atOnceMax && !this.#stopped) {
      const client = this.#waiting.shift();
      if (client === undefined) return;
      this.#underWay += 1;
      client.begin();
      this.#begun.push({ client, epoch: client.epoch, untilMs: nowMs + HANDSHAKE_MS_MAX });
    }
  }

  /** Ends the handshakes that have taken too long by now. */
  expire(nowMs: number): void {
    for (let first = this.#begun.peek(); first !== undefined && first.untilMs <= nowMs; first = this.#begun.peek()) {
      this.#begun.shift();
      first.client.expire(first.epoch);
    }
  }

  /** Gives away no more turns. */
  stop(): void {
    this.#stopped = true;
  }
}

// --- internal ---

const HANDSHAKE_MS_MAX = 10_000;
