import { describe, expect, it } from 'vitest';
import type { PublishedLocation } from '../../contract/manifest.ts';
import { agency } from '../one-agency.testing.ts';
import { buildCity } from '../../simulator/city/city.ts';
import { householdPlace } from '../../simulator/city/households.ts';
import { capCircle, placeNamed, publishedPlace } from './place.ts';

const strict = agency();
const text = agency({}, { places: 'text' });
const at = (x: number, y: number): PublishedLocation => ({ kind: 'coordinates', x, y, text: '' });
const address = (number: number, street: string): PublishedLocation => ({ kind: 'address', number, street, text: '' });

describe('the published place', () => {
  it.each<[PublishedLocation, number, string | null]>([
    [address(354, 'E OAK AVE'), 5, '300 BLOCK E OAK AVE'],
    [address(300, 'e  oak ave'), 5, '300 BLOCK E OAK AVE'],
    [address(54, 'S ELM BLVD'), 5, 'UNIT BLOCK S ELM BLVD'],
    [address(854, 'E OAK AVE'), 5, null],
    [address(354, 'NOWHERE ST'), 5, null],
    [{ kind: 'block', hundred: 0, street: 'E OAK AVE', text: '' }, 5, 'FAIRVIEW AREA'],
    [{ kind: 'block', hundred: 700, street: 'E OAK AVE', text: '' }, 5, 'HANDMADE JURISDICTION'],
    [{ kind: 'block', hundred: 700, street: 'E OAK AVE', text: '' }, 2, '700 BLOCK E OAK AVE'],
    [{ kind: 'crossing', streets: ['E OAK AVE', 'N 5TH AVE'], text: '' }, 5, null],
    [{ kind: 'crossing', streets: ['W MAPLE ST', 'E OAK AVE'], text: '' }, 5, 'FAIRVIEW AREA'],
    [{ kind: 'crossing', streets: ['N 6TH AVE', 'E OAK AVE'], text: '' }, 5, 'E OAK AVE / N 6TH AVE'],
    [{ kind: 'landmark', name: 'Central Library', text: '' }, 5, '100 BLOCK W MAPLE ST'],
    [{ kind: 'mile', highway: 'SR 17', mile: 9.9, text: '' }, 5, 'SR 17 MILES 5 TO 10'],
    [{ kind: 'mile', highway: 'SR 17', mile: 15, text: '' }, 5, null],
    [at(3500, 1400), 5, '300 BLOCK E OAK AVE'],
    [at(3000, 1000), 5, '200 BLOCK E OAK AVE'],
    [at(-2500, 2500), 5, null],
    [at(-2500, 1000), 1, 'UNIT BLOCK E OAK AVE'],
    [at(-2501, 1000), 1, null],
    [{ kind: 'none', text: 'BEHIND THE MILL' }, 5, null],
  ])('%j of at least %i households: %s', (location, householdsMin, expected) => {
    expect(publishedPlace(strict, location, householdsMin)?.text ?? null).toBe(expected);
  });

  it.each<[PublishedLocation, string | null]>([
    [address(12854, 'Any Street'), '12800 BLOCK ANY STREET'],
    [address(12, '5'), null],
    [{ kind: 'crossing', streets: ['B ST', 'A ST'], text: '' }, 'A ST / B ST'],
    [{ kind: 'landmark', name: 'CENTRAL LIBRARY', text: '' }, null],
    [at(3500, 1400), null],
  ])('%j without a gazetteer: %s', (location, expected) => {
    const place = publishedPlace(text, location, 5);
    expect(place?.text ?? null).toBe(expected);
    expect(place?.box ?? null).toBeNull();
  });
});

describe('the finest place', () => {
  const city = buildCity({
    seeds: { seed: 7, replication: 0 },
    agencyIndex: 0,
    agencyCount: 1,
    name: 'Hartwell 0',
    persons: 5000,
    personsPerHousehold: 2.5,
    personsPerKm2: 1500,
    hotSpotSigma: 1,
  });
  const profile = agency({}, { gazetteer: city.gazetteer });

  it('of an address is the house of the simulated city, but for its distance from the street', () => {
    const offs = Array.from({ length: city.households }, (_, household) => {
      const { number, street, x, y } = householdPlace(city, household);
      const { x0, y0 } = publishedPlace(profile, address(number, street), 5)!.finest!;
      return Math.abs(x - x0) + Math.abs(y - y0);
    });
    expect(offs.length).toBeGreaterThan(1000);
    expect([...new Set(offs)].every((off) => Math.abs(off - 120) <= 1)).toBe(true);
  });

  it('is the block, crossing or stretch if no house is known, even if a coarser place is published', () => {
    const block = publishedPlace(strict, { kind: 'block', hundred: 700, street: 'E OAK AVE', text: '' }, 5)!;
    expect(block.kind).toBe('jurisdiction');
    expect(block.finest).toEqual(placeNamed(strict, '700 BLOCK E OAK AVE')!.box);
    const point = publishedPlace(strict, at(3500, 1400), 5)!;
    expect(point.finest).toEqual({ x0: 3500, y0: 1400, x1: 3500, y1: 1400 });
    expect(publishedPlace(text, address(12854, 'Any Street'), 5)!.finest).toBeNull();
  });
});

describe('a published text', () => {
  it.each([
    ['300 BLOCK E OAK AVE', 'block'],
    ['UNIT BLOCK W MAPLE ST', 'block'],
    ['E OAK AVE / N 6TH AVE', 'crossing'],
    ['SR 17 MILES 5 TO 10', 'stretch'],
    ['FAIRVIEW AREA', 'area'],
    ['HANDMADE JURISDICTION', 'jurisdiction'],
  ])('%s is a %s', (name, kind) => {
    expect(placeNamed(strict, name)).toMatchObject({ text: name, kind });
  });

  it.each([
    '354 E OAK AVE',
    '350 BLOCK E OAK AVE',
    '0 BLOCK E OAK AVE',
    '900 BLOCK E OAK AVE',
    'N 6TH AVE / E OAK AVE',
    'SR 17 MILES 6 TO 11',
    'CENTRAL LIBRARY',
    '',
  ])('%j names no place', (name) => {
    expect(placeNamed(strict, name)).toBeNull();
  });

  it.each([
    ['12800 BLOCK ANY STREET', true],
    ['A ST / B ST', true],
    ['12854 ANY STREET', false],
    ['12850 BLOCK ANY STREET', false],
    ['12 A ST / B ST', false],
  ])('%s without a gazetteer: %s', (name, masked) => {
    expect(placeNamed(text, name) !== null).toBe(masked);
  });
});

it('draws a circle around a box', () => {
  expect(capCircle({ x0: 3000, y0: 980, x1: 4000, y1: 1020 })).toBe('0.00090,0.00314 0.05');
  expect(capCircle({ x0: 0, y0: -20_000, x1: 8000, y1: 8001 })).toBe('-0.00539,0.00359 1.46');
});
