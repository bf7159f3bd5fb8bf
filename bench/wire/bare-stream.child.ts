/** The peer of the fan-out benchmark: a bare `ws` server that sends a text to every connection, frame by frame. */
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { WebSocketServer } from 'ws';
import { serveParent } from './child.ts';

export type BareStreamRequest = { kind: 'start' } | { kind: 'broadcast'; texts: string[] } | { kind: 'rss' };

let server: WebSocketServer | null = null;

serveParent<BareStreamRequest>(async (request) => {
  switch (request.kind) {
    case 'start': {
      const made = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
      server = made;
      await new Promise((resolve) => made.once('listening', resolve));
      return { port: (made.address() as AddressInfo).port };
    }
    case 'broadcast': {
      const atMs = performance.timeOrigin + performance.now();
      for (const text of request.texts) for (const client of server?.clients ?? []) client.send(text);
      return { atMs };
    }
    case 'rss':
      global.gc?.();
      return { rss: process.memoryUsage().rss };
  }
});
