import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../scenarios/defaults.ts';
import { mechanismStrengths } from './mechanisms.ts';

const acting = (reactions: Partial<typeof DEFAULTS.reactions>): string[] =>
  Object.entries(mechanismStrengths({ ...DEFAULTS.reactions, ...reactions })).flatMap(([name, strength]) =>
    strength > 0 ? [name] : [],
  );

describe('mechanisms', () => {
  it('all act under `full`, and none if reactions are off', () => {
    expect(acting({})).toHaveLength(8);
    expect(acting({ enabled: false })).toEqual([]);
  });

  it('act by the preset, whatever their switches', () => {
    expect(acting({ preset: 'neutral' })).toEqual([]);
    expect(acting({ preset: 'fatigue-only' })).toEqual(['fatigue']);
    expect(acting({ preset: 'fear-only', fear: { on: false, strength: 2 } })).toEqual(['fear', 'encounters']);
    expect(
      mechanismStrengths({ ...DEFAULTS.reactions, preset: 'fear-only', fear: { on: false, strength: 2 } }).fear,
    ).toBe(2);
  });

  it('are off by their switch or by a strength of 0', () => {
    expect(acting({ comments: { on: false, strength: 1 } })).toEqual(acting({ comments: { on: true, strength: 0 } }));
    expect(acting({ comments: { on: false, strength: 1 } })).toHaveLength(7);
  });
});
