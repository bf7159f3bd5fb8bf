import { describe, expect, it } from 'vitest';
import type { Entry } from './journal.ts';
import { experimentOf } from './resolve.ts';
import { Schedule, Turns, type Extent, type Task } from './schedule.ts';
import { tiny } from './tiny.testing.ts';

const { experiment, points } = experimentOf(tiny({ primary: ['unitUtilisation'], replicationsMax: 30 }));
const WHOLE = { index: 1, of: 1 };

/** `noise`: half the distance between replications of a point. */
function entryOf({ point, replication }: Task, noise = 0): Entry {
  const value = 10 + (replication % 2 === 0 ? noise : -noise);
  return {
    point,
    replication,
    seed: 1,
    values: [value, value, value],
    batchHalfWidths: [null, null, null],
    warmUpHours: 0,
    historyHash: `${point} ${replication}`,
  };
}

const key = ({ point, replication }: Task): string => `${point} ${replication}`;

describe('a fixed number of replications', () => {
  const extent: Extent = { kind: 'reps', count: 3 };

  it('is dealt out to shards without gap or overlap', () => {
    const schedule = new Schedule(experiment, points, extent);
    const all = schedule.missing([], WHOLE).map(key);
    expect(all).toHaveLength(12);
    const shards = [1, 2, 3, 4, 5].flatMap((index) => schedule.missing([], { index, of: 5 }).map(key));
    expect(shards.toSorted()).toEqual(all.toSorted());
  });

  it('goes replication by replication, and leaves out those that were run', () => {
    const schedule = new Schedule(experiment, points, extent);
    const tasks = schedule.missing([], WHOLE);
    expect(tasks.slice(0, 5).map(key)).toEqual(['0 0', '1 0', '2 0', '3 0', '0 1']);
    const done = tasks.filter((_, i) => i % 2 === 0).map((task) => entryOf(task));
    expect(schedule.missing(done, WHOLE).map(key)).toEqual(tasks.filter((_, i) => i % 2 === 1).map(key));
  });

  it('keeps each replication once, in order, and none beyond the number', () => {
    const schedule = new Schedule(experiment, points, extent);
    const tasks = schedule.missing([], WHOLE);
    const entries = [...tasks, tasks[4], { point: 0, replication: 3 }].map((task) => entryOf(task));
    expect(schedule.kept(entries.toReversed()).map(key)).toEqual(
      tasks.toSorted((a, b) => a.point - b.point || a.replication - b.replication).map(key),
    );
    const other = { ...entries[0], historyHash: 'other' };
    expect(() => schedule.kept([...entries, other])).toThrow('expected the same history wherever it ran');
  });
});

describe('until intervals are narrow', () => {
  function run(share: number, noiseOf: (point: number) => number, shard = WHOLE): Entry[] {
    const schedule = new Schedule(experiment, points, { kind: 'until-ci', share });
    const entries: Entry[] = [];
    for (let tasks = schedule.missing(entries, shard); tasks.length > 0; tasks = schedule.missing(entries, shard))
      entries.push(...tasks.map((task) => entryOf(task, noiseOf(task.point))));
    return entries;
  }

  it('each point stops at the first look that suffices, and at the most allowed', () => {
    const entries = run(0.05, (point) => [0, 1, 3, 0.1][point]);
    const counts = points.map(({ index }) => entries.filter(({ point }) => point === index).length);
    // Half-width over mean at n: t(0.975, n - 1) * noise / (10 sqrt(n - 1)); 5% at noise 1 takes 19 or more.
    expect(counts).toEqual([10, 20, 30, 10]);
    const schedule = new Schedule(experiment, points, { kind: 'until-ci', share: 0.05 });
    expect(schedule.wide(entries).map(({ index }) => index)).toEqual([2]);
    expect(schedule.kept(entries)).toHaveLength(70);
  });

  it('shards have whole points, and together what one machine has', () => {
    const noiseOf = (point: number): number => point;
    const parts = [1, 2, 3].flatMap((index) => run(0.05, noiseOf, { index, of: 3 }));
    expect(parts.map(key).toSorted()).toEqual(run(0.05, noiseOf).map(key).toSorted());
  });
});

const TASKS: Task[] = [0, 1].flatMap((replication) => [0, 1, 2].map((point) => ({ point, replication })));

/** Takes all tasks that are left, each of which takes as long as its point. */
function taken(turns: Turns, ms: readonly number[]): Task[] {
  const order: Task[] = [];
  for (let index = turns.next(); index !== null; index = turns.next()) {
    order.push(TASKS[index]);
    turns.took(index, ms[TASKS[index].point]);
  }
  return order;
}

describe('turns', () => {
  it('come replication by replication, the longest first once they are known', () => {
    const order = taken(new Turns(TASKS), [20, 30, 10]);
    expect(order.map(({ replication }) => replication)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(order.slice(3).map(({ point }) => point)).toEqual([1, 0, 2]);
    expect(order.slice(0, 3).map(({ point }) => point)).toEqual([2, 1, 0]);
  });

  it('of points that never ran come before those of points that did', () => {
    const turns = new Turns([
      { point: 0, replication: 0 },
      { point: 0, replication: 1 },
      { point: 1, replication: 1 },
    ]);
    turns.took(turns.next()!, 1000);
    expect([turns.next(), turns.next()]).toEqual([2, 1]);
  });

  it('are each given once, and none after the last', () => {
    const turns = new Turns(TASKS);
    expect(new Set(taken(turns, [1, 1, 1])).size).toBe(TASKS.length);
    expect(turns.next()).toBeNull();
    expect(new Turns([]).next()).toBeNull();
  });
});
