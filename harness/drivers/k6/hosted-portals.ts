/** The portals of a trace's agencies, hosted beside k6, which can't serve HTTP. */
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { wallMsOf, type PlatformClock } from '../../../contract/clock.ts';
import type { TraceInput } from '../../../contract/trace.ts';
import { NO_TAIL } from '../../../stats/tail.ts';
import type { Trace } from '../../trace/trace-api.ts';
import type { ObservedPart } from '../observations/observed-part.ts';
import { SendLog } from '../observations/send-log.ts';
import { PortalHost, type Snapshot } from '../target/portal-host.ts';
import type { WallClock } from '../wall-clock.ts';

/** Snapshots are offered this long before they are due, since a poll may come early. */
const AHEAD_MS = 10_000;

/** Portals that answer by the snapshots of one trace. */
export class HostedPortals {
  readonly #trace: Trace;
  readonly #wall: WallClock;
  readonly #log: SendLog;
  readonly #host: PortalHost;
  readonly #stop = new AbortController();
  #fed: Promise<void> = Promise.resolve();

  constructor(trace: Trace, wall: WallClock, log: SendLog, host: PortalHost) {
    this.#trace = trace;
    this.#wall = wall;
    this.#log = log;
    this.#host = host;
    // Each snapshot that waits for its moment listens.
    setMaxListeners(0, this.#stop.signal);
  }

  static async start(trace: Trace, wall: WallClock): Promise<HostedPortals> {
    const portals = trace.onboarding.agencies.flatMap(({ portal }, agency) =>
      portal === null ? [] : [{ agency, everyMs: portal.everyMs }],
    );
    const log = new SendLog();
    return new HostedPortals(trace, wall, log, await PortalHost.start(portals, log, wall));
  }

  /** URLs by agency index. */
  get urls(): ReadonlyMap<number, string> {
    return this.#host.urls;
  }

  /** The window's place on the wall is known. */
  launch(clock: PlatformClock): void {
    this.#host.launch(clock);
    if (this.#host.urls.size > 0) this.#fed = this.#feed(clock);
  }

  /** Ends them. Resolves with what they saw. */
  async finish(stopped: boolean): Promise<ObservedPart> {
    this.#stop.abort();
    await this.#fed;
    await this.#host.close();
    const { unasked } = this.#host;
    return {
      sends: this.#log.close((record) => (unasked.has(record) ? 'never-polled' : stopped ? 'stopped' : 'timeout')),
      frames: [],
      deliveries: [],
      connections: [],
      connectMs: [],
      eventLoopDelayMs: NO_TAIL,
      notes: [],
    };
  }

  async #feed(clock: PlatformClock): Promise<void> {
    const { signal } = this.#stop;
    const wall = this.#wall;
    const agencies = new Map(this.#trace.onboarding.agencies.map(({ id }, index) => [id, index]));
    const fireAt = async (dueMs: number, agency: number, polledMs: number): Promise<void> => {
      await waitMs(dueMs - wall(), signal);
      if (!signal.aborted) this.#host.fire(agency, polledMs, dueMs);
    };
    for await (const { line, input } of this.#trace.inputs()) {
      if (signal.aborted) return;
      if (input.kind !== 'snapshot') continue;
      const dueMs = wallMsOf(clock, input.atMs);
      await waitMs(dueMs - AHEAD_MS - wall(), signal);
      const agency = agencies.get(input.agency) ?? -1;
      this.#host.offer(agency, snapshotOf(line, input));
      void fireAt(dueMs, agency, input.polledMs);
    }
  }
}

// --- internal ---

function snapshotOf(line: number, input: Extract<TraceInput, { kind: 'snapshot' }>): Snapshot {
  const { polledMs, atMs, messageId } = input;
  const etag = `"${createHash('sha256').update(input.body).digest('base64url')}"`;
  return { polledMs, atMs, messageId, etag, body: Buffer.from(input.body), record: null, line };
}

/** Resolves after a time, at once if it is past, and early if the signal aborts. */
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
