import { expect, it } from 'vitest';
import { HOUR_MS } from '../../contract/time.ts';
import { Load } from './load.ts';

it('splits integrals at the hours, counted from the start', () => {
  const startMs = 1_780_272_123_456;
  const load = new Load(startMs, 4);
  load.set(startMs + HOUR_MS / 2, 2, 0, 4);
  load.set(startMs + HOUR_MS, 2, 3, 2);
  load.set(startMs + 3 * HOUR_MS, 0, 1, 2);
  expect(load.hourly(startMs + 3 * HOUR_MS + 1000)).toEqual([
    { busyMs: HOUR_MS, waitingMs: 0, onDutyMs: 4 * HOUR_MS },
    { busyMs: 2 * HOUR_MS, waitingMs: 3 * HOUR_MS, onDutyMs: 2 * HOUR_MS },
    { busyMs: 2 * HOUR_MS, waitingMs: 3 * HOUR_MS, onDutyMs: 2 * HOUR_MS },
    { busyMs: 0, waitingMs: 1000, onDutyMs: 2000 },
  ]);
  expect(load.onDutyMs).toBe(8 * HOUR_MS + 2000);
  expect([load.waitingMs, load.waitingMax]).toEqual([6 * HOUR_MS + 1000, 3]);
});

it('accounts time by cause, what goes on included and not kept', () => {
  const load = new Load(0, 1);
  load.spent(10, { cause: 'call', unfounded: true, induced: false });
  load.spent(20, { cause: 'self', unfounded: false, induced: false });
  const going = [{ ms: 5, tags: { cause: 'call', unfounded: true, induced: true } as const }];
  expect(load.busyMs(going)).toEqual({ total: 35, call: 15, self: 20, unfounded: 15, induced: 5 });
  expect(load.busyMs([])).toEqual({ total: 30, call: 10, self: 20, unfounded: 10, induced: 0 });
});
