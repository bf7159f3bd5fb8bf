import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../contract/time.ts';
import { resolveScenario } from '../options/resolve.ts';
import { runOutcome } from '../run/run.ts';
import { simulate } from './simulate.ts';

const SETS = [
  'durationDays=0.25',
  'intensity.motions=0',
  'agencies.0.personsPerAgency=4000',
  'agencies.1.personsPerAgency=4000',
];

async function run(...sets: string[]) {
  const scenario = resolveScenario('smoke', [...SETS, ...sets]);
  const { shards } = await simulate({ scenario, seed: 5, workers: 1 });
  return { shards, figures: runOutcome(scenario, shards).figures };
}

describe('a warm-up', () => {
  it('leaves out everything that happened in it, and nothing else', async () => {
    const whole = await run();
    const cut = await run('warmUpHours=2');
    const start = await run(`durationDays=${2 / 24}`);
    expect(cut.shards.map(({ historyHash }) => historyHash)).toEqual(
      whole.shards.map(({ historyHash }) => historyHash),
    );
    const { police } = cut.figures;
    expect(police.hourly).toEqual(whole.figures.police.hourly);
    expect(police.units).toBe(whole.figures.police.units);
    for (const [i, { police: after, centre }] of cut.shards.entries()) {
      const all = whole.shards[i].police;
      // The first two hours of the same world, run alone.
      const before = start.shards[i].police;
      expect(after.elapsedMs).toBe(4 * HOUR_MS);
      expect(after.busyMs.total + before.busyMs.total).toBe(all.busyMs.total);
      expect(after.tallies.onDutyMs + before.tallies.onDutyMs).toBe(all.tallies.onDutyMs);
      expect(after.tallies.requested + before.tallies.requested).toBe(all.tallies.requested);
      expect(after.waitingMs + before.waitingMs).toBe(all.waitingMs);
      for (const priority of [1, 2, 3, 4] as const)
        expect([...before.responseMs[priority], ...after.responseMs[priority]]).toEqual([...all.responseMs[priority]]);
      expect([...start.shards[i].centre.answerMs, ...centre.answerMs]).toEqual([...whole.shards[i].centre.answerMs]);
    }
    const hours = police.hourly.slice(2).map(({ utilisation }) => utilisation);
    expect(police.utilisation).toBeCloseTo(hours.reduce((sum, x) => sum + x, 0) / hours.length, 10);
    expect(police.utilisation).not.toBeCloseTo(whole.figures.police.utilisation, 6);
  });

  it('is shorter than the run', () => {
    expect(() => resolveScenario('smoke', [...SETS, 'warmUpHours=6'])).toThrow(
      'warmUpHours: expected fewer than the 6 hours of durationDays, found 6',
    );
  });
});
