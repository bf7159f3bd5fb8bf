import { en } from '@faker-js/faker';
import { describe, expect, it } from 'vitest';
import {
  AREA_NAMES_MAX,
  LANDMARK_NAMES_MAX,
  STREET_NAMES_MAX,
  areaName,
  landmarkName,
  ordinalName,
  streetName,
} from './names.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('names of places', () => {
  it.each([
    ['streets', STREET_NAMES_MAX, 1200, streetName, 0],
    ['streets, turned', STREET_NAMES_MAX, 1200, streetName, 777],
    ['areas', AREA_NAMES_MAX, 4900, areaName, 0],
    ['areas, turned', AREA_NAMES_MAX, 4900, areaName, 4321],
    ['landmarks', LANDMARK_NAMES_MAX, 5000, landmarkName, 99],
  ] as const)('%s are many and unique', (_, count, least, name, start) => {
    expect(count).toBeGreaterThanOrEqual(least);
    expect(new Set(range(count).map((n) => name(n, start))).size).toBe(count);
  });

  it('are in upper case, without digits, and without signs that have a meaning in addresses', () => {
    for (const n of range(STREET_NAMES_MAX)) expect(streetName(n, 0)).toMatch(/^[A-Z]+ [A-Z]+$/);
    expect(range(AREA_NAMES_MAX).filter((n) => !/^[A-Z]+$/.test(areaName(n, 0)))).toEqual([]);
    for (const n of range(999)) expect(landmarkName(n, 0)).toMatch(/^[A-Z]+( [A-Z]+)+$/);
  });

  it('share no word with first names and surnames', () => {
    const { first_name: first, last_name: last } = en.person ?? {};
    const people = [first ?? {}, last ?? {}].flatMap((names) => Object.values(names).flat()) as string[];
    const taken = new Set(people.map((name) => name.toUpperCase()));
    expect(taken.size).toBeGreaterThan(3000);
    const words = [
      ...range(156).map((n) => streetName(n, 0).split(' ')[0]),
      ...range(AREA_NAMES_MAX).map((n) => areaName(n, 0)),
    ];
    expect(words.filter((word) => taken.has(word))).toEqual([]);
  });

  it.each([
    [1, '1ST'],
    [2, '2ND'],
    [3, '3RD'],
    [4, '4TH'],
    [11, '11TH'],
    [12, '12TH'],
    [21, '21ST'],
    [113, '113TH'],
    [122, '122ND'],
  ])('%i is %s', (n, text) => expect(ordinalName(n)).toBe(text));
});
