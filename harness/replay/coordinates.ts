/** A row's point on the map, out of two columns or one. */
import type { Mapping } from '../../contract/mapping.ts';
import type { Columns, RawRow } from './columns.ts';

export type Point = { kind: 'point'; latitude: number; longitude: number } | { kind: 'none' } | { kind: 'outside' };

/** Reads a row's coordinates: `none` where there are none or they are no degrees, `outside` where they leave the mapping's box. */
export function pointReader(coordinates: Mapping['coordinates'], columns: Columns): (row: RawRow) => Point {
  if (coordinates === undefined) return () => ({ kind: 'none' });
  const read =
    'point' in coordinates
      ? pairReader(columns.cell(coordinates.point))
      : twoReader(columns.cell(coordinates.latitude), columns.cell(coordinates.longitude));
  const { box } = coordinates;
  return (row) => {
    const [latitude, longitude] = read(row);
    // (0, 0) is how exports write a missing point; nobody polices that spot of the ocean.
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) || (latitude === 0 && longitude === 0))
      return { kind: 'none' };
    const inside =
      box === undefined ||
      (latitude >= box.south && latitude <= box.north && longitude >= box.west && longitude <= box.east);
    return inside ? { kind: 'point', latitude, longitude } : { kind: 'outside' };
  };
}

// --- internal ---

const NUMBER = '([+-]?\\d{1,3}(?:\\.\\d+)?)';
const WKT = new RegExp(`^POINT ?\\(${NUMBER} +${NUMBER}\\)$`, 'i');
const PAIR = new RegExp(`^\\(?${NUMBER} ?, ?${NUMBER}\\)?$`);

function twoReader(
  latitude: (row: RawRow) => string,
  longitude: (row: RawRow) => string,
): (row: RawRow) => [number, number] {
  const number = (text: string) => (text === '' ? NaN : Number(text));
  return (row) => [number(latitude(row)), number(longitude(row))];
}

/** Well-known text has the longitude first, a pair in brackets the latitude. */
function pairReader(point: (row: RawRow) => string): (row: RawRow) => [number, number] {
  return (row) => {
    const text = point(row);
    const wkt = WKT.exec(text);
    if (wkt !== null) return [Number(wkt[2]), Number(wkt[1])];
    const pair = PAIR.exec(text);
    return pair === null ? [NaN, NaN] : [Number(pair[1]), Number(pair[2])];
  };
}
