/**
 * Units that neighbours lend. An agency's neighbours are other shards, which live a simulated minute away and can't be asked what their units do now:
 * so the help is a bounded number of lent units beside the agency's own, which drive up to the border in a stated time and from there as its own do. What
 * the neighbour lacks meanwhile is not modelled.
 */
import type { Box } from '../../contract/plane.ts';

export class LentUnits {
  /** Indices of lent units follow those of the agency's own. */
  readonly first: number;
  readonly count: number;
  private readonly box: Box;
  private readonly here: number[];

  constructor(first: number, count: number, box: Box) {
    this.first = first;
    this.count = count;
    this.box = box;
    this.here = Array.from({ length: count }, (_, i) => first + count - 1 - i);
  }

  /** A unit that is to be had, -1 where all are lent out. */
  borrow(): number {
    return this.here.pop() ?? -1;
  }

  giveBack(unit: number): void {
    this.here.push(unit);
  }

  /** Where a unit that is sent to (x, y) crosses the border: the nearest point of it, dm. */
  entry(x: number, y: number): { x: number; y: number } {
    const { x0, y0, x1, y1 } = this.box;
    const west = x - x0;
    const east = x1 - x;
    const south = y - y0;
    const nearest = Math.min(west, east, south, y1 - y);
    if (nearest === west) return { x: x0, y };
    if (nearest === east) return { x: x1, y };
    return { x, y: nearest === south ? y0 : y1 };
  }
}
