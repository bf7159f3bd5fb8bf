import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORIES } from '../../contract/catalogue.ts';
import { distanceSquaredToBox } from '../../contract/plane.ts';
import { RESIDENTS_PER_AGENCY_MAX, ROSTER_MUTED } from '../../contract/roster.ts';
import { buildCity, cellSide } from '../city/city.ts';
import { householdPlace } from '../city/households.ts';
import {
  TEMPERAMENTS,
  borderRoster,
  buildPeople,
  firstPerson,
  householdOfPerson,
  mergeRosters,
  personOfHousehold,
  residentRoster,
  type PeopleOptions,
} from './people.ts';

const seeds = { seed: 7, replication: 0 };
const OPTIONS: PeopleOptions = {
  seeds,
  personsPerHousehold: 2.5,
  doorbellShareOfHouseholds: 0.2,
  appUserShareOfPersons: 0.1,
  mutedShareOfAppUsers: 0.08,
};
const cellSideDm = cellSide([30_000], 1500);
const cityOf = (agencyIndex: number, persons = 30_000) =>
  buildCity({
    seeds,
    agencyIndex,
    agencyCount: 4,
    name: `HARTWELL ${agencyIndex}`,
    persons,
    personsPerHousehold: 2.5,
    personsPerKm2: 1500,
    hotSpotSigma: 1,
    cellSideDm,
  });
const city = cityOf(0);
const people = buildPeople(city, OPTIONS);
const share = (column: Uint8Array, value: number): number => column.filter((v) => v === value).length / column.length;

describe('persons and households', () => {
  it('map onto each other: every person has one household, and every household at least one person', () => {
    const counts = fc
      .tuple(fc.integer({ min: 10, max: 4_000_000 }), fc.double({ min: 1, max: 10, noNaN: true }))
      .map(([households, mean]) => ({ households, persons: Math.max(households, Math.floor(households * mean)) }));
    fc.assert(
      fc.property(
        counts,
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (c, u, v) => {
          const household = Math.floor(u * c.households);
          const first = firstPerson(c, household);
          const end = firstPerson(c, household + 1);
          expect(end).toBeGreaterThan(first);
          for (let p = first; p < end; p += 1) expect(householdOfPerson(c, p)).toBe(household);
          const someone = personOfHousehold(c, household, v);
          expect(someone >= first && someone < end).toBe(true);
          expect(firstPerson(c, 0)).toBe(0);
          expect(firstPerson(c, c.households)).toBe(c.persons);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('come in sizes of 1 to 6 in fixed shares if the mean is 2.5', () => {
    const counts = { households: 4000, persons: 10_000 };
    const sizes = new Array<number>(8).fill(0);
    for (let h = 0; h < counts.households; h += 1) sizes[firstPerson(counts, h + 1) - firstPerson(counts, h)] += 1;
    expect(sizes).toEqual([0, 1200, 1200, 600, 600, 200, 200, 0]);
  });
});

describe('people', () => {
  it('are the app users, about as many as asked for, each at home', () => {
    expect(people.appUsers).toBe(people.person.length);
    expect(people.appUsers / city.persons).toBeCloseTo(0.1, 1.5);
    expect(people.doorbells.length / city.households).toBeCloseTo(0.2, 1.5);
    const withBell = new Set(people.doorbells);
    const wrong: number[] = [];
    for (let i = 0; i < people.appUsers; i += 1) {
      const household = householdOfPerson(city, people.person[i]);
      const home = householdPlace(city, household);
      const right =
        (i === 0 || people.person[i] > people.person[i - 1]) &&
        people.household[i] === household &&
        people.x[i] === home.x &&
        people.y[i] === home.y &&
        (people.hasDoorbell[i] === 1) === withBell.has(household);
      if (!right) wrong.push(i);
    }
    expect(wrong).toEqual([]);
  });

  it('choose radius, categories, mute and temperament in the stated shares', () => {
    const radii = [8000, 16_000, 32_000, 80_000].map(
      (r) => people.radiusDm.filter((v) => v === r).length / people.appUsers,
    );
    [0.25, 0.4, 0.25, 0.1].forEach((s, i) => expect(Math.abs(radii[i] - s)).toBeLessThan(0.04));
    const all = 2 ** CATEGORIES.length - 1;
    expect(Math.abs(people.categories.filter((c) => c === all).length / people.appUsers - 0.8)).toBeLessThan(0.04);
    expect(new Set(people.categories).size).toBe(5);
    expect(Math.max(...people.categories)).toBe(all);
    expect(Math.abs(share(people.flags, ROSTER_MUTED) - 0.08)).toBeLessThan(0.02);
    expect(share(people.flags, ROSTER_MUTED) + share(people.flags, 0)).toBe(1);
    TEMPERAMENTS.forEach((t, i) => expect(Math.abs(share(people.temperament, i) - t.share)).toBeLessThan(0.04));
  });

  it('are the same for the same seed, and one option never shifts another', () => {
    expect({ ...buildPeople(city, OPTIONS), doorbellOn: null }).toEqual({ ...people, doorbellOn: null });
    const other = buildPeople(city, { ...OPTIONS, doorbellShareOfHouseholds: 0, mutedShareOfAppUsers: 0.5 });
    for (const column of ['person', 'radiusDm', 'categories', 'temperament'] as const)
      expect(other[column]).toEqual(people[column]);
    // With a greater share, all earlier app users are still among them.
    const more = buildPeople(city, { ...OPTIONS, appUserShareOfPersons: 0.2 });
    const radiusOf = new Map(Array.from(more.person, (p, i) => [p, more.radiusDm[i]]));
    expect(people.person.filter((p, i) => radiusOf.get(p) !== people.radiusDm[i])).toHaveLength(0);
    const wide = buildPeople(city, { ...OPTIONS, radiusFactor: 2.5 });
    expect([...wide.radiusDm]).toEqual(Array.from(people.radiusDm, (radius) => 2.5 * radius));
    expect({ ...wide, radiusDm: null, doorbellOn: null }).toEqual({ ...people, radiusDm: null, doorbellOn: null });
  });

  it('are found by their doorbells', () => {
    const bell = Math.floor(people.doorbells.length / 2);
    const household = people.doorbells[bell];
    expect(people.doorbellOn(household, household + 1)).toBe(bell);
    expect(people.doorbellOn(people.doorbells[bell - 1] + 1, household)).toBe(-1);
    expect(people.doorbellOn(0, city.households)).toBe(0);
    expect(people.doorbellOn(city.households, city.households + 5)).toBe(-1);
  });

  it('must fit the city and the ids', () => {
    expect(() => buildPeople(city, { ...OPTIONS, personsPerHousehold: 3 })).toThrow(RangeError);
    const large = cityOf(0, RESIDENTS_PER_AGENCY_MAX + 10);
    expect(() => buildPeople(large, { ...OPTIONS, appUserShareOfPersons: 1 })).toThrow(/1048576/);
  });

  it('number a million by counts alone', () => {
    const counts = buildPeople(cityOf(1, 1_000_000), {
      ...OPTIONS,
      appUserShareOfPersons: 0.03,
      doorbellShareOfHouseholds: 0.15,
    });
    expect(Math.abs(counts.appUsers - 30_000)).toBeLessThan(800);
    expect(Math.abs(counts.doorbells.length - 60_000)).toBeLessThan(1200);
  });
});

it.each(['open', 'mute', 'quit', 'post', 'clip', 'call'] as const)(
  'temperaments multiply %s by 1 on average',
  (what) => {
    expect(TEMPERAMENTS.reduce((sum, t) => sum + t.share * t[what], 0)).toBeCloseTo(1, 10);
    expect(TEMPERAMENTS.reduce((sum, t) => sum + t.share, 0)).toBeCloseTo(1, 10);
  },
);

describe('rosters', () => {
  const neighbour = buildPeople(cityOf(3), OPTIONS);

  it('have ids of their own by agency', () => {
    const roster = residentRoster(neighbour);
    expect(roster.ids[0]).toBe(3 * RESIDENTS_PER_AGENCY_MAX);
    expect(roster.ids.at(-1)).toBe(3 * RESIDENTS_PER_AGENCY_MAX + neighbour.appUsers - 1);
    expect(roster.categories).toEqual(neighbour.categories);
    roster.flags.fill(9);
    expect(neighbour.flags).not.toContain(9);
  });

  it('at the border hold exactly the residents whose own radius reaches the neighbour', () => {
    const box = cityOf(1).box;
    const border = borderRoster(people, box);
    const inside = new Set(border.ids);
    expect(border.ids.length).toBeGreaterThan(100);
    expect(border.ids.length).toBeLessThan(people.appUsers);
    const reaches = people.radiusDm.map((radius, i) =>
      Math.sqrt(distanceSquaredToBox(people.x[i], people.y[i], box)) <= radius ? 1 : 0,
    );
    expect(reaches.map((_, i) => (inside.has(i) ? 1 : 0))).toEqual(reaches);
    expect(new Set(border.radiusDm).size).toBe(4);
  });

  it('merge in order of id, in any order of rosters', () => {
    const parts = [residentRoster(neighbour), residentRoster(people)];
    const merged = mergeRosters(parts);
    expect(merged).toEqual(mergeRosters(parts.toReversed()));
    expect(merged.ids.length).toBe(people.appUsers + neighbour.appUsers);
    expect(merged.ids.every((id, i) => i === 0 || id > merged.ids[i - 1])).toBe(true);
    const at = people.appUsers + 5;
    expect([merged.x[at], merged.y[at], merged.radiusDm[at], merged.categories[at], merged.flags[at]]).toEqual([
      neighbour.x[5],
      neighbour.y[5],
      neighbour.radiusDm[5],
      neighbour.categories[5],
      neighbour.flags[5],
    ]);
    expect(() => mergeRosters([parts[0], parts[0]])).toThrow(/twice/);
  });
});
