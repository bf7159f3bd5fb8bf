/**
 * An agency's gazetteer: the places that may be published, and how many households share each. A platform receives it at onboarding. It consists of columns, so
 * that 225 agencies fit in memory, and of plain data, so that it can cross a process boundary.
 */
import type { Box } from './plane.ts';

/** Positions and boxes are in dm of the local plane (contract/plane.ts). Columns that begin alike have one entry for each block or crossing. */
export interface Gazetteer {
  /** Street names as dispatchers type them, upper case with prefix and suffix: `W MAPLE ST`. */
  streets: string[];
  /**
   * Hundred-blocks, sorted by (street, hundred). Block i holds the addresses from `blockHundred[i]` to `blockHundred[i] + 99` of the street with index
   * `blockStreet[i]`. A hundred is a multiple of 100; 0 is the unit block, with the addresses 1 to 99.
   */
  blockStreet: Uint16Array;
  blockHundred: Uint16Array;
  /** The published extent of block i: x0, y0, x1, y1 at indices 4i to 4i + 3. */
  blockBox: Int32Array;
  blockHouseholds: Uint16Array;
  /** Index into `areas` of the block's area, the next coarser place. */
  blockArea: Uint16Array;
  /**
   * Crossings, each listed once: the indices of two streets (the lower first), the position, and the households of the hundred-blocks that meet there. If a
   * street changes its prefix at a crossing, the crossing is listed under its E or N name.
   */
  crossingStreetA: Uint16Array;
  crossingStreetB: Uint16Array;
  crossingX: Int32Array;
  crossingY: Int32Array;
  crossingHouseholds: Uint16Array;
  crossingArea: Uint16Array;
  /** Landmarks by the name that dispatchers use, in upper case, each with the index of its block. */
  landmarks: { name: string; block: number }[];
  /**
   * Highways that are known by mile markers: the name, the last mile, the box of each stretch of 5 miles (stretch i goes from mile 5i to 5i + 5) clipped to the
   * jurisdiction, and an index into `areas`.
   */
  highways: { name: string; milesMax: number; stretches: Box[]; area: number }[];
  /** Neighbourhoods, which are coarser places; each has a name of its own, such as `FAIRVIEW`. */
  areas: { name: string; box: Box; households: number }[];
  /** The whole jurisdiction, the coarsest place. */
  jurisdiction: { name: string; box: Box; households: number };
}

/** A gazetteer without places, for replayed files, of which only the texts of addresses are known. */
export const EMPTY_GAZETTEER: Readonly<Gazetteer> = {
  streets: [],
  blockStreet: new Uint16Array(0),
  blockHundred: new Uint16Array(0),
  blockBox: new Int32Array(0),
  blockHouseholds: new Uint16Array(0),
  blockArea: new Uint16Array(0),
  crossingStreetA: new Uint16Array(0),
  crossingStreetB: new Uint16Array(0),
  crossingX: new Int32Array(0),
  crossingY: new Int32Array(0),
  crossingHouseholds: new Uint16Array(0),
  crossingArea: new Uint16Array(0),
  landmarks: [],
  highways: [],
  areas: [],
  jurisdiction: { name: '', box: { x0: 0, y0: 0, x1: 0, y1: 0 }, households: 0 },
};
