/**
 * A seeded city near 0°N 0°E: one agency's jurisdiction, its streets, hundred-blocks, households and published places.
 *
 * Streets run east and west, avenues north and south, on a tensor grid whose lines lie closer downtown than in the
 * suburb and the countryside. House numbers grow outward from the two centre lines by a hundred per block. What a household's
 * address is follows from its number (`householdPlace`) and is stored nowhere.
 */
import type { Gazetteer } from '../../contract/gazetteer.ts';
import { distanceSquaredToBox, type Box } from '../../contract/plane.ts';
import { counterDraw, cumulative, keyedDraw, normal, pick, type Seeds } from '../kernel/random.ts';
import exp from '@stdlib/math-base-special-exp';
import { DENSITY, densityAt, layZones, sideLines, type Zones } from './lines.ts';
import {
  AREA_NAMES_MAX,
  LANDMARK_NAMES_MAX,
  STREET_NAMES_MAX,
  areaName,
  landmarkName,
  ordinalName,
  streetName,
} from './names.ts';

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
  if (!(side >= CELL_SIDE_DM_MIN && side % 2 === 0))
    throw new RangeError(`expected an even side of at least ${CELL_SIDE_DM_MIN} dm, found ${side}`);
  const box = cellBox(agencyIndex, spec.agencyCount, side);
  const households = Math.round(persons / spec.personsPerHousehold);
  const half = Math.floor(side / 2) - INSET_DM;
  const zones = layZones(households, half);
  const west = sideLines(keyedDraw(seeds, concern('lines'), 'W'), zones, half);
  const east = sideLines(keyedDraw(seeds, concern('lines'), 'E'), zones, half);
  const south = sideLines(keyedDraw(seeds, concern('lines'), 'S'), zones, half);
  const north = sideLines(keyedDraw(seeds, concern('lines'), 'N'), zones, half);
  const grid = makeGrid(
    axis(west, east, box.x0 + side / 2),
    axis(south, north, box.y0 + side / 2),
    west.length,
    south.length,
  );
  const starts = counterDraw(seeds, concern('names'));

  const blocks = grid.ny * grid.cols + grid.nx * grid.rows;
  const streets = streetNames(grid, Math.floor(starts(0, 0) * 1000));
  const density = new Uint8Array(blocks);
  const blockStreet = new Uint16Array(blocks);
  const blockHundred = new Uint16Array(blocks);
  const blockBox = new Int32Array(4 * blocks);
  const lengths = new Uint32Array(blocks);
  for (let block = 0; block < blocks; block += 1) placeBlock(block);

  const blockHouseholds = drawHouseholds(counterDraw(seeds, concern('households')), density, households);
  const firstHousehold = new Uint32Array(blocks + 1);
  for (let i = 0; i < blocks; i += 1) firstHousehold[i + 1] = firstHousehold[i] + blockHouseholds[i];

  const tiles = makeTiles(box, side);
  const areas = tiles.boxes.map((b, i) => ({
    name: areaName(i, Math.floor(starts(1, 0) * AREA_NAMES_MAX)),
    box: b,
    households: 0,
  }));
  const blockArea = new Uint16Array(blocks);
  for (let i = 0; i < blocks; i += 1) {
    const area = tiles.at((blockBox[4 * i] + blockBox[4 * i + 2]) / 2, (blockBox[4 * i + 1] + blockBox[4 * i + 3]) / 2);
    blockArea[i] = area;
    areas[area].households += blockHouseholds[i];
  }

  const crossings = grid.nx * grid.ny;
  const crossingStreetA = new Uint16Array(crossings);
  const crossingStreetB = new Uint16Array(crossings);
  const crossingX = new Int32Array(crossings);
  const crossingY = new Int32Array(crossings);
  const crossingHouseholds = new Uint16Array(crossings);
  const crossingArea = new Uint16Array(crossings);
  for (let r = 0; r < grid.ny; r += 1) {
    for (let c = 0; c < grid.nx; c += 1) {
      const i = r * grid.nx + c;
      // Where a street changes its prefix, the crossing goes by the east or north one.
      crossingStreetA[i] = 2 * r + (c < grid.kx ? 0 : 1);
      crossingStreetB[i] = 2 * grid.ny + 2 * c + (r < grid.ky ? 0 : 1);
      crossingX[i] = grid.xs[c];
      crossingY[i] = grid.ys[r];
      crossingArea[i] = tiles.at(grid.xs[c], grid.ys[r]);
    }
  }
  const meeting = new Uint32Array(crossings);
  for (let i = 0; i < blocks; i += 1) for (const end of endCrossings(grid, i)) meeting[end] += blockHouseholds[i];
  for (let i = 0; i < crossings; i += 1) crossingHouseholds[i] = fitUint16(meeting[i], 'households at a crossing');

  const roads = cumulative(lengths);
  const gazetteer: Gazetteer = {
    streets,
    blockStreet,
    blockHundred,
    blockBox,
    blockHouseholds,
    blockArea,
    crossingStreetA,
    crossingStreetB,
    crossingX,
    crossingY,
    crossingHouseholds,
    crossingArea,
    landmarks: [],
    highways: [makeHighway(agencyIndex, box, zones, tiles.at, counterDraw(seeds, concern('highway')))],
    areas,
    jurisdiction: { name: spec.name.toUpperCase(), box, households },
  };
  const landmarkDraw = counterDraw(seeds, concern('landmarks'));
  const landmarkCount = Math.min(
    LANDMARK_NAMES_MAX,
    Math.max(LANDMARKS_MIN, Math.round(persons / PERSONS_PER_LANDMARK)),
  );
  const landmarkStart = Math.floor(starts(2, 0) * AREA_NAMES_MAX);
  for (let i = 0; i < landmarkCount; i += 1) {
    gazetteer.landmarks.push({ name: landmarkName(i, landmarkStart), block: pick(roads, landmarkDraw(i, 0)) });
  }
  const hot = hotSpots(counterDraw(seeds, concern('hot-spots')), blockHouseholds, spec.hotSpotSigma);

  return {
    agencyIndex,
    gazetteer,
    box,
    density,
    firstHousehold,
    households,
    persons,
    blockNearest: (x, y) => blockNearest(grid, blockBox, x, y),
    crossingNearest: (x, y) => nearestIndex(grid.ys, y) * grid.nx + nearestIndex(grid.xs, x),
    endCrossings: (block) => endCrossings(grid, block),
    pickBlock: (u) => pick(hot, u),
    pickBlockUniform: (u) => pick(roads, u),
    eastWestBlocks: grid.ny * grid.cols,
    lotDraw: counterDraw(seeds, concern('lots')),
    fractionDraw: counterDraw(seeds, concern('fractions')),
  };

  function placeBlock(block: number): void {
    const at = locate(grid, block);
    const along = at.eastWest ? grid.xs : grid.ys;
    const middle = at.eastWest ? grid.kx : grid.ky;
    const from = along[at.gap];
    const to = along[at.gap + 1];
    const across = at.eastWest ? grid.ys[at.line] : grid.xs[at.line];
    const outward = at.gap >= middle;
    blockStreet[block] = (at.eastWest ? 0 : 2 * grid.ny) + 2 * at.line + (outward ? 1 : 0);
    blockHundred[block] = 100 * (outward ? at.gap - middle : middle - 1 - at.gap);
    lengths[block] = to - from;
    const edges = [from + HALF_WIDTH_DM, across - HALF_WIDTH_DM, to - HALF_WIDTH_DM, across + HALF_WIDTH_DM];
    blockBox.set(at.eastWest ? edges : [edges[1], edges[0], edges[3], edges[2]], 4 * block);
    const centreAlong = along[middle];
    const centreAcross = at.eastWest ? grid.ys[grid.ky] : grid.xs[grid.kx];
    const distance = Math.max(Math.abs((from + to) / 2 - centreAlong), Math.abs(across - centreAcross));
    density[block] = densityAt(zones, distance);
  }
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

export function areaLabel(city: City, area: number): string {
  return `${city.gazetteer.areas[area].name} AREA`;
}

export function jurisdictionLabel(city: City): string {
  return `${city.gazetteer.jurisdiction.name} JURISDICTION`;
}

/** Published name of the five-mile stretch that holds a mile marker: `I-900 MILES 0 TO 5`. */
export function stretchLabel(city: City, highway: number, mile: number): string {
  const from = Math.floor(mile / 5) * 5;
  return `${city.gazetteer.highways[highway].name} MILES ${from} TO ${from + 5}`;
}

/**
 * Every published place that is right for an incident on a block (docs/rules.md, 'Where'): the block, the crossings at its
 * ends, the areas of all three, the jurisdiction. For an incident on a highway: its stretch.
 */
export function placesOf(city: City, block: number, mile?: { highway: number; mile: number }): string[] {
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
/** Half the width of a block's box: the roadway and the lots along it. The box ends as far short of the crossings. */
const HALF_WIDTH_DM = 200;
/** From the middle of the street to a house. */
const SETBACK_DM = 120;
/** Share of houses whose number carries a fraction. Assumed. */
const FRACTION_SHARE = 0.005;
/** A block with more households than this has apartment houses, of about so many homes each. Assumed. */
const HOUSES_MAX = 30;
const HOMES_PER_HOUSE = 12;
const HOUSES_MIN = 8;
const LOTS_MAX = 98;
/** Side of a neighbourhood, dm, and the most neighbourhoods along a side (their names must stay unique). */
const AREA_SIDE_DM = 12_500;
const AREAS_PER_SIDE_MAX = 70;
/** Assumed. */
const PERSONS_PER_LANDMARK = 2000;
const LANDMARKS_MIN = 3;
/** A mile, dm. */
const MILE_DM = 16_093.44;
const STRETCH_MILES = 5;

/** The grid of lines, dm: avenues at xs, streets at ys; kx and ky are the indices of the centre lines. */
interface Grid {
  xs: Int32Array;
  ys: Int32Array;
  nx: number;
  ny: number;
  /** Gaps between lines: nx - 1 and ny - 1. */
  cols: number;
  rows: number;
  kx: number;
  ky: number;
}

function makeGrid(xs: Int32Array, ys: Int32Array, kx: number, ky: number): Grid {
  return { xs, ys, nx: xs.length, ny: ys.length, cols: xs.length - 1, rows: ys.length - 1, kx, ky };
}

/** Cells lie in rows of `ceil(sqrt(count))` from the south-west, the whole centred on 0, 0. */
function cellBox(index: number, count: number, side: number): Box {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const x0 = (index % columns) * side - (columns * side) / 2;
  const y0 = Math.floor(index / columns) * side - (rows * side) / 2;
  return { x0, y0, x1: x0 + side, y1: y0 + side };
}

function axis(before: readonly number[], after: readonly number[], centre: number): Int32Array {
  const lines = new Int32Array(before.length + 1 + after.length);
  for (let i = 0; i < before.length; i += 1) lines[before.length - 1 - i] = centre - before[i];
  lines[before.length] = centre;
  for (let i = 0; i < after.length; i += 1) lines[before.length + 1 + i] = centre + after[i];
  return lines;
}

/** Streets in the order of block numbering: each street's west and east half from the south, each avenue's south and north half from the west. */
function streetNames(grid: Grid, start: number): string[] {
  if (grid.ny > STREET_NAMES_MAX)
    throw new RangeError(`expected at most ${STREET_NAMES_MAX} streets, found ${grid.ny}`);
  const names: string[] = [];
  for (let r = 0; r < grid.ny; r += 1) {
    const name = streetName(r, start);
    names.push(`W ${name}`, `E ${name}`);
  }
  for (let c = 0; c < grid.nx; c += 1) {
    const name = `${ordinalName(c + 1)} AVE`;
    names.push(`S ${name}`, `N ${name}`);
  }
  return names;
}

/**
 * Blocks are numbered so that they come sorted by (street, hundred): along each half of a street outward from its centre line.
 * A line's blocks before the centre are therefore numbered against the direction of the axis.
 */
function blockAt(grid: Grid, eastWest: boolean, line: number, gap: number): number {
  const gaps = eastWest ? grid.cols : grid.rows;
  const middle = eastWest ? grid.kx : grid.ky;
  return (eastWest ? 0 : grid.ny * grid.cols) + line * gaps + (gap < middle ? middle - 1 - gap : gap);
}

function locate(grid: Grid, block: number): { eastWest: boolean; line: number; gap: number } {
  const split = grid.ny * grid.cols;
  const eastWest = block < split;
  const rest = eastWest ? block : block - split;
  const gaps = eastWest ? grid.cols : grid.rows;
  const middle = eastWest ? grid.kx : grid.ky;
  const line = Math.floor(rest / gaps);
  const step = rest - line * gaps;
  return { eastWest, line, gap: step < middle ? middle - 1 - step : step };
}

function endCrossings(grid: Grid, block: number): [number, number] {
  const { eastWest, line, gap } = locate(grid, block);
  const low = eastWest ? line * grid.nx + gap : gap * grid.nx + line;
  const high = eastWest ? low + 1 : low + grid.nx;
  return gap < (eastWest ? grid.kx : grid.ky) ? [high, low] : [low, high];
}

/** The gap of an axis that holds a position; the first or last one outside it. */
function gapOf(lines: Int32Array, at: number): number {
  let low = 0;
  let high = lines.length - 2;
  while (low < high) {
    const mid = (low + high + 1) >>> 1;
    if (lines[mid] <= at) low = mid;
    else high = mid - 1;
  }
  return low;
}

function nearestIndex(lines: Int32Array, at: number): number {
  const gap = gapOf(lines, at);
  return at - lines[gap] <= lines[gap + 1] - at ? gap : gap + 1;
}

/** Only the four sides of the cell that holds the point, and their continuations by one block, can be nearest. */
function blockNearest(grid: Grid, boxes: Int32Array, x: number, y: number): number {
  const column = gapOf(grid.xs, x);
  const row = gapOf(grid.ys, y);
  let best = -1;
  let least = Infinity;
  const look = (eastWest: boolean, line: number, gap: number): void => {
    if (gap < 0 || gap >= (eastWest ? grid.cols : grid.rows)) return;
    const block = blockAt(grid, eastWest, line, gap);
    const box = { x0: boxes[4 * block], y0: boxes[4 * block + 1], x1: boxes[4 * block + 2], y1: boxes[4 * block + 3] };
    const distance = distanceSquaredToBox(x, y, box);
    if (distance < least || (distance === least && block < best)) {
      best = block;
      least = distance;
    }
  };
  for (let step = -1; step <= 1; step += 1) {
    for (let end = 0; end <= 1; end += 1) {
      look(true, row + end, column + step);
      look(false, column + end, row + step);
    }
  }
  return best;
}

/**
 * Households by block: the suburb's and the countryside's as drawn, downtown's scaled to what is left; where that would leave
 * downtown much too empty or too full (a town too small or too dense for its zones), all are scaled alike. Adds up exactly.
 */
function drawHouseholds(
  draw: (block: number, index: number) => number,
  density: Uint8Array,
  households: number,
): Uint16Array {
  const weights = new Float64Array(density.length);
  let downtown = 0;
  let outer = 0;
  for (let i = 0; i < density.length; i += 1) {
    const u = draw(i, 0);
    if (density[i] === DENSITY.downtown) weights[i] = 25 + 150 * u * u;
    else weights[i] = density[i] === DENSITY.suburb ? 8 + Math.floor(u * 17) : Math.floor(u * 9);
    if (density[i] === DENSITY.downtown) downtown += weights[i];
    else outer += weights[i];
  }
  const factor = (households - outer) / downtown;
  const apart = factor >= 0.4 && factor <= 4;
  const all = households / (outer + downtown);
  const counts = new Uint16Array(density.length);
  let run = 0;
  let given = 0;
  for (let i = 0; i < density.length; i += 1) {
    if (apart && density[i] !== DENSITY.downtown) {
      counts[i] = weights[i];
      continue;
    }
    run += weights[i] * (apart ? factor : all);
    // The last of the running sums is whole but for rounding errors, so the rounded sums end on the total.
    const upTo = Math.round(run);
    counts[i] = fitUint16(upTo - given, 'households on a block');
    given = upTo;
  }
  return counts;
}

/** Neighbourhoods: the jurisdiction cut into equal cells of about 1.25 km, from the south-west. */
function makeTiles(box: Box, side: number): { boxes: Box[]; at: (x: number, y: number) => number } {
  const n = Math.min(AREAS_PER_SIDE_MAX, Math.max(1, Math.round(side / AREA_SIDE_DM)));
  const edge = (i: number): number => Math.floor((i * side) / n);
  const boxes: Box[] = [];
  for (let j = 0; j < n; j += 1) {
    for (let i = 0; i < n; i += 1) {
      boxes.push({ x0: box.x0 + edge(i), y0: box.y0 + edge(j), x1: box.x0 + edge(i + 1), y1: box.y0 + edge(j + 1) });
    }
  }
  const tile = (offset: number): number => {
    let i = Math.min(n - 1, Math.floor((offset * n) / side));
    // The edge is floored, so a position on it may belong to the tile above.
    if (i + 1 < n && offset >= edge(i + 1)) i += 1;
    return i;
  };
  return { boxes, at: (x, y) => tile(y - box.y0) * n + tile(x - box.x0) };
}

/** A highway from the west edge to the east edge, north of downtown; the marker at the west edge is drawn from 0 to 5 miles. */
function makeHighway(
  agencyIndex: number,
  box: Box,
  zones: Zones,
  areaAt: (x: number, y: number) => number,
  draw: (entity: number, index: number) => number,
): Gazetteer['highways'][number] {
  const milesAtWest = Math.floor(draw(0, 0) * 50) / 10;
  const middle = Math.floor((box.y0 + box.y1) / 2);
  const room = box.y1 - INSET_DM - middle - zones.downtownDm;
  const y = middle + zones.downtownDm + Math.floor(Math.max(0, room) * draw(1, 0));
  const milesMax = milesAtWest + (box.x1 - box.x0) / MILE_DM;
  const xAt = (mile: number): number => box.x0 + Math.round((mile - milesAtWest) * MILE_DM);
  const stretches: Box[] = [];
  for (let mile = 0; mile < milesMax; mile += STRETCH_MILES) {
    stretches.push({
      x0: Math.max(box.x0, xAt(mile)),
      y0: y - HALF_WIDTH_DM,
      x1: Math.min(box.x1, xAt(mile + STRETCH_MILES)),
      y1: y + HALF_WIDTH_DM,
    });
  }
  const area = areaAt(Math.floor((box.x0 + box.x1) / 2), y);
  return { name: `I-${900 + (agencyIndex % 100)}`, milesMax: Math.floor(milesMax * 10) / 10, stretches, area };
}

/** Running sums of households times a lognormal weight, which is the block's own whatever the number of households. */
function hotSpots(
  draw: (block: number, index: number) => number,
  households: Uint16Array,
  sigma: number,
): Float64Array {
  const weights = new Float64Array(households.length);
  for (let block = 0; block < households.length; block += 1) {
    let index = 0;
    const next = (): number => {
      index += 1;
      return draw(block, index);
    };
    weights[block] = households[block] * exp(sigma * normal(next));
  }
  return cumulative(weights);
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

function fitUint16(value: number, what: string): number {
  if (value > 65_535) throw new RangeError(`expected at most 65535 ${what}, found ${value}`);
  return value;
}
