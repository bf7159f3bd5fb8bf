import { createServer, type AddressInfo, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeChunk, clockNow, SECRET, sendsOf, setupFor } from '../thread/thread.testing.ts';
import type { ThreadWork, ThreadSetup } from '../thread/thread-protocol.ts';
import type { Item } from '../thread/chunk.ts';
import { createDoorbellsThread } from './doorbells-thread.ts';
import { readPackets, MqttError } from './mqtt-reader.ts';
import { createStandIn } from '../../target/stand-in.testing.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(more: Partial<ThreadSetup> = {}) {
  const standIn = await createStandIn();
  closers.push(() => standIn.close());
  standIn.onboarding = { credentialSecret: SECRET } as typeof standIn.onboarding;
  const thread = createDoorbellsThread(setupFor('doorbells', standIn, more), () => {});
  let finished: ReturnType<ThreadWork['finish']> | null = null;
  const finish = () => (finished ??= thread.finish(false));
  closers.push(() => finish());
  return { standIn, thread, finish };
}

/** A broker that does with each packet of a connection what it is told to. */
async function serveRaw(act: (socket: Socket, bytes: Buffer, connection: number) => void): Promise<number> {
  let connections = 0;
  const server = createServer((socket) => {
    const connection = connections++;
    socket.on('error', () => {});
    socket.on('data', (bytes) => act(socket, bytes, connection));
    closers.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function motion(who: number, atMs: number, payload = `{"at":${atMs}}`): Omit<Item, 'line'> {
  const topic = `hundredblock/v1/devices/${who}/motion`;
  const bytes = generate({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false });
  return { kind: 'motion', who, atMs, bytes, extra: bytes.length - payload.length - 2 };
}

const attach = (who: number) => ({ kind: 'attach' as const, who });
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });
const CONNACK = Buffer.from([0x20, 2, 0, 0]);

describe('doorbells', () => {
  test('publish at QoS 1 under their own names, on their time, and are acknowledged', async () => {
    const { standIn, thread, finish } = await start();
    thread.preamble(makeChunk([attach(0), attach(1), attach(2)]), { startMs: Date.now(), overMs: 50 });
    await until(() => expect(thread.status()).toMatchObject({ connected: 3, owed: 0 }));
    thread.inputs(makeChunk([motion(1, 50), motion(2, 50), motion(1, 120), motion(1, 120)]));
    thread.launch(clockNow());
    await until(() => expect(thread.status()).toMatchObject({ taken: 7, acknowledged: 7 }));
    expect(standIn.devices).toHaveLength(4);
    expect(standIn.devices.filter(({ client }) => client === 'hundredblock-1')).toEqual([
      expect.objectContaining({ topic: 'hundredblock/v1/devices/1/motion', payload: '{"at":50}', duplicate: false }),
      expect.objectContaining({ payload: '{"at":120}' }),
      expect.objectContaining({ payload: '{"at":120}' }),
    ]);
    const result = await finish();
    const sends = sendsOf(result).slice(3);
    expect(sends.every(({ status, tries, failure }) => status === 0 && tries === 1 && failure === null)).toBe(true);
    expect(sends.every(({ sentMs, intendedMs, answeredMs }) => sentMs >= intendedMs && answeredMs >= sentMs)).toBe(
      true,
    );
    expect(result.connectMs).toHaveLength(3);
  });

  test('publish again, marked as such, the messages that a lost connection left unacknowledged', async () => {
    const published: number[][] = [[], []];
    const port = await serveRaw((socket, bytes, connection) => {
      if (bytes[0] === 0x10) socket.write(CONNACK);
      for (let at = 0; at < bytes.length; at += 2 + bytes[at + 1]) {
        if (bytes[at] >> 4 !== 3) continue;
        published[connection].push(bytes[at]);
        if (connection === 0) {
          if (published[0].length === 2) socket.destroy();
          continue;
        }
        const idAt = at + 4 + bytes.readUInt16BE(at + 2);
        socket.write(Buffer.from([0x40, 2, bytes[idAt], bytes[idAt + 1]]));
      }
    });
    const { thread, finish } = await start({ mqtt: { host: '127.0.0.1', port } });
    thread.preamble(makeChunk([attach(0)]), null);
    thread.inputs(makeChunk([motion(0, 0), motion(0, 1)]));
    await until(() => expect(thread.status().connected).toBe(1));
    thread.launch(clockNow());
    await until(() => expect(thread.status()).toMatchObject({ acknowledged: 3, owed: 0 }));
    // QoS 1, without and with the flag of a duplicate.
    expect(published).toEqual([
      [0x32, 0x32],
      [0x3a, 0x3a],
    ]);
    const result = await finish();
    expect(sendsOf(result).map(({ tries }) => tries)).toEqual([1, 2, 2]);
    expect(result.notes).toEqual(['1 times a doorbell lost its connection']);
  });

  test('a message that is due while a doorbell is away waits for it; after it left, or was refused, it fails', async () => {
    const port = await serveRaw((socket, bytes) => {
      if (bytes[0] === 0x10) socket.write(bytes.includes('hundredblock-1') ? Buffer.from([0x20, 2, 0, 5]) : CONNACK);
    });
    const { thread, finish } = await start({ mqtt: { host: '127.0.0.1', port } });
    thread.preamble(makeChunk([attach(0), attach(1)]), null);
    await until(() => expect(thread.status()).toMatchObject({ connected: 1, refused: 1, connecting: 0 }));
    thread.inputs(makeChunk([motion(1, 0), motion(0, 0), { kind: 'detach', who: 0, atMs: 1 }]));
    thread.launch(clockNow());
    await until(() => expect(thread.status().taken).toBe(5));
    expect(sendsOf(await finish()).map(({ failure, status }) => [failure, status])).toEqual([
      [null, 0],
      ['forbidden', 5],
      ['connection', -1],
      ['connection', -1],
      [null, -1],
    ]);
  });

  test('without a broker every message fails at once', async () => {
    const { thread, finish } = await start({ mqtt: null });
    thread.preamble(makeChunk([attach(0), motion(0, 0)]), null);
    await until(() => expect(thread.status()).toMatchObject({ taken: 2, owed: 0 }));
    expect(sendsOf(await finish()).map(({ failure }) => failure)).toEqual(['connection', 'connection']);
  });

  test('packets come out the same in any pieces; one that no device asked for is an error', () => {
    const bytes = Buffer.from([0x20, 2, 0, 0, 0x40, 2, 1, 2, 0xd0, 0, 0x40, 2, 0, 9]);
    for (const size of [1, 2, 3, 5, 100]) {
      const seen: string[] = [];
      const handlers = {
        onConnack: (code: number) => seen.push(`connack ${code}`),
        onPuback: (id: number) => seen.push(`puback ${id}`),
      };
      let rest: Buffer | null = null;
      for (let at = 0; at < bytes.length; at += size)
        rest = readPackets(rest, Buffer.from(bytes.subarray(at, at + size)), handlers as never);
      expect(seen).toEqual(['connack 0', 'puback 258', 'puback 9']);
      expect(rest).toBeNull();
    }
    for (const wrong of [
      [0x30, 2, 0, 0],
      [0x40, 3],
      [0x20, 0xff],
      [0, 0],
    ])
      expect(() => readPackets(null, Buffer.from(wrong), {} as never)).toThrow(MqttError);
  });
});
