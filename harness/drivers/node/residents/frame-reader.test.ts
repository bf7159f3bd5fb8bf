import { describe, expect, test } from 'vitest';
import { clientFrame, FrameError, OPCODE, readFrames, type FrameState } from './frame-reader.ts';

/** A frame as a server sends it. */
function frame(opcode: number, payload: string | Buffer, final = true): Buffer {
  const bytes = Buffer.from(payload as string);
  const head =
    bytes.length < 126
      ? Buffer.from([bytes.length])
      : bytes.length < 65_536
        ? Buffer.from([126, bytes.length >> 8, bytes.length & 255])
        : Buffer.from([127, 0, 0, 0, 0, 0, bytes.length >> 16, (bytes.length >> 8) & 255, bytes.length & 255]);
  return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode]), head, bytes]);
}

function collect(parts: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const state: FrameState = { rest: null, fragments: null };
  const shared = Buffer.alloc(200_000);
  for (const part of parts) {
    part.copy(shared);
    readFrames(state, shared.subarray(0, part.length), {
      onText: (bytes, start, end) => seen.push(`text ${bytes.toString('utf8', start, end)}`),
      onPing: (payload) => seen.push(`ping ${payload.toString()}`),
      onClose: (code) => seen.push(`close ${code}`),
    });
  }
  return seen;
}

const LONG = 'l'.repeat(70_000);
const STREAM = Buffer.concat([
  frame(OPCODE.text, 'short'),
  frame(OPCODE.text, 'é'.repeat(100)),
  frame(OPCODE.text, 'in ', false),
  frame(OPCODE.ping, 'between'),
  frame(OPCODE.continuation, 'three ', false),
  frame(OPCODE.continuation, 'pieces'),
  frame(OPCODE.text, LONG),
  frame(OPCODE.pong, ''),
  frame(OPCODE.close, Buffer.from([0x0f, 0xa0])),
]);

describe('frames of a server', () => {
  test.each([5, 131, 100_000])('come out the same in pieces of %i bytes', (size) => {
    const parts = [];
    for (let at = 0; at < STREAM.length; at += size) parts.push(STREAM.subarray(at, at + size));
    expect(collect(parts)).toEqual([
      'text short',
      `text ${'é'.repeat(100)}`,
      'ping between',
      'text in three pieces',
      `text ${LONG}`,
      'close 4000',
    ]);
  });

  test.each([
    ['an extension', Buffer.from([0xc1, 0]), 1002],
    ['a mask', Buffer.from([0x81, 0x80, 1, 2, 3, 4]), 1002],
    ['a long ping', Buffer.from([0x89, 126, 0, 200]), 1002],
    ['a continuation of nothing', frame(OPCODE.continuation, 'x'), 1002],
    ['a binary message', frame(OPCODE.binary, 'x'), 1003],
    ['an unknown kind', frame(11, 'x'), 1002],
    ['a message too large', Buffer.from([0x81, 127, 0, 0, 0, 0, 0x7f, 0, 0, 0]), 1009],
    ['a message beyond 4 GiB', Buffer.from([0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0]), 1009],
  ])('%s breaks the protocol', (_, bytes, code) => {
    expect(() => collect([bytes])).toThrow(expect.objectContaining({ constructor: FrameError, code }));
  });

  test('a client frame is masked', () => {
    const bytes = clientFrame(OPCODE.pong, Buffer.from('abcde'), 0x01020304);
    expect([...bytes.subarray(0, 6)]).toEqual([0x8a, 0x85, 1, 2, 3, 4]);
    expect([...bytes.subarray(6)].map((byte, i) => byte ^ bytes[2 + (i % 4)])).toEqual([...Buffer.from('abcde')]);
  });
});
