import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { streamText } from '../../../contract/wire.ts';
import { bodyOf, framesOf } from './frame.ts';

// Not in the package's types.
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

/** What a client of ws reads, chunk by chunk. */
async function read(bytes: Buffer, chunk: number): Promise<string[]> {
  const receiver = new Receiver({ isServer: false });
  const texts: string[] = [];
  receiver.on('message', (data: Buffer, isBinary: boolean) => texts.push(isBinary ? 'binary' : data.toString()));
  for (let at = 0; at < bytes.length; at += chunk)
    await new Promise((resolve) => receiver.write(bytes.subarray(at, at + chunk), resolve));
  return texts;
}

it('says what the contract says, as text frames that a client reads', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 ** 40 }),
      fc.array(fc.tuple(fc.constantFrom('alert' as const, 'post' as const), fc.string({ unit: 'grapheme' })), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.integer({ min: 1, max: 200 }),
      async (first, messages, chunk) => {
        const texts = messages.map(([type, text]) => [type, JSON.stringify({ text })] as const);
        const frames = framesOf(
          first,
          texts.map(([type, text]) => bodyOf(type, text)),
        );
        expect(await read(frames, chunk)).toEqual(texts.map(([type, text], i) => streamText(first + i, type, text)));
      },
    ),
    { numRuns: 50 },
  );
});

it.each([60, 84, 85, 86, 200, 65_493, 65_494, 65_495, 65_496, 65_497, 200_000])('%d bytes of text', async (length) => {
  const text = JSON.stringify('é'.repeat(length >> 1) + 'x'.repeat(length & 1));
  expect(await read(framesOf(7, [bodyOf('post', text)]), 10_000)).toEqual([streamText(7, 'post', text)]);
});
