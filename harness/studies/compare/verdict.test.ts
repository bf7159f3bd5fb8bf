import { describe, expect, it } from 'vitest';
import type { Measure } from './measures.ts';
import { DEFAULT_LIMITS, judgeMeasures } from './verdict.ts';

const MEASURE: Measure = { name: 'ms', label: 'milliseconds', unit: 'ms' };

/** Twelve trials around 10 ms with 1% of noise, times a factor. */
function trials(factor: number, noise = 0.01, n = 12): { ms: number }[] {
  return Array.from({ length: n }, (_, i) => ({ ms: 10 * factor * (1 + noise * Math.sin(2.4 * i)) }));
}

function judge(a: { ms?: number }[], b: { ms?: number }[], paired = true, minEffect = DEFAULT_LIMITS.minEffect) {
  return judgeMeasures([MEASURE], { a, b, paired } as Parameters<typeof judgeMeasures>[1], {
    ...DEFAULT_LIMITS,
    minEffect,
  })[0];
}

describe('a measure', () => {
  it.each([true, false])('is worse, better or the same, in pairs: %s', (paired) => {
    const b = trials(1).toReversed();
    expect(judge(trials(1), b, paired).answer).toBe('same');
    expect(judge(trials(1.2), b, paired).answer).toBe('better');
    expect(judge(b, trials(1.2), paired)).toMatchObject({ answer: 'worse', ratio: expect.closeTo(1.2, 1) });
  });

  it('is not worse if the change is certain, but too small to matter', () => {
    const [a, b] = [trials(1), trials(1.05).toReversed()];
    const verdict = judge(a, b);
    expect(verdict.pAdjusted).toBeLessThan(DEFAULT_LIMITS.alpha);
    expect(verdict.answer).toBe('same');
    expect(judge(a, b, true, 0.04).answer).toBe('worse');
  });

  it('is unclear if trials vary too much, and says how many would give an answer', () => {
    const verdict = judge(trials(1, 0.5), trials(1, 0.5).toReversed());
    expect(verdict.answer).toBe('unclear');
    expect(verdict.trialsNeeded).toBeGreaterThan(12);
  });

  it('is unclear after a few trials, however plain they look', () => {
    const verdict = judge(trials(1, 0.01, 3), trials(2, 0.01, 3));
    expect(verdict).toMatchObject({ answer: 'unclear', low: null, high: null });
    expect(verdict.trialsNeeded).toBe(8);
  });

  it('would need more than 500 trials if the spread is wide', () => {
    expect(judge(trials(1, 0.9, 14), trials(1.095, 0.9, 14).toReversed()).trialsNeeded).toBeNull();
  });

  it('counts only pairs that measured it on both sides, and is left out if none did', () => {
    const some = trials(1).map((figures, i) => (i < 3 ? {} : figures));
    expect(judge(some, trials(1.2)).trials).toEqual({ a: 9, b: 9 });
    expect(judge([{}, {}], [{}, {}])).toBeUndefined();
  });

  it('needs a greater difference if many measures are looked at', () => {
    const names = Array.from({ length: 40 }, (_, i) => `m${i}`);
    const measures = names.map((name) => ({ ...MEASURE, name }));
    const of = (factor: number) => trials(factor).map(({ ms }) => Object.fromEntries(names.map((name) => [name, ms])));
    const all = judgeMeasures(measures, { a: of(1), b: of(1.2), paired: true }, DEFAULT_LIMITS);
    expect(all[0].pAdjusted).toBeCloseTo((40 * 2) / 4096, 6);
    expect(all[0].answer).toBe('unclear');
  });
});
