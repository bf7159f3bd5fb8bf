/**
 * A seeded city near 0°N 0°E: one agency's jurisdiction with its streets, hundred-blocks, households and published places.
 *
 * Streets run east and west, avenues north and south, on a grid whose lines lie closer downtown than in the suburb and the countryside.
 * House numbers grow outward from the two centre lines, by a hundred for each block. A household's address follows from its number
 * (households.ts) and is stored nowhere.
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

/** Everything that a city is built from. The same spec gives the same city. */
export interface CitySpec {
  seeds: Seeds;
  /** Number of the agency, from 0, and the number of agencies: they decide the place of its cell among all cells. */
  agencyIndex: number;
  agencyCount: number;
  /** Name of the jurisdiction; it is published upper-cased: `HARTWELL 3`. */
  name: string;
  persons: number;
  personsPerHousehold: number;
  personsPerKm2: number;
  /** Spread of the lognormal hot-spot weight of blocks; 0: no hot spots. */
  hotSpotSigma: number;
  /** Side of every agency's cell, dm, even: `cellSide` of all agencies; that of this agency alone if left out. */
  cellSideDm?: number;
}

/** A city that is built. Nothing changes it. */
export interface City {
  agencyIndex: number;
  gazetteer: Gazetteer;
  /** The jurisdiction. Neighbours share its edges exactly. */
  box: Box;
  /** By block: 0 downtown, 1 suburb, 2 rural. */
  density: Uint8Array;
  /** By block: the number of its first household, which is that of households before it. One more entry than blocks. */
  firstHousehold: Uint32Array;
  households: number;
  persons: number;
  /** The block whose box is nearest to a point, the lowest among equals. */
  blockNearest: (x: number, y: number) => number;
  /** The crossing nearest to a point, the lowest among equals. */
  crossingNearest: (x: number, y: number) => number;
  /** The crossings at a block's two ends, the one nearer to the centre first. */
  endCrossings: (block: number) => [number, number];
  /** The block that a uniform u in [0, 1) picks: weighted by households and hot spots. */
  pickBlock: (u: number) => number;
  /** The same, weighted by the length of road. */
  pickBlockUniform: (u: number) => number;
  /** Blocks below this number lie on streets that run east and west, the others on avenues. */
  eastWestBlocks: number;
  /** Uniforms by (block, lot), for the place of a house on its block. */
  lotDraw: (block: number, lot: number) => number;
  /** Uniforms by (household, 0), for fractions in house numbers. */
  fractionDraw: (household: number, index: number) => number;
}

/**
 * Side of every agency's square cell, dm, even: with it, all agencies together have the density asked for. Agencies larger than the mean
 * are denser, smaller ones less dense. It is at least 1 km: a city needs room for its grid.
 */
export function cellSide(personsOfAllAgencies: readonly number[], personsPerKm2: number): number {
  let total = 0;
  for (const persons of personsOfAllAgencies) total += persons;
  const km2 = total / personsOfAllAgencies.length / personsPerKm2;
  return Math.max(CELL_SIDE_DM_MIN, 2 * Math.round((Math.sqrt(km2) * 10_000) / 2));
}

/** Builds a city. Throws RangeError if a place has more households, or the city more streets, than the columns can hold. */
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

  const neighbourhoods = cutNeighbourhoods(box, side);
  const areaStart = Math.floor(starts(1, 0) * AREA_NAMES_MAX);
  const areas = neighbourhoods.boxes.map((b, i) => ({ name: areaName(i, areaStart), box: b, households: 0 }));
  const blockArea = blockHouseholds.map((_, i) => {
    const [x0, y0, x1, y1] = blocks.box.subarray(4 * i, 4 * i + 4);
    return neighbourhoods.at((x0 + x1) / 2, (y0 + y1) / 2);
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
    crossingArea: crossings.households.map((_, i) => neighbourhoods.at(crossings.x[i], crossings.y[i])),
    landmarks: Array.from({ length: landmarkCount }, (_, i) => ({
      name: landmarkName(i, landmarkStart),
      block: pick(roads, landmarkDraw(i, 0)),
    })),
    highways: [
      makeHighway(agencyIndex, box, zones.downtownDm, neighbourhoods.at, counterDraw(seeds, concern('highway'))),
    ],
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

// --- internal ---

const CELL_SIDE_DM_MIN = 10_000;
/** Distance from the jurisdiction's edge to the outermost street. */
const INSET_DM = 400;
/** Assumed. */
const PERSONS_PER_LANDMARK = 2000;
const LANDMARKS_MIN = 3;
/** Side of a neighbourhood, dm, and the most neighbourhoods along a side: their names must stay unique. */
const AREA_SIDE_DM = 12_500;
const AREAS_PER_SIDE_MAX = 70;

/** The cell of an agency. Cells lie in rows of `ceil(sqrt(count))` from the south-west, all of them centred on 0, 0. */
function cellBox(index: number, count: number, side: number): Box {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const x0 = (index % columns) * side - (columns * side) / 2;
  const y0 = Math.floor(index / columns) * side - (rows * side) / 2;
  return { x0, y0, x1: x0 + side, y1: y0 + side };
}

interface Neighbourhoods {
  boxes: Box[];
  /** The index of the neighbourhood that holds a point. */
  at: (x: number, y: number) => number;
}

/** Cuts the jurisdiction into neighbourhoods, equal cells of about 1.25 km, from the south-west. */
function cutNeighbourhoods(box: Box, side: number): Neighbourhoods {
  const n = Math.min(AREAS_PER_SIDE_MAX, Math.max(1, Math.round(side / AREA_SIDE_DM)));
  const edge = (i: number): number => Math.floor((i * side) / n);
  const boxes: Box[] = [];
  for (let j = 0; j < n; j += 1) {
    for (let i = 0; i < n; i += 1) {
      boxes.push({ x0: box.x0 + edge(i), y0: box.y0 + edge(j), x1: box.x0 + edge(i + 1), y1: box.y0 + edge(j + 1) });
    }
  }
  const cell = (offset: number): number => Math.min(n - 1, Math.floor((offset * n) / side));
  return { boxes, at: (x, y) => cell(y - box.y0) * n + cell(x - box.x0) };
}
