import { describe, expect, test } from 'vitest';
import { DeliveryLog } from './delivery-log.ts';

const BODIES = ['{"a":1}', '{"b":2}', '{"c":3}'].map((text) => Buffer.from(text));

describe('deliveries as they come in', () => {
  test('are told piece by piece, each once, across blocks, with the texts that are new', () => {
    const log = new DeliveryLog(1_000_000);
    const told: number[][] = [];
    const texts: string[] = [];
    const tell = (most: number): number => {
      const { resident, frame, wallMs } = log.since(told.length, most);
      for (let i = 0; i < resident.length; i += 1) told.push([resident[i], frame[i], wallMs[i]]);
      texts.push(...log.frames(texts.length).map(({ text }) => text));
      return resident.length;
    };
    expect(tell(10)).toBe(0);
    const expected: number[][] = [];
    for (let i = 0; i < 150_000; i += 1) {
      const frame = Math.floor(i / 60_000);
      log.add(i % 500, i, 'alert', BODIES[frame], 0, BODIES[frame].length, i / 2);
      expected.push([i % 500, frame, i / 2]);
      if (i === 70_000) expect([tell(40_000), tell(40_000), tell(40_000)]).toEqual([40_000, 30_001, 0]);
    }
    expect(texts).toEqual(['{"a":1}', '{"b":2}']);
    expect(tell(1_000_000)).toBe(79_999);
    expect(told).toEqual(expected);
    expect(texts).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });
});
