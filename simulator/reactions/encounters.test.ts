import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../contract/time.ts';
import { Encounters, ENCOUNTERS_PER_DAY, type Encounter } from './encounters.ts';

const START = 1_780_272_000_000;
const stream = (intensity: number, seed = 1) =>
  new Encounters({
    seeds: { seed, replication: 0 },
    agencyId: 'pd-000',
    startMs: START,
    endMs: START + 100 * DAY_MS,
    intensity,
  });

function all(encounters: Encounters, resident: number, fromMs = START, untilMs = Infinity): Encounter[] {
  const found: Encounter[] = [];
  encounters.find(resident, fromMs, untilMs, 1, (e) => {
    found.push(e);
    return false;
  });
  return found;
}

describe('encounters with harmless strangers', () => {
  it.each([0.1, 1, 7, 500])('come as a Poisson process at intensity %d', (intensity) => {
    const days = intensity > 100 ? 2 : 100;
    const counts: number[] = [];
    const encounters = stream(intensity);
    for (let resident = 0; resident < 40; resident += 1)
      for (let from = 0; from < days; from += days / 10)
        counts.push(all(encounters, resident, START + from * DAY_MS, START + (from + days / 10) * DAY_MS).length);
    const expected = (ENCOUNTERS_PER_DAY * intensity * days) / 10;
    const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
    const variance = counts.reduce((a, b) => a + (b - mean) ** 2, 0) / (counts.length - 1);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(expected / counts.length));
    expect(variance / expected).toBeGreaterThan(0.7);
    expect(variance / expected).toBeLessThan(1.35);
  });

  it('are in order, each with a number of its own and a uniform mark', () => {
    const found = all(stream(7), 3);
    expect(found.map((e) => e.atMs)).toEqual(found.map((e) => e.atMs).sort((a, b) => a - b));
    expect(new Set(found.map((e) => e.number)).size).toBe(found.length);
    expect(Math.abs(found.filter((e) => e.u < 0.25).length / found.length - 0.25)).toBeLessThan(0.03);
  });

  it('come at any time, at other times for each resident', () => {
    const encounters = stream(1);
    const times = Array.from({ length: 30 }, (_, resident) => all(encounters, resident).map((e) => e.atMs)).flat();
    expect(new Set(times).size / times.length).toBeGreaterThan(0.999);
    // One comes in four hours, on average.
    const early = times.filter((ms) => (ms - START) % (4 * HOUR_MS) < HOUR_MS).length / times.length;
    expect(Math.abs(early - 0.25)).toBeLessThan(0.02);
  });

  it('are the same whatever moment the search starts from', () => {
    const encounters = stream(1);
    const whole = all(encounters, 5);
    const fromMs = START + 17 * DAY_MS + 5 * HOUR_MS;
    expect(all(encounters, 5, fromMs)).toEqual(whole.filter((e) => e.atMs >= fromMs));
    expect(all(encounters, 6)).not.toEqual(whole);
    expect(all(stream(1, 2), 5)).not.toEqual(whole);
  });

  it('are found by their mark alone', () => {
    const encounters = stream(3);
    const [low] = all(encounters, 5).filter((e) => e.u < 0.01);
    expect(encounters.find(5, START, Infinity, 0.01, () => true)).toEqual(low);
  });

  it('never come if the intensity is 0, nor after the end', () => {
    expect(all(stream(0), 1)).toEqual([]);
    expect(stream(1).find(1, START + 100 * DAY_MS, Infinity, 1, () => true)).toBeNull();
  });
});
