/**
 * The public portals of agencies, hosted for the target to poll: each answers what the world's portal showed at that poll. A request
 * belongs to the poll nearest in time. Its answer leaves when the trace says that it reached the platform, or at once if that is past.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platformMsAt, wallMsOf, type PlatformClock } from '../../../contract/clock.ts';
import { TRACE_INPUT_KINDS } from '../../../contract/trace-kinds.ts';
import type { SendLog } from '../observations/send-log.ts';
import type { WallClock } from '../wall-clock.ts';

const MESSAGE_ID_HEADER = 'hundredblock-message-id';
const SNAPSHOT = TRACE_INPUT_KINDS.indexOf('snapshot');
/** Snapshots of this many polls are kept, for a poll that comes late. */
const KEPT_POLLS = 2;

/** The answer of a portal to one poll. */
export interface Snapshot {
  /** Platform time of the poll, and of its answer's arrival. */
  polledMs: number;
  atMs: number;
  messageId: string;
  etag: string;
  body: Uint8Array;
  /** Record of the send log, opened when the snapshot is answered or its time has come; null before. */
  record: number | null;
  line: number;
}

/** A portal, by the index of its agency; it is polled every `everyMs` of platform time. */
export interface PortalPlan {
  agency: number;
  everyMs: number;
}

interface Portal {
  everyMs: number;
  snapshots: Snapshot[];
}

/** All portals of a run, on one port. */
export class PortalHost {
  readonly #portals: ReadonlyMap<number, Portal>;
  readonly #log: SendLog;
  readonly #wall: WallClock;
  readonly #server: Server;
  #origin = '';
  #clock: PlatformClock | null = null;
  /** Records of snapshots that nobody asked for yet: that is up to the target, so that nobody waits for them. */
  readonly unasked = new Set<number>();

  constructor(portals: readonly PortalPlan[], log: SendLog, wall: WallClock) {
    this.#portals = new Map(portals.map(({ agency, everyMs }) => [agency, { everyMs, snapshots: [] }]));
    this.#log = log;
    this.#wall = wall;
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  /** Hosts portals on 127.0.0.1; listens on no port if there are none. */
  static async start(portals: readonly PortalPlan[], log: SendLog, wall: WallClock): Promise<PortalHost> {
    const host = new PortalHost(portals, log, wall);
    if (portals.length > 0) host.#origin = await listen(host.#server);
    return host;
  }

  /** URL of each agency's portal, by agency index. */
  get urls(): Map<number, string> {
    return new Map(
      [...this.#portals.keys()].map((agency) => [agency, `${this.#origin}/portals/${agency}/snapshot.json`]),
    );
  }

  launch(clock: PlatformClock): void {
    this.#clock = clock;
  }

  /** Hands over a snapshot that was read ahead, before its time. */
  offer(agency: number, snapshot: Snapshot): void {
    this.#portals.get(agency)?.snapshots.push(snapshot);
  }

  /** The time of a snapshot has come: from now on it counts as owed. */
  fire(agency: number, polledMs: number, intendedMs: number): void {
    const portal = this.#portals.get(agency);
    const snapshot = portal?.snapshots.find((kept) => kept.polledMs === polledMs);
    if (portal === undefined || snapshot === undefined) return;
    // How late it is asked for is up to the target: that is no lag of the generator.
    if (snapshot.record === null) {
      snapshot.record = this.#log.open(snapshot.line, intendedMs, NaN, SNAPSHOT);
      this.unasked.add(snapshot.record);
    }
    const oldestMs = polledMs - KEPT_POLLS * portal.everyMs;
    portal.snapshots = portal.snapshots.filter((kept) => kept.polledMs > oldestMs);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((closed) => this.#server.close(closed));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const agency = Number(/^\/portals\/([0-9]{1,9})\/snapshot\.json$/.exec(request.url ?? '')?.[1] ?? NaN);
    const portal = this.#portals.get(agency);
    if (portal === undefined || request.method !== 'GET') {
      refuse(response, 404);
      return;
    }
    const clock = this.#clock;
    const nowMs = this.#wall();
    const snapshot = clock === null ? null : nearest(portal.snapshots, platformMsAt(clock, nowMs), portal.everyMs / 2);
    if (clock === null || snapshot === null) {
      refuse(response, 503);
      return;
    }
    const intendedMs = wallMsOf(clock, snapshot.atMs);
    const leave = (): void => {
      const lagMs = this.#wall() - Math.max(intendedMs, nowMs);
      snapshot.record ??= this.#log.open(snapshot.line, intendedMs, lagMs, SNAPSHOT);
      this.unasked.delete(snapshot.record);
      this.#answer(request, response, snapshot, snapshot.record);
    };
    if (intendedMs <= nowMs) leave();
    else setTimeout(leave, Math.ceil(intendedMs - nowMs)).unref();
  }

  #answer(request: IncomingMessage, response: ServerResponse, snapshot: Snapshot, record: number): void {
    const isKnown = request.headers['if-none-match'] === snapshot.etag;
    const status = isKnown ? 304 : 200;
    response.once('finish', () => {
      if (!this.#log.isOwed(record)) return;
      const nowMs = this.#wall();
      this.#log.markSent(record, nowMs, 1);
      this.#log.markAcknowledged(record, nowMs, status, null);
    });
    response.writeHead(status, {
      etag: snapshot.etag,
      [MESSAGE_ID_HEADER]: snapshot.messageId,
      'cache-control': 'no-cache',
      ...(isKnown ? {} : { 'content-type': 'application/json', 'content-length': snapshot.body.length }),
    });
    response.end(isKnown ? undefined : snapshot.body);
  }
}

// --- internal ---

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

/** The snapshot of the poll nearest in time; null if none is within this distance. */
function nearest(snapshots: readonly Snapshot[], polledMs: number, withinMs: number): Snapshot | null {
  let best: Snapshot | null = null;
  for (const snapshot of snapshots) {
    const distance = Math.abs(snapshot.polledMs - polledMs);
    if (distance <= withinMs && (best === null || distance < Math.abs(best.polledMs - polledMs))) best = snapshot;
  }
  return best;
}
