/** Against published tables and worked examples, and against what an interval promises. */
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { cliffsDelta, holm, independentShift, pairedShift } from './rank-tests.ts';

/** Hollander and Wolfe, Nonparametric Statistical Methods: depression scores of nine patients before and after (1973, p. 29). */
const BEFORE = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
/** The same, p. 69: permeability of a membrane at term and at 12 to 26 weeks. */
const TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLY = [1.15, 0.88, 0.9, 0.74, 1.21];

/** Signed ranks 1 to n of which these are negative. */
function signed(n: number, negative: readonly number[]): number[] {
  return Array.from({ length: n }, (_, i) => (negative.includes(i + 1) ? -(i + 1) : i + 1));
}

describe('the signed-rank test', () => {
  it.each([
    // Critical values of the table at 5% two-sided, with their exact p.
    { n: 6, negative: [], p: 2 / 64 },
    { n: 8, negative: [3], p: 10 / 256 },
    { n: 8, negative: [4], p: 14 / 256 },
    { n: 10, negative: [8], p: 50 / 1024 },
    { n: 12, negative: [], p: 2 / 4096 },
  ])('n = $n with the ranks $negative negative has the p of the table', ({ n, negative, p }) => {
    expect(pairedShift(signed(n, negative), 0.95).p).toBeCloseTo(p, 12);
  });

  it('gives the published p and estimate of a worked example', () => {
    const { p, estimate } = pairedShift(
      BEFORE.map((x, i) => x - AFTER[i]),
      0.95,
    );
    expect(p).toBeCloseTo(2 * 0.01953125, 8);
    expect(estimate).toBeCloseTo(0.46, 3);
  });

  it('counts ties and zeros by their own distribution', () => {
    // Two equal magnitudes, both positive, and a zero that says nothing: 1 of 4 sign patterns is as high.
    expect(pairedShift([1, 1, 0], 0.95).p).toBeCloseTo(0.5, 12);
    expect(pairedShift([0, 0, 0], 0.95)).toMatchObject({ p: 1, estimate: 0 });
  });

  it('has no interval if the pairs are too few for one', () => {
    expect(pairedShift([1, 2, 3, 4, 5], 0.95)).toMatchObject({ low: -Infinity, high: Infinity });
    expect(pairedShift([1, 2, 3, 4, 5, 6], 0.95)).toMatchObject({ low: 1, high: 6 });
  });
});

describe('the rank-sum test', () => {
  it.each([
    { a: [1, 2, 3], b: [4, 5, 6], p: 2 / 20 },
    { a: [1, 2, 3, 4, 5], b: [6, 7, 8, 9, 10], p: 2 / 252 },
    // U = 2 is the critical value of 5 and 5 at 5% two-sided.
    { a: [1, 2, 3, 4, 7], b: [5, 6, 8, 9, 10], p: 8 / 252 },
    { a: [1, 2, 3, 5, 7], b: [4, 6, 8, 9, 10], p: 14 / 252 },
  ])('of $a and $b has the p of the table', ({ a, b, p }) => {
    expect(independentShift(a, b, 0.95).p).toBeCloseTo(p, 12);
    expect(independentShift(b, a, 0.95).p).toBeCloseTo(p, 12);
  });

  it('gives the published p, estimate and interval of the worked example', () => {
    const { p, estimate, low, high } = independentShift(EARLY, TERM, 0.95);
    expect(p).toBeCloseTo(2 * 0.1272, 3);
    expect(estimate).toBeCloseTo(0.305, 6);
    expect([low, high]).toEqual([expect.closeTo(-0.15, 6), expect.closeTo(0.76, 6)]);
  });

  it('counts ties by their own distribution', () => {
    // There are 6 ways to deal 1, 1, 2, 2 to two and two: one is as low, and one as high.
    expect(independentShift([1, 1], [2, 2], 0.95).p).toBeCloseTo(2 / 6, 12);
    expect(independentShift([1, 1], [1, 1], 0.95).p).toBe(1);
  });

  it('comes to nearly the same by the normal approximation, which takes over for large samples', () => {
    const random = seedrandom.alea('approximation');
    const sample = (n: number, shift: number) => Array.from({ length: n }, () => random() + shift);
    const [a, b] = [sample(40, 0), sample(40, 0.15)];
    const [more, andMore] = [
      [...a, 0.5],
      [...b, 0.65],
    ];
    const exact = independentShift(a, b, 0.95);
    const normal = independentShift(more, andMore, 0.95);
    expect(normal.p / exact.p).toBeGreaterThan(0.7);
    expect(normal.p / exact.p).toBeLessThan(1.4);
    expect(normal.low).toBeCloseTo(exact.low, 1);
  });
});

/** Normal values with a heavy tail: one in ten is five times as far off, as trials on a shared machine are. */
function heavyTailed(random: () => number): number {
  const z = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return random() < 0.1 ? 5 * z : z;
}

describe('the intervals', () => {
  const DRAWS = 1500;
  const SHIFT = 0.2;

  it.each([
    {
      name: 'of pairs',
      covers: (random: () => number) =>
        pairedShift(
          Array.from({ length: 12 }, () => SHIFT + heavyTailed(random)),
          0.95,
        ),
    },
    {
      name: 'of independent samples',
      covers: (random: () => number) =>
        independentShift(
          Array.from({ length: 9 }, () => heavyTailed(random)),
          Array.from({ length: 11 }, () => SHIFT + heavyTailed(random)),
          0.95,
        ),
    },
  ])('$name hold the truth in 95% of seeded draws, and little more', ({ covers }) => {
    const random = seedrandom.alea('coverage');
    let hits = 0;
    for (let i = 0; i < DRAWS; i += 1) {
      const { low, high } = covers(random);
      if (low <= SHIFT && SHIFT <= high) hits += 1;
    }
    // Exact intervals hold at least what they promise; three standard errors are 1.7%.
    expect(hits / DRAWS).toBeGreaterThan(0.933);
    expect(hits / DRAWS).toBeLessThan(0.972);
  });
});

describe('beside the tests stand', () => {
  it("Holm's correction", () => {
    expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(6)))).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([0.6, 0.5])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });

  it("Cliff's delta", () => {
    expect(cliffsDelta([1, 2, 3], [4, 5, 6])).toBe(1);
    expect(cliffsDelta([4, 5, 6], [1, 2, 3])).toBe(-1);
    expect(cliffsDelta([1, 2], [1, 2])).toBe(0);
  });
});
