import { describe, expect, it } from 'vitest';
import { HundredblockError } from '../../../contract/errors.ts';
import { EXPERIMENTS } from './registry.ts';
import { experimentOf, resolveExperiment, setsOf } from './resolve.ts';
import { seedOf } from './points.ts';
import { tiny } from './tiny.testing.ts';

function refusal(value: unknown): string[] {
  try {
    experimentOf(value);
  } catch (error) {
    expect(error).toBeInstanceOf(HundredblockError);
    expect((error as HundredblockError).exitCode).toBe(2);
    return (error as HundredblockError).message.split('\n');
  }
  throw new Error('expected a refusal');
}

describe('experiments that ship', () => {
  it.each([...EXPERIMENTS.keys()])('%s can be run at every point', (name) => {
    const { experiment, points } = resolveExperiment(name);
    expect(experiment.name).toBe(name);
    expect(points.length).toBeGreaterThan(3);
    const compares = experiment.factors.every(({ levels }) => levels.length > 0);
    expect(points.some(({ reference }) => reference !== null)).toBe(compares);
  });

  it('of an unknown name are refused with the nearest', () => {
    expect(() => resolveExperiment('dose-respons')).toThrow('did you mean dose-response?');
  });
});

describe('a file', () => {
  it('gets defaults for options that it leaves out', () => {
    const { experiment, points } = experimentOf(tiny());
    expect(experiment.title).toBe('tiny');
    expect(experiment.design.kind).toBe('grid');
    expect(points.map(({ name, reference }) => [name, reference])).toEqual([
      ['off/few', null],
      ['off/many', null],
      ['on/few', 0],
      ['on/many', 1],
    ]);
    expect(setsOf(experiment, points[3])).toEqual([
      ...experiment.set,
      'warmUpHours=1',
      'people.appUserShareOfPersons=0.3',
    ]);
  });

  it('is the same if it is read again from a result', () => {
    const { experiment } = experimentOf(tiny());
    const again = experimentOf(JSON.parse(JSON.stringify(experiment))).experiment;
    expect(JSON.stringify(again)).toBe(JSON.stringify(experiment));
  });

  it.each([
    ['no factor', { factors: [], against: null }, ['factors: expected at least one factor, found none']],
    [
      'an unknown measure',
      { measures: ['unitUtilization', 'callsWaiting'], figures: { over: 'users', series: null }, tipping: {} },
      ['measures.0: expected a measure (docs/measures.md), found "unitUtilization", did you mean unitUtilisation?'],
    ],
    [
      'a negative rate',
      { set: ['incidents.callsForServicePer1000PersonsYear=-5'] },
      [
        'set: incidents.callsForServicePer1000PersonsYear: expected a number from 0 to 100000 (per 1,000 people a year), found -5',
      ],
    ],
    [
      'an unknown option',
      { set: ['incidents.hoaxShares=0.1'] },
      ['set: unknown option incidents.hoaxShares, did you mean incidents.hoaxShare?'],
    ],
    [
      'an unknown scenario',
      { base: 'smokes' },
      [expect.stringContaining('base: unknown scenario "smokes", did you mean smoke?')],
    ],
    [
      'a warm-up as long as the run',
      { warmUp: { rule: 'stated', hours: 3 } },
      [expect.stringContaining('warmUp.hours: warmUpHours: expected fewer than the 2.4')],
    ],
    ['a misspelt part', { replication: 3 }, ['unknown option replication, did you mean replications?']],
    [
      'a reference that is no factor',
      { against: 'alert' },
      ['against: expected a factor or null, found "alert", did you mean alerts?'],
    ],
    [
      'a sampling design without ranges',
      { design: { kind: 'morris', size: 4 }, against: null },
      [
        'factors.0.levels: expected none in a design that draws values, found 2',
        'factors.0.paths: expected at least one option to vary, found none',
        'factors.0.high: expected more than low (0), found 0',
        'factors.1.levels: expected none in a design that draws values, found 2',
        'factors.1.paths: expected at least one option to vary, found none',
        'factors.1.high: expected more than low (0), found 0',
      ],
    ],
  ])('with %s is refused', (_fault, changes, expected) => {
    expect(refusal(tiny(changes))).toEqual(expected);
  });

  it('with an infeasible shift plan is refused at every level that has it', () => {
    const levels = [
      { name: 'none' },
      { name: 'wrong', set: ['police.shifts.enabled=true', 'police.shifts.lengthHours=1'] },
    ];
    const found = refusal(
      tiny({ factors: [{ name: 'shifts', levels }], against: null, figures: { over: 'shifts', series: null } }),
    );
    expect(found.join('\n')).toContain('factors.0.levels.1.set: police.shifts');
  });

  it('with several faults is refused with all of them at once', () => {
    const found = refusal(
      tiny({
        factors: [{ name: 'share', paths: ['people.appUserShareOfPersons'], low: -0.5, high: 2 }],
        design: { kind: 'latin-hypercube', size: 1 },
        against: null,
        measures: ['utilisation'],
        replications: 1,
        figures: { over: 'share', series: null },
      }),
    );
    expect(found).toEqual([
      expect.stringContaining('replications: expected a whole number from 2'),
      'design.size: expected at least 2 for latin-hypercube, found 1',
      'measures.0: expected a measure (docs/measures.md), found "utilisation", did you mean unitUtilisation?',
      expect.stringContaining('tipping.measure: expected one of measures'),
      'factors.0.low: people.appUserShareOfPersons: expected a number from 0 to 1 (share of 1), found -0.5',
      'factors.0.high: people.appUserShareOfPersons: expected a number from 0 to 1 (share of 1), found 2',
    ]);
  });
});

it('seeds derive from experiment, seed and replication, and are whole', () => {
  const { experiment } = experimentOf(tiny());
  const seeds = Array.from({ length: 1000 }, (_, r) => seedOf(experiment, r));
  expect(new Set(seeds).size).toBe(1000);
  expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
  expect(seedOf({ ...experiment, seed: 2 }, 0)).not.toBe(seeds[0]);
});

it('a sampled design gives values within their ranges, whole numbers if the option takes only those', () => {
  const { points } = experimentOf(
    tiny({
      factors: [
        { name: 'rate', paths: ['incidents.callsForServicePer1000PersonsYear'], low: 100, high: 1000, scale: 'log' },
        { name: 'age', paths: ['policy.incidentAgeMsMax'], low: 600_000, high: 3_600_000 },
      ],
      design: { kind: 'latin-hypercube', size: 8 },
      against: null,
      figures: { over: 'rate', series: null },
    }),
  );
  expect(points).toHaveLength(8);
  expect(
    points.every(({ settings: [rate, age] }) => Number(rate) >= 100 && Number(rate) <= 1000 && Number.isInteger(age)),
  ).toBe(true);
  expect(points[0].sets[1]).toBe(`policy.incidentAgeMsMax=${points[0].settings[1]}`);
});
