import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import {
  isDangerous,
  JOB_PRIORITIES,
  typeOutcome,
  typePriority,
  PUBLISHED_DISPATCH_MIN,
  PUBLISHED_TRAVEL_MIN,
  typeService,
  travelFactor,
} from './parameters.ts';
import { drawService } from './service.ts';

describe.each(EVENT_TYPES.map((type) => [type.id] as const))('%s', (id) => {
  it('has a priority, a service time, units and outcomes', () => {
    expect(JOB_PRIORITIES).toContain(typePriority(id));
    const { meanMin, cv, unitsMean } = typeService(id);
    expect(meanMin > 5 && meanMin < 60 && cv > 0 && unitsMean >= 1 && unitsMean <= 3).toBe(true);
    const { unfounded, report, duplicate } = typeOutcome(id);
    for (const share of [unfounded, report, duplicate]) expect(share >= 0 && share <= 1).toBe(true);
    expect(unfounded + report + duplicate).toBeLessThanOrEqual(1);
  });
});

it.each([[typePriority], [typeService], [typeOutcome]])('%o refuses an unknown type', (lookUp) => {
  expect(() => lookUp('burglery')).toThrow(/unknown event type "burglery"/);
});

/** The published occupied time is the work at the scene plus the published travel of the type's priority. */
it.each([
  ['burglar-alarm', 13.9, 1.7],
  ['suspicious-person', 22.4, 1.8],
  ['disturbance', 25.6, 2.1],
  ['theft', 38.1, 1.5],
  ['traffic-crash', 46.7, 2.3],
  ['robbery', 47.9, 2.1],
])('%s: published minutes and units', (id, occupiedMin, unitsMean) => {
  const service = typeService(id);
  expect(service.meanMin + PUBLISHED_TRAVEL_MIN[typePriority(id) - 1]).toBeCloseTo(occupiedMin, 9);
  expect(service.unitsMean).toBe(unitsMean);
});

it.each([
  ['suspicious-person', 0.446, 0.067, 0.026],
  ['theft', 0.263, 0.574, 0.023],
  ['assault', 0.207, 0.64, 0.069],
  ['burglar-alarm', 0.237, 0.009, 0.009],
])('%s: published outcomes', (id, unfounded, report, duplicate) => {
  expect(typeOutcome(id)).toEqual({ unfounded, report, duplicate });
});

it('urgent jobs are reached sooner, in the published proportion, and rush hours are slower than night', () => {
  for (const priority of JOB_PRIORITIES)
    expect(travelFactor(priority, 10)).toBeCloseTo(PUBLISHED_TRAVEL_MIN[priority - 1] / 8.2, 9);
  expect(travelFactor(3, 17)).toBeGreaterThan(travelFactor(3, 3));
  expect([...PUBLISHED_DISPATCH_MIN].sort((a, b) => a - b)).toEqual(PUBLISHED_DISPATCH_MIN);
});

it('the work of a job has the mean asked for, and depends on the job alone', () => {
  const seeds = { seed: 5, replication: 0 };
  const { meanMin, cv, unitsMean } = typeService('disturbance');
  const jobs = Array.from({ length: 20_000 }, (_, id) => drawService(seeds, 'pd-000', 'disturbance', id));
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  expect(Math.abs(mean(jobs.map((job) => job.serviceMs)) / 60_000 / meanMin - 1)).toBeLessThan(
    (5 * cv) / Math.sqrt(jobs.length),
  );
  // The cap of 6 units takes less than a thousandth off the mean.
  expect(Math.abs(mean(jobs.map((job) => job.unitsWanted)) - unitsMean)).toBeLessThan(
    0.002 + 5 * Math.sqrt((unitsMean - 1) / jobs.length),
  );
  expect(jobs.every((job) => Number.isInteger(job.serviceMs) && job.unitsWanted >= 1 && job.unitsWanted <= 6)).toBe(
    true,
  );
  expect(drawService(seeds, 'pd-000', 'disturbance', 77)).toEqual(jobs[77]);
});

describe('dangerous types', () => {
  const seeds = { seed: 5, replication: 0 };
  const drawn = (type: string, backup: boolean) =>
    Array.from({ length: 4000 }, (_, id) => drawService(seeds, 'pd-000', type, id, { backup, phoneShare: 0 }));
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

  it('get two units from the start and the published mean in all, with the same service times', () => {
    const pairs = drawn('robbery', true);
    expect(pairs.every(({ unitsWanted, unitsMin }) => unitsMin === 2 && unitsWanted >= 2)).toBe(true);
    expect(Math.abs(mean(pairs.map(({ unitsWanted }) => unitsWanted)) - 2.1)).toBeLessThan(0.03);
    expect(drawn('robbery', false).some(({ unitsWanted }) => unitsWanted === 1)).toBe(true);
    expect(pairs.map(({ serviceMs }) => serviceMs)).toEqual(drawn('robbery', false).map(({ serviceMs }) => serviceMs));
  });

  it('are some types, not all', () => {
    expect(drawn('theft', true)).toEqual(drawn('theft', false));
    expect(() => isDangerous('burglery')).toThrow(/unknown event type/);
  });
});

it('a telephone report can settle the stated share of minor calls, and no other call', () => {
  const seeds = { seed: 5, replication: 0 };
  const count = (type: string) =>
    Array.from({ length: 4000 }, (_, id) =>
      drawService(seeds, 'pd-000', type, id, { backup: true, phoneShare: 0.3 }),
    ).filter(({ byPhone }) => byPhone).length;
  expect(Math.abs(count('fraud') / 4000 - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / 4000));
  expect(count('burglary')).toBe(0);
});
