import { describe, expect, it } from 'vitest';
import { Turns, type TurnTaker } from './turns.ts';

/** A client that writes down what it is told. */
class Client implements TurnTaker {
  epoch = 0;
  readonly #name: string;
  readonly #seen: string[];

  constructor(name: string, seen: string[]) {
    this.#name = name;
    this.#seen = seen;
  }

  begin(): void {
    this.epoch += 1;
    this.#seen.push(`${this.#name} begins`);
  }

  expire(epoch: number): void {
    this.#seen.push(`${this.#name} expires at ${epoch}`);
  }
}

describe('turns', () => {
  it('are given away in order, as many at once as may be', () => {
    const seen: string[] = [];
    const turns = new Turns(2);
    for (const name of ['a', 'b', 'c', 'd']) turns.queue(new Client(name, seen));
    turns.run(0);
    expect(seen).toEqual(['a begins', 'b begins']);
    expect(turns.isAwaited).toBe(true);
    turns.release();
    turns.run(1);
    expect(seen.slice(2)).toEqual(['c begins']);
    turns.release();
    turns.release();
    turns.run(2);
    expect(seen.slice(3)).toEqual(['d begins']);
    expect(turns.isAwaited).toBe(false);
  });

  it('expire after ten seconds, by the epoch at which they began', () => {
    const seen: string[] = [];
    const turns = new Turns(3);
    const first = new Client('a', seen);
    turns.queue(first);
    turns.run(0);
    turns.queue(new Client('b', seen));
    turns.run(500);
    first.epoch = 9;
    turns.expire(9999);
    turns.expire(10_000);
    turns.expire(10_499);
    turns.expire(10_500);
    expect(seen.slice(2)).toEqual(['a expires at 1', 'b expires at 1']);
  });

  it('are not given away once they were stopped', () => {
    const seen: string[] = [];
    const turns = new Turns(3);
    turns.queue(new Client('a', seen));
    turns.stop();
    turns.run(0);
    expect(seen).toEqual([]);
  });
});
