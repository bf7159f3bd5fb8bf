import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../contract/time.ts';
import { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { mostOnDuty, planShifts, startRoster, uncoveredHours, type Shift } from './roster.ts';

describe('a plan', () => {
  it('keeps the mean staff, as closely as whole servers allow', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 24 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 6 }),
        (mean, lengthHours, starts) => {
          const startHours = starts.toSorted((a, b) => a - b);
          const relativeStaff = startHours.map((hour) => 1 + hour / 10);
          const shifts = planShifts({ lengthHours, startHours, relativeStaff }, mean);
          const staffHours = shifts.reduce((sum, { count }) => sum + count * lengthHours, 0);
          // Each shift is rounded by at most one server.
          expect(Math.abs(staffHours - 24 * mean)).toBeLessThanOrEqual(shifts.length * lengthHours);
          let next = 0;
          for (const { first, count } of shifts) {
            expect([first, count >= 1]).toEqual([next, true]);
            next += count;
          }
        },
      ),
    );
  });

  it('divides staff in the proportions given', () => {
    const plan = { lengthHours: 8, startHours: [6, 14, 22], relativeStaff: [2, 1, 0] };
    expect(planShifts(plan, 10).map(({ count }) => count)).toEqual([20, 10, 0]);
    expect(mostOnDuty(planShifts(plan, 10))).toBe(20);
    expect(uncoveredHours(plan)).toEqual([0, 1, 2, 3, 4, 5, 22, 23]);
  });

  it('of overlapping shifts has the most staff in the overlap', () => {
    const plan = { lengthHours: 10, startHours: [6, 14, 20], relativeStaff: [1, 1, 1] };
    expect(mostOnDuty(planShifts(plan, 5))).toBe(8);
    expect(uncoveredHours(plan)).toEqual([]);
  });
});

/** The begins and ends of a plan's shifts in a zone, as `hours shift begins|ends`, with hours counted from the start. */
function follow(plan: Parameters<typeof planShifts>[0], zone: string, startMs: number, hours: number): string[] {
  const kernel = new Kernel(startMs);
  const told: string[] = [];
  const tell = (shift: Shift, what: string) =>
    told.push(`${(kernel.nowMs - startMs) / HOUR_MS} ${shift.startHour} ${what}`);
  startRoster({
    kernel,
    kind: KIND.patrolShift,
    zone,
    shifts: planShifts(plan, 1),
    begin: (shift, fromMs, untilMs) =>
      tell(shift, `begins ${(fromMs - startMs) / HOUR_MS}-${(untilMs - startMs) / HOUR_MS}`),
    end: (shift) => tell(shift, 'ends'),
  });
  kernel.runUntil(startMs + hours * HOUR_MS);
  return told;
}

const three = { lengthHours: 8, startHours: [6, 14, 22], relativeStaff: [1, 1, 1] };

describe('a roster', () => {
  it('begins shifts under way, and a shift that begins comes before one that ends', () => {
    // In June, midnight UTC is 18:00 in Denver.
    expect(follow(three, 'America/Denver', 1_780_272_000_000, 24)).toEqual([
      '0 14 begins -4-4',
      '4 22 begins 4-12',
      '4 14 ends',
      '12 6 begins 12-20',
      '12 22 ends',
      '20 14 begins 20-28',
      '20 6 ends',
    ]);
  });

  it('follows the wall clock when clocks change', () => {
    // It starts on Saturday 2026-10-31, 18:00 in Denver. Clocks go back at two in the night, and that night's shift lasts nine hours.
    expect(follow(three, 'America/Denver', Date.UTC(2026, 10, 1), 24).filter((text) => text.includes(' 22 '))).toEqual([
      '4 22 begins 4-13',
      '13 22 ends',
    ]);
  });

  it('of shifts of a whole day has no ends', () => {
    const day = { lengthHours: 24, startHours: [7], relativeStaff: [1] };
    expect(follow(day, 'UTC', 0, 40)).toEqual(['0 7 begins -17-7', '7 7 begins 7-31', '31 7 begins 31-55']);
  });
});
