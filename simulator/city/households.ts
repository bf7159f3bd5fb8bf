/** Addresses: every household's follows from its number and is stored nowhere. */
import type { City } from './city.ts';

/** Distance from the middle of the street to a house. */
const SETBACK_DM = 120;
/** Share of houses whose number carries a fraction. Assumed. */
const FRACTION_SHARE = 0.005;
/** A block with more households than this has apartment houses. Assumed. */
const HOUSES_MAX = 30;
/** Homes in an apartment house. Assumed. */
const HOMES_PER_HOUSE = 12;
const HOUSES_MIN = 8;
const LOTS_MAX = 98;

/** The address of a household, and its house's position, dm. */
export interface HouseholdPlace {
  block: number;
  number: number;
  /** True if the number carries `1/2`. */
  fraction: boolean;
  street: string;
  /** `APT 4B`; null in a house of one household. */
  unit: string | null;
  x: number;
  y: number;
}

/** A household's address and position, always the same. Throws RangeError if there is no such household. */
export function householdPlace(city: City, household: number): HouseholdPlace {
  const { gazetteer, firstHousehold } = city;
  if (!(household >= 0 && household < city.households)) {
    throw new RangeError(`expected a household from 0 to ${city.households - 1}, found ${household}`);
  }
  const block = blockOfHousehold(firstHousehold, household);
  const count = firstHousehold[block + 1] - firstHousehold[block];
  const lots = lotsFor(count);
  const k = household - firstHousehold[block];
  const lot = k % lots;
  const shared = lot + lots < count;
  const hundred = gazetteer.blockHundred[block];
  const odd = lot & 1;
  // Each side of the street has 50 numbers, in steps of two; lots take disjoint runs of them, so that no two share a number.
  const lotsOfSide = (lots + 1 - odd) >> 1;
  const first = hundred === 0 && odd === 0 ? 1 : 0;
  const slots = 50 - first;
  const low = Math.ceil(((lot >> 1) * slots) / lotsOfSide);
  const high = Math.ceil((((lot >> 1) + 1) * slots) / lotsOfSide);
  const within = 2 * (first + low + Math.floor(city.lotDraw(block, lot) * (high - low))) + odd;
  const outward = (gazetteer.blockStreet[block] & 1) === 1;
  const i = 4 * block;
  const [x0, y0, x1, y1] = [
    gazetteer.blockBox[i],
    gazetteer.blockBox[i + 1],
    gazetteer.blockBox[i + 2],
    gazetteer.blockBox[i + 3],
  ];
  const eastWest = block < city.eastWestBlocks;
  const length = eastWest ? x1 - x0 : y1 - y0;
  const run = Math.floor((length * (2 * within + 1)) / 200);
  const along = (eastWest ? x0 : y0) + (outward ? run : length - run);
  const across = (eastWest ? y0 + y1 : x0 + x1) / 2 + (odd === 1 ? SETBACK_DM : -SETBACK_DM);
  return {
    block,
    number: hundred + within,
    fraction: !shared && city.fractionDraw(household, 0) < FRACTION_SHARE,
    street: gazetteer.streets[gazetteer.blockStreet[block]],
    unit: shared ? unitName(Math.floor(k / lots)) : null,
    x: eastWest ? along : across,
    y: eastWest ? across : along,
  };
}

/** The address as a dispatcher types it, without the unit: `2854 1/2 W MAPLE ST`. */
export function addressText(place: HouseholdPlace): string {
  return `${place.number} ${place.fraction ? '1/2 ' : ''}${place.street}`;
}

// --- internal ---

function blockOfHousehold(firstHousehold: Uint32Array, household: number): number {
  let low = 0;
  let high = firstHousehold.length - 2;
  while (low < high) {
    const mid = (low + high + 1) >>> 1;
    if (firstHousehold[mid] <= household) low = mid;
    else high = mid - 1;
  }
  return low;
}

/** The number of house lots on a block with this number of households. */
function lotsFor(households: number): number {
  if (households <= HOUSES_MAX) return households;
  return Math.min(LOTS_MAX, Math.max(HOUSES_MIN, Math.ceil(households / HOMES_PER_HOUSE)));
}

/** Name of unit n of a house, six to a floor: `APT 1A` to `APT 1F`, `APT 2A`. */
function unitName(n: number): string {
  return `APT ${1 + Math.floor(n / 6)}${'ABCDEF'[n % 6]}`;
}
