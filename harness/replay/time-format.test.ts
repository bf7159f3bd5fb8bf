import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS, civilFromMs, formatIso, pad, utcMs } from '../../contract/time.ts';
import { zoneNames, zoneOffsetMin } from '../../contract/zones.ts';
import { timeReader } from './time-format.ts';

const CHICAGO = 'America/Chicago';

describe('timeReader', () => {
  it.each([
    ['iso', '2026-06-01T09:05:00.000', '2026-06-01T14:05:00Z'],
    ['iso', '2026-06-01 09:05:00', '2026-06-01T14:05:00Z'],
    ['iso', '2026-06-01T09:05:00Z', '2026-06-01T09:05:00Z'],
    ['iso', '2026-06-01 09:05:00 +00', '2026-06-01T09:05:00Z'],
    ['iso', '2026-06-01T09:05:00.1234567-05:00', '2026-06-01T14:05:00Z'],
    ['iso', '2026-01-01', '2026-01-01T06:00:00Z'],
    ['epoch-s', '1780304700', '2026-06-01T09:05:00Z'],
    ['epoch-ms', '1780304700000', '2026-06-01T09:05:00Z'],
    ['epoch-ms', '1780304700000.0', '2026-06-01T09:05:00Z'],
    ['epoch-ms-local', '1780304700000', '2026-06-01T14:05:00Z'],
    ['epoch-s-local', '1780304700', '2026-06-01T14:05:00Z'],
    ['M/D/YYYY H:MM:SS', '6/1/2026 9:05:07', '2026-06-01T14:05:07Z'],
    ['M/D/YYYY H:mm:ss', '06/01/2026  09:05:07', '2026-06-01T14:05:07Z'],
    ['MM/DD/YYYY hh:mm:ss A', '06/01/2026 12:05:00 AM', '2026-06-01T05:05:00Z'],
    ['MM/DD/YYYY hh:mm:ss A', '06/01/2026 12:05:00 pm', '2026-06-01T17:05:00Z'],
    ['M/D/YY h:mm A', '6/1/26 9:05 p.m.', '2026-06-02T02:05:00Z'],
    ['YYYYMMDDHHmmss', '20260601090507', '2026-06-01T14:05:07Z'],
    ['YYYYMMDD HHmm', '20260601 0905', '2026-06-01T14:05:00Z'],
    ['DD-MMM-YYYY HH:mm:ss.SSS', '01-Jun-2026 09:05:07.5', '2026-06-01T14:05:07Z'],
    ['dddd, MMMM D, YYYY H:mm', 'Monday, June 1, 2026 9:05', '2026-06-01T14:05:00Z'],
    ['YYYY/MM/DD HH:mm:ssZ', '2026/06/01 09:05:07+00', '2026-06-01T09:05:07Z'],
    ['YYYY-MM-DD[T]* H:mm:ss', '2026-06-01T00:00:00.0000000 9:05:07', '2026-06-01T14:05:07Z'],
    ['[at] D.M.YYYY H:mm', 'at 1.6.2026 9:05', '2026-06-01T14:05:00Z'],
    // The spring gap counts with the offset before it, the autumn hour that comes twice is the earlier.
    ['iso', '2026-03-08 02:30:00', '2026-03-08T08:30:00Z'],
    ['iso', '2026-11-01 01:30:00', '2026-11-01T06:30:00Z'],
  ])('%s reads %s', (format, text, expected) => {
    const moment = timeReader([format], CHICAGO, false)(text);
    expect(moment === null ? null : formatIso(moment.ms)).toBe(expected);
  });

  it.each([
    ['iso', '2026-13-01T00:00:00'],
    ['iso', '2026-02-30T00:00:00'],
    ['iso', '1999-12-31T00:00:00Z'],
    ['iso', '2041-01-01T00:00:00Z'],
    ['iso', 'yesterday'],
    ['epoch-ms', '1780304700'],
    ['epoch-s', '1e9'],
    ['epoch-s', '17803047000000000000'],
    ['M/D/YYYY H:mm:ss', '6/1/2026'],
    ['M/D/YYYY H:mm:ss', '13/1/2026 9:05:07'],
    ['M/D/YYYY h:mm A', '6/1/2026 13:05 PM'],
    ['DD-MMM-YYYY', '01-Foo-2026'],
    ['YYYYMMDD', '2026601'],
  ])('%s refuses %s', (format, text) => {
    expect(timeReader([format], CHICAGO, false)(text)).toBeNull();
  });

  it.each([
    ['YYYY-MM-DD QQ', 'a token in place of "QQ"'],
    ['HH:mm', 'a year, a month and a day'],
    ['YYYY-MM-DD h:mm', 'A (AM or PM) beside h'],
    ['YYYY-MM-DD YYYY', 'one year, not two'],
    ['YYYY-MM-DD [at', 'a ] to close ['],
  ])('has no reader for the pattern %s', (pattern, message) => {
    expect(() => timeReader([pattern], CHICAGO, false)).toThrow(message);
  });

  it('tries formats in order, and takes a written offset for a mistake where told to', () => {
    const read = timeReader(['M/D/YYYY', 'iso'], CHICAGO, true);
    expect(formatIso(read('6/1/2026')!.ms)).toBe('2026-06-01T05:00:00Z');
    expect(formatIso(read('2026-06-01T09:05:00+00:00')!.ms)).toBe('2026-06-01T14:05:00Z');
    expect(timeReader(['epoch-ms'], CHICAGO, true)('1780304700000')!.ms).toBe(1780304700000);
  });

  it('finds in every zone the moment whose wall clock was written, or says that it was skipped', () => {
    const moment = fc.integer({ min: utcMs(2000, 1, 3) / SECOND_MS, max: utcMs(2039, 12, 30) / SECOND_MS });
    fc.assert(
      fc.property(fc.constantFrom(...zoneNames()), moment, (zone, s) => {
        const ms = s * SECOND_MS;
        const local = civilFromMs(ms + zoneOffsetMin(zone, ms) * MINUTE_MS);
        const text = `${local.month}/${local.day}/${local.year} ${local.hour % 12 || 12}:${pad(local.minute, 2)}:${pad(local.second, 2)} ${local.hour < 12 ? 'AM' : 'PM'}`;
        const found = timeReader(['M/D/YYYY h:mm:ss A'], zone, false)(text)!;
        const shown = civilFromMs(found.ms + zoneOffsetMin(zone, found.ms) * MINUTE_MS);
        // A wall clock that some moment showed is never in a gap, and an earlier moment is only given where it was shown twice.
        expect(found.kind).not.toBe('gap');
        expect(shown).toEqual(local);
        if (found.ms !== ms) expect(found).toEqual({ ms: expect.any(Number), kind: 'overlap' });
        expect(found.ms).toBeLessThanOrEqual(ms);
        expect(timeReader(['epoch-s-local'], zone, false)(String(s + zoneOffsetMin(zone, ms) * 60))).toEqual(found);
      }),
      { numRuns: 1000 },
    );
  });
});
