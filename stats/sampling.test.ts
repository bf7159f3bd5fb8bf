import { describe, expect, it } from 'vitest';
import { latinHypercube, MORRIS_STEP, morrisTrajectories, saltelliPoints } from './sampling.ts';

describe('latinHypercube', () => {
  it('has one point in each part of each coordinate, and the same again from its seed', () => {
    const points = latinHypercube(3, 20, 'a');
    for (let k = 0; k < 3; k += 1) {
      const parts = points.map((point) => Math.floor(point[k] * 20)).sort((a, b) => a - b);
      expect(parts).toEqual(Array.from({ length: 20 }, (_, i) => i));
    }
    expect(latinHypercube(3, 20, 'a')).toEqual(points);
    expect(latinHypercube(3, 20, 'b')).not.toEqual(points);
  });
});

describe('morrisTrajectories', () => {
  it('move along each factor once, within the cube', () => {
    const points = morrisTrajectories(4, 6, 'a');
    expect(points).toHaveLength(30);
    expect(points.flat().every((x) => x >= 0 && x <= 1)).toBe(true);
    for (let trajectory = 0; trajectory < 6; trajectory += 1) {
      const moved = [1, 2, 3, 4].map((step) => {
        const [before, after] = [points[trajectory * 5 + step - 1], points[trajectory * 5 + step]];
        const changed = after.flatMap((x, k) => (x === before[k] ? [] : [k]));
        expect(changed).toHaveLength(1);
        expect(Math.abs(after[changed[0]] - before[changed[0]])).toBeCloseTo(MORRIS_STEP, 12);
        return changed[0];
      });
      expect(moved.toSorted()).toEqual([0, 1, 2, 3]);
    }
  });
});

describe('saltelliPoints', () => {
  it('give A, B, and A with one coordinate of B, for each base point', () => {
    const points = saltelliPoints(2, 3, 'a');
    expect(points).toHaveLength(12);
    for (let i = 0; i < 3; i += 1) {
      const [a, b, first, second] = points.slice(4 * i);
      expect(first).toEqual([b[0], a[1]]);
      expect(second).toEqual([a[0], b[1]]);
    }
  });
});
