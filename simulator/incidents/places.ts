/** Draws the places of incidents. */
import type { City } from '../city/city.ts';
import { householdPlace } from '../city/households.ts';
import type { Draw } from '../kernel/random.ts';
import type { IncidentPlace } from './incident.ts';
import type { PlaceShares } from './mix.ts';

/** A place for an event, by the shares of its type. Blocks are weighted by their households and hot spots. */
export function drawPlace(city: City, shares: PlaceShares, draw: Draw): IncidentPlace {
  const u = draw();
  const { gazetteer } = city;
  const block = city.pickBlock(draw());
  let limit = shares.crossing;
  if (u < limit) {
    const ends = city.endCrossings(block);
    const index = ends[draw() < 0.5 ? 0 : 1];
    return {
      kind: 'crossing',
      block,
      household: -1,
      index,
      mile: 0,
      x: gazetteer.crossingX[index],
      y: gazetteer.crossingY[index],
    };
  }
  limit += shares.landmark;
  if (u < limit && gazetteer.landmarks.length > 0) {
    const index = Math.floor(draw() * gazetteer.landmarks.length);
    const at = gazetteer.landmarks[index].block;
    return { kind: 'landmark', block: at, household: -1, index, mile: 0, ...blockMiddle(city, at) };
  }
  limit += shares.mile;
  if (u < limit && gazetteer.highways.length > 0) {
    const index = Math.floor(draw() * gazetteer.highways.length);
    return onHighway(city, index, draw());
  }
  limit += shares.vague;
  if (u < limit) return { kind: 'vague', block, household: -1, index: -1, mile: 0, ...blockMiddle(city, block) };
  return homeOn(city, block, draw);
}

/** A home on a block, each as likely as the others; if nobody lives there, a crossing at its end, with the block's middle as position. */
export function homeOn(city: City, block: number, draw: Draw): IncidentPlace {
  const first = city.firstHousehold[block];
  const count = city.firstHousehold[block + 1] - first;
  if (count === 0)
    return {
      kind: 'crossing',
      block,
      household: -1,
      index: city.endCrossings(block)[0],
      mile: 0,
      ...blockMiddle(city, block),
    };
  const household = first + Math.floor(draw() * count);
  const place = householdPlace(city, household);
  return { kind: 'home', block, household, index: -1, mile: 0, x: place.x, y: place.y };
}

/** The middle of a block's box, dm. */
export function blockMiddle(city: City, block: number): { x: number; y: number } {
  const b = city.gazetteer.blockBox;
  const i = 4 * block;
  return { x: Math.floor((b[i] + b[i + 2]) / 2), y: Math.floor((b[i + 1] + b[i + 3]) / 2) };
}

// --- internal ---

/** A point of a highway; `u` in [0, 1) runs along its stretches. */
function onHighway(city: City, index: number, u: number): IncidentPlace {
  const highway = city.gazetteer.highways[index];
  const stretches = highway.stretches
    .map((box, i) => ({ box, i }))
    .filter(({ box }) => box.x1 > box.x0 || box.y1 > box.y0);
  const chosen = stretches[Math.min(stretches.length - 1, Math.floor(u * stretches.length))];
  const fraction = u * stretches.length - Math.floor(u * stretches.length);
  const x = Math.floor(chosen.box.x0 + fraction * (chosen.box.x1 - chosen.box.x0));
  const y = Math.floor((chosen.box.y0 + chosen.box.y1) / 2);
  // The milepost within the stretch. A stretch that the border cuts off still counts as five miles.
  const mile = Math.min(highway.milesMax, Math.round((chosen.i * 5 + fraction * 4.9) * 10) / 10);
  return { kind: 'mile', block: city.blockNearest(x, y), household: -1, index, mile, x, y };
}
