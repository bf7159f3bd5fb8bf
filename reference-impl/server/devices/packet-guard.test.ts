import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { Readable, type Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { guardPackets } from './packet-guard.ts';

/** Reads all that comes; what was read, and whether it was cut off. */
async function pass(chunks: readonly Buffer[], bytesMax: number): Promise<{ read: Buffer; tooLong: boolean }> {
  const stream = Readable.from(chunks, { objectMode: false }) as unknown as Duplex;
  let tooLong = false;
  guardPackets(stream, bytesMax, () => (tooLong = true));
  const read: Buffer[] = [];
  await new Promise<void>((resolve) => {
    stream.on('readable', () => {
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null)
        read.push(chunk);
    });
    stream.on('close', resolve);
  });
  return { read: Buffer.concat(read), tooLong };
}

const publish = (bytes: number): Packet => ({
  cmd: 'publish',
  topic: 'a',
  payload: Buffer.alloc(bytes),
  qos: 0,
  dup: false,
  retain: false,
});

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

describe('guardPackets', () => {
  it('lets packets pass, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 50 }),
        async (sizes, chunk) => {
          const bytes = Buffer.concat(sizes.flatMap((size) => [generate(publish(size)), generate({ cmd: 'pingreq' })]));
          expect(await pass(cut(bytes, chunk), 1000)).toEqual({ read: bytes, tooLong: false });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('ends a connection as a packet that is too long is announced', async () => {
    const announced = generate(publish(1001)).subarray(0, 5);
    expect((await pass([announced], 1000)).tooLong).toBe(true);
    expect((await pass([generate(publish(500)), announced], 1000)).tooLong).toBe(true);
    expect((await pass([announced], 2000)).tooLong).toBe(false);
  });

  it('ends a length that never ends', async () => {
    expect(await pass([Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80])], 1000)).toEqual({
      read: Buffer.alloc(0),
      tooLong: true,
    });
  });
});
