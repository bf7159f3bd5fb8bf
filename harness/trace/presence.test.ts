import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../contract/scenario.ts';
import { DEFAULTS } from '../../scenarios/defaults.ts';
import { Presence } from './presence.ts';

const FROM_MS = 1_000_000;
const residents = Array.from({ length: 2000 }, (_, i) => 3 * i);
const storm = (atMs: number, share: number, awayMs: number, rampMs: number) => ({ atMs, share, awayMs, rampMs });

function presence(over: Partial<Scenario['load']>, seed = 1): Presence {
  return new Presence({ ...DEFAULTS.load, speed: 60, ...over }, seed, FROM_MS, residents);
}

describe('residents online when the window opens', () => {
  it('are each drawn by id, so that a larger share only adds residents', () => {
    const few = presence({ connectedShareOfAppUsers: 0.3 }).online;
    const more = presence({ connectedShareOfAppUsers: 0.6 }).online;
    expect(Math.abs(few.length / 2000 - 0.3)).toBeLessThan(0.05);
    expect(more).toEqual(expect.arrayContaining([...few]));
    expect(presence({ connectedShareOfAppUsers: 1 }).online).toEqual(residents);
    expect(presence({ connectedShareOfAppUsers: 0.3 }, 2).online).not.toEqual(few);
  });
});

describe('a storm', () => {
  it('disconnects its share at once, in simulated time, and brings them back evenly over the ramp', () => {
    const changes = presence({ storms: [storm(10_000, 0.5, 5000, 20_000)] }).until(Infinity, new Set());
    const lost = changes.filter((c) => c.kind === 'disconnect');
    const back = changes.filter((c) => c.kind === 'connect');
    expect(Math.abs(lost.length / 2000 - 0.5)).toBeLessThan(0.05);
    expect(new Set(lost.map((c) => c.atMs))).toEqual(new Set([FROM_MS + 600_000]));
    expect(back.map((c) => c.resident).sort()).toEqual(lost.map((c) => c.resident).sort());
    expect(back.map((c) => c.resident)).not.toEqual(lost.map((c) => c.resident));
    expect(back[0].atMs).toBe(FROM_MS + 900_000);
    const gaps = back.slice(1).map((c, i) => c.atMs - back[i].atMs);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    expect(back.at(-1)!.atMs).toBeLessThan(FROM_MS + 2_100_000);
  });

  it('does not disconnect a resident who is still away', () => {
    const changes = presence({ storms: [storm(20_000, 1, 1000, 0), storm(10_000, 0.5, 60_000, 0)] }).until(
      Infinity,
      new Set(),
    );
    const online = new Set(residents);
    for (const { kind, resident } of changes) {
      expect(kind === 'disconnect' ? online.delete(resident) : !online.has(resident)).toBe(true);
      if (kind === 'connect') online.add(resident);
    }
    expect(changes.filter((c) => c.kind === 'disconnect')).toHaveLength(2000);
  });

  it('gives the same changes in one piece or in many, and none for residents who left the platform', () => {
    const storms = [storm(10_000, 0.5, 5000, 20_000), storm(12_000, 0.5, 0, 3000)];
    const whole = presence({ storms }).until(Infinity, new Set());
    const stepped = presence({ storms });
    const pieces = Array.from({ length: 60 }, (_, i) => stepped.until(FROM_MS + 60_000 * (i + 1), new Set()));
    expect(pieces.flat()).toEqual(whole);
    const gone = new Set([residents[0], residents[7]]);
    const withoutGone = presence({ storms }).until(Infinity, gone);
    const named = (changes: typeof whole) => changes.map((c) => c.resident).filter((id) => !gone.has(id));
    expect(withoutGone.every((c) => !gone.has(c.resident))).toBe(true);
    expect(named(withoutGone).sort()).toEqual(named(whole).sort());
  });
});
