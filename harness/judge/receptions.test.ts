import { describe, expect, it } from 'vitest';
import type { ConnectionLine, DeliveryLine } from '../../contract/trace.ts';
import { sortReceptions } from './receptions.ts';

function sorted(rows: DeliveryLine[], starts: [resident: number, sequence: number][] = []) {
  const connections = starts.map(([resident, sequence]): ConnectionLine => ({
    resident,
    atMs: 0,
    event: 'open',
    code: null,
    sequence,
    intended: false,
  }));
  return sortReceptions({
    frames: ['first', 'second', 'third'].map((text) => ({ type: 'alert', text })),
    deliveries: {
      count: rows.length,
      resident: Uint32Array.from(rows, (r) => r[0]),
      sequence: Float64Array.from(rows, (r) => r[1]),
      frame: Uint32Array.from(rows, (r) => r[2]),
      wallMs: Float64Array.from(rows, (r) => r[3]),
    },
    connections,
  });
}

describe('receptions', () => {
  it('are sorted into one audience for each text, ascending, with the first reception of each resident', () => {
    const { messages, count } = sorted([
      [7, 1, 1, 30],
      [5, 1, 0, 20],
      [3, 1, 1, 10],
    ]);
    expect(messages.map((m) => [m.text, [...m.audience], [...m.receivedMs], m.firstMs])).toEqual([
      ['second', [3, 7], [10, 30], 10],
      ['first', [5], [20], 20],
    ]);
    expect(count).toBe(3);
  });

  it('of the same text are repetitions under one number and copies under several; another text under a known number is a conflict', () => {
    const found = sorted([
      [3, 1, 0, 10],
      [3, 1, 0, 11],
      [3, 1, 2, 12],
      [3, 2, 0, 13],
    ]);
    expect(found.repeated).toBe(1);
    expect(found.conflicts).toEqual([{ resident: 3, frame: 2 }]);
    expect(found.messages.map((m) => [m.text, [...m.audience]])).toEqual([
      ['first', [3, 3]],
      ['third', []],
    ]);
  });

  it('have holes between the number at the start and the last one', () => {
    expect(
      sorted([
        [3, 2, 0, 1],
        [3, 5, 1, 2],
      ]).holes,
    ).toBe(3);
    expect(
      sorted(
        [
          [3, 2, 0, 1],
          [3, 3, 1, 2],
        ],
        [[3, 1]],
      ).holes,
    ).toBe(0);
    expect(sorted([[3, 4, 0, 1]], [[3, 1]]).holes).toBe(2);
  });
});
