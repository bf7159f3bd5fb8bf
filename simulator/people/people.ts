/**
 * The people of one city. Only app users have columns; everybody else is a number from which household, home and identity
 * are derived on demand. Doorbells belong to households, with or without an app user in them.
 */
import { RESIDENTS_PER_AGENCY_MAX, ROSTER_MUTED, type Roster } from '../../contract/roster.ts';
import { CATEGORIES, type Category } from '../../contract/catalogue.ts';
import { distanceSquaredToBox, type Box } from '../../contract/plane.ts';
import type { City } from '../city/city.ts';
import { householdPlace } from '../city/households.ts';
import { counterDraw, cumulative, pick, type Seeds } from '../kernel/random.ts';

/** The shares by which people have doorbells and the app. */
export interface PeopleOptions {
  seeds: Seeds;
  personsPerHousehold: number;
  doorbellShareOfHouseholds: number;
  appUserShareOfPersons: number;
  mutedShareOfAppUsers: number;
  /** Factor of the radius that each resident chose; 1 if left out. */
  radiusFactor?: number;
}

/** Columns of app users, ascending by person: index i of each, `doorbells` excepted, is one of them. Reactions change some of the columns. */
export interface People {
  agencyIndex: number;
  persons: number;
  households: number;
  appUsers: number;
  /** Number of the person, and of its household. */
  person: Uint32Array;
  household: Uint32Array;
  /** Home, dm. */
  x: Int32Array;
  y: Int32Array;
  radiusDm: Int32Array;
  /** Bit i set: wants CATEGORIES[i]. */
  categories: Uint16Array;
  /** ROSTER_MUTED or 0. */
  flags: Uint8Array;
  /** 1 if the household has a doorbell, else 0. */
  hasDoorbell: Uint8Array;
  /** Index into TEMPERAMENTS. */
  temperament: Uint8Array;
  /** Households with a doorbell, ascending; a doorbell's number is its index here. */
  doorbells: Uint32Array;
  /** The first doorbell of the households in [first, end); -1 if there is none. */
  doorbellOn: (first: number, end: number) => number;
}

/** A resident's inclinations: factors of the scenario's shares. Over all app users each averages 1. */
export interface Temperament {
  name: string;
  /** Share of app users. */
  share: number;
  open: number;
  mute: number;
  quit: number;
  post: number;
  clip: number;
  call: number;
}

/** All assumed. It is common knowledge of online forums that a few people write most posts. */
export const TEMPERAMENTS: readonly Temperament[] = [
  { name: 'quiet', share: 0.6, open: 0.7, mute: 1.2, quit: 1.2, post: 0.3, clip: 0.5, call: 0.4 },
  { name: 'watchful', share: 0.25, open: 1.3, mute: 0.8, quit: 0.8, post: 1.2, clip: 1.6, call: 1.2 },
  { name: 'anxious', share: 0.1, open: 1.6, mute: 0.6, quit: 0.6, post: 1.6, clip: 1.2, call: 3.6 },
  { name: 'poster', share: 0.05, open: 1.9, mute: 0.4, quit: 0.4, post: 7.2, clip: 3.6, call: 2 },
];

/** Makes a city's people. Throws RangeError if there are more app users than an agency can have, or the city has another household size. */
export function buildPeople(city: City, options: PeopleOptions): People {
  if (city.households !== Math.round(city.persons / options.personsPerHousehold)) {
    throw new RangeError(
      `expected a city of ${options.personsPerHousehold} persons per household, found ${city.persons} in ${city.households}`,
    );
  }
  const concern = (what: string): string => `people/${city.agencyIndex}/${what}`;
  const usesApp = counterDraw(options.seeds, concern('app-user'));
  const settings = counterDraw(options.seeds, concern('settings'));
  const hasBell = counterDraw(options.seeds, concern('doorbell'));

  const persons: number[] = [];
  for (let person = 0; person < city.persons; person += 1)
    if (usesApp(person, 0) < options.appUserShareOfPersons) persons.push(person);
  const count = persons.length;
  if (count > RESIDENTS_PER_AGENCY_MAX)
    throw new RangeError(`expected at most ${RESIDENTS_PER_AGENCY_MAX} app users in an agency, found ${count}`);
  const bells: number[] = [];
  for (let h = 0; h < city.households; h += 1) if (hasBell(h, 0) < options.doorbellShareOfHouseholds) bells.push(h);

  const doorbells = Uint32Array.from(bells);
  const people: People = {
    agencyIndex: city.agencyIndex,
    persons: city.persons,
    households: city.households,
    appUsers: count,
    person: Uint32Array.from(persons),
    household: new Uint32Array(count),
    x: new Int32Array(count),
    y: new Int32Array(count),
    radiusDm: new Int32Array(count),
    categories: new Uint16Array(count),
    flags: new Uint8Array(count),
    hasDoorbell: new Uint8Array(count),
    temperament: new Uint8Array(count),
    doorbells,
    doorbellOn: (first, end) => {
      const i = lowerBound(doorbells, first);
      return i < doorbells.length && doorbells[i] < end ? i : -1;
    },
  };
  for (let i = 0; i < count; i += 1) {
    const person = persons[i];
    const household = householdOfPerson(city, person);
    const home = householdPlace(city, household);
    people.household[i] = household;
    people.x[i] = home.x;
    people.y[i] = home.y;
    people.radiusDm[i] = Math.round(
      RADII[pick(RADIUS_SUMS, settings(person, 0))].radiusDm * (options.radiusFactor ?? 1),
    );
    people.categories[i] = maskOf(WISHES[pick(WISH_SUMS, settings(person, 1))].categories);
    people.flags[i] = settings(person, 2) < options.mutedShareOfAppUsers ? ROSTER_MUTED : 0;
    people.temperament[i] = pick(TEMPERAMENT_SUMS, settings(person, 3));
    people.hasDoorbell[i] = hasBell(household, 0) < options.doorbellShareOfHouseholds ? 1 : 0;
  }
  return people;
}

/**
 * The first person of a household; its others follow, up to the first of the next household (`firstPerson(counts, households)` is the number
 * of persons). Each household has at least one person. The others are spread by a pattern of 20 households of 1 to 6 persons with a mean of
 * 2.5, stretched so that the city's persons come out exactly; at a mean of 2.5 the sizes are the pattern's.
 */
export function firstPerson(counts: Counts, household: number): number {
  const others = counts.persons - counts.households;
  return household + Math.floor((patternOthers(household) * others) / patternOthers(counts.households));
}

/** A person of a household, picked by a uniform u in [0, 1). */
export function personOfHousehold(counts: Counts, household: number, u: number): number {
  const first = firstPerson(counts, household);
  return first + Math.floor(u * (firstPerson(counts, household + 1) - first));
}

/** The household that a person lives in: the inverse of `personOfHousehold`, for any u. */
export function householdOfPerson(counts: Counts, person: number): number {
  let low = 0;
  let high = counts.households - 1;
  while (low < high) {
    const mid = (low + high + 1) >>> 1;
    if (firstPerson(counts, mid) <= person) low = mid;
    else high = mid - 1;
  }
  return low;
}

/** All app users of an agency as subscribers, with ids that are unique among agencies. The columns are copies. */
export function residentRoster(people: People): Roster {
  return rosterWhere(people, () => true);
}

/** The app users whose own radius reaches a neighbouring jurisdiction. */
export function borderRoster(people: People, neighbourBox: Box): Roster {
  return rosterWhere(people, (i) => {
    const radius = people.radiusDm[i];
    return distanceSquaredToBox(people.x[i], people.y[i], neighbourBox) <= radius * radius;
  });
}

/** Makes one roster of several, ascending by id. Throws if a resident stands in two. */
export function mergeRosters(rosters: readonly Roster[]): Roster {
  const order: { id: number; roster: Roster; index: number }[] = [];
  for (const roster of rosters)
    for (let index = 0; index < roster.ids.length; index += 1) order.push({ id: roster.ids[index], roster, index });
  order.sort((a, b) => a.id - b.id);
  const merged = emptyRoster(order.length);
  for (let i = 0; i < order.length; i += 1) {
    const { id, roster, index } = order[i];
    if (i > 0 && order[i - 1].id === id) throw new Error(`expected each resident in one roster, found ${id} twice`);
    merged.ids[i] = id;
    merged.x[i] = roster.x[index];
    merged.y[i] = roster.y[index];
    merged.radiusDm[i] = roster.radiusDm[index];
    merged.categories[i] = roster.categories[index];
    merged.flags[i] = roster.flags[index];
  }
  return merged;
}

// --- internal ---

/** The counts that map persons to households. Cities and people have them. */
type Counts = Pick<City, 'persons' | 'households'>;

/** Alert radii that residents choose. Assumed: half a mile, one, two and five miles, rounded. */
const RADII = [
  { radiusDm: 8000, share: 0.25 },
  { radiusDm: 16_000, share: 0.4 },
  { radiusDm: 32_000, share: 0.25 },
  { radiusDm: 80_000, share: 0.1 },
];
const RADIUS_SUMS = cumulative(RADII.map((r) => r.share));

/** Categories that residents want. Assumed: most keep the default, which is all of them. */
const WISHES: { share: number; categories: readonly Category[] }[] = [
  { share: 0.8, categories: CATEGORIES },
  { share: 0.08, categories: CATEGORIES.slice(0, 8) },
  { share: 0.06, categories: ['burglary', 'vehicle', 'arson', 'vandalism', 'fire'] },
  { share: 0.05, categories: ['robbery', 'shots-fired', 'shooting', 'stabbing', 'hostage', 'bomb-threat'] },
  { share: 0.01, categories: [] },
];
const WISH_SUMS = cumulative(WISHES.map((w) => w.share));

const TEMPERAMENT_SUMS = cumulative(TEMPERAMENTS.map((t) => t.share));

/** Persons in 20 households, 50 in all. Assumed, close to the US census's table of household sizes (28% of one person, 35% of two). */
const SIZES = [2, 1, 3, 1, 2, 4, 1, 2, 6, 1, 2, 3, 1, 4, 2, 5, 1, 3, 2, 4];
const OTHERS_BEFORE = SIZES.map((_, i) => SIZES.slice(0, i).reduce((sum, size) => sum + size - 1, 0));
const OTHERS_OF_ALL = SIZES.reduce((sum, size) => sum + size - 1, 0);

/** Persons beyond the first of each household, in the first `households` of the pattern. */
function patternOthers(households: number): number {
  const rounds = Math.floor(households / SIZES.length);
  return rounds * OTHERS_OF_ALL + OTHERS_BEFORE[households - rounds * SIZES.length];
}

/** The roster's bit mask of categories. */
function maskOf(categories: readonly Category[]): number {
  let mask = 0;
  for (let i = 0; i < CATEGORIES.length; i += 1) if (categories.includes(CATEGORIES[i])) mask |= 1 << i;
  return mask;
}

/** The first index whose value is at least `value`. */
function lowerBound(values: Uint32Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (values[mid] < value) low = mid + 1;
    else high = mid;
  }
  return low;
}

function rosterWhere(people: People, keep: (index: number) => boolean): Roster {
  const kept: number[] = [];
  for (let i = 0; i < people.appUsers; i += 1) if (keep(i)) kept.push(i);
  const roster = emptyRoster(kept.length);
  for (let k = 0; k < kept.length; k += 1) {
    const i = kept[k];
    roster.ids[k] = people.agencyIndex * RESIDENTS_PER_AGENCY_MAX + i;
    roster.x[k] = people.x[i];
    roster.y[k] = people.y[i];
    roster.radiusDm[k] = people.radiusDm[i];
    roster.categories[k] = people.categories[i];
    roster.flags[k] = people.flags[i];
  }
  return roster;
}

function emptyRoster(length: number): Roster {
  return {
    ids: new Uint32Array(length),
    x: new Int32Array(length),
    y: new Int32Array(length),
    radiusDm: new Int32Array(length),
    categories: new Uint16Array(length),
    flags: new Uint8Array(length),
  };
}
