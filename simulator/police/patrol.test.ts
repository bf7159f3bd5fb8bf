import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beatCentres, callSign, Patrol } from './patrol.ts';

const box = { x0: -1000, y0: 500, x1: 99_000, y1: 60_500 };

it('call signs look like call signs and are unique', () => {
  const signs = Array.from({ length: 2000 }, (_, unit) => callSign(unit));
  expect(new Set(signs).size).toBe(signs.length);
  for (const sign of signs) expect(sign).toMatch(/^\d+[A-H]1\d$/);
  expect([signs[0], signs[9], signs[72]]).toEqual(['1A11', '1B11', '2A11']);
});

it.each([[0], [1], [2], [3], [7], [60], [401]])('%d beats lie spread over the box', (units) => {
  const { x, y } = beatCentres(units, box);
  expect(x.length).toBe(units);
  const places = new Set(Array.from(x, (each, unit) => `${each} ${y[unit]}`));
  expect(places.size).toBe(units);
  for (let unit = 0; unit < units; unit += 1)
    expect(x[unit] > box.x0 && x[unit] < box.x1 && y[unit] > box.y0 && y[unit] < box.y1).toBe(true);
  // The mean of the beats' centres is the middle of the box, within a tenth of its size.
  if (units === 0) return;
  const mean = (column: Int32Array) => column.reduce((sum, each) => sum + each, 0) / units;
  expect(Math.abs(mean(x) - (box.x0 + box.x1) / 2)).toBeLessThan(10_000);
  expect(Math.abs(mean(y) - (box.y0 + box.y1) / 2)).toBeLessThan(6000);
});

it('a box without extent holds any number of beats', () => {
  const { x, y } = beatCentres(5, { x0: 3, y0: 4, x1: 3, y1: 4 });
  expect([...x, ...y]).toEqual([3, 3, 3, 3, 3, 4, 4, 4, 4, 4]);
});

describe('a drive', () => {
  const point = fc.record({ x: fc.integer({ min: -1e6, max: 1e6 }), y: fc.integer({ min: -1e6, max: 1e6 }) });

  it('takes distance over speed; at every moment, the distance driven and the distance left add up', () => {
    fc.assert(
      fc.property(
        point,
        point,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.nat({ max: 1000 }),
        (from, to, dmPerMs, promille) => {
          const patrol = new Patrol(1, beatCentres(1, box));
          patrol.place(0, from.x, from.y);
          const whole = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
          const driveMs = patrol.drive(0, to.x, to.y, dmPerMs, 5000);
          expect(driveMs).toBe(Math.ceil(whole / dmPerMs));
          expect(patrol.at(0, 5000)).toEqual(from);
          expect(patrol.at(0, 5001 + driveMs)).toEqual(to);
          const nowMs = 5000 + Math.floor((driveMs * promille) / 1000);
          const at = patrol.at(0, nowMs);
          const gone = Math.abs(at.x - from.x) + Math.abs(at.y - from.y);
          expect(gone).toBe(Math.min(whole, Math.floor((nowMs - 5000) * dmPerMs)));
          expect(gone + patrol.distance(0, to.x, to.y, nowMs)).toBe(whole);
        },
      ),
    );
  });

  it('starts at the place at which the last one was broken off', () => {
    const patrol = new Patrol(1, beatCentres(1, box));
    patrol.place(0, 0, 0);
    patrol.drive(0, 1000, 1000, 0.1, 0);
    patrol.drive(0, 600, 0, 0.1, 6000);
    expect(patrol.at(0, 6000)).toEqual({ x: 600, y: 0 });
    patrol.drive(0, 600, 500, Infinity, 7000);
    expect(patrol.at(0, 7001)).toEqual({ x: 600, y: 500 });
  });
});
