import { describe, expect, it } from 'vitest';
import { utcMs } from './time.ts';
import { isZone, localToUtc, zoneNames, zoneOffsetMin } from './zones.ts';

describe('zoneOffsetMin', () => {
  it.each([
    ['America/Chicago', utcMs(2026, 1, 15), -360],
    ['America/Chicago', utcMs(2026, 7, 15), -300],
    ['Asia/Kolkata', utcMs(2026, 7, 15), 330],
    // Samoa skipped 30 December 2011 and left daylight saving in 2021.
    ['Pacific/Apia', utcMs(2011, 12, 1), -600],
    ['Pacific/Apia', utcMs(2012, 1, 15), 840],
    ['Pacific/Apia', utcMs(2026, 1, 15), 780],
    ['UTC', utcMs(2026, 7, 15), 0],
  ])('%s at %i is %i', (zone, ms, offset) => expect(zoneOffsetMin(zone, ms)).toBe(offset));

  it("agrees with the engine's own table for every zone, at random moments", () => {
    // Only tests may ask ICU; the committed table was read from it once. Recent rule changes may differ between engines: stay before 2025.
    let seed = 42;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (const zone of zoneNames()) {
      const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
      for (let i = 0; i < 4; i += 1) {
        const ms = utcMs(2001, 1, 1) + Math.floor(random() * (utcMs(2022, 1, 1) - utcMs(2001, 1, 1)));
        const name = format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? '';
        const m = /GMT(?:([+-])(\d{2}):(\d{2})(?::\d{2})?)?/.exec(name);
        const expected = m?.[1] === undefined ? 0 : (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3]));
        expect([zone, zoneOffsetMin(zone, ms)]).toEqual([zone, expected]);
      }
    }
  });

  it('refuses a zone that does not exist', () => {
    expect(isZone('Mars/Olympus')).toBe(false);
    expect(() => zoneOffsetMin('Mars/Olympus', 0)).toThrow(/Mars\/Olympus/);
  });
});

describe('localToUtc', () => {
  it.each([
    ['ok', utcMs(2026, 6, 1, 9), utcMs(2026, 6, 1, 14)],
    // Clocks went forward at 2:00 on 8 March 2026: 2:30 counts the offset before.
    ['gap', utcMs(2026, 3, 8, 2, 30), utcMs(2026, 3, 8, 8, 30)],
    // Clocks go back at 2:00 on 1 November 2026: 1:30 comes twice, the earlier is meant.
    ['overlap', utcMs(2026, 11, 1, 1, 30), utcMs(2026, 11, 1, 6, 30)],
  ] as const)('%s', (kind, localMs, ms) => expect(localToUtc('America/Chicago', localMs)).toEqual({ ms, kind }));
});
