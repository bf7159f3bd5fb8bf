/** Agencies' side of the ingest benchmark: keep-alive connections that each post a message, wait for its answer, and post the next. */
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { MEDIA } from '../../contract/wire.ts';
import { serveParent } from './child.ts';

export interface PostsRequest {
  kind: 'run';
  port: number;
  path: string;
  token: string;
  connections: number;
  /** Each posted once; its key is the prefix and its place. */
  bodies: string[];
  keyPrefix: string;
}

serveParent<PostsRequest>(async (request) => {
  const { bodies, keyPrefix, path, port, token } = request;
  const requests = bodies.map((body, i) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: ${keyPrefix}${i}\r\n` +
        `Content-Type: ${MEDIA.json}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  let next = 0;
  const startMs = performance.now();
  await Promise.all(Array.from({ length: request.connections }, () => run(port, () => requests[next++] ?? null)));
  return { elapsedMs: performance.now() - startMs, requests: requests.length };
});

// --- internal ---

/** Posts on one connection until there is nothing left; an answer is whole when its body's length has come. */
function run(port: number, take: () => Buffer | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    let answer = '';
    const post = (): void => {
      const request = take();
      if (request === null) {
        socket.destroy();
        resolve();
      } else socket.write(request);
    };
    socket.setEncoding('latin1');
    socket.on('connect', post);
    socket.on('error', reject);
    socket.on('data', (text: string) => {
      answer += text;
      const head = answer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1] ?? NaN);
      if (!(answer.length >= head + 4 + length)) return;
      if (!answer.startsWith('HTTP/1.1 202')) {
        reject(new Error(`expected 202, found ${answer.slice(0, 12)}`));
        socket.destroy();
        return;
      }
      answer = '';
      post();
    });
  });
}
