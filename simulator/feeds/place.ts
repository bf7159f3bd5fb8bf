/** Where a record is, in the forms that feeds publish: its block, its crossing, the block's centre, or the address as typed. */
import type { Gazetteer } from '../../contract/gazetteer.ts';
import type { PublishedLocation } from '../../contract/manifest.ts';
import { degreesToDm, dmToDegrees } from '../../contract/plane.ts';
import type { CadRecord } from '../cad/record.ts';
import { styleOf } from './rendering.ts';

type Located<K extends PublishedLocation['kind']> = Extract<PublishedLocation, { kind: K }>;

export function blockOf(gazetteer: Gazetteer, block: number): { street: string; hundred: number } {
  return { street: gazetteer.streets[gazetteer.blockStreet[block]], hundred: gazetteer.blockHundred[block] };
}

/** The crossing nearest to a record, its two streets joined by `joiner`; which comes first is the record's own way. */
export function crossingOf(gazetteer: Gazetteer, record: CadRecord, joiner: string): Located<'crossing'> {
  const at = record.location.crossing;
  const a = gazetteer.streets[gazetteer.crossingStreetA[at]];
  const b = gazetteer.streets[gazetteer.crossingStreetB[at]];
  const streets: [string, string] = styleOf(record.ordinal, 1) < 50 ? [a, b] : [b, a];
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
export function districtOf(gazetteer: Gazetteer, record: CadRecord): string {
  return gazetteer.areas[gazetteer.blockArea[record.location.block]].name;
}

/**
 * The exact location as dispatchers type it, and the unit where it is given apart. Of 100 addresses 4 bear a fraction, 5 a letter, and half of
 * the units stand in the text; 3 of 10 crossings are typed with `&` (shares assumed).
 */
export function typedLocation(record: CadRecord): { location: PublishedLocation; unitText: string | null } {
  const { exact, unit } = record.location;
  const style = styleOf(record.ordinal, 2);
  switch (exact.kind) {
    case 'address': {
      const text = addressText(exact, style);
      if (unit === null) return { location: { ...exact, text }, unitText: null };
      const way = styleOf(record.ordinal, 3);
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
  // A text that the call-taker typed in a way of its own stays as it is.
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
