/** From a record's location to the place that may be published, through the agency's gazetteer. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Gazetteer } from '../../contract/gazetteer.ts';
import { degreesToDm, distanceSquaredToBox, type Box } from '../../contract/plane.ts';
import type { SourceLocation } from './parse/normal.ts';
import { isStreetText, normalPlaceText, readPlaceForm, type PlaceForm } from './place-text.ts';

/** A place found, before it is made coarser: that depends on the policy of the moment. */
export type FoundPlace =
  /** `point`: where on it, or beside it; null where only the block is known. */
  | { kind: 'block'; block: number; point: Box | null }
  | { kind: 'crossing'; crossing: number; text: string }
  | { kind: 'stretch'; text: string; box: Box }
  | { kind: 'text'; text: string };

/** What is published of a place; `box` in dm, null where only its text is known. */
export interface PublishedPlace {
  text: string;
  box: Box | null;
  /** Never published: the point that the record tells, else the place before it was made coarser. */
  finest: Box | null;
}

export interface Places {
  /** Null where the location can't be placed. */
  find(location: SourceLocation): FoundPlace | null;
  /** The place, or its area or the jurisdiction where fewer than `householdsMin` households share it. */
  publish(found: FoundPlace, householdsMin: number): PublishedPlace;
}

export function createPlaces(profile: Pick<AgencyProfile, 'gazetteer' | 'places'>): Places {
  const gazetteer = profile.gazetteer;
  let lookups: Lookups | null = null;
  return {
    find(location) {
      if (profile.places === 'text') return location.kind === 'text' ? findText(location.text) : null;
      lookups ??= createLookups(gazetteer);
      return location.kind === 'text'
        ? findListed(gazetteer, lookups, location.text)
        : findNearest(gazetteer, lookups, location);
    },
    publish: (found, householdsMin) => publish(gazetteer, found, householdsMin),
  };
}

// --- internal ---

/** Farthest that coordinates may lie from the block they are taken for, dm. */
const NEAREST_DM_MAX = 2500;

interface Lookups {
  streets: Map<string, number>;
  crossings: Map<number, number>;
  landmarks: Map<string, number>;
  highways: Map<string, number>;
  /** Blocks by the grid cells, NEAREST_DM_MAX wide, that their boxes touch. */
  cells: Map<number, number[]>;
}

function createLookups(gazetteer: Gazetteer): Lookups {
  const lookups: Lookups = {
    streets: new Map(),
    crossings: new Map(),
    landmarks: new Map(),
    highways: new Map(),
    cells: new Map(),
  };
  gazetteer.streets.forEach((name, i) => setFirst(lookups.streets, name, i));
  for (let i = 0; i < gazetteer.crossingX.length; i++)
    setFirst(lookups.crossings, crossingKey(gazetteer.crossingStreetA[i], gazetteer.crossingStreetB[i]), i);
  for (const { name, block } of gazetteer.landmarks) setFirst(lookups.landmarks, name, block);
  gazetteer.highways.forEach(({ name }, i) => setFirst(lookups.highways, name, i));
  for (let block = 0; block < gazetteer.blockStreet.length; block++) {
    const box = blockBox(gazetteer, block);
    for (let cx = cellOf(box.x0); cx <= cellOf(box.x1); cx++)
      for (let cy = cellOf(box.y0); cy <= cellOf(box.y1); cy++) {
        const cell = lookups.cells.get(cellKey(cx, cy));
        if (cell === undefined) lookups.cells.set(cellKey(cx, cy), [block]);
        else cell.push(block);
      }
  }
  return lookups;
}

/** Where a gazetteer lists one thing twice, the first counts. */
function setFirst<K>(map: Map<K, number>, key: K, value: number): void {
  if (!map.has(key)) map.set(key, value);
}

function crossingKey(streetA: number, streetB: number): number {
  return Math.min(streetA, streetB) * 65_536 + Math.max(streetA, streetB);
}

function cellOf(dm: number): number {
  return Math.floor(dm / NEAREST_DM_MAX);
}

function cellKey(cx: number, cy: number): number {
  return (cx + 1_048_576) * 2_097_152 + (cy + 1_048_576);
}

function blockBox(gazetteer: Gazetteer, block: number): Box {
  const at = 4 * block;
  const boxes = gazetteer.blockBox;
  return { x0: boxes[at], y0: boxes[at + 1], x1: boxes[at + 2], y1: boxes[at + 3] };
}

function findNearest(
  gazetteer: Gazetteer,
  lookups: Lookups,
  location: { latitude: number; longitude: number },
): FoundPlace | null {
  const x = degreesToDm(location.longitude);
  const y = degreesToDm(location.latitude);
  let nearest = -1;
  let nearestSquared = NEAREST_DM_MAX * NEAREST_DM_MAX;
  for (let cx = cellOf(x) - 1; cx <= cellOf(x) + 1; cx++)
    for (let cy = cellOf(y) - 1; cy <= cellOf(y) + 1; cy++)
      for (const block of lookups.cells.get(cellKey(cx, cy)) ?? []) {
        const squared = distanceSquaredToBox(x, y, blockBox(gazetteer, block));
        if (squared > nearestSquared || (squared === nearestSquared && nearest >= 0 && block >= nearest)) continue;
        nearest = block;
        nearestSquared = squared;
      }
  return nearest < 0 ? null : { kind: 'block', block: nearest, point: { x0: x, y0: y, x1: x, y1: y } };
}

function findListed(gazetteer: Gazetteer, lookups: Lookups, source: string): FoundPlace | null {
  const text = normalPlaceText(source);
  const form = readPlaceForm(text);
  switch (form.kind) {
    case 'mile': {
      const highway = lookups.highways.get(form.highway);
      if (highway === undefined) return null;
      const box = gazetteer.highways[highway].stretches[Math.floor(form.mile / 5)];
      return box === undefined ? null : { kind: 'stretch', text: stretchText(form.highway, form.mile), box };
    }
    case 'crossing': {
      const a = lookups.streets.get(form.streetA);
      const b = lookups.streets.get(form.streetB);
      if (a === undefined || b === undefined) return null;
      const crossing = lookups.crossings.get(crossingKey(a, b));
      return crossing === undefined
        ? null
        : { kind: 'crossing', crossing, text: crossingText(form.streetA, form.streetB) };
    }
    case 'hundred':
      return blockFound(gazetteer, findBlock(gazetteer, lookups.streets.get(form.street), form.hundred), form.number);
    case 'other':
      return blockFound(gazetteer, lookups.landmarks.get(text), null);
  }
}

function blockFound(gazetteer: Gazetteer, block: number | undefined, number: number | null): FoundPlace | null {
  if (block === undefined) return null;
  return { kind: 'block', block, point: number === null ? null : housePoint(gazetteer, block, number) };
}

/** On the block's middle line, its house numbers spread evenly over its longer side. */
function housePoint(gazetteer: Gazetteer, block: number, number: number): Box {
  const { x0, y0, x1, y1 } = blockBox(gazetteer, block);
  const isEastWest = x1 - x0 >= y1 - y0;
  const [start, end] = isEastWest ? [x0, x1] : [y0, y1];
  const run = Math.floor(((end - start) * (2 * (number % 100) + 1)) / 200);
  const along = growsEastOrNorth(gazetteer, block, isEastWest) ? start + run : end - run;
  const across = Math.floor(isEastWest ? (y0 + y1) / 2 : (x0 + x1) / 2);
  return isEastWest
    ? { x0: along, y0: across, x1: along, y1: across }
    : { x0: across, y0: along, x1: across, y1: along };
}

/** As the street's next block tells, or the one before; blocks are sorted by (street, hundred). */
function growsEastOrNorth(gazetteer: Gazetteer, block: number, isEastWest: boolean): boolean {
  const { blockStreet } = gazetteer;
  const isLast = blockStreet[block + 1] !== blockStreet[block];
  if (isLast && blockStreet[block - 1] !== blockStreet[block]) return true;
  const low = blockBox(gazetteer, isLast ? block - 1 : block);
  const high = blockBox(gazetteer, isLast ? block : block + 1);
  return isEastWest ? high.x0 + high.x1 > low.x0 + low.x1 : high.y0 + high.y1 > low.y0 + low.y1;
}

/** Binary search: blocks are sorted by (street, hundred). */
function findBlock(gazetteer: Gazetteer, street: number | undefined, hundred: number): number | undefined {
  if (street === undefined) return undefined;
  let low = 0;
  let high = gazetteer.blockStreet.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    const s = gazetteer.blockStreet[mid];
    if (s < street || (s === street && gazetteer.blockHundred[mid] < hundred)) low = mid + 1;
    else high = mid;
  }
  return gazetteer.blockStreet[low] === street && gazetteer.blockHundred[low] === hundred ? low : undefined;
}

function findText(source: string): FoundPlace | null {
  const form = readPlaceForm(normalPlaceText(source));
  if (!streetsOf(form).every(isStreetText)) return null;
  switch (form.kind) {
    case 'mile':
      return { kind: 'text', text: stretchText(form.highway, form.mile) };
    case 'crossing':
      return { kind: 'text', text: crossingText(form.streetA, form.streetB) };
    case 'hundred':
      return { kind: 'text', text: blockText(form.street, form.hundred) };
    case 'other':
      return null;
  }
}

function streetsOf(form: PlaceForm): string[] {
  switch (form.kind) {
    case 'mile':
      return [form.highway];
    case 'crossing':
      return [form.streetA, form.streetB];
    case 'hundred':
      return [form.street];
    case 'other':
      return [];
  }
}

function publish(gazetteer: Gazetteer, found: FoundPlace, householdsMin: number): PublishedPlace {
  switch (found.kind) {
    case 'block': {
      const box = blockBox(gazetteer, found.block);
      const finest = found.point ?? box;
      if (gazetteer.blockHouseholds[found.block] < householdsMin)
        return { ...publishArea(gazetteer, gazetteer.blockArea[found.block], householdsMin), finest };
      const street = gazetteer.streets[gazetteer.blockStreet[found.block]];
      return { text: blockText(street, gazetteer.blockHundred[found.block]), box, finest };
    }
    case 'crossing': {
      const i = found.crossing;
      const [x, y] = [gazetteer.crossingX[i], gazetteer.crossingY[i]];
      const finest = { x0: x, y0: y, x1: x, y1: y };
      return gazetteer.crossingHouseholds[i] < householdsMin
        ? { ...publishArea(gazetteer, gazetteer.crossingArea[i], householdsMin), finest }
        : { text: found.text, box: finest, finest };
    }
    case 'stretch':
      return { text: found.text, box: found.box, finest: found.box };
    case 'text':
      return { text: found.text, box: null, finest: null };
  }
}

function publishArea(gazetteer: Gazetteer, index: number, householdsMin: number): Omit<PublishedPlace, 'finest'> {
  const area = gazetteer.areas[index];
  if (area.households >= householdsMin) return { text: `${area.name} AREA`, box: area.box };
  return { text: `${gazetteer.jurisdiction.name} JURISDICTION`, box: gazetteer.jurisdiction.box };
}

function blockText(street: string, hundred: number): string {
  return hundred === 0 ? `UNIT BLOCK ${street}` : `${hundred} BLOCK ${street}`;
}

function crossingText(streetA: string, streetB: string): string {
  return streetA < streetB ? `${streetA} / ${streetB}` : `${streetB} / ${streetA}`;
}

function stretchText(highway: string, mile: number): string {
  const from = Math.floor(mile / 5) * 5;
  return `${highway} MILES ${from} TO ${from + 5}`;
}
