/** The mechanisms of dispatch beyond priorities and the nearest unit: each alone, then all of them together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../contract/time.ts';
import { planShifts, type ShiftPlan } from '../queue/roster.ts';
import { box, run, SELF_JOB, type Setting } from './dispatch.testing.ts';
import type { StackRules } from './stack.ts';

const STAY: StackRules = { escalation: null, phoneAfterMs: null, aidAfterMs: null };
const sent = (told: readonly string[]) => told.filter((text) => text.includes('dispatched'));

describe('pre-emption', () => {
  const jobs: Setting['jobs'] = [
    { id: 1, atMs: 0, priority: 3, serviceMs: 10_000, x: 2500 },
    { id: 2, atMs: 0, priority: 4, serviceMs: 10_000, x: 7500 },
    { id: 3, atMs: 4000, priority: 1, serviceMs: 1000, x: 2500 },
  ];

  it('takes a unit off the least urgent call, which is resumed from the same point', () => {
    const { told, measures } = run({ jobs, options: { preemption: true } });
    expect(told.filter((text) => !text.includes('onScene'))).toEqual([
      '0 dispatched 1 1A11',
      '0 dispatched 2 1A12',
      '4000 dispatched 3 1A12',
      '5000 cleared 3',
      '5000 dispatched 2 1A12',
      '10000 cleared 1',
      // Four of its ten seconds of work were done.
      '11000 cleared 2',
    ]);
    expect(measures.tallies.preempted).toBe(1);
    // Waits and responses count to the first unit's.
    expect([...measures.queueMs[4]]).toEqual([0]);
    expect([...measures.responseMs[4]]).toEqual([0]);
    expect(measures.waitingMs).toBe(1000);
    expect(measures.busyMs.total).toBe(10_000 + 4000 + 1000 + 6000);
  });

  it('serves priority 1, takes from priority 3 and 4, and happens only if it is switched on', () => {
    expect(sent(run({ jobs }).told)[2]).toBe('10000 dispatched 3 1A11');
    const second = jobs.map((job) => (job.id === 3 ? { ...job, priority: 2 as const } : job));
    expect(sent(run({ jobs: second, options: { preemption: true } }).told)[2]).toBe('10000 dispatched 3 1A11');
    const urgent = jobs.map((job) => ({ ...job, priority: job.id === 3 ? (1 as const) : (2 as const) }));
    expect(sent(run({ jobs: urgent, options: { preemption: true } }).told)[2]).toBe('10000 dispatched 3 1A11');
  });

  it('takes no more units than a job must have, and leaves the other units of a call', () => {
    const several: Setting['jobs'] = [
      { id: 1, atMs: 0, unitsWanted: 3, serviceMs: 10_000 },
      { id: 2, atMs: 4000, priority: 1, unitsWanted: 3, unitsMin: 2, serviceMs: 1000 },
    ];
    const { told, measures } = run({ units: 3, jobs: several, options: { preemption: true } });
    expect(measures.tallies.preempted).toBe(2);
    expect(told).toContain('4000 dispatched 2 1A11+1A12');
    // The third unit goes on: the call is cleared at the usual time, and has its other two units back before that.
    expect(told).toContain('5000 dispatched 1 1A11+1A12');
    expect(told).toContain('10000 cleared 1');
  });

  it('of a unit on its way makes the call wait for another unit, with all its work left', () => {
    const { told, measures } = run({
      units: 1,
      jobs: [
        { id: 1, atMs: 10 * HOUR_MS, x: 9000, serviceMs: 5000 },
        { id: 2, atMs: 10 * HOUR_MS + 10_000, priority: 1, x: 6000, y: 2500, serviceMs: 1000 },
      ],
      options: { preemption: true, travelMetresPerSecond: 10, travelFactor: () => 1 },
    });
    const startMs = 10 * HOUR_MS;
    // The unit has driven 100 m; it works there for a second, and then drives the 300 m that are left.
    expect(told).toEqual([
      `${startMs} dispatched 1 1A11`,
      `${startMs + 10_000} dispatched 2 1A11`,
      `${startMs + 10_000} onScene 2 1A11 first`,
      `${startMs + 11_000} cleared 2`,
      `${startMs + 11_000} dispatched 1 1A11`,
      `${startMs + 41_000} onScene 1 1A11 first`,
      `${startMs + 46_000} cleared 1`,
    ]);
    expect([...measures.responseMs[3]]).toEqual([41_000]);
  });
});

describe('officers in pairs', () => {
  it('find their second unit before other jobs of the same priority find their first', () => {
    const told = (unitsMin: number) =>
      sent(
        run({
          jobs: [
            { id: 1, atMs: 0, serviceMs: 500 },
            { id: 2, atMs: 1, unitsWanted: 2, unitsMin, serviceMs: 5000 },
            { id: 3, atMs: 2 },
          ],
        }).told,
      );
    expect(told(1)[2]).toBe('500 dispatched 3 1A11');
    expect(told(2)[2]).toBe('500 dispatched 2 1A11');
  });
});

describe('jobs that wait', () => {
  const busy: Setting['jobs'] = [{ id: 1, atMs: 0, priority: 2, serviceMs: 100_000 }];

  it('rise by a priority after each long wait, and are measured by their first priority', () => {
    const { told, measures } = run({
      units: 1,
      jobs: [
        ...busy,
        { id: 2, atMs: 10, priority: 4 },
        { id: 3, atMs: 50_000, priority: 2 },
        { id: 4, atMs: 20, priority: 3 },
      ],
      options: { stack: { ...STAY, escalation: { priority3Ms: 60_000, priority4Ms: 30_000 } } },
    });
    // The job of priority 4 has priority 3 from 30,010 on and 2 from 90,010 on; the one of priority 3 has 2 from 60,020 on. Both came before
    // the job of priority 2.
    expect(sent(told).map((text) => text.split(' ')[2])).toEqual(['1', '2', '4', '3']);
    expect(measures.tallies.escalated).toBe(3);
    expect([...measures.queueMs[4]]).toEqual([100_000 - 10]);
    expect([...measures.queueMs[2]]).toHaveLength(2);
  });

  it('wait anew once they have had a unit', () => {
    const escalated = (untilMs: number) =>
      run({
        units: 1,
        jobs: [
          { id: 1, atMs: 0, priority: 2, serviceMs: 10_000 },
          { id: 2, atMs: 10, priority: 3, serviceMs: 50_000 },
          { id: 3, atMs: 20_000, priority: 1, serviceMs: 40_000 },
        ],
        options: { preemption: true, stack: { ...STAY, escalation: { priority3Ms: 30_000, priority4Ms: 30_000 } } },
        untilMs,
      }).measures.tallies.escalated;
    expect([escalated(49_999), escalated(50_001)]).toEqual([0, 1]);
  });

  it('are settled by telephone if they can be', () => {
    const { told, measures } = run({
      units: 1,
      jobs: [
        ...busy,
        { id: 2, atMs: 10, priority: 4, byPhone: true },
        { id: 3, atMs: 10, priority: 4 },
        { id: 4, atMs: 10, priority: 3, byPhone: true },
      ],
      options: { stack: { ...STAY, phoneAfterMs: 40_000 } },
    });
    expect(told.filter((text) => text.includes(' 2'))).toEqual(['40010 cleared 2']);
    expect(told).toContain('102000 cleared 3');
    expect(measures.tallies.byPhone).toBe(1);
    expect(measures.waitingMs).toBe(40_000 + (100_000 - 10) + (101_000 - 10));
  });

  it('change their place in the line when their priority changes', () => {
    const urges = [{ id: 3, atMs: 50, priority: 1 as const }];
    const { told } = run({ units: 1, jobs: [...busy, { id: 2, atMs: 10 }, { id: 3, atMs: 20 }], urges });
    expect(sent(told).map((text) => text.split(' ')[2])).toEqual(['1', '3', '2']);
  });
});

describe('a neighbour', () => {
  const options: Setting['options'] = {
    stack: { ...STAY, aidAfterMs: 10_000 },
    aid: { units: 1, extraTravelMs: 3000 },
    travelMetresPerSecond: 10,
    travelFactor: () => 1,
  };
  const busy = { atMs: 0, priority: 1, serviceMs: 1_000_000, x: 5000 } as const;

  it('lends a unit, which crosses the nearest border, to a job of priority 1 that has waited', () => {
    const { told, measures } = run({
      units: 1,
      jobs: [
        { ...busy, id: 1 },
        { ...busy, id: 2, atMs: 100, x: 9000, serviceMs: 20_000 },
        { ...busy, id: 3, atMs: 200 },
      ],
      options,
    });
    expect(told).toContain('10100 dispatched 2 N1');
    // It takes three seconds to the border, and drives 100 m from there.
    expect(told).toContain('23100 onScene 2 N1 first');
    expect(told).toContain('43100 cleared 2');
    // The only unit is lent out when the third job asks at 10,200, 20,200, 30,200 and 40,200; at 50,200 it is free.
    expect(told).toContain('50200 dispatched 3 N1');
    expect(measures.tallies).toMatchObject({ lent: 2, lentRefused: 4, lentMs: 33_000 + 1_028_000 });
    // None of this time counts as the agency's own.
    expect(measures.busyMs.total).toBe(1_000_000);
    expect([...measures.busyMsByUnit]).toEqual([1_000_000]);
  });

  it('is asked for priority 1 only', () => {
    const { measures } = run({
      units: 1,
      jobs: [
        { ...busy, id: 1 },
        { ...busy, id: 2, priority: 2 },
      ],
      options,
    });
    expect(measures.tallies.lent).toBe(0);
  });
});

describe('response areas', () => {
  const homes = { x: Int32Array.of(1000, 5000, 9000), y: Int32Array.of(2500, 2500, 2500) };

  const startMs = 10 * HOUR_MS;
  const named = (jobs: Setting['jobs'], assignment: 'nearest' | 'areas') =>
    sent(
      run({ units: 3, jobs, options: { homes, assignment, travelMetresPerSecond: 1000, travelFactor: () => 1 } }).told,
    ).map((text) => text.split(' ')[3]);

  it('send their own unit, although another one is nearer', () => {
    // The middle unit has just ended a job in the east, 49 m from the next place; the eastern unit is at home, 100 m away.
    const jobs: Setting['jobs'] = [
      { id: 1, atMs: startMs, x: 8500, preferred: [1], serviceMs: 10 },
      { id: 2, atMs: startMs + 361, x: 8000 },
    ];
    expect(named(jobs, 'nearest')).toEqual(['1A12', '1A12']);
    expect(named(jobs, 'areas')).toEqual(['1A12', '1A13']);
  });

  it('then others by the distance of their homes from its own', () => {
    const jobs: Setting['jobs'] = [0, 1, 2].map((id) => ({ id, atMs: startMs + id, x: 2900, serviceMs: HOUR_MS }));
    expect(named(jobs, 'areas')).toEqual(['1A11', '1A12', '1A13']);
  });
});

describe('shifts', () => {
  const plan: ShiftPlan = { lengthHours: 12, startHours: [6, 18], relativeStaff: [1, 1] };
  const shifts = planShifts(plan, 2);

  it('change crews; a crew at a job finishes it first', () => {
    const { told, measures } = run({
      units: 4,
      jobs: [
        { id: 1, atMs: 6 * HOUR_MS - 1000, unitsWanted: 2, serviceMs: 10 * MINUTE_MS },
        { id: 2, atMs: 6 * HOUR_MS + 1, serviceMs: 1000 },
        { id: 3, atMs: 7 * HOUR_MS, unitsWanted: 4 },
      ],
      options: { shifts },
      untilMs: 24 * HOUR_MS,
    });
    // At midnight the second shift is on duty; its crews are numbered after those of the first.
    expect(sent(told)).toEqual([
      `${6 * HOUR_MS - 1000} dispatched 1 1A13+1A14`,
      `${6 * HOUR_MS + 1} dispatched 2 1A11`,
      `${7 * HOUR_MS} dispatched 3 1A11+1A12`,
    ]);
    const { tallies } = measures;
    const lateMs = 10 * MINUTE_MS - 1000;
    expect(tallies).toMatchObject({ overruns: 2, overrunMs: 2 * lateMs, onDutyMs: 2 * 24 * HOUR_MS + 2 * lateMs });
    expect(measures.units).toBe(2);
    expect(measures.hourly.reduce((sum, hour) => sum + hour.onDutyMs, 0)).toBe(tallies.onDutyMs);
  });

  it('bring units to jobs that wait', () => {
    const { told } = run({
      units: 4,
      jobs: [1, 2, 3, 4].map((id) => ({ id, atMs: 5 * HOUR_MS + id, serviceMs: 10 * HOUR_MS })),
      options: { shifts },
      untilMs: 8 * HOUR_MS,
    });
    expect(sent(told).slice(2)).toEqual([`${6 * HOUR_MS} dispatched 3 1A11`, `${6 * HOUR_MS} dispatched 4 1A12`]);
  });

  it('end for a crew at work of its own when that ends; something urgent does not take it off', () => {
    const { told } = run({
      units: 2,
      jobs: [1, 2].map((id) => ({ id, atMs: 18.5 * HOUR_MS + id, priority: 1, serviceMs: 1000 })),
      options: {
        shifts: planShifts(plan, 1),
        selfInitiated: { ratePerHour: Array.from({ length: 24 }, (_, hour) => (hour === 17 ? 3600 : 0)) },
      },
      selfServiceMs: 2 * HOUR_MS,
      untilMs: 24 * HOUR_MS,
    });
    expect(told.some((text) => text.includes(' 1A11 ') && text.includes('self'))).toBe(true);
    expect(sent(told)).toEqual([
      `${18.5 * HOUR_MS + 1} dispatched 1 1A12`,
      `${18.5 * HOUR_MS + 1001} dispatched 2 1A12`,
    ]);
  });

  it('must add up to the units', () => {
    expect(() => run({ units: 3, options: { shifts } })).toThrow(/shifts of 3 units in all, found 4/);
  });
});

describe('meal breaks', () => {
  const shifts = planShifts({ lengthHours: 8, startHours: [0, 8, 16], relativeStaff: [1, 1, 1] }, 1);
  const breaks = { lengthMs: 30 * MINUTE_MS, fromMs: 3 * HOUR_MS, untilMs: 5 * HOUR_MS };
  const options: Setting['options'] = { shifts, breaks };

  it('come about the middle of each shift, and keep a unit from every job but those of priority 1', () => {
    const jobs: Setting['jobs'] = [{ id: 1, atMs: 3 * HOUR_MS + 1, priority: 2, serviceMs: 1000 }];
    const { told, measures } = run({ units: 3, jobs, options, untilMs: 24 * HOUR_MS });
    expect(sent(told)).toEqual([`${3.5 * HOUR_MS} dispatched 1 1A11`]);
    expect(measures.tallies).toMatchObject({
      breaksDue: 3,
      breaksTaken: 3,
      breaksBrokenOff: 0,
      breaksMissed: 0,
      breakMs: 90 * MINUTE_MS,
      onDutyMs: 24 * HOUR_MS,
    });
    expect(measures.busyMs.total).toBe(1000);
  });

  it('are broken off for priority 1', () => {
    const jobs: Setting['jobs'] = [{ id: 1, atMs: 3 * HOUR_MS + 60_000, priority: 1, serviceMs: 1000 }];
    const { told, measures } = run({ units: 3, jobs, options, untilMs: 8 * HOUR_MS - 1 });
    expect(sent(told)).toEqual([`${3 * HOUR_MS + 60_000} dispatched 1 1A11`]);
    expect(measures.tallies).toMatchObject({ breaksDue: 1, breaksTaken: 0, breaksBrokenOff: 1, breakMs: 60_000 });
  });

  it('wait for a job to end, and are missed if that takes too long', () => {
    const tallies = (serviceMs: number) =>
      run({ units: 3, jobs: [{ id: 1, atMs: HOUR_MS, serviceMs }], options, untilMs: 8 * HOUR_MS - 1 }).measures
        .tallies;
    expect(tallies(3 * HOUR_MS)).toMatchObject({ breaksTaken: 1, breaksMissed: 0, breakMs: 30 * MINUTE_MS });
    expect(tallies(5 * HOUR_MS)).toMatchObject({ breaksTaken: 0, breaksMissed: 1, breakMs: 0 });
  });

  it('do not come before jobs that wait', () => {
    const waits: Setting['jobs'] = [1, 2].map((id) => ({ id, atMs: id, serviceMs: 3.2 * HOUR_MS }));
    const { measures } = run({ units: 3, jobs: waits, options, untilMs: 8 * HOUR_MS - 1 });
    expect(measures.tallies.breaksMissed).toBe(1);
  });

  it('of many crews do not come all at once', () => {
    const crews = planShifts({ lengthHours: 24, startHours: [0], relativeStaff: [1] }, 24);
    let most = 0;
    for (let atMs = 3 * HOUR_MS; atMs < 6 * HOUR_MS; atMs += 10 * MINUTE_MS) {
      const { measures } = run({ units: 24, options: { shifts: crews, breaks }, untilMs: atMs });
      const { breaksDue, breaksTaken } = measures.tallies;
      most = Math.max(most, breaksDue - breaksTaken);
    }
    // They begin within one hour and last half an hour.
    expect(most).toBeGreaterThan(6);
    expect(most).toBeLessThan(15);
  });
});

describe('all mechanisms together', () => {
  const job = fc.record({
    atMs: fc.nat({ max: 3 * HOUR_MS }),
    priority: fc.constantFrom(1, 2, 3, 4),
    x: fc.nat({ max: box.x1 }),
    y: fc.nat({ max: box.y1 }),
    unitsWanted: fc.nat({ max: 4 }),
    unitsMin: fc.integer({ min: 1, max: 2 }),
    byPhone: fc.boolean(),
    serviceMs: fc.nat({ max: 2 * HOUR_MS }),
    cancelAfterMs: fc.option(fc.nat({ max: HOUR_MS })),
  });

  it('forget no job, send no unit that is off duty or elsewhere, and their accounts agree', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('nearest', 'areas'),
        fc.array(job, { maxLength: 40 }),
        (mean, assignment, drawn) => {
          const shifts = planShifts(
            {
              lengthHours: 2,
              startHours: [0, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 22],
              relativeStaff: Array.from({ length: 13 }, () => 1),
            },
            mean,
          );
          const units = shifts.reduce((sum, { count }) => sum + count, 0);
          const jobs = drawn.map((each, id) => ({ ...each, id, priority: each.priority as 1 | 2 | 3 | 4 }));
          const { told, measures } = run({
            units,
            jobs,
            cancels: jobs.flatMap(({ id, atMs, cancelAfterMs }) =>
              cancelAfterMs === null ? [] : [{ id, atMs: atMs + cancelAfterMs }],
            ),
            options: {
              assignment: assignment as 'nearest' | 'areas',
              preemption: true,
              shifts,
              breaks: { lengthMs: 10 * MINUTE_MS, fromMs: 20 * MINUTE_MS, untilMs: 80 * MINUTE_MS },
              stack: {
                escalation: { priority3Ms: 600_000, priority4Ms: 600_000 },
                phoneAfterMs: 1_200_000,
                aidAfterMs: 60_000,
              },
              aid: { units: 1, extraTravelMs: 60_000 },
              travelMetresPerSecond: 10,
              selfInitiated: { ratePerHour: new Array<number>(24).fill(20) },
            },
            selfServiceMs: 10 * MINUTE_MS,
            // This is long after the last job: one job may need 40 x 2 hours of one unit.
            untilMs: 200 * HOUR_MS,
          });
          const ended = told.flatMap((text) => (/ (?:cleared|cancel) (\d+)(?! false)/.exec(text) ?? []).slice(1));
          const calls = ended.map(Number).filter((id) => id < SELF_JOB);
          expect(calls.toSorted((a, b) => a - b)).toEqual(jobs.map(({ id }) => id));
          const { tallies } = measures;
          expect(measures.busyMs.total).toBe(measures.busyMsByUnit.reduce((sum, ms) => sum + ms, 0));
          expect(measures.busyMs.total).toBe(measures.hourly.reduce((sum, hour) => sum + hour.busyMs, 0));
          expect(measures.waitingMs).toBe(measures.hourly.reduce((sum, hour) => sum + hour.waitingMs, 0));
          expect(tallies.onDutyMs).toBe(measures.hourly.reduce((sum, hour) => sum + hour.onDutyMs, 0));
          expect(measures.hourly.every((hour) => hour.busyMs <= hour.onDutyMs)).toBe(true);
          expect(tallies.requested).toBe(jobs.length);
          expect(tallies.breaksTaken + tallies.breaksBrokenOff + tallies.breaksMissed).toBeLessThanOrEqual(
            tallies.breaksDue,
          );
        },
      ),
      { numRuns: 12 },
    );
  });

  it('do not shift opportunities for self-initiated work', () => {
    const opportunities = (options: Setting['options']) =>
      run({
        units: 6,
        jobs: Array.from({ length: 30 }, (_, id) => ({
          id,
          atMs: id * 600_000,
          serviceMs: 900_000,
          priority: ((id % 4) + 1) as 1,
        })),
        options: { selfInitiated: { ratePerHour: new Array<number>(24).fill(3) }, ...options },
        untilMs: 12 * HOUR_MS,
      })
        .told.filter((text) => text.includes('self'))
        .map((text) => text.replace(/1A\d\d /, ''));
    const plain = opportunities({});
    expect(plain.length).toBeGreaterThan(20);
    const rules = opportunities({
      preemption: true,
      assignment: 'areas',
      stack: { escalation: { priority3Ms: 60_000, priority4Ms: 60_000 }, phoneAfterMs: 60_000, aidAfterMs: 60_000 },
      aid: { units: 2, extraTravelMs: 1000 },
    });
    expect(rules.every((text) => plain.includes(text))).toBe(true);
    expect(rules.length).toBeGreaterThan(plain.length - 5);
  });
});
