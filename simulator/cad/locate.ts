/** The place that a call-taker puts on a record: as the caller names it, or from the position that comes with the call. */
import type { Call } from '../calls/calls.ts';
import type { City } from '../city/city.ts';
import { addressText, householdPlace } from '../city/households.ts';
import type { IncidentPlace } from '../incidents/incident.ts';
import { blockMiddle, homeOn } from '../incidents/places.ts';
import type { Draw } from '../kernel/random.ts';
import type { CadLocation } from './record.ts';

const VAGUE = [
  'BEHIND THE OLD MILL',
  'ALONG THE RIVER TRAIL',
  'FIELD PAST THE WATER TOWER',
  'UNDER THE RAIL BRIDGE',
  'LOT BY THE GRAIN SILO',
];
/** From this uncertainty on, m, a call-taker may type the caller's words instead of a position. */
const ROUGH_UNCERTAINTY_M = 300;

/** The place of a call. */
export function locateCall(city: City, { incident: { place }, ali, knowsPlace }: Call, draw: Draw): CadLocation {
  if (knowsPlace) return namedPlace(city, place, draw);
  const isRough = place.kind === 'vague' && ali.uncertaintyM > ROUGH_UNCERTAINTY_M;
  return isRough && draw() < 0.5 ? vaguePlace(city, place, draw) : locatePosition(city, ali.x, ali.y, draw);
}

/** The place of a position, dm: the call-taker puts it on the nearest crossing or at a house of the nearest block. */
export function locatePosition(city: City, x: number, y: number, draw: Draw): CadLocation {
  const block = city.blockNearest(x, y);
  const crossing = city.crossingNearest(x, y);
  const home = homeOn(city, block, draw);
  if (home.household < 0 || draw() < 0.5)
    return { exact: crossingLocation(city, crossing), unit: null, block, crossing, ...blockMiddle(city, block) };
  const at = householdPlace(city, home.household);
  return {
    exact: { kind: 'address', number: at.number, street: at.street, text: addressText(at) },
    unit: null,
    block,
    crossing,
    x: at.x,
    y: at.y,
  };
}

// --- internal ---

function namedPlace(city: City, place: IncidentPlace, draw: Draw): CadLocation {
  const { gazetteer } = city;
  const crossing = city.crossingNearest(place.x, place.y);
  const base = { unit: null, block: place.block, crossing, x: place.x, y: place.y };
  switch (place.kind) {
    case 'home': {
      const at = householdPlace(city, place.household);
      return {
        ...base,
        exact: { kind: 'address', number: at.number, street: at.street, text: addressText(at) },
        unit: at.unit,
      };
    }
    case 'crossing':
      return { ...base, crossing: place.index, exact: crossingLocation(city, place.index) };
    case 'landmark': {
      const { name } = gazetteer.landmarks[place.index];
      return { ...base, exact: { kind: 'landmark', name, text: name } };
    }
    case 'mile': {
      const highway = gazetteer.highways[place.index].name;
      return {
        ...base,
        exact: { kind: 'mile', highway, mile: place.mile, text: `${highway} MM ${place.mile.toFixed(1)}` },
      };
    }
    case 'vague':
      return vaguePlace(city, place, draw);
  }
}

function vaguePlace(city: City, place: IncidentPlace, draw: Draw): CadLocation {
  return {
    exact: { kind: 'none', text: VAGUE[Math.floor(draw() * VAGUE.length)] },
    unit: null,
    block: place.block,
    crossing: city.crossingNearest(place.x, place.y),
    x: place.x,
    y: place.y,
  };
}

function crossingLocation({ gazetteer }: City, index: number): CadLocation['exact'] {
  const a = gazetteer.streets[gazetteer.crossingStreetA[index]];
  const b = gazetteer.streets[gazetteer.crossingStreetB[index]];
  return { kind: 'crossing', streets: [a, b], text: `${a} / ${b}` };
}
