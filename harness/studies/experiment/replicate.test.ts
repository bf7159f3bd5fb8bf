import { beforeAll, describe, expect, it } from 'vitest';
import { RunRecordSchema } from '../../../contract/record/run-record.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { resolveScenario } from '../../options/resolve.ts';
import { MEASURES } from './measures.ts';
import { replicate, type Replication } from './replicate.ts';

const NAMES = Object.keys(MEASURES);

describe('a replication of twelve days', () => {
  let scenario: Scenario;
  let found: Replication;
  beforeAll(async () => {
    scenario = resolveScenario('smoke', [
      'durationDays=12',
      'intensity.motions=0',
      'intensity.incidents=6',
      'intensity.staffing=6',
      'agencies.0.personsPerAgency=500',
      'agencies.1.personsPerAgency=100',
      'people.appUserShareOfPersons=0.1',
    ]);
    found = (await replicate(scenario, 4, NAMES, true))!;
  });

  it('gives a number from 0 for every measure, or null', () => {
    for (const [k, value] of found.values.entries()) {
      expect(value === null || Number.isFinite(value), NAMES[k]).toBe(true);
      expect(value ?? 0, NAMES[k]).toBeGreaterThanOrEqual(0);
    }
    const valueOf = (name: string): number => found.values[NAMES.indexOf(name)]!;
    expect(valueOf('alertsPer1000Day')).toBeGreaterThan(0);
    expect(valueOf('unitUtilisation')).toBeGreaterThan(5);
    expect(valueOf('unitUtilisation')).toBeLessThan(100);
  });

  it('has intervals of its own for measures that the record has by the hour', () => {
    const byHour = NAMES.filter((_, k) => found.batchHalfWidths[k] !== null);
    expect(byHour).toEqual(['unitUtilisation', 'callsWaiting']);
  });

  it('that finds its warm-up gives the same values as one whose warm-up is stated', async () => {
    const { warmUpHours, historyHash, values } = found;
    expect(warmUpHours % 5).toBe(0);
    const stated = (await replicate({ ...scenario, warmUpHours: 55 }, 4, NAMES, false))!;
    expect(stated.historyHash).toBe(historyHash);
    expect(stated.warmUpHours).toBe(55);
    expect(stated.values).not.toEqual(values);
    expect((await replicate({ ...scenario, warmUpHours }, 4, NAMES, false))!.values).toEqual(values);
  });

  it('is null if it was stopped', async () => {
    expect(await replicate(scenario, 4, NAMES, false, AbortSignal.abort())).toBeNull();
  });
});

it.each(Object.entries(MEASURES))(
  '%s names the paths in run.json that it comes from',
  (_name, { source, title, unit, description }) => {
    for (const path of source.split(', '))
      expect(Object.keys(RunRecordSchema.properties), path).toContain(path.split('.')[0]);
    expect([title, unit, description].every((text) => text.length > 0)).toBe(true);
  },
);
