import { expect, it } from 'vitest';
import { HOUR_MS } from '../../contract/time.ts';
import { Workload } from './workload.ts';

it('splits integrals at the hours, counted from the start', () => {
  const startMs = 1_780_272_123_456;
  const workload = new Workload(startMs, 4);
  workload.set(startMs + HOUR_MS / 2, 2, 0, 4);
  workload.set(startMs + HOUR_MS, 2, 3, 2);
  workload.set(startMs + 3 * HOUR_MS, 0, 1, 2);
  expect(workload.hourly(startMs + 3 * HOUR_MS + 1000)).toEqual([
    { busyMs: HOUR_MS, waitingMs: 0, onDutyMs: 4 * HOUR_MS },
    { busyMs: 2 * HOUR_MS, waitingMs: 3 * HOUR_MS, onDutyMs: 2 * HOUR_MS },
    { busyMs: 2 * HOUR_MS, waitingMs: 3 * HOUR_MS, onDutyMs: 2 * HOUR_MS },
    { busyMs: 0, waitingMs: 1000, onDutyMs: 2000 },
  ]);
  expect(workload.onDutyMs).toBe(8 * HOUR_MS + 2000);
  expect([workload.waitingMs, workload.waitingMax]).toEqual([6 * HOUR_MS + 1000, 3]);
});

it('accounts for time by cause, jobs in progress included without being kept', () => {
  const workload = new Workload(0, 1);
  workload.spend(10, { cause: 'call', unfounded: true, induced: false });
  workload.spend(20, { cause: 'self', unfounded: false, induced: false });
  const going = [{ ms: 5, tags: { cause: 'call', unfounded: true, induced: true } as const }];
  expect(workload.busyMs(going)).toEqual({ total: 35, call: 15, self: 20, unfounded: 15, induced: 5 });
  expect(workload.busyMs([])).toEqual({ total: 30, call: 10, self: 20, unfounded: 10, induced: 0 });
});
