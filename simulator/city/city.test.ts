import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceSquaredToBox, type Box } from '../../contract/plane.ts';
import { buildCity, cellSide, type City, type CitySpec } from './city.ts';
import { addressText, householdPlace } from './households.ts';
import { blockLabel, crossingLabel, stretchLabel, truePlaces } from './labels.ts';

const SPEC: CitySpec = {
  seeds: { seed: 7, replication: 0 },
  agencyIndex: 0,
  agencyCount: 1,
  name: 'Hartwell 0',
  persons: 20_000,
  personsPerHousehold: 2.5,
  personsPerKm2: 1500,
  hotSpotSigma: 1,
};
const town = buildCity(SPEC);
const cities: [string, City][] = [
  ['a village', buildCity({ ...SPEC, persons: 100 })],
  ['a small town', buildCity({ ...SPEC, persons: 2500 })],
  ['a town', town],
  ['a dense city', buildCity({ ...SPEC, persons: 300_000, personsPerKm2: 20_000 })],
  ['an empty county', buildCity({ ...SPEC, persons: 3000, personsPerKm2: 10 })],
];

function boxOf(city: City, block: number): Box {
  const [x0, y0, x1, y1] = city.gazetteer.blockBox.subarray(4 * block, 4 * block + 4);
  return { x0, y0, x1, y1 };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** One hash of every column of a city and of a sample of its derived places. */
function hashOf(city: City): string {
  const hash = createHash('sha256');
  for (const [name, column] of Object.entries({ ...city.gazetteer, density: city.density })) {
    hash.update(name).update(ArrayBuffer.isView(column) ? Buffer.from(column.buffer) : JSON.stringify(column));
  }
  for (let h = 0; h < city.households; h += 17) hash.update(JSON.stringify(householdPlace(city, h)));
  for (let i = 0; i < 100; i += 1) hash.update(`${city.pickBlock(i / 100)},${city.pickBlockUniform(i / 100)};`);
  return hash.digest('hex').slice(0, 16);
}

describe.each(cities)('%s', (_, city) => {
  const g = city.gazetteer;
  const blocks = g.blockStreet.length;

  it('has exactly the households asked for, by block, area and jurisdiction', () => {
    expect(city.households).toBe(Math.round(city.persons / 2.5));
    expect(sum(g.blockHouseholds)).toBe(city.households);
    expect(city.firstHousehold[blocks]).toBe(city.households);
    expect(g.jurisdiction.households).toBe(city.households);
    const byArea = g.areas.map(() => 0);
    g.blockHouseholds.forEach((count, i) => (byArea[g.blockArea[i]] += count));
    expect(g.areas.map((a) => a.households)).toEqual(byArea);
  });

  it('lists blocks by street and hundred without gaps, with boxes that lie in the jurisdiction and do not overlap', () => {
    const wrong: number[] = [];
    for (let i = 0; i < blocks; i += 1) {
      const starts = i === 0 || g.blockStreet[i] !== g.blockStreet[i - 1];
      const street = i === 0 ? 0 : g.blockStreet[i - 1] + (starts ? 1 : 0);
      const hundred = starts ? 0 : g.blockHundred[i - 1] + 100;
      const b = boxOf(city, i);
      const inside = b.x0 >= city.box.x0 && b.y0 >= city.box.y0 && b.x1 <= city.box.x1 && b.y1 <= city.box.y1;
      const listed = g.blockStreet[i] === street && g.blockHundred[i] === hundred;
      let apart = b.x0 < b.x1 && b.y0 < b.y1;
      if (i < 400) for (let j = 0; j < i; j += 1) apart &&= !overlaps(b, boxOf(city, j));
      if (!inside || !listed || !apart) wrong.push(i);
    }
    expect(wrong).toEqual([]);
    expect(g.blockStreet[blocks - 1]).toBe(g.streets.length - 1);
  });

  it('counts at each crossing the households of the blocks that end there', () => {
    const at = new Array<number>(g.crossingX.length).fill(0);
    const ends = new Array<number>(g.crossingX.length).fill(0);
    const centre = { x: (city.box.x0 + city.box.x1) / 2, y: (city.box.y0 + city.box.y1) / 2 };
    const away = (c: number): number => Math.abs(g.crossingX[c] - centre.x) + Math.abs(g.crossingY[c] - centre.y);
    const wrong: number[] = [];
    for (let i = 0; i < blocks; i += 1) {
      const b = boxOf(city, i);
      const [near, far] = city.endCrossings(i);
      if (away(near) >= away(far)) wrong.push(i);
      for (const end of [near, far]) {
        at[end] += g.blockHouseholds[i];
        ends[end] += 1;
        // A block's box ends 20 m from the crossings at its ends, which lie in the middle of its width.
        if (distanceSquaredToBox(g.crossingX[end], g.crossingY[end], b) !== 200 * 200) wrong.push(i);
      }
    }
    expect(wrong).toEqual([]);
    expect([...g.crossingHouseholds]).toEqual(at);
    expect(Math.min(...ends)).toBe(2);
    expect(Math.max(...ends)).toBe(4);
    expect(g.crossingStreetA.every((street, i) => street < g.crossingStreetB[i])).toBe(true);
  });

  it('tiles the jurisdiction with uniquely named areas, blocks and crossings in the area that holds them', () => {
    expect(new Set(g.areas.map((a) => a.name)).size).toBe(g.areas.length);
    const surface = (b: Box): number => (b.x1 - b.x0) * (b.y1 - b.y0);
    expect(sum(g.areas.map((a) => surface(a.box)))).toBe(surface(city.box));
    for (let i = 0; i < blocks; i += 1) {
      const b = boxOf(city, i);
      expect(distanceSquaredToBox((b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2, g.areas[g.blockArea[i]].box)).toBe(0);
    }
    g.crossingX.forEach((x, i) =>
      expect(distanceSquaredToBox(x, g.crossingY[i], g.areas[g.crossingArea[i]].box)).toBe(0),
    );
  });

  it('gives every street, landmark and highway a name of its own', () => {
    expect(new Set(g.streets).size).toBe(g.streets.length);
    expect(g.landmarks.length).toBe(Math.max(3, Math.round(city.persons / 2000)));
    expect(new Set(g.landmarks.map((l) => l.name)).size).toBe(g.landmarks.length);
    for (const l of g.landmarks) expect(l.block).toBeLessThan(blocks);
    for (const highway of g.highways) {
      const { stretches } = highway;
      expect(highway.name).toMatch(/^I-9\d\d$/);
      expect(stretches).toHaveLength(Math.floor(highway.milesMax / 5) + 1);
      expect(stretches[0].x0).toBe(city.box.x0);
      expect(stretches.at(-1)?.x1).toBe(city.box.x1);
      for (let i = 0; i < stretches.length; i += 1) {
        if (i > 0) expect(stretches[i].x0).toBe(stretches[i - 1].x1);
        expect(stretches[i].x1).toBeGreaterThan(stretches[i].x0);
        expect(stretches[i].x1 - stretches[i].x0).toBeLessThanOrEqual(Math.ceil(5 * 16_093.44));
        expect(stretches[i].y0 >= city.box.y0 && stretches[i].y1 <= city.box.y1).toBe(true);
      }
    }
  });

  it('places every household on its block, within the hundred, odd and even numbers on two sides, no two at one address', () => {
    const seen = new Set<string>();
    // Some thousand neighbours from the middle of the list, which is downtown.
    const from = Math.max(0, Math.floor(city.households / 2) - 2000);
    const wrong: unknown[] = [];
    for (let h = from; h < Math.min(city.households, from + 4000); h += 1) {
      const place = householdPlace(city, h);
      const address = `${addressText(place)} ${place.unit}`;
      const right =
        h >= city.firstHousehold[place.block] &&
        h < city.firstHousehold[place.block + 1] &&
        Math.floor(place.number / 100) * 100 === g.blockHundred[place.block] &&
        place.number > 0 &&
        place.street === g.streets[g.blockStreet[place.block]] &&
        distanceSquaredToBox(place.x, place.y, boxOf(city, place.block)) === 0 &&
        Number.isInteger(place.x) &&
        Number.isInteger(place.y) &&
        !seen.has(address);
      if (!right) wrong.push({ h, ...place });
      seen.add(address);
    }
    expect(wrong).toEqual([]);
  });

  it('finds the same nearest block and crossing as a scan', () => {
    const margin = 3000;
    const x = fc.oneof(
      fc.integer({ min: city.box.x0 - margin, max: city.box.x1 + margin }),
      fc.constantFrom(...g.crossingX),
    );
    const y = fc.oneof(
      fc.integer({ min: city.box.y0 - margin, max: city.box.y1 + margin }),
      fc.constantFrom(...g.crossingY),
    );
    fc.assert(
      fc.property(x, y, (px, py) => {
        const distances = Array.from({ length: blocks }, (_unused, i) => distanceSquaredToBox(px, py, boxOf(city, i)));
        expect(city.blockNearest(px, py)).toBe(distances.indexOf(least(distances)));
        const away = Array.from(g.crossingX, (cx, i) => (cx - px) ** 2 + (g.crossingY[i] - py) ** 2);
        expect(away[city.crossingNearest(px, py)]).toBe(least(away));
      }),
      { numRuns: 60 },
    );
  });

  it('picks only blocks with households, or any road', () => {
    for (let i = 0; i < 200; i += 1) {
      expect(g.blockHouseholds[city.pickBlock(i / 200)]).toBeGreaterThan(0);
      expect(city.pickBlockUniform(i / 200)).toBeLessThan(blocks);
    }
  });
});

describe('a town', () => {
  const g = town.gazetteer;

  it.each([
    [0, 25, 400],
    [1, 8, 24],
    [2, 0, 8],
  ])('has blocks of density %i with %i to %i households', (density, lowest, most) => {
    const counts = [...g.blockHouseholds].filter((_, i) => town.density[i] === density);
    expect(counts.length).toBeGreaterThan(20);
    expect(least(counts)).toBeGreaterThanOrEqual(lowest - (density === 0 ? 15 : 0));
    expect(Math.max(...counts)).toBeLessThanOrEqual(most);
  });

  it('has blocks that fewer than five households share, apartments, numbers in 00 and fractions', () => {
    expect([...g.blockHouseholds].filter((n) => n > 0 && n < 5).length).toBeGreaterThan(10);
    const places = Array.from({ length: town.households }, (_, h) => householdPlace(town, h));
    expect(places.filter((p) => p.unit !== null).length).toBeGreaterThan(1000);
    for (const p of places) if (p.unit !== null) expect(p.unit).toMatch(/^APT \d+[A-F]$/);
    expect(places.filter((p) => p.number % 100 === 0).length).toBeGreaterThan(30);
    const houses = places.filter((p) => p.unit === null);
    const share = houses.filter((p) => p.fraction).length / houses.length;
    expect(share).toBeGreaterThan(0.002);
    expect(share).toBeLessThan(0.008);
  });

  it('numbers houses outward from the centre on both sides of it', () => {
    const centre = { x: (town.box.x0 + town.box.x1) / 2, y: (town.box.y0 + town.box.y1) / 2 };
    for (const prefix of ['W', 'E', 'S', 'N']) {
      const street = g.streets.findIndex((name, i) => name.startsWith(`${prefix} `) && i % 7 === 0);
      const places = Array.from({ length: town.households }, (_, h) => householdPlace(town, h)).filter(
        (p) => p.street === g.streets[street],
      );
      const away = (p: { x: number; y: number }): number =>
        prefix === 'W' || prefix === 'E' ? Math.abs(p.x - centre.x) : Math.abs(p.y - centre.y);
      const sorted = places.toSorted((a, b) => a.number - b.number);
      expect(sorted.length).toBeGreaterThan(10);
      for (let i = 1; i < sorted.length; i += 1)
        if (sorted[i].number > sorted[i - 1].number) expect(away(sorted[i])).toBeGreaterThan(away(sorted[i - 1]));
      const sides = new Set(places.map((p) => (prefix === 'W' || prefix === 'E' ? p.y : p.x) + (p.number % 2) / 10));
      expect(sides.size).toBe(2);
    }
  });

  it('names every published place that is right for a block', () => {
    const block = 300;
    const [near, far] = town.endCrossings(block);
    const places = truePlaces(town, block);
    expect(places.slice(0, 3)).toEqual([blockLabel(town, block), crossingLabel(town, near), crossingLabel(town, far)]);
    expect(places).toContain(`${g.areas[g.blockArea[block]].name} AREA`);
    expect(places.at(-1)).toBe('HARTWELL 0 JURISDICTION');
    expect(new Set(places).size).toBe(places.length);
    expect(truePlaces(town, block, { highway: 0, mile: 7.3 })).toEqual([stretchLabel(town, 0, 7.3)]);
    expect(stretchLabel(town, 0, 7.3)).toBe('I-900 MILES 5 TO 10');
  });

  it('labels blocks and crossings as docs/reference/rules.md says', () => {
    const unit = g.blockHundred.indexOf(0);
    const second = g.blockHundred.indexOf(200);
    expect(blockLabel(town, unit)).toBe(`UNIT BLOCK ${g.streets[g.blockStreet[unit]]}`);
    expect(blockLabel(town, second)).toBe(`200 BLOCK ${g.streets[g.blockStreet[second]]}`);
    for (let i = 0; i < g.crossingX.length; i += 1) {
      const [a, b] = crossingLabel(town, i).split(' / ');
      expect(a < b).toBe(true);
    }
  });

  it('is the same for the same seed, and never changes', () => {
    expect(hashOf(buildCity(SPEC))).toBe(hashOf(town));
    expect(hashOf(buildCity({ ...SPEC, seeds: { seed: 8, replication: 0 } }))).not.toBe(hashOf(town));
    expect(hashOf(town)).toBe('f47ba93bce1d411d');
  });

  it('has the same streets and homes with any hot spots', () => {
    const flat = buildCity({ ...SPEC, hotSpotSigma: 0 });
    expect(flat.gazetteer).toEqual(town.gazetteer);
    const draws = Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000);
    const blocksOf = (city: City): number => new Set(draws.map((u) => city.pickBlock(u))).size;
    expect(blocksOf(town)).toBeLessThan(blocksOf(flat));
  });

  it('throws if there is no such household', () => {
    expect(() => householdPlace(town, town.households)).toThrow(RangeError);
    expect(() => householdPlace(town, -1)).toThrow(RangeError);
  });
});

describe('jurisdictions', () => {
  it.each([1, 2, 3, 5, 9, 225])('of %i agencies touch along common edges and never overlap', (agencyCount) => {
    const cellSideDm = cellSide([1000, 3000], 1500);
    const indices = [0, 1, 2, 14, 15, 16, 223, 224].filter((i) => i < agencyCount);
    const boxes = indices.map(
      (agencyIndex) => buildCity({ ...SPEC, agencyIndex, agencyCount, persons: 1000, cellSideDm }).box,
    );
    const columns = Math.ceil(Math.sqrt(agencyCount));
    for (const [i, a] of boxes.entries()) {
      expect(a.x1 - a.x0).toBe(cellSideDm);
      expect(a.y1 - a.y0).toBe(cellSideDm);
      for (const [j, b] of boxes.entries()) {
        if (i === j) continue;
        expect(a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0).toBe(true);
        if (indices[j] === indices[i] + 1 && indices[j] % columns !== 0) expect([b.x0, b.y0]).toEqual([a.x1, a.y0]);
        if (indices[j] === indices[i] + columns) expect([b.x0, b.y0]).toEqual([a.x0, a.y1]);
      }
    }
    expect(boxes[0].x0).toBe((-columns * cellSideDm) / 2);
  });

  it('have the density asked for in all, and even sides of at least a kilometre', () => {
    expect(cellSide([100_000, 50_000, 150_000], 1000)).toBe(100_000);
    expect(cellSide([100], 20_000)).toBe(10_000);
    expect(cellSide([12_345], 777) % 2).toBe(0);
    expect(() => buildCity({ ...SPEC, cellSideDm: 12_345 })).toThrow(RangeError);
  });
});

it('holds a million people', () => {
  const city = buildCity({ ...SPEC, persons: 1_000_000 });
  expect(city.households).toBe(400_000);
  expect(sum(city.gazetteer.blockHouseholds)).toBe(400_000);
  expect(city.gazetteer.blockStreet.length).toBeGreaterThan(15_000);
  expect(city.gazetteer.blockStreet.length).toBeLessThan(40_000);
  expect(city.gazetteer.areas.length).toBe(441);
});

it('refuses more households on a block than its column can count', () => {
  expect(() => buildCity({ ...SPEC, persons: 20_000_000, cellSideDm: 10_000 })).toThrow(/65535/);
});

function overlaps(a: Box, b: Box): boolean {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}
