import { describe, expect, test } from 'vitest';
import { DeliveryLog } from './delivery-log.ts';

const BODIES = ['{"a":1}', '{"b":2}', '{"c":3}'].map((text) => Buffer.from(text));

/** A message whose body is all of these bytes. */
const whole = (type: 'alert' | 'post', sequence: number, { length }: Buffer) => ({
  type,
  sequence,
  start: 0,
  end: length,
});

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
      log.add(i % 500, whole('alert', i, BODIES[frame]), BODIES[frame], i / 2);
      expected.push([i % 500, frame, i / 2]);
      if (i === 70_000) expect([tell(40_000), tell(40_000), tell(40_000)]).toEqual([40_000, 30_001, 0]);
    }
    expect(texts).toEqual(['{"a":1}', '{"b":2}']);
    expect(tell(1_000_000)).toBe(79_999);
    expect(told).toEqual(expected);
    expect(texts).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });
});

describe('the log of deliveries', () => {
  const body = (n: number): Buffer => Buffer.from(`{"identifier":"${n}","text":"${'x'.repeat(300)}"}`);

  test('keeps each text once, whatever hashes alike, and each delivery', () => {
    const log = new DeliveryLog(1_000_000);
    // These differ only behind the bytes that are hashed.
    const alike = ['a', 'b'].map((end) => Buffer.from('y'.repeat(200) + end));
    for (let round = 0; round < 100; round += 1)
      for (const [i, bytes] of [body(1), body(2), ...alike].entries())
        log.add(i, whole(i === 3 ? 'post' : 'alert', round + 1, bytes), bytes, 1000 + round);
    // The same text is another frame if it has another type.
    log.add(9, whole('post', 1, body(1)), body(1), 5);
    expect(log.frames().map(({ type, text }) => [type, text])).toEqual([
      ['alert', body(1).toString()],
      ['alert', body(2).toString()],
      ['alert', alike[0].toString()],
      ['post', alike[1].toString()],
      ['post', body(1).toString()],
    ]);
    const [block] = log.blocks;
    expect(block.count).toBe(401);
    expect([block.resident[7], block.sequence[7], block.frame[7], block.wallMs[7]]).toEqual([3, 2, 3, 1001]);
  });

  test('counts what is beyond its bound', () => {
    const log = new DeliveryLog(3);
    for (let i = 1; i <= 5; i += 1) log.add(1, whole('alert', i, body(1)), body(1), i);
    expect([log.count, log.dropped]).toEqual([3, 2]);
  });
});
