import { describe, expect, it } from 'vitest';
import { blockOrders, planLooks } from './interleave.ts';

describe('the order of trials', () => {
  it('has both sides in each block, and lets each begin one block of every two', () => {
    const orders = blockOrders(11, 7);
    expect(orders).toHaveLength(11);
    expect(orders.every((order) => order.toSorted().join() === 'a,b')).toBe(true);
    for (let i = 0; i + 1 < 11; i += 2) expect(orders[i][0]).not.toBe(orders[i + 1][0]);
  });

  it('depends on its seed alone', () => {
    expect(blockOrders(20, 1)).toEqual(blockOrders(20, 1));
    expect(blockOrders(8, 1)).toEqual(blockOrders(20, 1).slice(0, 8));
    expect(blockOrders(20, 2)).not.toEqual(blockOrders(20, 1));
  });
});

describe('looks', () => {
  it('come after every multiple of the trials, and after the last trial', () => {
    expect(planLooks(12, 12)).toEqual([12]);
    expect(planLooks(12, 36)).toEqual([12, 24, 36]);
    expect(planLooks(12, 30)).toEqual([12, 24, 30]);
  });
});
