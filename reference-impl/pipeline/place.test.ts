import { describe, expect, it } from 'vitest';
import type { SourceLocation } from './parse/normal.ts';
import { createPlaces } from './place.ts';
import { GAZETTEER } from './testbed.testing.ts';

const strict = createPlaces({ gazetteer: GAZETTEER, places: 'strict' });
const text = createPlaces({ gazetteer: GAZETTEER, places: 'text' });

function published(places: typeof strict, location: SourceLocation): string | null {
  const found = places.find(location);
  return found === null ? null : places.publish(found, 5).text;
}

describe('places of the gazetteer', () => {
  it.each([
    ['2854 W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2800 W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2899 W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2900 W MAPLE ST', null],
    ['2854 w maple st', '2800 BLOCK W MAPLE ST'],
    ['2854   W  MAPLE   ST', '2800 BLOCK W MAPLE ST'],
    ['2854A W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2854-A W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2854 1/2 W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2854 1/2 W MAPLE ST APT 4', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST APT 4', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST, APT 4', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST UNIT B', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST STE 100', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST RM 7', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST LOT 9', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST FL 2', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST BLDG C APT 2', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST #4', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST#4', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST # 4 REAR', '2800 BLOCK W MAPLE ST'],
    ['54 W MAPLE ST', 'UNIT BLOCK W MAPLE ST'],
    ['1 W MAPLE ST', 'UNIT BLOCK W MAPLE ST'],
    ['0 W MAPLE ST', 'UNIT BLOCK W MAPLE ST'],
    ['99 W MAPLE ST', 'UNIT BLOCK W MAPLE ST'],
    ['100 W MAPLE ST', null],
    ['28XX W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['XX W MAPLE ST', 'UNIT BLOCK W MAPLE ST'],
    ['28XX N 9TH AVE', null],
    ['2800 BLOCK W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2800 BLOCK OF W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2800 BLK W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2800-BLK W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['0 BLOCK W MAPLE ST', 'UNIT BLOCK W MAPLE ST'],
    ['512 N 5TH AVE', '500 BLOCK N 5TH AVE'],
    ['5XX N 5TH AVE', '500 BLOCK N 5TH AVE'],
    ['W MAPLE ST / N 5TH AVE', 'N 5TH AVE / W MAPLE ST'],
    ['N 5TH AVE / W MAPLE ST', 'N 5TH AVE / W MAPLE ST'],
    ['N 5TH AVE & W MAPLE ST', 'N 5TH AVE / W MAPLE ST'],
    ['W MAPLE ST \\ N 5TH AVE', 'N 5TH AVE / W MAPLE ST'],
    ['W MAPLE ST/N 5TH AVE', 'N 5TH AVE / W MAPLE ST'],
    ['W MAPLE ST / FERN LN', null],
    ['W MAPLE ST / ', null],
    [' / N 5TH AVE', null],
    ['2854 W MAPLE ST / N 5TH AVE', null],
    ['N 5TH AVE / FERN LN', 'TESTBURG JURISDICTION'],
    ['12 FERN LN', 'FAIRVIEW AREA'],
    ['112 FERN LN', 'TESTBURG JURISDICTION'],
    ['1200 BROADWAY', 'FAIRVIEW AREA'],
    ['HWY 16 MM 12', 'HWY 16 MILES 10 TO 15'],
    ['HWY 16 MP 12.4', 'HWY 16 MILES 10 TO 15'],
    ['HWY 16 MM 0', 'HWY 16 MILES 0 TO 5'],
    ['HWY 16 MM 4.999', 'HWY 16 MILES 0 TO 5'],
    ['HWY 16 MM 5', 'HWY 16 MILES 5 TO 10'],
    ['HWY 16 MM 15', null],
    ['HWY 17 MM 3', null],
    ['MM 3', null],
    ['SYNTHETIC STADIUM', '2800 BLOCK W MAPLE ST'],
    ['synthetic  stadium', '2800 BLOCK W MAPLE ST'],
    ['SYNTHETIC STADIUM GATE 3', null],
    ['W MAPLE ST', null],
    ['2854', null],
    ['2854 APT 4', null],
    ['APT 4', null],
    ['', null],
    ['99999999999999999999 W MAPLE ST', null],
    ['__proto__', null],
  ])('%s is published as %s', (source, expected) => {
    expect(published(strict, { kind: 'text', text: source })).toBe(expected);
  });

  it.each([
    ['inside a box', 0.0005, 0.0012, '2800 BLOCK W MAPLE ST'],
    ['on an edge that two boxes share, at the lowest index', 0, 1000 / 1_113_195, 'UNIT BLOCK W MAPLE ST'],
    ['exactly 250 m off', -2500 / 1_113_195, 0, 'UNIT BLOCK W MAPLE ST'],
    ['further than 250 m', -2501 / 1_113_195, 0, null],
    ['far away', 47.6, -122.3, null],
  ])('coordinates %s', (_, latitude, longitude, expected) => {
    expect(published(strict, { kind: 'coordinates', text: '', latitude, longitude })).toBe(expected);
  });

  it('publishes nothing coarser than it must: exactly the least number of households is enough', () => {
    const found = strict.find({ kind: 'text', text: '12 FERN LN' })!;
    expect(strict.publish(found, 4)).toMatchObject({
      text: 'UNIT BLOCK FERN LN',
      box: { x0: 5000, y0: 5000, x1: 6000, y1: 5010 },
    });
    expect(strict.publish(found, 5)).toMatchObject({ text: 'FAIRVIEW AREA', box: GAZETTEER.areas[0].box });
    expect(strict.publish(found, 99).text).toBe('FAIRVIEW AREA');
    expect(strict.publish(found, 100).box).toEqual(GAZETTEER.jurisdiction.box);
  });
});

describe('the finest place', () => {
  const finest = (location: SourceLocation) => strict.publish(strict.find(location)!, 1000).finest;

  const point = (x: number, y: number) => ({ x0: x, y0: y, x1: x, y1: y });

  it.each([
    ['2854 W MAPLE ST', 1545, 5],
    ['2800 W MAPLE ST', 1005, 5],
    ['2899 1/2 W MAPLE ST APT 4', 1995, 5],
    ['12 FERN LN', 5125, 5005],
    ['101 FERN LN', 6015, 5005],
    ['510 N 5TH AVE', 2005, 105],
  ])('of %s is its house', (source, x, y) => {
    expect(finest({ kind: 'text', text: source })).toEqual(point(x, y));
  });

  it('of a house lies towards the higher numbers of its street', () => {
    const blockBox = GAZETTEER.blockBox.slice();
    blockBox.set(GAZETTEER.blockBox.subarray(16, 20), 12);
    blockBox.set(GAZETTEER.blockBox.subarray(12, 16), 16);
    const turned = createPlaces({ gazetteer: { ...GAZETTEER, blockBox }, places: 'strict' });
    const at = (source: string) => turned.publish(turned.find({ kind: 'text', text: source })!, 1000).finest;
    expect(at('12 FERN LN')).toEqual(point(6875, 5005));
    expect(at('101 FERN LN')).toEqual(point(5985, 5005));
  });

  it('of coordinates is where they are, of a block or crossing all of it', () => {
    expect(finest({ kind: 'coordinates', text: '', latitude: 0.0005, longitude: 0.0012 })).toEqual({
      x0: 1336,
      y0: 557,
      x1: 1336,
      y1: 557,
    });
    expect(finest({ kind: 'text', text: 'XX FERN LN' })).toEqual({ x0: 5000, y0: 5000, x1: 6000, y1: 5010 });
  });
});

describe('places as text only', () => {
  it.each([
    ['2854 W OAK ST', '2800 BLOCK W OAK ST'],
    ['2854A W OAK ST APT 4', '2800 BLOCK W OAK ST'],
    ['28XX W OAK ST', '2800 BLOCK W OAK ST'],
    ['7 W OAK ST', 'UNIT BLOCK W OAK ST'],
    ['W OAK ST / N 76TH ST', 'N 76TH ST / W OAK ST'],
    ['2854A W OAK ST / N 76TH ST', null],
    ['2854 MAPLE ST / QUIMBY ST', null],
    ['QUIMBY ST / 2854 MAPLE ST', null],
    ['17 MILE RD & LIVERNOIS AVE', null],
    ['LIVERNOIS AVE \\ 42 ST', null],
    ['2854 MAPLE ST & QUIMBY ST', null],
    ['2854 MAPLE ST APT 4 / QUIMBY ST', null],
    ['2800 BLOCK MAPLE ST / QUIMBY ST', null],
    ['28XX MAPLE ST & QUIMBY ST', null],
    ['XX MAPLE ST / QUIMBY ST', null],
    ['OAK ST && PINE ST', null],
    ['OAK ST / PINE ST / ELM ST', null],
    ['OAK ST / PINE ST & ELM ST', null],
    ['2854 MAPLE ST /', null],
    ['2854 1/2 W OAK ST', '2800 BLOCK W OAK ST'],
    ['IH 35 / FM 620', 'FM 620 / IH 35'],
    ['2854 SH71', '2800 BLOCK SH71'],
    ['2854 W OAK ST / 3022 N 76TH ST', null],
    ['2854 N 76TH ST', '2800 BLOCK N 76TH ST'],
    ['2854 HWY 100', '2800 BLOCK HWY 100'],
    ['I94 / HWY 100', 'HWY 100 / I94'],
    ['HWY 100 MM 12', 'HWY 100 MILES 10 TO 15'],
    ['2854 W OAK ST 5', null],
    ['2854 W OAK ST 4B', null],
    ['W OAK ST / N 76TH ST APT 4', null],
    ['W OAK ST / N 76TH ST #4', null],
    ['2854 5551234', null],
    ['SYNTHETIC STADIUM', null],
    ['W OAK ST', null],
  ])('%s is published as %s', (source, expected) => {
    expect(published(text, { kind: 'text', text: source })).toBe(expected);
  });

  it.each([
    ['２８５４ W MAPLE ST', '2800 BLOCK W MAPLE ST'],
    ['2854 W MAPLE ST APARTMENT B', '2800 BLOCK W MAPLE ST'],
    ['W FRONT ST / N 5TH AVE', 'N 5TH AVE / W FRONT ST'],
    ['２８５４ W MAPLE ST / N 5TH AVE', null],
    ['٢٨٥٤ W MAPLE ST / N 5TH AVE', null],
    ['²⁸⁵⁴ W MAPLE ST / N 5TH AVE', null],
    ['ROOM ④ / B ST', null],
    ['２８５４ W MAPLE ST MM 3', null],
    ['W MAPLE ST, APT. B / N 5TH AVE', null],
    ['W MAPLE ST UNIT: B / N 5TH AVE', null],
    ['W MAPLE ST\u00a0UNIT\u00a0B / N 5TH AVE', null],
    ['2854 W MAPLE ST (JOHN SMITH)', null],
    ['JOHN SMITH RESIDENCE / W MAPLE ST', null],
    ['2854 JOHN SMITH GATE CODE STAR', null],
    ['2854 W MAPLE ST REAR', null],
    ['<IMG SRC=X ONERROR=ALERT(A)> / B ST', null],
    ['W MAPLE \u202eST / B ST', null],
  ])('lets nothing of a door out of %j', (source, expected) => {
    expect(published(text, { kind: 'text', text: source })).toBe(expected);
  });

  it('has no box, and no use for coordinates', () => {
    const found = text.find({ kind: 'text', text: '12 FERN LN' })!;
    expect(text.publish(found, 1000)).toEqual({ text: 'UNIT BLOCK FERN LN', box: null, finest: null });
    expect(text.find({ kind: 'coordinates', text: '', latitude: 0, longitude: 0 })).toBeNull();
  });
});
