import { describe, expect, it } from 'vitest';
import { Adoption } from './adoption.ts';

const people = (hasDoorbell: number[], household: number[]) => ({
  hasDoorbell: Uint8Array.from(hasDoorbell),
  household: Uint32Array.from(household),
});

describe('doorbells bought', () => {
  it('serve the whole household, which had none', () => {
    const town = people([0, 0, 0, 1, 0, 0, 0, 0, 0, 0], [4, 5, 5, 6, 7, 8, 9, 10, 11, 12]);
    const adoption = new Adoption(town);
    expect(adoption.buy(2)).toBe(true);
    expect([...town.hasDoorbell]).toEqual([0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    expect(adoption.buy(1)).toBe(false);
    expect(adoption.buy(3)).toBe(false);
  });

  it('stop once half of all app users have one', () => {
    const town = people(
      Array.from({ length: 20 }, () => 0),
      Array.from({ length: 20 }, (_, i) => i),
    );
    const adoption = new Adoption(town);
    const bought = Array.from({ length: 20 }, (_, i) => adoption.buy(i));
    expect(bought.filter(Boolean)).toHaveLength(10);
    expect(town.hasDoorbell.reduce((n, has) => n + has, 0)).toBe(10);
  });
});
