/**
 * Response areas. The ground is divided among the units on the roster: each place belongs to the unit whose home is nearest. Each area has a
 * list of preference: its own unit first, then the others by the distance of their homes from its home. The list is fixed, wherever units
 * happen to be (Larson's hypercube with a beat for each unit). Distances are Manhattan, dm; among equals the lower index comes first.
 */
import type { Homes } from './patrol.ts';

/** The areas of units 0 to `count - 1`. */
export class Areas {
  readonly #homes: Homes;
  readonly #count: number;

  constructor(homes: Homes, count: number) {
    this.#homes = homes;
    this.#count = count;
  }

  /** The first unit on the area's list that is available; -1 if none is. `isRostered`: the unit has an area of its own now. */
  choose(x: number, y: number, isRostered: (unit: number) => boolean, isAvailable: (unit: number) => boolean): number {
    const area = this.#nearest(x, y, isRostered);
    if (area < 0 || isAvailable(area)) return area;
    return this.#nearest(this.#homes.x[area], this.#homes.y[area], isAvailable);
  }

  #nearest(x: number, y: number, counts: (unit: number) => boolean): number {
    const homes = this.#homes;
    let best = -1;
    let bestDm = Infinity;
    for (let unit = 0; unit < this.#count; unit += 1) {
      const dm = Math.abs(homes.x[unit] - x) + Math.abs(homes.y[unit] - y);
      if (dm >= bestDm || !counts(unit)) continue;
      best = unit;
      bestDm = dm;
    }
    return best;
  }
}
