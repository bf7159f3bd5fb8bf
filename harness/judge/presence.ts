/** When each resident could be reached: the times at which the trace puts them online and offline, and how their last connection ended. */
import type { ConnectionLine } from '../../contract/trace.ts';
import { REFUSALS } from '../../contract/wire.ts';

export interface PresenceOptions {
  /** Time that a delivery may take, wall ms. */
  latenessMs: number;
  /** True for residents who read slowly: if they miss something, that is not the target's fault. */
  isSlow: (resident: number) => boolean;
  /** Wall time at which the run was cut short; Infinity if it was not. */
  cutMs: number;
}

/** Times at which a resident came online, and the last time at which it went offline (Infinity while online). */
interface Intent {
  onlineMs: number[];
  offlineMs: number;
}

export class Presence {
  readonly #options: PresenceOptions;
  readonly #intents = new Map<number, Intent>();
  readonly #gone = new Set<number>();
  /** Last line of each resident's connections. */
  readonly #last = new Map<number, ConnectionLine>();

  /** `connections` are in order of time. */
  constructor(connections: readonly ConnectionLine[], options: PresenceOptions) {
    this.#options = options;
    for (const line of connections) this.#last.set(line.resident, line);
  }

  /** The trace puts a resident's app online or offline at a wall time. Call it in order of time. */
  change(resident: number, online: boolean, wallMs: number): void {
    let intent = this.#intents.get(resident);
    if (intent === undefined) {
      intent = { onlineMs: [], offlineMs: Infinity };
      this.#intents.set(resident, intent);
    }
    if (!online) intent.offlineMs = wallMs;
    else {
      intent.onlineMs.push(wallMs);
      intent.offlineMs = Infinity;
    }
  }

  /** The resident left the platform for good, or asked to. */
  leave(resident: number): void {
    this.#gone.add(resident);
  }

  /** The time since which a resident should have been online without a break, at a wall time. For a resident who reads slowly it is that wall time itself. */
  reachableSinceMs(resident: number, wallMs: number): number {
    if (this.#options.isSlow(resident)) return wallMs;
    return this.#intents.get(resident)?.onlineMs.findLast((ms) => ms <= wallMs) ?? -Infinity;
  }

  /**
   * Why a message that was due at a wall time need not have reached a resident in time; null if it should have. `disconnected`: the resident reads slowly, was never
   * online, went offline for good before the message would have been late, or left while it had no connection. `shed`: the target ended the connection and did not
   * let the resident come back.
   */
  unreachable(resident: number, dueWallMs: number): { verdict: 'disconnected' | 'shed'; detail: string } | null {
    const { latenessMs, isSlow, cutMs } = this.#options;
    const intent = this.#intents.get(resident);
    if (intent === undefined || intent.onlineMs.length === 0)
      return { verdict: 'disconnected', detail: 'never-connected' };
    if (isSlow(resident)) return { verdict: 'disconnected', detail: 'reads-slowly' };
    if (intent.offlineMs < dueWallMs + latenessMs) return { verdict: 'disconnected', detail: 'offline' };
    if (dueWallMs + latenessMs > cutMs) return { verdict: 'disconnected', detail: 'run-ended' };
    const line = this.#last.get(resident);
    if (line === undefined || line.event === 'open' || line.intended || line.code === null) return null;
    // A resident who left may not come back for what was sent while its connection was broken.
    if (line.event === 'refused' && line.code === REFUSALS.forbidden && this.#gone.has(resident))
      return { verdict: 'disconnected', detail: 'left' };
    return { verdict: 'shed', detail: `stream-${line.event}:${line.code}` };
  }
}
