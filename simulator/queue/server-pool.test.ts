import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Samples } from './samples.ts';
import { ServerPool } from './server-pool.ts';

type Step =
  | { does: 'offer'; rank: number }
  | { does: 'take' }
  | { does: 'free'; which: number }
  | { does: 'abandon'; which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('offer' as const), rank: fc.nat({ max: 3 }) }),
  fc.constant<Step>({ does: 'take' }),
  fc.record({ does: fc.constant('free' as const), which: fc.nat() }),
  fc.record({ does: fc.constant('abandon' as const), which: fc.nat() }),
);

it('does the same as a sorted list and a set of idle servers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 200 }), (servers, steps) => {
      const pool = new ServerPool<string>(servers);
      const idle = new Set(Array.from({ length: servers }, (_, i) => i));
      let line: { key: number; rank: number; arrivalMs: number; what: string }[] = [];
      steps.forEach((s, i) => {
        switch (s.does) {
          case 'offer': {
            // Three arrivals share a moment, and keys fall: ties are broken by key, not by order of arrival.
            const customer = { key: 1000 - i, rank: s.rank, arrivalMs: Math.floor(i / 3), what: `c${i}` };
            pool.offer(customer.key, customer.rank, customer.arrivalMs, customer.what);
            line.push(customer);
            line.sort((a, b) => a.rank - b.rank || a.arrivalMs - b.arrivalMs || a.key - b.key);
            break;
          }
          case 'take':
            if (line.length === 0 || idle.size === 0) break;
            expect(idle.has(pool.anyIdle())).toBe(true);
            idle.delete(pool.anyIdle());
            expect(pool.take(pool.anyIdle())).toEqual(line.shift());
            break;
          case 'free': {
            const busy = Array.from({ length: servers }, (_, server) => server).filter((server) => !idle.has(server));
            if (busy.length === 0) break;
            pool.free(busy[s.which % busy.length]);
            idle.add(busy[s.which % busy.length]);
            break;
          }
          case 'abandon': {
            const key = line.length === 0 ? -1 : line[s.which % line.length].key;
            expect(pool.abandon(key)).toEqual(line.find((c) => c.key === key) ?? null);
            line = line.filter((c) => c.key !== key);
          }
        }
        expect(pool.head()).toEqual(line[0] ?? null);
        expect([pool.waiting(), pool.idleCount()]).toEqual([line.length, idle.size]);
        for (let server = 0; server < servers; server += 1) expect(pool.isIdle(server)).toBe(idle.has(server));
      });
    }),
  );
});

describe('refusals', () => {
  it.each([[-1], [1.5], [NaN]])('%d servers', (servers) => {
    expect(() => new ServerPool(servers)).toThrow(/servers must be an integer/);
  });

  it('a key that waits already, a busy server taken, an idle one freed, an empty line', () => {
    const pool = new ServerPool<null>(1);
    expect(() => pool.take(0)).toThrow(/nobody waits/);
    expect(() => pool.free(0)).toThrow(/server 0 is idle or unknown/);
    pool.offer(1, 0, 0, null);
    expect(() => pool.offer(1, 0, 5, null)).toThrow(/customer 1 waits already/);
    pool.occupy(0);
    expect(() => pool.take(0)).toThrow(/server 0 is busy or unknown/);
    expect(() => pool.occupy(1)).toThrow(/server 1 is busy or unknown/);
    expect(() => pool.free(1)).toThrow(/server 1 is idle or unknown/);
  });
});

it('a customer who left and came back has a new place', () => {
  const pool = new ServerPool<string>(0);
  pool.offer(1, 0, 0, 'early');
  pool.offer(2, 0, 1, 'other');
  pool.abandon(1);
  pool.offer(1, 0, 2, 'late');
  expect(pool.head()?.key).toBe(2);
  pool.abandon(2);
  expect(pool.head()?.what).toBe('late');
});

it('samples come back exactly, and a copy stays as it was', () => {
  const samples = new Samples();
  expect(samples.values()).toEqual(new Float64Array(0));
  for (let i = 0; i < 1000; i += 1) samples.push(i * 1.5);
  const values = samples.values();
  samples.push(1);
  expect(values).toEqual(Float64Array.from({ length: 1000 }, (_, i) => i * 1.5));
});
