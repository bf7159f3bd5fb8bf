/**
 * Response areas: the ground is divided among the units on the roster, each place belonging to the one whose home is nearest, and each area has a list of
 * preference: its own unit first, then the others by how far their homes are from its. The list is fixed, wherever units happen to be (Larson's
 * hypercube with a beat for each unit). Distances are Manhattan, dm; among equals the lower index.
 */
import type { Homes } from './patrol.ts';

export class Areas {
  private readonly homes: Homes;
  private readonly count: number;

  constructor(homes: Homes, count: number) {
    this.homes = homes;
    this.count = count;
  }

  /** The first of the area's list who is available; -1 where nobody is. `isRostered`: has an area of its own now. */
  choose(x: number, y: number, isRostered: (unit: number) => boolean, isAvailable: (unit: number) => boolean): number {
    const area = this.nearest(x, y, isRostered);
    if (area < 0 || isAvailable(area)) return area;
    return this.nearest(this.homes.x[area], this.homes.y[area], isAvailable);
  }

  // --- internal ---

  private nearest(x: number, y: number, counts: (unit: number) => boolean): number {
    const { homes } = this;
    let best = -1;
    let bestDm = Infinity;
    for (let unit = 0; unit < this.count; unit += 1) {
      const dm = Math.abs(homes.x[unit] - x) + Math.abs(homes.y[unit] - y);
      if (dm >= bestDm || !counts(unit)) continue;
      best = unit;
      bestDm = dm;
    }
    return best;
  }
}
