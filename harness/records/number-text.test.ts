import { describe, expect, it } from 'vitest';
import {
  countText,
  durationText,
  intervalText,
  momentText,
  quantileText,
  rateText,
  shareText,
  stampText,
  nounText,
} from './number-text.ts';

describe('numbers as text', () => {
  it.each([
    [0, 0, '0'],
    [999, 0, '999'],
    [1000, 0, '1,000'],
    [22_500_000, 0, '22,500,000'],
    [1234.567, 2, '1,234.57'],
    [-1234, 0, '-1,234'],
    [-0.2, 0, '0'],
    [0.0032, 4, '0.0032'],
  ])('%s with %s decimals is %s', (value, decimals, text) => expect(countText(value, decimals)).toBe(text));

  it.each([
    [0, '0 s'],
    [850, '850 ms'],
    [1000, '1.0 s'],
    [119_999, '120.0 s'],
    [120_000, '2.0 min'],
    [7_200_000, '2.0 h'],
    [172_800_000, '2.0 d'],
  ])('%s ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));

  it('never lets 0 stand for a missing value', () => {
    const none = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
    expect(quantileText(none, 'p50')).toBe('none');
    expect(quantileText({ ...none, count: 3 }, 'p50')).toBe('0 s');
    expect(rateText({ value: null, n: 0, low: null, high: null })).toBe('none');
    expect(intervalText({ value: null, n: 0, low: null, high: null })).toBe('n = 0');
  });

  it('writes shares, intervals and moments the same everywhere', () => {
    expect(shareText(0.3127)).toBe('31.3%');
    expect(intervalText({ value: 0.1, n: 1200, low: 0.081, high: 0.18 })).toBe('95% interval 8.1% to 18.0%, n = 1,200');
    expect(momentText(1_780_272_000_000)).toBe('Mon 1 Jun 2026 00:00 UTC');
    expect(stampText(1_780_272_061_999)).toBe('20260601T000101');
  });
});

it.each([
  [1, 'update', undefined, '1 update'],
  [0, 'update', undefined, '0 updates'],
  [1234, 'agency', 'agencies', '1,234 agencies'],
])('counts %i of a noun', (value, noun, plural, expected) => expect(nounText(value, noun, plural)).toBe(expected));
