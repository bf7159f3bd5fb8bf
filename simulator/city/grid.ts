/** The grid of streets and avenues, and the numbering of blocks and crossings on it. */
import { distanceSquaredToBox } from '../../contract/plane.ts';
import { STREET_NAMES_MAX, ordinalName, streetName } from './names.ts';

/** A grid of lines. */
export interface Grid {
  /** Positions of avenues and of streets, dm, ascending. */
  xs: Int32Array;
  ys: Int32Array;
  /** The number of avenues and of streets. */
  nx: number;
  ny: number;
  /** Gaps between lines: nx - 1 and ny - 1. */
  cols: number;
  rows: number;
  /** Indices of the centre lines. */
  kx: number;
  ky: number;
}

/** Distances of the lines from the centre, dm, ascending, on each side. */
export interface Sides {
  west: readonly number[];
  east: readonly number[];
  south: readonly number[];
  north: readonly number[];
}

/** Makes a grid around a centre, dm, which has a line in both directions. */
export function makeGrid(sides: Sides, centreX: number, centreY: number): Grid {
  const xs = axis(sides.west, sides.east, centreX);
  const ys = axis(sides.south, sides.north, centreY);
  const [kx, ky] = [sides.west.length, sides.south.length];
  return { xs, ys, nx: xs.length, ny: ys.length, cols: xs.length - 1, rows: ys.length - 1, kx, ky };
}

/**
 * Names of streets in the order of block numbering: from the south, the west and east half of each street; then from the west, the south and
 * north half of each avenue. `start` turns the list of names. Throws RangeError if there are more streets than names.
 */
export function streetNames(grid: Grid, start: number): string[] {
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

/** The line that a block lies on, and the gap between crossing lines that it fills. */
export function locate(grid: Grid, block: number): { eastWest: boolean; line: number; gap: number } {
  const split = grid.ny * grid.cols;
  const eastWest = block < split;
  const rest = eastWest ? block : block - split;
  const gaps = eastWest ? grid.cols : grid.rows;
  const middle = eastWest ? grid.kx : grid.ky;
  const line = Math.floor(rest / gaps);
  const step = rest - line * gaps;
  return { eastWest, line, gap: step < middle ? middle - 1 - step : step };
}

/** The crossings at a block's two ends, the one nearer to the centre first. */
export function endCrossings(grid: Grid, block: number): [number, number] {
  const { eastWest, line, gap } = locate(grid, block);
  const low = eastWest ? line * grid.nx + gap : gap * grid.nx + line;
  const high = eastWest ? low + 1 : low + grid.nx;
  return gap < (eastWest ? grid.kx : grid.ky) ? [high, low] : [low, high];
}

/**
 * The block whose box ([x0, y0, x1, y1] at 4i) is nearest to a point, the lowest among equals. It must be one of the four sides of the cell
 * that holds the point, or continue one of them by one block.
 */
export function blockNearest(grid: Grid, boxes: Int32Array, x: number, y: number): number {
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

/** The crossing nearest to a point, the lowest among equals. */
export function crossingNearest(grid: Grid, x: number, y: number): number {
  return nearestIndex(grid.ys, y) * grid.nx + nearestIndex(grid.xs, x);
}

// --- internal ---

function axis(before: readonly number[], after: readonly number[], centre: number): Int32Array {
  const lines = new Int32Array(before.length + 1 + after.length);
  for (let i = 0; i < before.length; i += 1) lines[before.length - 1 - i] = centre - before[i];
  lines[before.length] = centre;
  for (let i = 0; i < after.length; i += 1) lines[before.length + 1 + i] = centre + after[i];
  return lines;
}

/**
 * Blocks are numbered by (street, hundred): along each half of a street, outward from its centre line. Therefore the blocks of a line before
 * the centre are numbered against the direction of the axis.
 */
function blockAt(grid: Grid, eastWest: boolean, line: number, gap: number): number {
  const gaps = eastWest ? grid.cols : grid.rows;
  const middle = eastWest ? grid.kx : grid.ky;
  return (eastWest ? 0 : grid.ny * grid.cols) + line * gaps + (gap < middle ? middle - 1 - gap : gap);
}

/** The gap of an axis that holds a position; the first or last one for a position outside. */
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
