import { describe, expect, test, vi } from 'vitest';
import { chunkWeight } from './chunk.ts';
import { makeChunk } from './thread.testing.ts';
import { Schedule } from './schedule.ts';
import { measureWallOffset, wallClock } from '../../wall-clock.ts';

const wall = wallClock(measureWallOffset());
const motions = (times: readonly number[]) => makeChunk(times.map((atMs, who) => ({ kind: 'motion', who, atMs })));

describe('a schedule', () => {
  test('fires in order, never early, and catches up with what is past', async () => {
    const fired: { atMs: number; intendedMs: number; takenMs: number }[] = [];
    const consumed: number[] = [];
    const schedule = new Schedule(wall, {
      fire: (chunk, i, intendedMs, takenMs) => fired.push({ atMs: chunk.atMs[i], intendedMs, takenMs }),
      consumed: (weight) => consumed.push(weight),
    });
    const chunks = [motions([1000, 1010, 1010]), motions([1600, 2200]), motions([2205])];
    schedule.add(chunks[0]);
    schedule.add(chunks[1]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fired).toEqual([]);
    // At 10 platform ms a wall ms; the first chunk is past already.
    const clock = { originWallMs: wall() - 50, originMs: 1000, speed: 10 };
    schedule.launch(clock);
    schedule.add(chunks[2]);
    await vi.waitFor(() => expect(fired).toHaveLength(6), { timeout: 20_000 });
    schedule.stop();
    expect(fired.map(({ atMs }) => atMs)).toEqual([1000, 1010, 1010, 1600, 2200, 2205]);
    for (const { atMs, intendedMs, takenMs } of fired) {
      expect(intendedMs).toBeCloseTo(clock.originWallMs + (atMs - 1000) / 10, 6);
      expect(takenMs).toBeGreaterThanOrEqual(intendedMs);
    }
    expect(consumed).toEqual(chunks.map(chunkWeight));
  });

  test('fires nothing more once it was stopped, not even an item that is due', async () => {
    const fired: number[] = [];
    const schedule = new Schedule(wall, {
      fire: (_chunk, i) => {
        fired.push(i);
        if (i === 1) schedule.stop();
      },
      consumed: () => {},
    });
    schedule.add(motions([0, 0, 0, 0]));
    schedule.launch({ originWallMs: wall(), originMs: 0, speed: 1 });
    await vi.waitFor(() => expect(fired).toEqual([0, 1]), { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fired).toEqual([0, 1]);
  });
});
