/**
 * Fan-out: deliveries a second to 10,000 residents, from the message that causes an alert to the last phone, against a bare `ws`
 * server that sends texts of the same length frame by frame to the same client; and what a connection weighs on the server's side.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { HEADERS, MEDIA, PATHS, streamText } from '../../contract/wire.ts';
import { cadPath } from '../../harness/conform/test-town.ts';
import { eidoBody } from '../../harness/conform/dialect-body.ts';
import type { BenchRow } from '../table.ts';
import type { BareStreamRequest } from './bare-stream.child.ts';
import { startChild, type Child } from './child.ts';
import { FIRST_RESIDENT, startBenchService } from './service.ts';
import type { StreamsRequest } from './streams.child.ts';

const CONNECTIONS = 10_000;
const CONNECTIONS_FEW = 2_000;
const ROUNDS = 10;
/** Alerts due at one moment. */
const TOGETHER = 10;
const AGENCY = 'pd-conform';

const STREAMS = new URL('./streams.child.ts', import.meta.url);
const BARE = new URL('./bare-stream.child.ts', import.meta.url);

interface Rates {
  oneByOne: number;
  together: number;
  kibPerConnection: number;
  frameBytes: number;
}

export default async function run(): Promise<BenchRow[]> {
  const ours = await measureOurs();
  const bare = await measureBare(ours.frameBytes - 4);
  const row = (name: string, unit: string, value: number, base: number): BenchRow => ({
    name,
    unit,
    value,
    base,
    baseName: 'bare ws',
    ratio: value / base,
  });
  const frames = `${CONNECTIONS} residents, frames of ${Math.round(ours.frameBytes)} bytes`;
  return [
    row(`fan-out, one alert at a time, ${frames}`, 'deliveries/s', ours.oneByOne, bare.oneByOne),
    row(`fan-out, ${TOGETHER} alerts due at once, ${frames}`, 'deliveries/s', ours.together, bare.together),
    row('server memory per connected resident', 'KiB', ours.kibPerConnection, bare.kibPerConnection),
  ];
}

// --- internal ---

async function measureOurs(): Promise<Rates> {
  const service = await startBenchService(CONNECTIONS);
  const clients = startChild(STREAMS);
  try {
    const rssKib = (): Promise<number> => Promise.resolve(rssKibOf(service.target.pid));
    const kibPerConnection = await connectAll(clients, service.port, PATHS.stream, service.secret, rssKib);
    let serial = 0;
    const body = (): string => {
      serial += 1;
      const atMs = service.town.nowMs() - 1000 * (1 + (serial % 1500));
      const told = service.town.record({ incidentMs: atMs, number: 100 * (serial % 7) + 54, recordId: `A${serial}` });
      return eidoBody(told, 'QZ7');
    };
    const post = async (bodies: string[]): Promise<void> => {
      const answer = await service.town.target.client.send('POST', cadPath(AGENCY), {
        token: service.town.token('agency', AGENCY),
        headers: { 'content-type': MEDIA.ndjson, [HEADERS.idempotencyKey]: `batch-${serial}` },
        body: bodies.map((text, i) => `${JSON.stringify({ id: `${serial}-${i}`, body: text })}\n`).join(''),
      });
      if (answer.status !== 202) throw new Error(`expected 202, found ${answer.status} ${answer.text}`);
    };
    const send = async (texts: number): Promise<number> => {
      const bodies = Array.from({ length: texts }, body);
      const startMs = performance.timeOrigin + performance.now();
      await post(bodies);
      return startMs;
    };
    return { kibPerConnection, ...(await rates(clients, send)) };
  } finally {
    await clients.close();
    await service.stop();
  }
}

async function measureBare(textLength: number): Promise<Rates> {
  const server = startChild(BARE);
  const clients = startChild(STREAMS);
  try {
    const { port } = await server.ask<{ port: number }>({ kind: 'start' } satisfies BareStreamRequest);
    const rssKib = async (): Promise<number> => (await server.ask<{ rss: number }>({ kind: 'rss' })).rss / 1024;
    const kibPerConnection = await connectAll(clients, port, '/', null, rssKib);
    const text = streamText(1, 'alert', '').padEnd(Math.round(textLength), 'x');
    const send = async (texts: number): Promise<number> =>
      (await server.ask<{ atMs: number }>({ kind: 'broadcast', texts: Array.from({ length: texts }, () => text) }))
        .atMs;
    return { kibPerConnection, ...(await rates(clients, send)) };
  } finally {
    await clients.close();
    await server.close();
  }
}

/** Connects everybody; answers the slope of the server's memory from CONNECTIONS_FEW on, KiB a connection. */
async function connectAll(
  clients: Child,
  port: number,
  path: string,
  secret: string | null,
  rssKib: () => Promise<number>,
): Promise<number> {
  const part = (from: number, count: number): Promise<unknown> =>
    clients.ask({ kind: 'connect', port, path, from: FIRST_RESIDENT + from, count, secret } satisfies StreamsRequest);
  await part(0, CONNECTIONS_FEW);
  const fewKib = await rssKib();
  await part(CONNECTIONS_FEW, CONNECTIONS - CONNECTIONS_FEW);
  return ((await rssKib()) - fewKib) / (CONNECTIONS - CONNECTIONS_FEW);
}

/** `send` causes so many texts to everybody, and answers when it began. */
async function rates(
  clients: Child,
  send: (texts: number) => Promise<number>,
): Promise<{ oneByOne: number; together: number; frameBytes: number }> {
  let frames = 0;
  let bytes = 0;
  const perSecond = async (rounds: number, texts: number): Promise<number> => {
    let elapsedMs = 0;
    for (let round = 0; round < rounds; round += 1) {
      const done = clients.ask<{ frames: number; bytes: number; atMs: number }>({
        kind: 'expect',
        frames: texts * CONNECTIONS,
      } satisfies StreamsRequest);
      const startMs = await send(texts);
      const end = await done;
      elapsedMs += end.atMs - startMs;
      frames += end.frames;
      bytes += end.bytes;
    }
    return (1000 * rounds * texts * CONNECTIONS) / elapsedMs;
  };
  // Engines warm up.
  await perSecond(3, 1);
  const oneByOne = await perSecond(ROUNDS, 1);
  const together = await perSecond(ROUNDS / 2, TOGETHER);
  return { oneByOne, together, frameBytes: bytes / frames };
}

function rssKibOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN);
}
