/** The portals of a trace's agencies, hosted beside k6, which can't serve HTTP. */
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { wallMsOf, type PlatformClock } from '../../../contract/clock.ts';
import type { TraceInput } from '../../../contract/trace.ts';
import type { CrewResult } from '../node/thread/crew-contract.ts';
import { hostPortals, type PortalHost } from '../node/sender/portal.ts';
import { SendLog } from '../node/thread/send-log.ts';
import type { Wall } from '../node/wall.ts';
import { NO_TAIL } from '../../../stats/tail.ts';
import type { Trace } from '../../trace/trace-api.ts';

export interface HostedPortals {
  /** By agency index. */
  urls: ReadonlyMap<number, string>;
  /** The window was given its place on the wall. */
  launch(clock: PlatformClock): void;
  /** Ends them; what they saw. */
  finish(stopped: boolean): Promise<CrewResult>;
}

export async function hostPortalsOf(trace: Trace, wall: Wall): Promise<HostedPortals> {
  const portals = trace.onboarding.agencies.flatMap(({ portal }, agency) =>
    portal === null ? [] : [{ agency, everyMs: portal.everyMs }],
  );
  const log = new SendLog();
  const host = await hostPortals(portals, log, wall);
  const stop = new AbortController();
  // Each snapshot that waits for its moment listens.
  setMaxListeners(0, stop.signal);
  let fed: Promise<void> = Promise.resolve();
  return {
    urls: host.urls,
    launch: (clock) => {
      host.launch(clock);
      if (portals.length > 0) fed = feed(trace, host, clock, wall, stop.signal);
    },
    finish: async (stopped) => {
      stop.abort();
      await fed;
      await host.close();
      return {
        sends: log.close((record) => (host.unasked.has(record) ? 'never-polled' : stopped ? 'stopped' : 'timeout')),
        frames: [],
        deliveries: [],
        connections: [],
        connectMs: [],
        eventLoopDelayMs: NO_TAIL,
        notes: [],
      };
    },
  };
}

// --- internal ---

/** Snapshots are offered so long before they are due, since a poll may come early. */
const AHEAD_MS = 10_000;

async function feed(
  trace: Trace,
  host: PortalHost,
  clock: PlatformClock,
  wall: Wall,
  signal: AbortSignal,
): Promise<void> {
  const agencies = new Map(trace.onboarding.agencies.map(({ id }, index) => [id, index]));
  const fireAt = async (dueMs: number, agency: number, polledMs: number): Promise<void> => {
    await waitMs(dueMs - wall(), signal);
    if (!signal.aborted) host.fire(agency, polledMs, dueMs);
  };
  for await (const { line, input } of trace.inputs()) {
    if (signal.aborted) return;
    if (input.kind !== 'snapshot') continue;
    const dueMs = wallMsOf(clock, input.atMs);
    await waitMs(dueMs - AHEAD_MS - wall(), signal);
    const agency = agencies.get(input.agency) ?? -1;
    host.offer(agency, snapshotOf(line, input));
    void fireAt(dueMs, agency, input.polledMs);
  }
}

function snapshotOf(
  line: number,
  input: Extract<TraceInput, { kind: 'snapshot' }>,
): Parameters<PortalHost['offer']>[1] {
  const { polledMs, atMs, messageId } = input;
  const etag = `"${createHash('sha256').update(input.body).digest('base64url')}"`;
  return { polledMs, atMs, messageId, etag, body: Buffer.from(input.body), record: null, line };
}

function waitMs(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || ms <= 0) {
      resolve();
      return;
    }
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
