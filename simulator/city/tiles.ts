/** Neighbourhoods: the coarser published places. */
import type { Box } from '../../contract/plane.ts';

/** Side of a neighbourhood, dm, and the most neighbourhoods along a side (their names must stay unique). */
const AREA_SIDE_DM = 12_500;
const AREAS_PER_SIDE_MAX = 70;

/** Neighbourhoods: the jurisdiction cut into equal cells of about 1.25 km, from the south-west. */
export function makeTiles(box: Box, side: number): { boxes: Box[]; at: (x: number, y: number) => number } {
  const n = Math.min(AREAS_PER_SIDE_MAX, Math.max(1, Math.round(side / AREA_SIDE_DM)));
  const edge = (i: number): number => Math.floor((i * side) / n);
  const boxes: Box[] = [];
  for (let j = 0; j < n; j += 1) {
    for (let i = 0; i < n; i += 1) {
      boxes.push({ x0: box.x0 + edge(i), y0: box.y0 + edge(j), x1: box.x0 + edge(i + 1), y1: box.y0 + edge(j + 1) });
    }
  }
  const tile = (offset: number): number => Math.min(n - 1, Math.floor((offset * n) / side));
  return { boxes, at: (x, y) => tile(y - box.y0) * n + tile(x - box.x0) };
}
