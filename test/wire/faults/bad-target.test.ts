/** The command against targets that are none. One that refuses connections: harness/cli/commands/load.test.ts. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { failedLoad } from './failed-load.testing.ts';
import { faultFolder } from './fault-run.testing.ts';

const folder = faultFolder();
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(folder.remove);

/** A TCP server that treats each connection so; its URL. */
async function listen(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('load against a target that', { timeout: 240_000 }, () => {
  it('accepts connections and never answers', async () => {
    const { stderr } = await failedLoad(join(folder.path, 'hangs'), await listen(() => {}));
    expect(stderr).toMatch(/expected an answer 200, found none/);
  });

  it('answers random bytes', async () => {
    // 0x80 to 0xff: no byte of them is HTTP.
    const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => 128 + ((i * 73) % 128)));
    const url = await listen((socket) => socket.on('data', () => socket.write(noise)));
    const { stderr } = await failedLoad(join(folder.path, 'noise'), url);
    expect(stderr).toMatch(/found none, or nothing that is HTTP/);
  });

  it('says that it is well and knows nothing else', async () => {
    const url = await listen((socket) => {
      socket.on('data', (request: Buffer) => {
        const status = request.includes('/healthz') ? '200 OK' : '404 Not Found';
        socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
      });
    });
    const { stderr } = await failedLoad(join(folder.path, 'empty'), url);
    expect(stderr).toMatch(/onboarding/);
  });
});
