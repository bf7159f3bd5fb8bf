/** A target in miniature for tests of the driver: real HTTP, WebSocket and MQTT, no rules. Its knobs say what it does wrong. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { WebSocketServer, type WebSocket } from 'ws';
import { platformMsAt, type PlatformClock } from '../../../contract/clock.ts';
import { credentialOf, tokenOf } from '../../../contract/credentials.ts';
import type { Onboarding } from '../../../contract/onboarding.ts';
import { PATHS, streamText } from '../../../contract/wire.ts';

/** The key of its harness doors. */
export const HARNESS_KEY = 'stand-in-harness-key';

/** Settings for what the target does wrong. */
export interface Knobs {
  /** True: it has no /v1/harness/clock. */
  clockless: boolean;
  /** The answer to the n-th CAD request (from 0): a status, or `drop` to break the connection without one; null is 202. */
  cad: (n: number) => { status: number; headers?: Record<string, string> } | 'drop' | null;
  /** No CAD request is answered before this resolves. */
  stall: Promise<void> | null;
  /** Number of residents that each CAD message goes to, of those that ever connected, in that order. */
  audience: number;
  /** The body that is published for a CAD message. */
  alert: (messageId: string) => string;
  /** Sequence after which a resident's stream is broken, once. */
  breakAfter: number;
  /** Status that refuses the n-th upgrade of a resident (from 0); 0 lets it in. */
  upgrade: (attempt: number) => number;
}

/** The target, and everything that it was sent. */
export interface StandIn {
  url: string;
  mqttUrl: string;
  knobs: Knobs;
  onboarding: Onboarding | null;
  clocks: PlatformClock[];
  /** CAD messages that it accepted, in order of arrival. */
  cad: { agency: string; messageId: string; body: string; atMs: number; connection: number }[];
  others: { method: string; path: string; body: string }[];
  /** Answers that it got from portals. */
  polls: { status: number; platformMs: number; messageId: string | null; etag: string | null; atMs: number }[];
  devices: { topic: string; payload: string; client: string; duplicate: boolean }[];
  /** Upgrades that clients asked for. */
  upgrades: { resident: number; after: number | null; from: string }[];
  /** Bodies published, by resident. */
  published: Map<number, string[]>;
  /** Publishes to the audience. */
  publish(body: string): void;
  /** Polls each portal at its due times. */
  poll(): void;
  /** Breaks all streams. */
  breakStreams(): void;
  close(): Promise<void>;
}

/** Starts it on free ports. */
export async function createStandIn(knobs: Partial<Knobs> = {}): Promise<StandIn> {
  const streams = new Map<number, WebSocket>();
  const attempts = new Map<number, number>();
  const connections = new WeakMap<object, number>();
  let connectionCount = 0;
  let requests = 0;
  let poller: NodeJS.Timeout | null = null;
  const server = createServer((request, response) => void serve(request, response));
  server.on('connection', (socket) => connections.set(socket, connectionCount++));
  const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const aedes = await Aedes.createBroker();
  const broker = createTcpServer(aedes.handle);
  const standIn: StandIn = {
    url: `http://127.0.0.1:${await listen(server)}`,
    mqttUrl: `mqtt://127.0.0.1:${await listen(broker)}`,
    knobs: {
      clockless: false,
      cad: () => null,
      stall: null,
      audience: Infinity,
      alert: (messageId) => JSON.stringify({ identifier: `${messageId}.1`, note: 'a body'.padEnd(500, '.') }),
      breakAfter: Infinity,
      upgrade: () => 0,
      ...knobs,
    },
    onboarding: null,
    clocks: [],
    cad: [],
    others: [],
    polls: [],
    devices: [],
    upgrades: [],
    published: new Map(),
    publish: (body) => {
      for (const resident of [...standIn.published.keys()].slice(0, standIn.knobs.audience)) {
        const kept = standIn.published.get(resident) ?? [];
        kept.push(body);
        const stream = streams.get(resident);
        stream?.send(streamText(kept.length, 'alert', body));
        if (kept.length === standIn.knobs.breakAfter) stream?.terminate();
      }
    },
    poll: () => {
      poller = setInterval(() => pollDue(standIn, polled), 5);
    },
    breakStreams: () => {
      for (const stream of streams.values()) stream.terminate();
    },
    close: async () => {
      if (poller !== null) clearInterval(poller);
      for (const stream of streams.values()) stream.terminate();
      server.closeAllConnections();
      await new Promise((done) => aedes.close(() => done(null)));
      await Promise.all([server, broker].map((one) => new Promise((done) => one.close(done))));
    },
  };
  const polled = new Map<string, number>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const path = request.url ?? '';
    const answer = (status: number, value: unknown = {}, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    };
    if (path === PATHS.health || path === PATHS.ready) return answer(200);
    if (path === PATHS.metrics) {
      response
        .writeHead(200)
        .end(
          `# HELP x y\nhundredblock_shed_total{door="cad",reason="overloaded"} ${requests}\nprocess_cpu_seconds_total 1.5\n`,
        );
      return;
    }
    if (path === PATHS.onboarding || path === PATHS.clock) {
      if (request.headers.authorization !== `Bearer ${HARNESS_KEY}`) return answer(401);
      if (path === PATHS.onboarding) standIn.onboarding = JSON.parse(body) as Onboarding;
      else if (standIn.knobs.clockless) return answer(404);
      else if (request.method === 'PUT') standIn.clocks.push(JSON.parse(body) as PlatformClock);
      return answer(200);
    }
    const agency = /^\/v1\/agencies\/([^/]+)\/cad$/.exec(path)?.[1];
    const secret = standIn.onboarding?.credentialSecret ?? '';
    if (agency === undefined) {
      standIn.others.push({ method: request.method ?? '', path, body });
      const asked = standIn.others.filter((other) => other.path === path).length;
      return answer(path.startsWith('/v1/newsroom/tickets/late') && asked < 2 ? 404 : 202);
    }
    if (request.headers.authorization !== `Bearer ${tokenOf(secret, 'agency', agency)}`) return answer(401);
    const messageId = String(request.headers['idempotency-key']);
    const verdict = standIn.knobs.cad(requests++);
    const connection = connections.get(request.socket) ?? -1;
    if (verdict === 'drop') {
      request.socket.destroy();
      return;
    }
    if (verdict !== null)
      return answer(verdict.status, { error: { code: 'overloaded', message: '' } }, verdict.headers);
    standIn.cad.push({ agency, messageId, body, atMs: Date.now(), connection });
    if (standIn.knobs.stall !== null) await standIn.knobs.stall;
    answer(202, { messageId, rows: [{ row: 0, outcome: 'accepted', code: null }] });
    if (standIn.knobs.audience > 0) standIn.publish(standIn.knobs.alert(messageId));
  };
  server.on('upgrade', (request, socket, head) => {
    const [, resident, credential] =
      /^Bearer resident\.([0-9]+)\.(.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const after = new URL(request.url ?? '', standIn.url).searchParams.get('after');
    const id = Number(resident);
    standIn.upgrades.push({
      resident: id,
      after: after === null ? null : Number(after),
      from: (socket as typeof request.socket).remoteAddress ?? '',
    });
    const attempt = attempts.get(id) ?? 0;
    attempts.set(id, attempt + 1);
    const status = standIn.knobs.upgrade(attempt);
    const known = credential === credentialOf(standIn.onboarding?.credentialSecret ?? '', 'resident', id);
    if (status !== 0 || !known) {
      socket.end(`HTTP/1.1 ${status === 0 ? 401 : status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    websockets.handleUpgrade(request, socket, head, (stream) => {
      const kept = standIn.published.get(id) ?? [];
      standIn.published.set(id, kept);
      streams.set(id, stream);
      stream.on('error', () => {});
      stream.on('close', () => {
        if (streams.get(id) === stream) streams.delete(id);
      });
      stream.send(JSON.stringify({ type: 'hello', lastSequence: kept.length }));
      if (after === null) return;
      for (let i = Number(after); i < kept.length; i += 1) stream.send(streamText(i + 1, 'alert', kept[i]));
    });
  });
  aedes.authenticate = (_client: Client, user, password, done) => {
    const secret = standIn.onboarding?.credentialSecret ?? '';
    done(null, password?.toString() === credentialOf(secret, 'device', Number(user)));
  };
  aedes.on('publish', (packet, client) => {
    if (client === null) return;
    standIn.devices.push({
      topic: packet.topic,
      payload: packet.payload.toString(),
      client: client.id,
      duplicate: packet.dup === true,
    });
  });
  return standIn;
}

/** Polls every portal whose next due time has come. */
function pollDue(standIn: StandIn, polled: Map<string, number>): void {
  const clock = standIn.clocks.at(-1);
  if (clock === undefined || clock.speed === 0) return;
  const nowMs = platformMsAt(clock, Date.now());
  for (const { portal } of standIn.onboarding?.agencies ?? []) {
    if (portal === null) continue;
    const due = Math.floor((nowMs - portal.offsetMs) / portal.everyMs) * portal.everyMs + portal.offsetMs;
    if (due < clock.originMs || due <= (polled.get(portal.url) ?? -1)) continue;
    polled.set(portal.url, due);
    void ask(standIn, portal.url, due);
  }
}

async function ask(standIn: StandIn, url: string, platformMs: number): Promise<void> {
  const etag = standIn.polls.findLast((poll) => poll.etag !== null)?.etag ?? null;
  const answer = await fetch(url, { headers: etag === null ? {} : { 'if-none-match': etag } }).catch(() => null);
  if (answer === null) return;
  await answer.text();
  standIn.polls.push({
    status: answer.status,
    platformMs,
    messageId: answer.headers.get('hundredblock-message-id'),
    etag: answer.headers.get('etag'),
    atMs: Date.now(),
  });
}

async function listen(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
