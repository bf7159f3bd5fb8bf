import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapeOf, shortShapeOf } from './shape.ts';

describe('shapes of texts', () => {
  it.each([
    ['2026-06-01 9:05 PM', '9999-99-99 9:99 AA', '9-9-9 9:9 A'],
    ['2854 Maple St / Ümlaut', '9999 AAAAA AA / AAAAAA', '9 A A / A'],
    ['', '', '(empty)'],
    ['📞555-0142\t', '?999-9999 ', '?9-9 '],
  ])('%j is %j, in short %j', (text, shape, short) => {
    expect(shapeOf(text)).toBe(shape);
    expect(shortShapeOf(text)).toBe(short);
  });

  it('hold no letter but A and no digit but 9, and are short', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(shapeOf(text)).toMatch(/^[ -@A[-`{-~]{0,40}$/);
        expect(shapeOf(text)).not.toMatch(/[B-Za-z0-8]/);
        if (text !== '') expect(shortShapeOf(text)).not.toMatch(/[B-Za-z0-8]|AA|99/);
      }),
    );
  });
});
