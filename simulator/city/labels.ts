/** Published names of a city's places. */
import type { City } from './city.ts';

/** Published name of a block: `2800 BLOCK W MAPLE ST` or `UNIT BLOCK W MAPLE ST`. */
export function blockLabel(city: City, block: number): string {
  const { gazetteer } = city;
  const hundred = gazetteer.blockHundred[block];
  return `${hundred === 0 ? 'UNIT' : hundred} BLOCK ${gazetteer.streets[gazetteer.blockStreet[block]]}`;
}

/** Published name of a crossing, its streets in alphabetical order: `N 5TH AVE / W MAPLE ST`. */
export function crossingLabel(city: City, crossing: number): string {
  const { gazetteer } = city;
  const a = gazetteer.streets[gazetteer.crossingStreetA[crossing]];
  const b = gazetteer.streets[gazetteer.crossingStreetB[crossing]];
  return a < b ? `${a} / ${b}` : `${b} / ${a}`;
}

/** Published name of the five-mile stretch that holds a mile marker: `I-900 MILES 0 TO 5`. */
export function stretchLabel(city: City, highway: number, mile: number): string {
  const from = Math.floor(mile / 5) * 5;
  return `${city.gazetteer.highways[highway].name} MILES ${from} TO ${from + 5}`;
}

/**
 * Every published place that is right for an incident (docs/reference/rules.md, 'Where'). On a highway that is its stretch; otherwise the
 * block, the crossings at its ends, the areas of all three, and the jurisdiction.
 */
export function truePlaces(city: City, block: number, mile?: { highway: number; mile: number }): string[] {
  if (mile !== undefined) return [stretchLabel(city, mile.highway, mile.mile)];
  const { gazetteer } = city;
  const [near, far] = city.endCrossings(block);
  const places = new Set([
    blockLabel(city, block),
    crossingLabel(city, near),
    crossingLabel(city, far),
    areaLabel(city, gazetteer.blockArea[block]),
    areaLabel(city, gazetteer.crossingArea[near]),
    areaLabel(city, gazetteer.crossingArea[far]),
    jurisdictionLabel(city),
  ]);
  return [...places];
}

// --- internal ---

function areaLabel(city: City, area: number): string {
  return `${city.gazetteer.areas[area].name} AREA`;
}

function jurisdictionLabel(city: City): string {
  return `${city.gazetteer.jurisdiction.name} JURISDICTION`;
}
