/**
 * Units that neighbours lend. An agency's neighbours are other shards, which are a simulated minute away: nobody can ask them what their
 * units do now. So the help is a bounded number of lent units beside the agency's own. They drive to the border in a stated time, and from
 * there like the agency's own. That a neighbour lacks its lent units is not modelled.
 */
import type { Box } from '../../contract/plane.ts';

/** The units that neighbours can lend to one agency. */
export class LentUnits {
  /** Indices of lent units follow those of the agency's own. */
  readonly first: number;
  readonly count: number;
  readonly #box: Box;
  /** Units that are not lent out. The last one goes first. */
  readonly #here: number[];

  constructor(first: number, count: number, box: Box) {
    this.first = first;
    this.count = count;
    this.#box = box;
    this.#here = Array.from({ length: count }, (_, i) => first + count - 1 - i);
  }

  /** Takes a unit that can be lent; -1 if all are lent out. */
  borrow(): number {
    return this.#here.pop() ?? -1;
  }

  giveBack(unit: number): void {
    this.#here.push(unit);
  }

  /** The point at which a unit that is sent to (x, y) crosses the border: the nearest one, dm. */
  entry(x: number, y: number): { x: number; y: number } {
    const { x0, y0, x1, y1 } = this.#box;
    const west = x - x0;
    const east = x1 - x;
    const south = y - y0;
    const nearest = Math.min(west, east, south, y1 - y);
    if (nearest === west) return { x: x0, y };
    if (nearest === east) return { x: x1, y };
    return { x, y: nearest === south ? y0 : y1 };
  }
}
