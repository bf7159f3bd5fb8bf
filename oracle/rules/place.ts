/** Published places by docs/reference/rules.md, 'Where: the published place': from a manifest's location, and back from a published text. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Gazetteer } from '../../contract/gazetteer.ts';
import type { PublishedLocation } from '../../contract/manifest.ts';
import type { Box } from '../../contract/plane.ts';
import { distanceSquaredToBox, dmToDegrees } from '../../contract/plane.ts';

/** `text`: of an agency without a gazetteer. */
export type PlaceKind = 'block' | 'crossing' | 'stretch' | 'area' | 'jurisdiction' | 'text';

/** A place that an alert may name. */
export interface Place {
  text: string;
  kind: PlaceKind;
  /** Null if the agency brings no gazetteer. */
  box: Box | null;
  /** Households that share it; null if nobody knows, and on a stretch of highway, where nobody lives. */
  households: number | null;
  /** The location as exactly as the record gives it, whatever is published; null if nothing is known of it. */
  finest: Box | null;
}

/** A position lies on the nearest block if that is no further than 250 m. */
const NEAREST_DM_SQUARED_MAX = 2500 * 2500;
const MILES_PER_STRETCH = 5;
const CIRCLE_KM_MIN = 0.05;

/** The place to publish for a location; null if it is unlocatable. A place with fewer households than `householdsMin` is made coarser. */
export function publishedPlace(
  profile: AgencyProfile,
  location: PublishedLocation,
  householdsMin: number,
): Place | null {
  if (profile.places === 'text') return textPlace(location);
  const g = profile.gazetteer;
  switch (location.kind) {
    case 'address':
      return coarsen(g, houseAt(g, tidy(location.street), location.number), householdsMin);
    case 'block':
      return coarsen(g, blockAt(g, tidy(location.street), location.hundred), householdsMin);
    case 'crossing':
      return coarsen(g, crossingAt(g, tidy(location.streets[0]), tidy(location.streets[1])), householdsMin);
    case 'landmark': {
      const landmark = g.landmarks.find((l) => l.name === tidy(location.name));
      return landmark === undefined ? null : coarsen(g, fineBlock(g, landmark.block), householdsMin);
    }
    case 'coordinates': {
      const block = nearestBlock(g, location.x, location.y);
      if (block === null) return null;
      const { place, area } = fineBlock(g, block);
      return coarsen(g, { place: { ...place, finest: pointBox(location.x, location.y) }, area }, householdsMin);
    }
    case 'mile':
      return stretchAt(g, tidy(location.highway), Math.floor(location.mile / MILES_PER_STRETCH));
    case 'none':
      return null;
  }
}

/** The place that a published text names, whatever its households; null if it names no place of the agency. */
export function placeNamed(profile: AgencyProfile, text: string): Place | null {
  if (profile.places === 'text') return isMasked(text) ? textOnly(text) : null;
  const g = profile.gazetteer;
  const block = /^(?:(\d+)|UNIT) BLOCK (.+)$/.exec(text);
  if (block !== null && block[1] !== '0') {
    const fine = blockAt(g, block[2], Number(block[1] ?? 0));
    if (fine !== null && fine.place.text === text) return fine.place;
  }
  const stretch = /^(.+) MILES (\d+) TO \d+$/.exec(text);
  if (stretch !== null) {
    const place = stretchAt(g, stretch[1], Number(stretch[2]) / MILES_PER_STRETCH);
    if (place !== null && place.text === text) return place;
  }
  const sides = text.split(' / ');
  if (sides.length === 2) {
    const fine = crossingAt(g, sides[0], sides[1]);
    if (fine !== null && fine.place.text === text) return fine.place;
  }
  const area = g.areas.findIndex((a) => `${a.name} AREA` === text);
  if (area >= 0) return areaPlace(g, area);
  return text === `${g.jurisdiction.name} JURISDICTION` ? jurisdictionPlace(g) : null;
}

/** The circle of CAP around a place: `lat,lon km`, in degrees. */
export function capCircle(box: Box): string {
  const { x, y } = boxCentre(box);
  const km = Math.sqrt((box.x1 - x) ** 2 + (box.y1 - y) ** 2) / 10_000;
  return `${dmToDegrees(y).toFixed(5)},${dmToDegrees(x).toFixed(5)} ${Math.max(CIRCLE_KM_MIN, km).toFixed(2)}`;
}

/** Centre of a box, dm. */
export function boxCentre(box: Box): { x: number; y: number } {
  return { x: Math.floor((box.x0 + box.x1) / 2), y: Math.floor((box.y0 + box.y1) / 2) };
}

// --- internal ---

/** A place before it is made coarser, with the index of the area that would take its place. */
interface Fine {
  place: Place;
  area: number;
}

function tidy(text: string): string {
  return text.toUpperCase().replace(/ +/g, ' ').trim();
}

function coarsen(g: Gazetteer, fine: Fine | null, householdsMin: number): Place | null {
  if (fine === null) return null;
  if (fine.place.households! >= householdsMin) return fine.place;
  const wide = g.areas[fine.area].households >= householdsMin ? areaPlace(g, fine.area) : jurisdictionPlace(g);
  return { ...wide, finest: fine.place.finest };
}

function areaPlace(g: Gazetteer, index: number): Place {
  const area = g.areas[index];
  return { text: `${area.name} AREA`, kind: 'area', box: area.box, households: area.households, finest: area.box };
}

function jurisdictionPlace(g: Gazetteer): Place {
  return {
    text: `${g.jurisdiction.name} JURISDICTION`,
    kind: 'jurisdiction',
    box: g.jurisdiction.box,
    households: g.jurisdiction.households,
    finest: g.jurisdiction.box,
  };
}

function blockText(street: string, hundred: number): string {
  return hundred === 0 ? `UNIT BLOCK ${street}` : `${hundred} BLOCK ${street}`;
}

function boxAt(g: Gazetteer, block: number): Box {
  const at = block * 4;
  return { x0: g.blockBox[at], y0: g.blockBox[at + 1], x1: g.blockBox[at + 2], y1: g.blockBox[at + 3] };
}

function fineBlock(g: Gazetteer, block: number): Fine {
  const text = blockText(g.streets[g.blockStreet[block]], g.blockHundred[block]);
  const box = boxAt(g, block);
  return {
    place: { text, kind: 'block', box, households: g.blockHouseholds[block], finest: box },
    area: g.blockArea[block],
  };
}

function pointBox(x: number, y: number): Box {
  return { x0: x, y0: y, x1: x, y1: y };
}

/** Blocks are sorted by (street, hundred): a binary search needs no index beside the columns. */
function blockIndex(g: Gazetteer, street: string, hundred: number): number | null {
  const s = streetIndex(g, street);
  if (s === undefined) return null;
  let low = 0;
  let high = g.blockStreet.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (g.blockStreet[mid] < s || (g.blockStreet[mid] === s && g.blockHundred[mid] < hundred)) low = mid + 1;
    else high = mid;
  }
  return low < g.blockStreet.length && g.blockStreet[low] === s && g.blockHundred[low] === hundred ? low : null;
}

function blockAt(g: Gazetteer, street: string, hundred: number): Fine | null {
  const block = blockIndex(g, street, hundred);
  return block === null ? null : fineBlock(g, block);
}

/** The block of a house, with the house as its finest place: docs/reference/rules.md, 'Where', last paragraph. */
function houseAt(g: Gazetteer, street: string, number: number): Fine | null {
  const within = number % 100;
  const block = blockIndex(g, street, number - within);
  if (block === null) return null;
  const { place, area } = fineBlock(g, block);
  const box = place.box!;
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  const lies = width >= height;
  const step = Math.floor((Math.max(width, height) * (2 * within + 1)) / 200);
  const towards = directionOf(g, block, lies);
  const x = lies ? (towards > 0 ? box.x0 + step : box.x1 - step) : (box.x0 + box.x1) >> 1;
  const y = lies ? (box.y0 + box.y1) >> 1 : towards > 0 ? box.y0 + step : box.y1 - step;
  return { place: { ...place, finest: pointBox(x, y) }, area };
}

/** Positive if house numbers rise with the coordinate, negative if they fall, by the neighbouring block on the same street. */
function directionOf(g: Gazetteer, block: number, lies: boolean): number {
  const middle = (i: number): number =>
    lies ? g.blockBox[4 * i] + g.blockBox[4 * i + 2] : g.blockBox[4 * i + 1] + g.blockBox[4 * i + 3];
  const isOfStreet = (i: number): boolean => g.blockStreet[i] === g.blockStreet[block];
  if (isOfStreet(block + 1)) return middle(block + 1) - middle(block);
  return isOfStreet(block - 1) ? middle(block) - middle(block - 1) : 1;
}

function crossingAt(g: Gazetteer, one: string, other: string): Fine | null {
  const a = streetIndex(g, one);
  const b = streetIndex(g, other);
  if (a === undefined || b === undefined) return null;
  const low = Math.min(a, b);
  const high = Math.max(a, b);
  for (let i = 0; i < g.crossingX.length; i++) {
    if (g.crossingStreetA[i] !== low || g.crossingStreetB[i] !== high) continue;
    const box = pointBox(g.crossingX[i], g.crossingY[i]);
    const text = [one, other].sort().join(' / ');
    return {
      place: { text, kind: 'crossing', box, households: g.crossingHouseholds[i], finest: box },
      area: g.crossingArea[i],
    };
  }
  return null;
}

function stretchAt(g: Gazetteer, highway: string, index: number): Place | null {
  const stretches = g.highways.find((h) => h.name === highway)?.stretches ?? [];
  if (!Number.isInteger(index) || index < 0 || index >= stretches.length) return null;
  const box = stretches[index];
  return { text: stretchText(highway, index), kind: 'stretch', box, households: null, finest: box };
}

function stretchText(highway: string, index: number): string {
  return `${highway} MILES ${index * MILES_PER_STRETCH} TO ${(index + 1) * MILES_PER_STRETCH}`;
}

function nearestBlock(g: Gazetteer, x: number, y: number): number | null {
  let best: number | null = null;
  let bestSquared = NEAREST_DM_SQUARED_MAX + 1;
  for (let i = 0; i < g.blockStreet.length; i++) {
    const squared = distanceSquaredToBox(x, y, boxAt(g, i));
    if (squared < bestSquared) {
      best = i;
      bestSquared = squared;
    }
  }
  return best;
}

const streetIndices = new WeakMap<Gazetteer, Map<string, number>>();

function streetIndex(g: Gazetteer, name: string): number | undefined {
  let index = streetIndices.get(g);
  if (index === undefined) {
    index = new Map(g.streets.map((street, i) => [street, i]));
    streetIndices.set(g, index);
  }
  return index.get(name);
}

function textOnly(text: string): Place {
  return { text, kind: 'text', box: null, households: null, finest: null };
}

/** The place of an agency without a gazetteer: the masked text itself. A street must hold a letter. */
function textPlace(location: PublishedLocation): Place | null {
  const onStreet = (street: string, hundred: number): Place | null =>
    /[A-Z]/.test(street) ? textOnly(blockText(street, hundred)) : null;
  switch (location.kind) {
    case 'address':
      return onStreet(tidy(location.street), Math.floor(location.number / 100) * 100);
    case 'block':
      return onStreet(tidy(location.street), location.hundred);
    case 'crossing':
      return textOnly([tidy(location.streets[0]), tidy(location.streets[1])].sort().join(' / '));
    case 'mile':
      return textOnly(stretchText(tidy(location.highway), Math.floor(location.mile / MILES_PER_STRETCH)));
    case 'landmark':
    case 'coordinates':
    case 'none':
      return null;
  }
}

/** True for a text that may be published: a hundred-block, a crossing of two streets or a stretch. */
function isMasked(text: string): boolean {
  if (/^(?:[1-9]\d*00|UNIT) BLOCK .*[A-Z]/.test(text)) return true;
  if (/^.*[A-Z].* MILES \d*[05] TO \d*[05]$/.test(text)) return true;
  const sides = text.split(' / ');
  return sides.length === 2 && sides.every((side) => side !== '' && !/^\d+ /.test(side));
}
