import { describe, expect, it } from 'vitest';
import type { Task } from './schedule.ts';
import { Turns } from './turns.ts';

const TASKS: Task[] = [0, 1].flatMap((replication) => [0, 1, 2].map((point) => ({ point, replication })));

/** All turns that are left, each as long as its point takes. */
function taken(turns: Turns, ms: readonly number[]): Task[] {
  const order: Task[] = [];
  for (let index = turns.next(); index !== null; index = turns.next()) {
    order.push(TASKS[index]);
    turns.took(index, ms[TASKS[index].point]);
  }
  return order;
}

describe('turns', () => {
  it('come replication by replication, the longest first once they are known', () => {
    const order = taken(new Turns(TASKS), [20, 30, 10]);
    expect(order.map(({ replication }) => replication)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(order.slice(3).map(({ point }) => point)).toEqual([1, 0, 2]);
    expect(order.slice(0, 3).map(({ point }) => point)).toEqual([2, 1, 0]);
  });

  it('of what nobody knows come before what is known', () => {
    const turns = new Turns([
      { point: 0, replication: 0 },
      { point: 0, replication: 1 },
      { point: 1, replication: 1 },
    ]);
    turns.took(turns.next()!, 1000);
    expect([turns.next(), turns.next()]).toEqual([2, 1]);
  });

  it('are each given once, and none after the last', () => {
    const turns = new Turns(TASKS);
    expect(new Set(taken(turns, [1, 1, 1])).size).toBe(TASKS.length);
    expect(turns.next()).toBeNull();
    expect(new Turns([]).next()).toBeNull();
  });
});
