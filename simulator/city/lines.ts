/**
 * The layout of a city: the distances from the centre at which downtown ends and the countryside begins, and the positions of the grid's lines
 * on each side of the centre.
 */
import type { Draw } from '../kernel/random.ts';

/** Zones by density. */
export const DENSITY = { downtown: 0, suburb: 1, rural: 2 } as const;

/** Mean block length by density, dm. Assumed; the blocks of grid cities are 80 to 200 m long. */
const BLOCK_DM = [1000, 1800, 6500];
/** Blocks are drawn within this share of the mean, before a zone's blocks are fitted to its width. */
const BLOCK_JITTER = 0.1;
/** Mean number of households on a hundred-block, by density, for the layout of zones. */
const BLOCK_HOUSEHOLDS = [75, 16, 4];
/** Share of all households for whom the suburb is laid out. Assumed. */
const SUBURB_SHARE = 0.58;

/** Distances from the centre along an axis at which downtown and the suburb end, dm. `suburbDm` is never the smaller. */
export interface Zones {
  downtownDm: number;
  suburbDm: number;
}

/** Lays out the zones of a city on a square of half side `halfDm`: with the smallest downtown that houses everybody whom the rest does not. */
export function layZones(households: number, halfDm: number): Zones {
  const suburbBlocks = (households * SUBURB_SHARE) / BLOCK_HOUSEHOLDS[DENSITY.suburb];
  for (let n = 1; n * BLOCK_DM[DENSITY.downtown] < halfDm; n += 1) {
    const downtownDm = n * BLOCK_DM[DENSITY.downtown];
    // With m gaps on each side of the centre along both axes a grid has about 8 m² hundred-blocks.
    const wanted = Math.sqrt((8 * n * n + suburbBlocks) / 8) - n;
    const suburbDm = Math.min(halfDm, downtownDm + Math.round(wanted * BLOCK_DM[DENSITY.suburb]));
    const m = n + (suburbDm - downtownDm) / BLOCK_DM[DENSITY.suburb];
    const all = m + (halfDm - suburbDm) / BLOCK_DM[DENSITY.rural];
    const housed =
      8 * n * n * BLOCK_HOUSEHOLDS[DENSITY.downtown] +
      8 * (m * m - n * n) * BLOCK_HOUSEHOLDS[DENSITY.suburb] +
      8 * (all * all - m * m) * BLOCK_HOUSEHOLDS[DENSITY.rural];
    if (housed >= households) return { downtownDm, suburbDm };
  }
  return { downtownDm: halfDm, suburbDm: halfDm };
}

/** The density at a distance from the centre along one axis. */
export function densityAt(zones: Zones, distanceDm: number): number {
  if (distanceDm < zones.downtownDm) return DENSITY.downtown;
  return distanceDm < zones.suburbDm ? DENSITY.suburb : DENSITY.rural;
}

/** Positions of the lines on one side of the centre, ascending, without the centre's own line (0). At least one; the last is `halfDm`. */
export function sideLines(draw: Draw, zones: Zones, halfDm: number): number[] {
  const lines: number[] = [];
  const ends = [zones.downtownDm, zones.suburbDm, halfDm];
  let from = 0;
  for (let density = 0; density < ends.length; density += 1) {
    const length = ends[density] - from;
    const count = Math.round(length / BLOCK_DM[density]);
    if (count === 0) continue;
    const steps: number[] = [];
    let sum = 0;
    for (let i = 0; i < count; i += 1) {
      const step = 1 + BLOCK_JITTER * (2 * draw() - 1);
      steps.push(step);
      sum += step;
    }
    let run = 0;
    for (const step of steps) {
      run += step;
      lines.push(from + Math.round((length * run) / sum));
    }
    from = ends[density];
  }
  // A zone that is too thin for a block of its own widens the last block before it.
  lines[lines.length - 1] = halfDm;
  return lines;
}
