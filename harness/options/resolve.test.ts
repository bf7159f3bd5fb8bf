import { mkdtempSync, rmSync, writeFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { DEFAULTS } from '../../scenarios/defaults.ts';
import { SCENARIOS } from './registry.ts';
import { resolveScenario } from './resolve.ts';

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The code and lines of the error that resolving throws. */
function refusal(
  name: string,
  sets: string[] = [],
  overrides: { seed?: number; days?: number } = {},
): [string, string[]] {
  try {
    resolveScenario(name, sets, overrides);
  } catch (error) {
    if (error instanceof HundredblockError) return [error.code, error.message.split('\n')];
    throw error;
  }
  throw new Error(`expected ${name} with ${sets.join(' ')} to be refused`);
}

const people = (scenario: Scenario) =>
  scenario.agencies.reduce((sum, kind) => sum + kind.count * kind.personsPerAgency, 0);
const agencies = (scenario: Scenario) => scenario.agencies.reduce((sum, kind) => sum + kind.count, 0);

describe('scenarios that ship', () => {
  it.each([
    ['city', 3, 150_000, 7],
    ['smoke', 2, 20_000, 1],
    ['faulty', 6, 120_000, 2],
    ['withdrawn', 1, 50_000, 7],
    ['hundredblock-feed', 2, 100_000, 7],
    ['metro', 10, 1_000_000, 1],
    ['nation', 225, 22_500_000, 1],
    ['rush', 3, 333_000, 0.125],
    ['precinct', 1, 50_000, 28],
  ])('%s has %i agencies, %i people and %i days', (name, agencyCount, personCount, days) => {
    const scenario = resolveScenario(name, []);
    expect([scenario.name, agencies(scenario), people(scenario), scenario.durationDays]).toEqual([
      name,
      agencyCount,
      personCount,
      days,
    ]);
  });

  it('are all in that table, and are frozen', () => {
    expect([...SCENARIOS.keys()].sort()).toEqual([
      'city',
      'faulty',
      'hundredblock-feed',
      'metro',
      'nation',
      'precinct',
      'rush',
      'smoke',
      'withdrawn',
    ]);
    for (const scenario of SCENARIOS.values()) {
      expect(Object.isFrozen(scenario.agencies[0])).toBe(true);
      expect(Object.isFrozen(scenario.policy)).toBe(true);
    }
  });

  it('give metro its 60,000 doorbells', () => {
    const metro = resolveScenario('metro', []);
    expect((people(metro) / metro.people.personsPerHousehold) * metro.people.doorbellShareOfHouseholds).toBe(60_000);
  });

  it('give rush 10,000 residents, and connections that fit into the 20,000 descriptors of one process', () => {
    const rush = resolveScenario('rush', []);
    const residents = people(rush) * rush.people.appUserShareOfPersons;
    const doorbells = (people(rush) / rush.people.personsPerHousehold) * rush.people.doorbellShareOfHouseholds;
    expect(Math.round(residents / 1000)).toBe(10);
    expect(residents + doorbells * rush.load.connectedShareOfDoorbells).toBeLessThan(15_000);
  });

  it('turn every fault on in faulty', () => {
    const { faults, agencies: kinds } = resolveScenario('faulty', []);
    expect(Object.entries(faults).filter(([, value]) => value === 0)).toEqual([]);
    expect(new Set(kinds.map((kind) => kind.dialect)).size).toBe(6);
    expect(kinds.some((kind) => kind.withdrawAfterDays !== null)).toBe(true);
  });
});

describe('--set', () => {
  it.each([
    ['policy.alerts=off', (s: Scenario) => s.policy.alerts, 'off'],
    ['agencies.1.personsPerAgency=20000', (s: Scenario) => s.agencies[1].personsPerAgency, 20_000],
    ['agencies.0.withdrawAfterDays=3.5', (s: Scenario) => s.agencies[0].withdrawAfterDays, 3.5],
    ['agencies.0.withdrawAfterDays=null', (s: Scenario) => s.agencies[0].withdrawAfterDays, null],
    ['reactions.enabled=false', (s: Scenario) => s.reactions.enabled, false],
    ['feeds.publishDelayMsMean.sf=1e3', (s: Scenario) => s.feeds.publishDelayMsMean.sf, 1000],
    ['faults.clockSkewMs=-60000', (s: Scenario) => s.faults.clockSkewMs, -60_000],
    ['name=7', (s: Scenario) => s.name, '7'],
    ['description=a=b', (s: Scenario) => s.description, 'a=b'],
  ])('%s', (set, read, expected) => {
    expect(read(resolveScenario('city', [set]))).toBe(expected);
  });

  it('changes neither other options nor the registry', () => {
    const before = structuredClone(SCENARIOS.get('city'));
    const changed = resolveScenario('city', ['people.personsPerKm2=900'], { days: 2 });
    expect(SCENARIOS.get('city')).toEqual(before);
    expect(changed).toEqual({ ...before, durationDays: 2, people: { ...before!.people, personsPerKm2: 900 } });
  });

  it('lets the last one win', () => {
    expect(resolveScenario('city', ['calls.rebidMs=1', 'calls.rebidMs=2']).calls.rebidMs).toBe(2);
  });
});

describe('refusals', () => {
  it.each<[string, string[], { seed?: number; days?: number }, string, string]>([
    ['cty', [], {}, 'HB_SCENARIO_UNKNOWN', 'unknown scenario "cty", did you mean city? expected one of'],
    ['city', ['polcy.alerts=off'], {}, 'HB_OPTION_UNKNOWN', 'unknown option polcy, did you mean policy?'],
    ['city', ['policy.alert=off'], {}, 'HB_OPTION_UNKNOWN', 'unknown option policy.alert, did you mean policy.alerts?'],
    ['city', ['agencies.3.count=1'], {}, 'HB_OPTION_UNKNOWN', 'unknown option agencies.3: agencies has entries 0 to 2'],
    [
      'city',
      ['agencies.01.count=1'],
      {},
      'HB_OPTION_UNKNOWN',
      'unknown option agencies.01: agencies has entries 0 to 2',
    ],
    ['city', ['seed=4'], {}, 'HB_OPTION_UNKNOWN', 'unknown option seed: expected one of name, description'],
    ['city', ['alerts=off'], {}, 'HB_OPTION_UNKNOWN', 'unknown option alerts, did you mean policy.alerts?'],
    ['city', ['policy.alerts.x=1'], {}, 'HB_OPTION_UNKNOWN', 'unknown option policy.alerts.x'],
    ['city', ['policy=off'], {}, 'HB_OPTION_UNKNOWN', 'unknown option policy: it is a group'],
    ['city', ['agencies=1'], {}, 'HB_OPTION_UNKNOWN', 'unknown option agencies: it is a group'],
    ['city', ['__proto__.x=1'], {}, 'HB_OPTION_UNKNOWN', 'unknown option __proto__'],
    ['city', ['constructor=1'], {}, 'HB_OPTION_UNKNOWN', 'unknown option constructor'],
    ['city', ['policy.alerts'], {}, 'HB_OPTION_VALUE', '--set: expected path=value, found "policy.alerts"'],
    ['city', ['policy.alerts=of'], {}, 'HB_OPTION_VALUE', 'policy.alerts: expected on or off, found "of"'],
    [
      'city',
      ['incidents.hoaxShare=-0.1'],
      {},
      'HB_OPTION_VALUE',
      'incidents.hoaxShare: expected a number from 0 to 1 (share of 1), found -0.1',
    ],
    [
      'city',
      ['incidents.hoaxShare=NaN'],
      {},
      'HB_OPTION_VALUE',
      'incidents.hoaxShare: expected a number from 0 to 1 (share of 1), found "NaN"',
    ],
    [
      'city',
      ['calls.rebidMs=1e999'],
      {},
      'HB_OPTION_VALUE',
      'calls.rebidMs: expected a number from 0 to 1000000000 (milliseconds), found Infinity',
    ],
    ['city', ['calls.rebidMs="5"'], {}, 'HB_OPTION_VALUE', 'found "5"'],
    ['city', ['calls.rebidMs='], {}, 'HB_OPTION_VALUE', 'found ""'],
    [
      'city',
      ['agencies.0.count=1.5'],
      {},
      'HB_OPTION_VALUE',
      'agencies.0.count: expected a whole number from 1 to 4096, found 1.5',
    ],
    ['city', ['agencies.0.dialect=eidoo'], {}, 'HB_OPTION_VALUE', 'did you mean eido?'],
    [
      'city',
      ['agencies.0.withdrawAfterDays=0'],
      {},
      'HB_OPTION_VALUE',
      'expected null or a number above 0 up to 366 (days), found 0',
    ],
    ['city', ['reactions.enabled=1'], {}, 'HB_OPTION_VALUE', 'reactions.enabled: expected true or false, found 1'],
    ['city', ['people={}'], {}, 'HB_OPTION_UNKNOWN', 'unknown option people: it is a group'],
    [
      'city',
      [],
      { days: NaN },
      'HB_OPTION_VALUE',
      'durationDays: expected a number above 0 up to 366 (days), found NaN',
    ],
    ['city', [], { days: -1 }, 'HB_OPTION_VALUE', 'found -1'],
    ['city', [], { days: 1e-9 }, 'HB_OPTION_VALUE', 'durationDays: expected at least one minute'],
    [
      'city',
      [],
      { seed: 1.5 },
      'HB_OPTION_VALUE',
      'seed: expected a whole number from 0 to 9007199254740991, found 1.5',
    ],
    ['city', [], { seed: -1 }, 'HB_OPTION_VALUE', 'found -1'],
    [
      'city',
      ['agencies.0.count=4095', 'agencies.0.personsPerAgency=100'],
      {},
      'HB_OPTION_VALUE',
      'agencies: expected at most 4096 agencies in all, found 4097',
    ],
    [
      'city',
      ['agencies.0.personsPerAgency=10000000', 'agencies.0.count=10'],
      {},
      'HB_OPTION_VALUE',
      'agencies: expected fewer than 100000000 people',
    ],
    [
      'city',
      ['agencies.0.personsPerAgency=2000000', 'people.appUserShareOfPersons=0.9'],
      {},
      'HB_OPTION_VALUE',
      'fewer than 1048576 app users in an agency',
    ],
    [
      'city',
      ['agencies.0.thenDialect=sf'],
      {},
      'HB_OPTION_VALUE',
      'agencies.0.thenDialect: expected null while withdrawAfterDays is null, found "sf"',
    ],
    [
      'withdrawn',
      ['agencies.0.thenDialect=eido'],
      {},
      'HB_OPTION_VALUE',
      'agencies.0.thenDialect: expected another dialect',
    ],
    [
      'city',
      ['faults.clockSkewAgencies=4'],
      {},
      'HB_OPTION_VALUE',
      'faults.clockSkewAgencies: expected at most the 3 agencies there are, found 4',
    ],
    ['city', ['reactions.muteShare=1'], {}, 'HB_OPTION_VALUE', 'reactions.quitShare: expected no more than 1 together'],
  ])('%s %j %j', (name, sets, overrides, code, text) => {
    const [foundCode, lines] = refusal(name, sets, overrides);
    expect(foundCode).toBe(code);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(text);
  });

  it('come all at once, one line each', () => {
    const [code, lines] = refusal('city', ['polcy=1', 'incidents.hoaxShare=2', 'people.personsPerKm2=0'], {
      seed: -1,
      days: 0,
    });
    expect(code).toBe('HB_OPTION_UNKNOWN');
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual([
      'durationDays',
      'incidents.hoaxShare',
      'people.personsPerKm2',
      'seed',
      'unknown option polcy, did you mean policy?',
    ]);
  });

  it('are the only errors: whatever is set, the answer is a scenario or a HundredblockError', () => {
    const paths = [
      'policy.alerts',
      'agencies.0.count',
      'feeds.publishDelayMsMean.sf',
      'agencies.-1',
      'a..b',
      '',
      'durationDays',
      'agencies.0',
    ];
    const set = fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom(...paths), fc.string()).map(([path, value]) => `${path}=${value}`),
    );
    fc.assert(
      fc.property(fc.array(set, { maxLength: 4 }), (sets) => {
        try {
          resolveScenario('smoke', sets);
        } catch (error) {
          expect(error).toBeInstanceOf(HundredblockError);
        }
      }),
    );
  });
});

describe('scenario files', () => {
  it('lay their options over the defaults', () => {
    const path = file('town.json', JSON.stringify({ name: 'town', durationDays: 2, people: { personsPerKm2: 400 } }));
    const expected = { ...DEFAULTS, name: 'town', durationDays: 2, people: { ...DEFAULTS.people, personsPerKm2: 400 } };
    expect(resolveScenario(path, [])).toEqual(expected);
  });

  it('that never end are refused unread', () => {
    const path = join(folder, 'zero.json');
    symlinkSync('/dev/zero', path);
    expect(refusal(path)).toEqual(['HB_USAGE', [expect.stringContaining('expected a regular file')]]);
  });

  it('may leave out options that an agency group seldom needs', () => {
    const path = file('one.json', '{"name":"one","agencies":[{"dialect":"sf","personsPerAgency":500}]}');
    const [group] = resolveScenario(path, []).agencies;
    expect(group).toEqual({
      count: 1,
      dialect: 'sf',
      personsPerAgency: 500,
      withdrawAfterDays: null,
      thenDialect: null,
    });
  });

  it('may begin with a byte-order mark', () => {
    expect(resolveScenario(file('bom.json', '\uFEFF{"name":"bom"}'), []).name).toBe('bom');
  });

  it.each([
    ['no-such.json', null, 'HB_USAGE', 'expected a readable file, found no such file'],
    ['cut.json', '{"name": "cut', 'HB_USAGE', 'expected JSON'],
    ['list.json', '[]', 'HB_USAGE', 'expected an object of options, found []'],
    ['typo.json', '{"nme": "x"}', 'HB_OPTION_UNKNOWN', 'unknown option nme, did you mean name?'],
    ['proto.json', '{"__proto__": {"x": 1}}', 'HB_OPTION_UNKNOWN', 'unknown option __proto__'],
    ['empty.json', '{"agencies": []}', 'HB_OPTION_VALUE', 'agencies: expected a list of at least 1, found []'],
    ['scalar.json', '{"people": 5}', 'HB_OPTION_VALUE', 'people: expected an object with personsPerHousehold'],
    ['path.json', '{"name": "../../x"}', 'HB_OPTION_VALUE', 'name: expected lower case, digits and dashes'],
    [
      'escape.json',
      '{"description": "\\u001b[31m"}',
      'HB_OPTION_VALUE',
      'description: expected a text of at most 500 characters',
    ],
    ['deep.json', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'HB_USAGE', 'expected at most 16 levels of nesting'],
  ])('%s is refused', (name, text, code, expected) => {
    const path = text === null ? join(folder, name) : file(name, text);
    const [foundCode, lines] = refusal(path);
    expect([foundCode, lines.length]).toEqual([code, 1]);
    expect(lines[0]).toContain(expected);
  });
});
