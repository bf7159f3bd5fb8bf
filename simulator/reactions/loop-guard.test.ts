import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../contract/time.ts';
import { keyedDraw, poisson } from '../kernel/random.ts';
import { LoopGuard } from './loop-guard.ts';

/** Two days of first calls, one a minute, each of which causes Poisson(n) further ones 10 minutes later. True if the guard stops the loop. */
function isStopped(n: number): boolean {
  const guard = new LoopGuard(0);
  const draw = keyedDraw({ seed: 5, replication: 0 }, 'guard', n);
  const due: number[][] = [];
  for (let minute = 0; minute < 2880; minute += 1) {
    for (const generation of [1, ...(due[minute] ?? [])]) {
      if (guard.isUnstable(minute * MINUTE_MS, generation)) return true;
      const further = poisson(draw, n);
      due[minute + 10] = [...(due[minute + 10] ?? []), ...Array.from({ length: further }, () => generation + 1)];
    }
  }
  return false;
}

describe('the guard of the loop', () => {
  it('stops a loop that would not end, and no other', () => {
    expect(isStopped(0)).toBe(false);
    expect(isStopped(0.5)).toBe(false);
    expect(isStopped(0.8)).toBe(false);
    expect(isStopped(1.05)).toBe(true);
    expect(isStopped(2)).toBe(true);
  });

  it('does not take a burst after one alert for a loop', () => {
    const guard = new LoopGuard(0);
    expect(Array.from({ length: 5000 }, (_, i) => guard.isUnstable(i, 1)).some(Boolean)).toBe(false);
  });

  it('forgets after a day', () => {
    const guard = new LoopGuard(0);
    for (let i = 0; i < 400; i += 1) expect(guard.isUnstable(0, 2)).toBe(false);
    for (let i = 0; i < 400; i += 1) expect(guard.isUnstable(1500 * MINUTE_MS, 2)).toBe(false);
    expect(Array.from({ length: 60 }, () => guard.isUnstable(1500 * MINUTE_MS, 2)).at(-1)).toBe(true);
  });
});
