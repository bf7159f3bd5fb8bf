/** The columns of a city's hundred-blocks and crossings, computed from its grid. */
import { endCrossings, locate, type Grid } from './grid.ts';
import { densityAt, type Zones } from './lines.ts';
import { fitUint16 } from './occupancy.ts';

/** Half the width of a block's box, dm: it holds the roadway and the lots along it. The box ends at the same distance from the crossings. */
const HALF_WIDTH_DM = 200;

/** One entry for each block, in order of number. */
export interface BlockColumns {
  /** Index into the gazetteer's streets. */
  street: Uint16Array;
  hundred: Uint16Array;
  /** [x0, y0, x1, y1] in dm at 4i. */
  box: Int32Array;
  /** Length of road, dm. */
  length: Uint32Array;
  /** 0 downtown, 1 suburb, 2 rural. */
  density: Uint8Array;
}

/** One entry for each crossing, by row of the grid. Positions in dm. */
export interface CrossingColumns {
  streetA: Uint16Array;
  streetB: Uint16Array;
  x: Int32Array;
  y: Int32Array;
  /** Households of the blocks that end there. */
  households: Uint16Array;
}

/** The blocks of a grid. */
export function blockColumns(grid: Grid, zones: Zones): BlockColumns {
  const count = grid.ny * grid.cols + grid.nx * grid.rows;
  const columns: BlockColumns = {
    street: new Uint16Array(count),
    hundred: new Uint16Array(count),
    box: new Int32Array(4 * count),
    length: new Uint32Array(count),
    density: new Uint8Array(count),
  };
  for (let block = 0; block < count; block += 1) {
    const { eastWest, line, gap } = locate(grid, block);
    const along = eastWest ? grid.xs : grid.ys;
    const middle = eastWest ? grid.kx : grid.ky;
    const [from, to] = [along[gap], along[gap + 1]];
    const across = eastWest ? grid.ys[line] : grid.xs[line];
    const outward = gap >= middle;
    columns.street[block] = (eastWest ? 0 : 2 * grid.ny) + 2 * line + (outward ? 1 : 0);
    columns.hundred[block] = 100 * (outward ? gap - middle : middle - 1 - gap);
    columns.length[block] = to - from;
    const [a0, a1] = [from + HALF_WIDTH_DM, to - HALF_WIDTH_DM];
    const [c0, c1] = [across - HALF_WIDTH_DM, across + HALF_WIDTH_DM];
    columns.box.set(eastWest ? [a0, c0, a1, c1] : [c0, a0, c1, a1], 4 * block);
    const centreAcross = eastWest ? grid.ys[grid.ky] : grid.xs[grid.kx];
    const distance = Math.max(Math.abs((from + to) / 2 - along[middle]), Math.abs(across - centreAcross));
    columns.density[block] = densityAt(zones, distance);
  }
  return columns;
}

/** The crossings of a grid, each with the households of the blocks that end there, at most four. */
export function crossingColumns(grid: Grid, blockHouseholds: Uint16Array): CrossingColumns {
  const count = grid.nx * grid.ny;
  const columns: CrossingColumns = {
    streetA: new Uint16Array(count),
    streetB: new Uint16Array(count),
    x: new Int32Array(count),
    y: new Int32Array(count),
    households: new Uint16Array(count),
  };
  const meeting = new Uint32Array(count);
  for (let block = 0; block < blockHouseholds.length; block += 1) {
    for (const end of endCrossings(grid, block)) meeting[end] += blockHouseholds[block];
  }
  for (let r = 0; r < grid.ny; r += 1) {
    for (let c = 0; c < grid.nx; c += 1) {
      const i = r * grid.nx + c;
      // A crossing at which a street changes its prefix has the east or north one.
      columns.streetA[i] = 2 * r + (c < grid.kx ? 0 : 1);
      columns.streetB[i] = 2 * grid.ny + 2 * c + (r < grid.ky ? 0 : 1);
      columns.x[i] = grid.xs[c];
      columns.y[i] = grid.ys[r];
      columns.households[i] = fitUint16(meeting[i], 'households at a crossing');
    }
  }
  return columns;
}
