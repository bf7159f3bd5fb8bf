/** Reads a row's point on the map, from two columns or one. */
import type { Mapping } from '../../contract/mapping.ts';
import type { Columns, RawRow } from './columns.ts';

/** Degrees. `none`: the row has no point; `outside`: its point lies outside the mapping's box. */
export type Point = { kind: 'point'; latitude: number; longitude: number } | { kind: 'none' } | { kind: 'outside' };

/** A reader of a row's coordinates. Values that are no degrees count as none. */
export function pointReader(coordinates: Mapping['coordinates'], columns: Columns): (row: RawRow) => Point {
  if (coordinates === undefined) return () => ({ kind: 'none' });
  const read =
    'point' in coordinates
      ? pairReader(columns.cell(coordinates.point))
      : twoReader(columns.cell(coordinates.latitude), columns.cell(coordinates.longitude));
  const { box } = coordinates;
  return (row) => {
    const [latitude, longitude] = read(row);
    // (0, 0) is how exports write a missing point; no agency polices that spot of the ocean.
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

/** Well-known text (WKT) has the longitude first; a pair in brackets has the latitude first. */
function pairReader(point: (row: RawRow) => string): (row: RawRow) => [number, number] {
  return (row) => {
    const text = point(row);
    const wkt = WKT.exec(text);
    if (wkt !== null) return [Number(wkt[2]), Number(wkt[1])];
    const pair = PAIR.exec(text);
    return pair === null ? [NaN, NaN] : [Number(pair[1]), Number(pair[2])];
  };
}
