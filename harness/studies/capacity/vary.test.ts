import { expect, it } from 'vitest';
import { resolveScenario } from '../../options/resolve.ts';
import { prepareFor, type Asked } from './vary.ts';

const RUSH = resolveScenario('rush', []);

function asked(options: Partial<Asked> & Pick<Asked, 'vary'>): Asked {
  return { scenario: RUSH, to: null, residents: null, doorbells: null, ...options };
}

it('a scenario gets as many people, agencies or doorbells as the greatest load needs', () => {
  const residents = prepareFor(asked({ vary: 'residents', to: 13_000 }));
  expect(333_000 * residents.scenario.people.appUserShareOfPersons).toBeGreaterThan(13_000);
  const agencies = prepareFor(asked({ vary: 'agencies', to: 7 }));
  expect(agencies.scenario.agencies.map(({ count }) => count)).toEqual([3, 3, 3]);
  const devices = prepareFor(asked({ vary: 'devices', to: 8000 }));
  expect(devices.scenario.load.connectedShareOfDoorbells).toBeGreaterThan(0.5);
});

it('a scenario that has enough stays as it is', () => {
  expect(prepareFor(asked({ vary: 'residents', to: 500 })).scenario.people).toEqual(RUSH.people);
  expect(prepareFor(asked({ vary: 'agencies' })).scenario).toBe(RUSH);
  expect(prepareFor(asked({ vary: 'alertRate' })).scenario).toBe(RUSH);
});

it.each([
  ['residents', 1_000_000, 'open files'],
  ['devices', 200_000, 'open files'],
  ['devices', 17_000, 'enough people'],
  ['agencies', 100, 'at most 48 agencies'],
] as const)('%s up to %d is refused before anything runs', (vary, to, reason) => {
  expect(() => prepareFor(asked({ vary, to }))).toThrow(
    expect.objectContaining({ code: 'HB_OPTION_VALUE', message: expect.stringContaining(reason) as string }),
  );
});
