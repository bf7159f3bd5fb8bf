/**
 * A seeded city near 0°N 0°E: one agency's jurisdiction, its streets, hundred-blocks, households and published places.
 *
 * Streets run east and west, avenues north and south, on a tensor grid whose lines lie closer downtown than in the
 * suburb and the countryside. House numbers grow outward from the two centre lines by a hundred per block. What a household's
 * address is follows from its number (`householdPlace`) and is stored nowhere.
 */
import type { Gazetteer } from '../../contract/gazetteer.ts';
import type { Box } from '../../contract/plane.ts';
import { counterDraw, cumulative, keyedDraw, pick, type Seeds } from '../kernel/random.ts';
import { blockColumns, crossingColumns } from './blocks.ts';
import { blockNearest, crossingNearest, endCrossings, makeGrid, streetNames } from './grid.ts';
import { makeHighway } from './highway.ts';
import { layZones, sideLines } from './lines.ts';
import { AREA_NAMES_MAX, LANDMARK_NAMES_MAX, areaName, landmarkName } from './names.ts';
import { drawHouseholds, hotSpots } from './occupancy.ts';
import { makeTiles } from './tiles.ts';

export interface CitySpec {
  seeds: Seeds;
  /** Number of the agency, from 0, and how many there are: they decide where its cell of the grid lies. */
  agencyIndex: number;
  agencyCount: number;
  /** Name of the jurisdiction as published: `HARTWELL 3`. Upper-cased. */
  name: string;
  persons: number;
  personsPerHousehold: number;
  personsPerKm2: number;
  /** Spread of the lognormal hot-spot weight of blocks; 0 is none. */
  hotSpotSigma: number;
  /** Side of every cell of the grid, dm, even: `cellSide` of all agencies. Left out: of this agency alone. */
  cellSideDm?: number;
}

export interface City {
  agencyIndex: number;
  gazetteer: Gazetteer;
  /** The jurisdiction. Neighbours share its edges exactly. */
  box: Box;
  /** Per block: 0 downtown, 1 suburb, 2 rural. */
  density: Uint8Array;
  /** Households before each block; one more entry than blocks. Households are numbered in the order of blocks. */
  firstHousehold: Uint32Array;
  households: number;
  persons: number;
  /** The block whose box is nearest to a point, the lowest among equals. */
  blockNearest: (x: number, y: number) => number;
  crossingNearest: (x: number, y: number) => number;
  /** The crossings at a block's two ends, the one nearer to the centre first. */
  endCrossings: (block: number) => [number, number];
  /** The block that a uniform u in [0, 1) picks: weighted by households and hot spots. */
  pickBlock: (u: number) => number;
  /** Likewise, weighted by the length of road. */
  pickBlockUniform: (u: number) => number;
  /** Blocks below this number lie on streets that run east and west, the others on avenues. */
  eastWestBlocks: number;
  /** Uniforms by (block, lot): where on its block a house stands. */
  lotDraw: (block: number, lot: number) => number;
  /** Uniforms by (household, 0): which houses have a fraction in their number. */
  fractionDraw: (household: number, index: number) => number;
}

export interface HouseholdPlace {
  block: number;
  number: number;
  /** The number carries `1/2`. */
  fraction: boolean;
  street: string;
  /** `APT 4B`, or null. */
  unit: string | null;
  x: number;
  y: number;
}

/**
 * Side in dm, even, of every agency's square cell, so that the agencies together have the density asked for.
 * Agencies larger than the mean are denser, smaller ones less dense. At least 1 km: a city needs room for its grid.
 */
export function cellSide(personsOfAllAgencies: readonly number[], personsPerKm2: number): number {
  let total = 0;
  for (const persons of personsOfAllAgencies) total += persons;
  const km2 = total / personsOfAllAgencies.length / personsPerKm2;
  return Math.max(CELL_SIDE_DM_MIN, 2 * Math.round((Math.sqrt(km2) * 10_000) / 2));
}

/** Builds a city. Throws RangeError where a place holds more households, or a city more streets, than its columns can. */
export function buildCity(spec: CitySpec): City {
  const { seeds, agencyIndex, persons } = spec;
  const concern = (what: string): string => `city/${agencyIndex}/${what}`;
  const side = spec.cellSideDm ?? cellSide([persons], spec.personsPerKm2);
  if (!(side >= CELL_SIDE_DM_MIN && side % 2 === 0)) {
    throw new RangeError(`expected an even side of at least ${CELL_SIDE_DM_MIN} dm, found ${side}`);
  }
  const box = cellBox(agencyIndex, spec.agencyCount, side);
  const households = Math.round(persons / spec.personsPerHousehold);
  const half = side / 2 - INSET_DM;
  const zones = layZones(households, half);
  const linesTo = (edge: string): number[] => sideLines(keyedDraw(seeds, concern('lines'), edge), zones, half);
  const sides = { west: linesTo('W'), east: linesTo('E'), south: linesTo('S'), north: linesTo('N') };
  const grid = makeGrid(sides, box.x0 + side / 2, box.y0 + side / 2);
  const starts = counterDraw(seeds, concern('names'));

  const blocks = blockColumns(grid, zones);
  const blockHouseholds = drawHouseholds(counterDraw(seeds, concern('households')), blocks.density, households);
  const crossings = crossingColumns(grid, blockHouseholds);
  const firstHousehold = new Uint32Array(blockHouseholds.length + 1);
  for (let i = 0; i < blockHouseholds.length; i += 1) firstHousehold[i + 1] = firstHousehold[i] + blockHouseholds[i];

  const tiles = makeTiles(box, side);
  const areaStart = Math.floor(starts(1, 0) * AREA_NAMES_MAX);
  const areas = tiles.boxes.map((b, i) => ({ name: areaName(i, areaStart), box: b, households: 0 }));
  const blockArea = blockHouseholds.map((_, i) => {
    const [x0, y0, x1, y1] = blocks.box.subarray(4 * i, 4 * i + 4);
    return tiles.at((x0 + x1) / 2, (y0 + y1) / 2);
  });
  for (let i = 0; i < blockArea.length; i += 1) areas[blockArea[i]].households += blockHouseholds[i];

  const roads = cumulative(blocks.length);
  const landmarkDraw = counterDraw(seeds, concern('landmarks'));
  const landmarkStart = Math.floor(starts(2, 0) * AREA_NAMES_MAX);
  const landmarkCount = Math.min(
    LANDMARK_NAMES_MAX,
    Math.max(LANDMARKS_MIN, Math.round(persons / PERSONS_PER_LANDMARK)),
  );
  const gazetteer: Gazetteer = {
    streets: streetNames(grid, Math.floor(starts(0, 0) * 1000)),
    blockStreet: blocks.street,
    blockHundred: blocks.hundred,
    blockBox: blocks.box,
    blockHouseholds,
    blockArea,
    crossingStreetA: crossings.streetA,
    crossingStreetB: crossings.streetB,
    crossingX: crossings.x,
    crossingY: crossings.y,
    crossingHouseholds: crossings.households,
    crossingArea: crossings.households.map((_, i) => tiles.at(crossings.x[i], crossings.y[i])),
    landmarks: Array.from({ length: landmarkCount }, (_, i) => ({
      name: landmarkName(i, landmarkStart),
      block: pick(roads, landmarkDraw(i, 0)),
    })),
    highways: [makeHighway(agencyIndex, box, zones.downtownDm, tiles.at, counterDraw(seeds, concern('highway')))],
    areas,
    jurisdiction: { name: spec.name.toUpperCase(), box, households },
  };
  const hot = hotSpots(counterDraw(seeds, concern('hot-spots')), blockHouseholds, spec.hotSpotSigma);

  return {
    agencyIndex,
    gazetteer,
    box,
    density: blocks.density,
    firstHousehold,
    households,
    persons,
    blockNearest: (x, y) => blockNearest(grid, blocks.box, x, y),
    crossingNearest: (x, y) => crossingNearest(grid, x, y),
    endCrossings: (block) => endCrossings(grid, block),
    pickBlock: (u) => pick(hot, u),
    pickBlockUniform: (u) => pick(roads, u),
    eastWestBlocks: grid.ny * grid.cols,
    lotDraw: counterDraw(seeds, concern('lots')),
    fractionDraw: counterDraw(seeds, concern('fractions')),
  };
}

/** A household's address and position, the same at every asking. Throws RangeError where there is no such household. */
export function householdPlace(city: City, household: number): HouseholdPlace {
  const { gazetteer, firstHousehold } = city;
  if (!(household >= 0 && household < city.households)) {
    throw new RangeError(`expected a household from 0 to ${city.households - 1}, found ${household}`);
  }
  const block = blockOfHousehold(firstHousehold, household);
  const count = firstHousehold[block + 1] - firstHousehold[block];
  const lots = lotsFor(count);
  const k = household - firstHousehold[block];
  const lot = k % lots;
  const shared = lot + lots < count;
  const hundred = gazetteer.blockHundred[block];
  const odd = lot & 1;
  // Each side of the street has numbers 0 to 49 in steps of two; lots take disjoint runs of them, so no two share a number.
  const lotsOfSide = (lots + 1 - odd) >> 1;
  const first = hundred === 0 && odd === 0 ? 1 : 0;
  const slots = 50 - first;
  const low = Math.ceil(((lot >> 1) * slots) / lotsOfSide);
  const high = Math.ceil((((lot >> 1) + 1) * slots) / lotsOfSide);
  const within = 2 * (first + low + Math.floor(city.lotDraw(block, lot) * (high - low))) + odd;
  const outward = (gazetteer.blockStreet[block] & 1) === 1;
  const i = 4 * block;
  const [x0, y0, x1, y1] = [
    gazetteer.blockBox[i],
    gazetteer.blockBox[i + 1],
    gazetteer.blockBox[i + 2],
    gazetteer.blockBox[i + 3],
  ];
  const eastWest = block < city.eastWestBlocks;
  const length = eastWest ? x1 - x0 : y1 - y0;
  const run = Math.floor((length * (2 * within + 1)) / 200);
  const along = (eastWest ? x0 : y0) + (outward ? run : length - run);
  const across = (eastWest ? y0 + y1 : x0 + x1) / 2 + (odd === 1 ? SETBACK_DM : -SETBACK_DM);
  return {
    block,
    number: hundred + within,
    fraction: !shared && city.fractionDraw(household, 0) < FRACTION_SHARE,
    street: gazetteer.streets[gazetteer.blockStreet[block]],
    unit: shared ? unitName(Math.floor(k / lots)) : null,
    x: eastWest ? along : across,
    y: eastWest ? across : along,
  };
}

/** The address as a dispatcher types it, without the unit: `2854 1/2 W MAPLE ST`. */
export function addressText(place: HouseholdPlace): string {
  return `${place.number} ${place.fraction ? '1/2 ' : ''}${place.street}`;
}

/** Published name of a block: `2800 BLOCK W MAPLE ST`, `UNIT BLOCK W MAPLE ST`. */
export function blockLabel(city: City, block: number): string {
  const { gazetteer } = city;
  const hundred = gazetteer.blockHundred[block];
  return `${hundred === 0 ? 'UNIT' : hundred} BLOCK ${gazetteer.streets[gazetteer.blockStreet[block]]}`;
}

/** Published name of a crossing, its streets in alphabetical order: `N 5TH AVE / W MAPLE ST`. */
export function crossingLabel(city: City, crossing: number): string {
  const { gazetteer } = city;
  const a = gazetteer.streets[gazetteer.crossingStreetA[crossing]];
  const b = gazetteer.streets[gazetteer.crossingStreetB[crossing]];
  return a < b ? `${a} / ${b}` : `${b} / ${a}`;
}

function areaLabel(city: City, area: number): string {
  return `${city.gazetteer.areas[area].name} AREA`;
}

function jurisdictionLabel(city: City): string {
  return `${city.gazetteer.jurisdiction.name} JURISDICTION`;
}

/** Published name of the five-mile stretch that holds a mile marker: `I-900 MILES 0 TO 5`. */
export function stretchLabel(city: City, highway: number, mile: number): string {
  const from = Math.floor(mile / 5) * 5;
  return `${city.gazetteer.highways[highway].name} MILES ${from} TO ${from + 5}`;
}

/**
 * Every published place that is right for an incident on a block (docs/reference/rules.md, 'Where'): the block, the crossings at its
 * ends, the areas of all three, the jurisdiction. For an incident on a highway: its stretch.
 */
export function truePlaces(city: City, block: number, mile?: { highway: number; mile: number }): string[] {
  if (mile !== undefined) return [stretchLabel(city, mile.highway, mile.mile)];
  const { gazetteer } = city;
  const [near, far] = city.endCrossings(block);
  const places = new Set([
    blockLabel(city, block),
    crossingLabel(city, near),
    crossingLabel(city, far),
    areaLabel(city, gazetteer.blockArea[block]),
    areaLabel(city, gazetteer.crossingArea[near]),
    areaLabel(city, gazetteer.crossingArea[far]),
    jurisdictionLabel(city),
  ]);
  return [...places];
}

// --- internal ---

const CELL_SIDE_DM_MIN = 10_000;
/** From the jurisdiction's edge to the outermost street. */
const INSET_DM = 400;
/** From the middle of the street to a house. */
const SETBACK_DM = 120;
/** Share of houses whose number carries a fraction. Assumed. */
const FRACTION_SHARE = 0.005;
/** A block with more households than this has apartment houses, of about so many homes each. Assumed. */
const HOUSES_MAX = 30;
const HOMES_PER_HOUSE = 12;
const HOUSES_MIN = 8;
const LOTS_MAX = 98;
/** Assumed. */
const PERSONS_PER_LANDMARK = 2000;
const LANDMARKS_MIN = 3;

/** Cells lie in rows of `ceil(sqrt(count))` from the south-west, the whole centred on 0, 0. */
function cellBox(index: number, count: number, side: number): Box {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const x0 = (index % columns) * side - (columns * side) / 2;
  const y0 = Math.floor(index / columns) * side - (rows * side) / 2;
  return { x0, y0, x1: x0 + side, y1: y0 + side };
}

function blockOfHousehold(firstHousehold: Uint32Array, household: number): number {
  let low = 0;
  let high = firstHousehold.length - 2;
  while (low < high) {
    const mid = (low + high + 1) >>> 1;
    if (firstHousehold[mid] <= household) low = mid;
    else high = mid - 1;
  }
  return low;
}

/** House lots on a block of so many households. */
function lotsFor(households: number): number {
  if (households <= HOUSES_MAX) return households;
  return Math.min(LOTS_MAX, Math.max(HOUSES_MIN, Math.ceil(households / HOMES_PER_HOUSE)));
}

/** Unit n of a house, six to a floor: `APT 1A` to `APT 1F`, `APT 2A`. */
function unitName(n: number): string {
  return `APT ${1 + Math.floor(n / 6)}${'ABCDEF'[n % 6]}`;
}
