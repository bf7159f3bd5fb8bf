import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../contract/time.ts';
import { run, SELF_JOB, type Setting } from './dispatch.testing.ts';

describe('the unit that goes is', () => {
  it('the nearest idle unit, by Manhattan distance', () => {
    const { told } = run({
      jobs: [
        { id: 1, atMs: 0, x: 5100, y: 0 },
        { id: 2, atMs: 1, x: 5100, y: 0 },
      ],
    });
    expect(told.filter((text) => text.includes('dispatched'))).toEqual(['0 dispatched 1 1A12', '1 dispatched 2 1A11']);
  });

  it('the first idle unit of those preferred, before the nearest', () => {
    const { told } = run({ units: 3, jobs: [0, 1, 2].map((id) => ({ id, atMs: id, preferred: [2, 0] })) });
    expect(told.filter((text) => text.includes('dispatched'))).toEqual([
      '0 dispatched 0 1A13',
      '1 dispatched 1 1A11',
      '2 dispatched 2 1A12',
    ]);
  });

  it('for waiting jobs, in the order of (priority, arrival, id), the next free one', () => {
    const waiting = [
      { id: 10, priority: 3, atMs: 5 },
      { id: 11, priority: 2, atMs: 7 },
      { id: 13, priority: 2, atMs: 6 },
      { id: 12, priority: 2, atMs: 6 },
      { id: 14, priority: 1, atMs: 8 },
      { id: 15, priority: 4, atMs: 1 },
    ] as const;
    const { told, measures } = run({ units: 1, jobs: [{ id: 1, atMs: 0 }, ...waiting] });
    expect(told.filter((text) => text.includes('dispatched')).map((text) => text.split(' ')[2])).toEqual([
      '1',
      '14',
      '12',
      '13',
      '11',
      '10',
      '15',
    ]);
    expect(measures.waitingMax).toBe(6);
    expect([...measures.queueMs[2]]).toEqual([2000 - 6, 3000 - 6, 4000 - 7]);
    expect([...measures.queueMs[3]]).toEqual([0, 5000 - 5]);
    const waits = [...measures.queueMs[1], ...measures.queueMs[2], ...measures.queueMs[3], ...measures.queueMs[4]];
    expect(measures.waitingMs).toBe(waits.reduce((sum, ms) => sum + ms, 0));
  });
});

describe('travel', () => {
  it('takes Manhattan distance over speed, for the hour and the priority', () => {
    const job = { id: 1, atMs: 10 * HOUR_MS, x: 4500, y: 3500 };
    const { told, measures } = run({ units: 1, jobs: [{ ...job, x: 7000 }], options: { travelMetresPerSecond: 10 } });
    // From (5000, 2500): 300 m at 10 m/s; priority 3 at ten o'clock has factor 1.
    const atMs = job.atMs + 30_000;
    expect(told).toEqual([`${job.atMs} dispatched 1 1A11`, `${atMs} onScene 1 1A11 first`, `${atMs + 1000} cleared 1`]);
    expect([...measures.responseMs[3]]).toEqual([30_000]);
    expect(measures.busyMs).toEqual({ total: 31_000, call: 31_000, self: 0, unfounded: 0, induced: 0 });
    expect([...measures.busyMsByUnit]).toEqual([31_000]);
  });

  it("follows the hours of the agency's zone", () => {
    const jobs = [{ id: 1, atMs: 8 * HOUR_MS, x: 7000, y: 2500 }];
    const utc = run({ units: 1, jobs, options: { travelMetresPerSecond: 10 } }).measures.responseMs[3][0];
    const west = run({ units: 1, jobs, options: { travelMetresPerSecond: 10, zone: 'Pacific/Honolulu' } }).measures
      .responseMs[3][0];
    expect([utc, west]).toEqual([Math.ceil(20_000 * 1.2), Math.ceil(20_000 * 0.9)]);
  });

  it('starts from the present place of a unit on its way back', () => {
    const jobs = [
      { id: 1, atMs: 10 * HOUR_MS, x: 9000, y: 2500 },
      { id: 2, atMs: 10 * HOUR_MS + 61_000, x: 9000, y: 2500 },
    ];
    // The unit drives 400 m, works for a second, and drives back towards (5000, 2500) for 20 s, which is 200 m.
    const { measures } = run({ units: 1, jobs, options: { travelMetresPerSecond: 10 } });
    expect([...measures.responseMs[3]]).toEqual([40_000, 20_000]);
  });
});

describe('back-up', () => {
  it('starts with idle units; others join as they come free; all leave together', () => {
    const { told, measures } = run({
      units: 3,
      jobs: [
        { id: 1, atMs: 0, serviceMs: 500 },
        { id: 2, atMs: 1, unitsWanted: 3, serviceMs: 2000 },
        { id: 3, atMs: 2, priority: 4, serviceMs: 100 },
      ],
    });
    expect(told).toEqual([
      '0 dispatched 1 1A11',
      '0 onScene 1 1A11 first',
      '1 dispatched 2 1A12+1A13',
      '1 onScene 2 1A12 first',
      '1 onScene 2 1A13',
      '500 cleared 1',
      '500 dispatched 2 1A11',
      '500 onScene 2 1A11',
      '2001 cleared 2',
      '2001 dispatched 3 1A11',
      '2001 onScene 3 1A11 first',
      '2101 cleared 3',
    ]);
    expect([...measures.busyMsByUnit]).toEqual([500 + 1501 + 100, 2000, 2000]);
    expect([...measures.responseMs[3]]).toEqual([0, 0]);
  });

  it('of one priority comes after jobs that have no unit yet', () => {
    const { told } = run({
      jobs: [
        { id: 1, atMs: 0, unitsWanted: 3, serviceMs: 9000 },
        { id: 2, atMs: 1, unitsWanted: 1 },
      ],
      cancels: [{ id: 1, atMs: 500 }],
    });
    expect(told).toContain('500 dispatched 2 1A11');
    const busy = run({
      jobs: [
        { id: 1, atMs: 0, serviceMs: 500 },
        { id: 2, atMs: 1, unitsWanted: 2, serviceMs: 5000 },
        { id: 3, atMs: 2 },
      ],
    });
    expect(busy.told.filter((text) => text.includes('dispatched'))).toEqual([
      '0 dispatched 1 1A11',
      '1 dispatched 2 1A12',
      '500 dispatched 3 1A11',
      '1500 dispatched 2 1A11',
    ]);
  });
});

describe('cancel', () => {
  it('takes a job out of the line, frees units on the way or at the scene, and stops their later events', () => {
    const { told, measures } = run({
      units: 1,
      jobs: [
        { id: 1, atMs: 0, serviceMs: 5000 },
        { id: 2, atMs: 1 },
        { id: 3, atMs: 2, serviceMs: 9000 },
      ],
      cancels: [
        { id: 2, atMs: 10 },
        { id: 1, atMs: 100 },
        { id: 7, atMs: 200 },
      ],
    });
    expect(told).toEqual([
      '0 dispatched 1 1A11',
      '0 onScene 1 1A11 first',
      '10 cancel 2 true',
      '100 cancel 1 true',
      '100 dispatched 3 1A11',
      '100 onScene 3 1A11 first',
      '200 cancel 7 false',
      '9100 cleared 3',
    ]);
    expect(measures.busyMs.total).toBe(9100);
    expect(measures.waitingMs).toBe(9 + 98);
  });

  it('before arrival leaves the unit at its present place', () => {
    const startMs = 10 * HOUR_MS;
    const { measures, told } = run({
      units: 1,
      jobs: [
        { id: 1, atMs: startMs, x: 9000 },
        { id: 2, atMs: startMs + 10_000, x: 9000 },
      ],
      cancels: [{ id: 1, atMs: startMs + 10_000 }],
      options: { travelMetresPerSecond: 10 },
    });
    expect(told.some((text) => text.includes('onScene 1'))).toBe(false);
    expect([...measures.responseMs[3]]).toEqual([30_000]);
  });
});

describe('self-initiated work', () => {
  const selfInitiated = { ratePerHour: Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 20 : 5)) };

  it('comes at each local hour with its rate', () => {
    const days = 40;
    const { told, measures } = run({ units: 30, options: { selfInitiated }, untilMs: days * 24 * HOUR_MS });
    const started = told.filter((text) => text.includes('self'));
    expect(measures.self).toEqual({ started: started.length, missed: 0, yielded: 0 });
    const early = started.filter((text) => Math.floor(Number(text.split(' ')[0]) / HOUR_MS) % 24 < 12).length;
    for (const [count, mean] of [
      [early, 20 * 12 * days],
      [started.length - early, 5 * 12 * days],
    ])
      expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean));
    expect(measures.busyMs.self).toBe(measures.busyMs.total);
  });

  it('has the same times and places whatever calls come', () => {
    const opportunities = (jobs: Setting['jobs']) =>
      run({ units: 8, jobs, options: { selfInitiated }, untilMs: 48 * HOUR_MS })
        .told.filter((text) => text.includes('self'))
        .map((text) => text.replace(/1A\d\d /, ''));
    const quiet = opportunities([]);
    const calls = Array.from({ length: 60 }, (_, id) => ({
      id,
      atMs: id * 1_800_000,
      serviceMs: 600_000,
      unitsWanted: 2,
    }));
    expect(quiet.length).toBeGreaterThan(300);
    expect(opportunities(calls)).toEqual(quiet);
  });

  it('keeps its unit from lesser calls, however near', () => {
    // One of the two units works on its own for 12 hours; only the idle one may be sent, wherever it is.
    const rate = { ratePerHour: Array.from({ length: 24 }, (_, hour) => (hour === 0 ? 1 : 0)) };
    for (let seed = 0; seed < 20; seed += 1) {
      const { measures } = run({
        jobs: [
          { id: 1, priority: 2, atMs: HOUR_MS, x: 0, y: 0 },
          { id: 2, priority: 2, atMs: 2 * HOUR_MS, x: 10_000, y: 5000 },
        ],
        selfServiceMs: 12 * HOUR_MS,
        options: { seeds: { seed, replication: 0 }, selfInitiated: rate },
        untilMs: 10 * HOUR_MS,
      });
      expect(measures.self.yielded).toBe(0);
    }
  });

  it('yields to priority 1 and to no lower priority', () => {
    const rate = { ratePerHour: new Array<number>(24).fill(3600) };
    for (const priority of [1, 2] as const) {
      const { told, measures } = run({
        units: 1,
        jobs: [{ id: 1, priority, atMs: 60_000, serviceMs: 30 }],
        selfServiceMs: 900_000,
        options: { selfInitiated: rate },
        untilMs: 100_000,
      });
      const dispatched = told.filter((text) => text.includes('dispatched'));
      expect(dispatched).toEqual(priority === 1 ? ['60000 dispatched 1 1A11'] : []);
      expect(measures.self.yielded).toBe(priority === 1 ? 1 : 0);
      expect(measures.self.missed).toBeGreaterThan(10);
      if (priority === 1) expect(told.slice(told.indexOf(dispatched[0]) - 1)[0]).toMatch(/^60000 cleared 1000000/);
    }
  });
});

it('a host may ask for more, and cancel, from within what it hears', () => {
  let asked = 0;
  const tags = { cause: 'call', unfounded: false, induced: true } as const;
  const { told, measures } = run({
    units: 2,
    jobs: [{ id: 1, atMs: 0, unitsWanted: 2 }],
    heard: (text, dispatch) => {
      if (text.startsWith('dispatched') && asked < 3) {
        asked += 1;
        dispatch.request({ id: 100 + asked, priority: 1, x: 0, y: 0, unitsWanted: 1, serviceMs: 10, tags });
      }
      if (text.startsWith('cleared 101')) dispatch.cancel(102);
    },
  });
  expect(told.filter((text) => text.includes('cleared'))).toEqual([
    '1000 cleared 1',
    '1010 cleared 101',
    '1020 cleared 103',
  ]);
  expect(measures.busyMs.induced).toBe(30);
});

it('never sends a unit to two jobs, forgets no job, and its accounts agree, whatever comes', () => {
  const job = fc.record({
    atMs: fc.nat({ max: 3000 }),
    priority: fc.constantFrom(1, 2, 3, 4),
    x: fc.nat({ max: 10_000 }),
    y: fc.nat({ max: 5000 }),
    unitsWanted: fc.nat({ max: 4 }),
    serviceMs: fc.nat({ max: 500 }),
    cancelAfterMs: fc.option(fc.nat({ max: 800 })),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(100, 10_000, Infinity),
      fc.array(job, { maxLength: 40 }),
      (units, travelMetresPerSecond, drawn) => {
        const jobs = drawn.map((each, id) => ({ ...each, id, priority: each.priority as 1 | 2 | 3 | 4 }));
        const cancels = jobs.flatMap(({ id, atMs, cancelAfterMs }) =>
          cancelAfterMs === null ? [] : [{ id, atMs: atMs + cancelAfterMs }],
        );
        const self = { ratePerHour: new Array<number>(24).fill(600) };
        const { told, measures } = run({
          units,
          jobs,
          cancels,
          options: { travelMetresPerSecond, selfInitiated: self },
          selfServiceMs: 700,
          untilMs: 1_500_000,
        });
        const on = new Map<string, string[]>();
        const ended = new Set<string>();
        for (const text of told) {
          const [, what, id, rest] = text.split(' ');
          switch (what) {
            case 'self':
              expect([...on.values()].flat()).not.toContain(rest);
              on.set(String(SELF_JOB + Number(id)), [rest]);
              break;
            case 'dispatched':
              for (const name of rest.split('+')) expect([...on.values()].flat()).not.toContain(name);
              on.set(id, [...(on.get(id) ?? []), ...rest.split('+')]);
              expect(on.get(id)?.length).toBeLessThanOrEqual(Math.max(1, jobs[Number(id)].unitsWanted));
              break;
            case 'onScene':
              expect(on.get(id)).toContain(rest);
              break;
            default:
              if (text.endsWith('false')) break;
              on.delete(id);
              expect(ended.has(id)).toBe(false);
              ended.add(id);
          }
        }
        for (const { id } of jobs) expect(ended.has(String(id))).toBe(true);
        expect(measures.busyMs.total).toBe(measures.busyMsByUnit.reduce((sum, ms) => sum + ms, 0));
        expect(measures.busyMs.total).toBe(measures.hourly.reduce((sum, hour) => sum + hour.busyMs, 0));
        expect(measures.waitingMs).toBe(measures.hourly.reduce((sum, hour) => sum + hour.waitingMs, 0));
        expect(measures.hourly.every((hour) => hour.busyMs <= units * HOUR_MS)).toBe(true);
      },
    ),
    { numRuns: 25 },
  );
});

it('refuses a job that is in hand already', () => {
  expect(() =>
    run({
      units: 1,
      jobs: [
        { id: 1, atMs: 0 },
        { id: 1, atMs: 5 },
      ],
    }),
  ).toThrow(/job 1 is in hand already/);
});
