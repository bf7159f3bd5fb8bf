/** Residents' side of the fan-out benchmarks: plain sockets that count WebSocket frames and look at nothing else. */
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { tokenOf } from '../../contract/credentials.ts';
import { serveParent } from './child.ts';

export type StreamsRequest =
  | { kind: 'connect'; port: number; path: string; from: number; count: number; secret: string | null }
  /** Answers when so many frames came since the last answer. */
  | { kind: 'expect'; frames: number }
  | { kind: 'rss' };

const readBuffer = Buffer.allocUnsafeSlow(1 << 20);
const sockets: Socket[] = [];
let frames = 0;
let bytes = 0;
let expected = Infinity;
let reached: (() => void) | null = null;

serveParent<StreamsRequest>(async (request) => {
  switch (request.kind) {
    case 'connect':
      for (let i = request.from; i < request.from + request.count; i += 50)
        await Promise.all(
          Array.from({ length: Math.min(50, request.from + request.count - i) }, (_, k) => open(request, i + k)),
        );
      return { open: sockets.length };
    case 'expect': {
      expected = request.frames;
      if (frames < expected) await new Promise<void>((resolve) => (reached = resolve));
      const answer = { frames, bytes, atMs: performance.timeOrigin + performance.now() };
      frames = 0;
      bytes = 0;
      expected = Infinity;
      return answer;
    }
    case 'rss':
      global.gc?.();
      return { rss: process.memoryUsage().rss };
  }
});

// --- internal ---

/** Opens one connection; resolves when the answer to its handshake came (and the hello, where there is one, was skipped). */
function open(request: StreamsRequest & { kind: 'connect' }, resident: number): Promise<void> {
  const { port, path, secret } = request;
  return new Promise((resolve, reject) => {
    let state: 'handshake' | 'hello' | 'open' = 'handshake';
    let rest = Buffer.alloc(0);
    /** Payload bytes of the frame under way that have not come. */
    let missing = 0;
    const take = (chunk: Buffer): void => {
      let at = 0;
      if (rest.length > 0) {
        chunk = Buffer.concat([rest, chunk]);
        rest = Buffer.alloc(0);
      }
      if (state === 'handshake') {
        const end = chunk.indexOf('\r\n\r\n');
        if (end < 0) {
          rest = Buffer.from(chunk);
          return;
        }
        if (!chunk.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
          reject(new Error(`handshake refused: ${chunk.subarray(0, 12).toString('latin1')}`));
          return;
        }
        state = secret === null ? 'open' : 'hello';
        if (state === 'open') resolve();
        at = end + 4;
      }
      while (at < chunk.length) {
        if (missing > 0) {
          const part = Math.min(missing, chunk.length - at);
          missing -= part;
          at += part;
          continue;
        }
        const length = chunk.length - at < 2 ? -1 : chunk[at + 1];
        const head = length === 126 ? 4 : 2;
        if (length < 0 || chunk.length - at < head) {
          rest = Buffer.from(chunk.subarray(at));
          return;
        }
        missing = length === 126 ? chunk.readUInt16BE(at + 2) : length;
        at += head;
        if ((chunk[at - head] & 0x0f) !== 1) continue;
        if (state === 'hello') {
          state = 'open';
          resolve();
          continue;
        }
        frames += 1;
        bytes += head + missing;
        if (frames === expected) reached?.();
      }
    };
    const socket = connect({
      host: '127.0.0.1',
      port,
      localAddress: `127.0.0.${2 + (resident % 4)}`,
      onread: {
        buffer: readBuffer,
        callback: (length: number, buffer: Uint8Array) => {
          take(Buffer.from(buffer.buffer, buffer.byteOffset, length));
          return true;
        },
      },
    });
    sockets.push(socket);
    socket.on('error', reject);
    const authorization = secret === null ? '' : `Authorization: Bearer ${tokenOf(secret, 'resident', resident)}\r\n`;
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${authorization}\r\n`,
    );
  });
}
