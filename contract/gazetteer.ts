/**
 * An agency's gazetteer: the published places and how many households share each, handed over at onboarding.
 * Columns, so that 225 agencies fit in memory; plain data, so that it crosses a process boundary.
 */
import type { Box } from './plane.ts';

export interface Gazetteer {
  /** Street names as dispatchers type them, upper case with prefix and suffix: `W MAPLE ST`. */
  streets: string[];
  /**
   * Hundred-blocks, sorted by (street, hundred): block i is the addresses `hundred` to `hundred + 99` of its street.
   * `hundred` is a multiple of 100; 0 is the unit block, addresses 1 to 99.
   */
  blockStreet: Uint16Array;
  blockHundred: Uint16Array;
  /** The block's published extent, [x0, y0, x1, y1] in dm at 4i. */
  blockBox: Int32Array;
  blockHouseholds: Uint16Array;
  /** Index into `areas`: the next coarser place. */
  blockArea: Uint16Array;
  /** Crossings, each listed once (where a street changes its prefix there, under its E or N name): two street indices (lower first), position in dm, and the households of the hundred-blocks that meet there. */
  crossingStreetA: Uint16Array;
  crossingStreetB: Uint16Array;
  crossingX: Int32Array;
  crossingY: Int32Array;
  crossingHouseholds: Uint16Array;
  crossingArea: Uint16Array;
  /** Landmarks by the name dispatchers use, upper case, each at a block (index). */
  landmarks: { name: string; block: number }[];
  /** Highways known by mile marker: name, the last mile, and each 5-mile stretch's box clipped to the jurisdiction; stretch i is miles 5i to 5i + 5. */
  highways: { name: string; milesMax: number; stretches: Box[]; area: number }[];
  /** Neighbourhoods: the coarser place; each has a unique name such as `FAIRVIEW`. */
  areas: { name: string; box: Box; households: number }[];
  /** The whole jurisdiction: the coarsest place. */
  jurisdiction: { name: string; box: Box; households: number };
}

/** A gazetteer without places: for replayed files, where only the text of an address is known. */
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
