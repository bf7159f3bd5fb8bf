/** The highway through a jurisdiction. Places on it are known by mile marker. */
import type { Gazetteer } from '../../contract/gazetteer.ts';
import type { Box } from '../../contract/plane.ts';

/** A mile, dm. */
const MILE_DM = 16_093.44;
const STRETCH_MILES = 5;
const HALF_WIDTH_DM = 200;
/** Least distance from the jurisdiction's edge. */
const INSET_DM = 400;

/** Makes a highway from the west edge to the east edge, north of downtown. The marker at the west edge is drawn from 0 to 5 miles. */
export function makeHighway(
  agencyIndex: number,
  box: Box,
  downtownDm: number,
  areaAt: (x: number, y: number) => number,
  draw: (entity: number, index: number) => number,
): Gazetteer['highways'][number] {
  const milesAtWest = Math.floor(draw(0, 0) * 50) / 10;
  const middle = Math.floor((box.y0 + box.y1) / 2);
  const room = box.y1 - INSET_DM - middle - downtownDm;
  const y = middle + downtownDm + Math.floor(Math.max(0, room) * draw(1, 0));
  const milesMax = milesAtWest + (box.x1 - box.x0) / MILE_DM;
  const xAt = (mile: number): number => box.x0 + Math.round((mile - milesAtWest) * MILE_DM);
  const stretches: Box[] = [];
  for (let mile = 0; mile < milesMax; mile += STRETCH_MILES) {
    stretches.push({
      x0: Math.max(box.x0, xAt(mile)),
      y0: y - HALF_WIDTH_DM,
      x1: Math.min(box.x1, xAt(mile + STRETCH_MILES)),
      y1: y + HALF_WIDTH_DM,
    });
  }
  const area = areaAt(Math.floor((box.x0 + box.x1) / 2), y);
  return { name: `I-${900 + (agencyIndex % 100)}`, milesMax: Math.floor(milesMax * 10) / 10, stretches, area };
}
