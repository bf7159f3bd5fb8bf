import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { civilFromMs, civilToMs, formatIso, isCivil, parseIso, utcMs, weekday } from './time.ts';

const MOMENT = fc.integer({ min: utcMs(1900, 1, 1), max: utcMs(2200, 1, 1) });

describe('civil time', () => {
  it('agrees with Date', () => {
    fc.assert(
      fc.property(MOMENT, (ms) => {
        const d = new Date(ms);
        const c = civilFromMs(ms);
        expect([c.year, c.month, c.day, c.hour, c.minute, c.second, c.millisecond]).toEqual([
          d.getUTCFullYear(),
          d.getUTCMonth() + 1,
          d.getUTCDate(),
          d.getUTCHours(),
          d.getUTCMinutes(),
          d.getUTCSeconds(),
          d.getUTCMilliseconds(),
        ]);
        expect(civilToMs(c)).toBe(ms);
        expect(weekday(ms)).toBe((d.getUTCDay() + 6) % 7);
      }),
    );
  });

  it.each([
    [2024, 2, 29, true],
    [2023, 2, 29, false],
    [1900, 2, 29, false],
    [2000, 2, 29, true],
    [2026, 13, 1, false],
    [2026, 4, 31, false],
    [2026, 4, 0, false],
  ])('%i-%i-%i exists: %s', (year, month, day, exists) => {
    expect(isCivil({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 })).toBe(exists);
  });
});

describe('ISO 8601', () => {
  it('round-trips with any offset', () => {
    fc.assert(
      fc.property(MOMENT, fc.integer({ min: -14 * 60, max: 14 * 60 }), (ms, offsetMin) => {
        const parsed = parseIso(formatIso(ms, offsetMin, true));
        expect(parsed).not.toBeNull();
        expect(civilToMs(parsed!.civil) - parsed!.offsetMin! * 60_000).toBe(ms);
      }),
    );
  });

  it.each([
    '',
    '2026',
    '2026-06-01',
    '2026-06-31T00:00:00Z',
    '2026-06-01T24:00:00Z',
    '2026-06-01T00:00:00+25:00',
    '2026-06-01T00:00:00Zx',
    'NaN',
  ])('refuses %j', (text) => {
    expect(parseIso(text)).toBeNull();
  });
});
