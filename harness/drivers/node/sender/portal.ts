/**
 * The public portals of agencies, hosted for the target to poll: each answers with what the world's portal showed at that poll. A request
 * belongs to the poll nearest in time; its answer leaves when the trace says that it reached the platform, or at once where that is past.
 */
import { TRACE_INPUT_KINDS } from '../../../../contract/trace-kinds.ts';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platformMsAt, wallMsOf, type PlatformClock } from '../../../../contract/clock.ts';
import type { SendLog } from '../thread/send-log.ts';
import type { Wall } from '../wall.ts';

const MESSAGE_ID_HEADER = 'hundredblock-message-id';

export interface Snapshot {
  polledMs: number;
  atMs: number;
  messageId: string;
  etag: string;
  body: Uint8Array;
  /** Of the send log, opened when it is answered or its time has come; null before. */
  record: number | null;
  line: number;
}

export interface PortalHost {
  /** URL of each agency's portal, by agency index. */
  urls: Map<number, string>;
  launch(clock: PlatformClock): void;
  /** Read ahead, before its time. */
  offer(agency: number, snapshot: Snapshot): void;
  /** Its time has come: from now on it counts as owed. */
  fire(agency: number, polledMs: number, intendedMs: number): void;
  /** Records of snapshots that nobody asked for yet: the target's affair, so that nobody waits for them. */
  unasked: Set<number>;
  close(): Promise<void>;
}

/** Hosts portals on 127.0.0.1, polled every so many platform ms. */
export async function hostPortals(
  portals: readonly { agency: number; everyMs: number }[],
  log: SendLog,
  wall: Wall,
): Promise<PortalHost> {
  const byAgency = new Map(portals.map(({ agency, everyMs }) => [agency, { everyMs, snapshots: [] as Snapshot[] }]));
  const unasked = new Set<number>();
  let clock: PlatformClock | null = null;
  const server = createServer((request, response) => {
    const agency = Number(/^\/portals\/([0-9]{1,9})\/snapshot\.json$/.exec(request.url ?? '')?.[1] ?? NaN);
    const portal = byAgency.get(agency);
    if (portal === undefined || request.method !== 'GET') {
      refuse(response, 404);
      return;
    }
    if (clock === null) {
      refuse(response, 503);
      return;
    }
    const nowMs = wall();
    const polledMs = platformMsAt(clock, nowMs);
    const snapshot = nearestOf(portal.snapshots, polledMs, portal.everyMs / 2);
    if (snapshot === null) {
      refuse(response, 503);
      return;
    }
    const intendedMs = wallMsOf(clock, snapshot.atMs);
    const leave = (): void => {
      const lagMs = wall() - Math.max(intendedMs, nowMs);
      snapshot.record ??= log.open(snapshot.line, intendedMs, lagMs, SNAPSHOT);
      unasked.delete(snapshot.record);
      answer(request, response, snapshot, snapshot.record, log, wall);
    };
    if (intendedMs <= nowMs) leave();
    else setTimeout(leave, Math.ceil(intendedMs - nowMs)).unref();
  });
  const origin = portals.length === 0 ? '' : await listen(server);
  return {
    urls: new Map(portals.map(({ agency }) => [agency, `${origin}/portals/${agency}/snapshot.json`])),
    launch: (given) => {
      clock = given;
    },
    offer: (agency, snapshot) => byAgency.get(agency)?.snapshots.push(snapshot),
    fire: (agency, polledMs, intendedMs) => {
      const portal = byAgency.get(agency);
      const snapshot = portal?.snapshots.find((kept) => kept.polledMs === polledMs);
      if (portal === undefined || snapshot === undefined) return;
      // How late it is asked for is the target's affair: no lag of the generator.
      if (snapshot.record === null) {
        snapshot.record = log.open(snapshot.line, intendedMs, NaN, SNAPSHOT);
        unasked.add(snapshot.record);
      }
      portal.snapshots = portal.snapshots.filter((kept) => kept.polledMs > polledMs - KEPT_POLLS * portal.everyMs);
    },
    unasked,
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((closed) => server.close(closed));
    },
  };
}

// --- internal ---

/** Snapshots of so many polls are kept, for a poll that comes late. */
const KEPT_POLLS = 2;
const SNAPSHOT = TRACE_INPUT_KINDS.indexOf('snapshot');

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function refuse(response: ServerResponse, status: 404 | 503): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}

function nearestOf(snapshots: readonly Snapshot[], polledMs: number, withinMs: number): Snapshot | null {
  let best: Snapshot | null = null;
  for (const snapshot of snapshots) {
    const distance = Math.abs(snapshot.polledMs - polledMs);
    if (distance <= withinMs && (best === null || distance < Math.abs(best.polledMs - polledMs))) best = snapshot;
  }
  return best;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  snapshot: Snapshot,
  record: number,
  log: SendLog,
  wall: Wall,
): void {
  const known = request.headers['if-none-match'] === snapshot.etag;
  const status = known ? 304 : 200;
  response.once('finish', () => {
    if (!log.isOwed(record)) return;
    const nowMs = wall();
    log.markSent(record, nowMs, 1);
    log.markAcknowledged(record, nowMs, status, null);
  });
  response.writeHead(status, {
    etag: snapshot.etag,
    [MESSAGE_ID_HEADER]: snapshot.messageId,
    'cache-control': 'no-cache',
    ...(known ? {} : { 'content-type': 'application/json', 'content-length': snapshot.body.length }),
  });
  response.end(known ? undefined : snapshot.body);
}
