import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../contract/time.ts';
import { Attention } from './attention.ts';
import { Fatigue } from './fatigue.ts';

/** The factor after ten weeks with `alertsAWeek` alerts a week. */
function tired(alertsAWeek: number, strength = 1): number {
  const fatigue = new Fatigue(2, strength);
  const gapMs = (7 * DAY_MS) / alertsAWeek;
  let nowMs = 0;
  for (; nowMs < 70 * DAY_MS; nowMs += gapMs) fatigue.note(1, nowMs);
  return fatigue.factor(1, nowMs - gapMs / 2);
}

describe('fatigue', () => {
  it('is 1 at 3.5 alerts a week, proportional to their number, and bounded', () => {
    expect(tired(3.5)).toBeCloseTo(1, 1);
    expect(tired(14)).toBeCloseTo(4, 1);
    expect(tired(700)).toBe(10);
    expect(tired(14, 0.5)).toBeCloseTo(2, 1);
  });

  it('does nothing at strength 0, nor to residents whom no alert reaches', () => {
    expect(tired(14, 0)).toBe(0);
    expect(new Fatigue(2, 1).factor(0, DAY_MS)).toBe(0);
  });

  it('fades when alerts stop', () => {
    const fatigue = new Fatigue(1, 1);
    fatigue.note(0, 0);
    expect(fatigue.factor(0, 7 * DAY_MS) / fatigue.factor(0, 0)).toBeCloseTo(0.368, 3);
  });
});

describe('attention', () => {
  it('rises with each alert opened, decays, and is bounded', () => {
    const attention = new Attention(1, 1);
    expect(attention.factor(0, 0)).toBe(1);
    attention.note(0, 0);
    expect(attention.factor(0, 0)).toBeCloseTo(1.25, 9);
    expect(attention.factor(0, 3 * DAY_MS)).toBeCloseTo(1.125, 9);
    for (let i = 0; i < 50; i += 1) attention.note(0, 0);
    expect(attention.factor(0, 0)).toBe(3);
  });

  it('is 1 if it does not act', () => {
    const attention = new Attention(1, 0);
    attention.note(0, 0);
    expect(attention.factor(0, 0)).toBe(1);
  });
});
