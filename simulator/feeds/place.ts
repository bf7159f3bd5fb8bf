/** A record's place in the forms that feeds publish: its block, its crossing, the block's centre, or the address as typed. */
import type { Gazetteer } from '../../contract/gazetteer.ts';
import type { PublishedLocation } from '../../contract/manifest.ts';
import { degreesToDm, dmToDegrees } from '../../contract/plane.ts';
import type { CadRecord } from '../cad/record.ts';
import { styleNumber } from './rendering.ts';

type Located<K extends PublishedLocation['kind']> = Extract<PublishedLocation, { kind: K }>;

/** The street and hundred of a block. */
export function blockAddress(gazetteer: Gazetteer, block: number): { street: string; hundred: number } {
  return { street: gazetteer.streets[gazetteer.blockStreet[block]], hundred: gazetteer.blockHundred[block] };
}

/** The crossing nearest to a record, with its two streets joined by `joiner`. Their order is fixed by the record. */
export function nearestCrossing(gazetteer: Gazetteer, record: CadRecord, joiner: string): Located<'crossing'> {
  const at = record.location.crossing;
  const a = gazetteer.streets[gazetteer.crossingStreetA[at]];
  const b = gazetteer.streets[gazetteer.crossingStreetB[at]];
  const streets: [string, string] = styleNumber(record.ordinal, 1) < 50 ? [a, b] : [b, a];
  return { kind: 'crossing', streets, text: streets.join(joiner) };
}

/** The centre of a record's block as a feed prints it, with 7 decimals. */
export function blockCentre(
  gazetteer: Gazetteer,
  block: number,
): { latitude: string; longitude: string; location: Located<'coordinates'> } {
  const box = gazetteer.blockBox;
  const latitude = dmToDegrees(Math.floor((box[4 * block + 1] + box[4 * block + 3]) / 2)).toFixed(7);
  const longitude = dmToDegrees(Math.floor((box[4 * block] + box[4 * block + 2]) / 2)).toFixed(7);
  const location = {
    kind: 'coordinates' as const,
    x: degreesToDm(Number(longitude)),
    y: degreesToDm(Number(latitude)),
    text: `${longitude},${latitude}`,
  };
  return { latitude, longitude, location };
}

/** A record's neighbourhood, for the columns that name a district. */
export function districtName(gazetteer: Gazetteer, record: CadRecord): string {
  return gazetteer.areas[gazetteer.blockArea[record.location.block]].name;
}

/**
 * The exact location as dispatchers type it, and the unit if it is given apart from it. 4 in 100 addresses bear a fraction, 5 a letter;
 * half the units stand in the text; 3 in 10 crossings are typed with `&` (shares assumed).
 */
export function typedLocation(record: CadRecord): { location: PublishedLocation; unitText: string | null } {
  const { exact, unit } = record.location;
  const style = styleNumber(record.ordinal, 2);
  switch (exact.kind) {
    case 'address': {
      const text = addressText(exact, style);
      if (unit === null) return { location: { ...exact, text }, unitText: null };
      const way = styleNumber(record.ordinal, 3);
      if (way < 50) return { location: { ...exact, text }, unitText: unit };
      return { location: { ...exact, text: `${text} ${way < 80 ? unit : hashUnit(unit)}` }, unitText: null };
    }
    case 'crossing':
      return { location: { ...exact, text: exact.streets.join(style < 70 ? ' / ' : ' & ') }, unitText: unit };
    case 'landmark':
    case 'mile':
    case 'none':
      return { location: exact, unitText: unit };
  }
}

// --- internal ---

function addressText(exact: Located<'address'>, style: number): string {
  const plain = `${exact.number} ${exact.street}`;
  // If the call-taker typed the address differently, that text stays.
  if (exact.text !== plain) return exact.text;
  if (style < 4) return `${exact.number} 1/2 ${exact.street}`;
  if (style < 9) return `${exact.number}${'ABC'[style % 3]} ${exact.street}`;
  if (style < 11) return `${exact.number}  ${exact.street}`;
  return plain;
}

/** `APT 4B` as `#4B`. */
function hashUnit(unit: string): string {
  const space = unit.indexOf(' ');
  return space < 0 ? unit : `#${unit.slice(space + 1)}`;
}
