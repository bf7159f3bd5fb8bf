/** Points of the unit cube that set the values of factors with a range. They follow from a seed, so that a design can be made again. */
import seedrandom from 'seedrandom';

/**
 * `size` points: each coordinate of [0, 1) is cut into `size` equal parts, and each part holds one point (McKay, Beckman & Conover
 * 1979).
 */
export function latinHypercube(factors: number, size: number, seed: string): number[][] {
  const draw = seedrandom.alea(seed);
  const columns = Array.from({ length: factors }, () =>
    shuffled(
      Array.from({ length: size }, (_, i) => (i + draw()) / size),
      draw,
    ),
  );
  return Array.from({ length: size }, (_, i) => columns.map((column) => column[i]));
}

/** Length of a step in a Morris design: p / (2 (p - 1)) with p = 4 levels, which reaches all levels equally often. */
export const MORRIS_STEP = 2 / 3;

/**
 * `size` trajectories of a Morris design (Morris 1991): each starts at a point of a grid of four levels and moves along each factor
 * once, in an order of its own. A trajectory has `factors` + 1 points; they follow one after the other.
 */
export function morrisTrajectories(factors: number, size: number, seed: string): number[][] {
  const draw = seedrandom.alea(seed);
  const points: number[][] = [];
  for (let trajectory = 0; trajectory < size; trajectory += 1) {
    // From 0 or 1/3 a step leads up, from 2/3 or 1 down.
    let point = Array.from({ length: factors }, () => Math.floor(4 * draw()) / 3);
    points.push(point);
    const order = shuffled(
      Array.from({ length: factors }, (_, i) => i),
      draw,
    );
    for (const factor of order) {
      point = [...point];
      point[factor] += point[factor] < 0.5 ? MORRIS_STEP : -MORRIS_STEP;
      points.push(point);
    }
  }
  return points;
}

/**
 * Saltelli's design for Sobol indices: two independent samples A and B of `size` points, and for each factor the points AB, which are A
 * with that coordinate of B. The order is A, B, then AB of each factor, for each base point in turn. The samples are Latin hypercubes,
 * not Sobol sequences: unbiased, and a little less even.
 */
export function saltelliPoints(factors: number, size: number, seed: string): number[][] {
  const a = latinHypercube(factors, size, `${seed} a`);
  const b = latinHypercube(factors, size, `${seed} b`);
  return a.flatMap((point, i) => [
    point,
    b[i],
    ...point.map((_, factor) => point.map((x, k) => (k === factor ? b[i][k] : x))),
  ]);
}

// --- internal ---

/** Shuffles a copy, by Fisher and Yates. */
function shuffled<T>(values: T[], draw: () => number): T[] {
  const all = [...values];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const k = Math.floor(draw() * (i + 1));
    [all[i], all[k]] = [all[k], all[i]];
  }
  return all;
}
