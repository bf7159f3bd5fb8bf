/** Who could be reached when: residents as the trace put them online and offline, and how their last connection ended. */
import type { ConnectionLine } from '../../contract/trace.ts';
import { REFUSALS } from '../../contract/wire.ts';

export interface Presence {
  /** The app went online or offline at a wall time; to be told in order of time. */
  meant(resident: number, online: boolean, wallMs: number): void;
  /** The resident left for good, or asked to. */
  left(resident: number): void;
  /** Since when a resident had been meant to be online at a wall time, without a break; that very time of one who reads slowly. */
  reachableSinceMs(resident: number, wallMs: number): number;
  /**
   * Why something due at a wall time need not have come in time to a resident: it reads slowly, was never online, or was offline for good before
   * it would have been late; it left while it had no connection; or the target ended the connection and let it not come back. Null where it could be reached.
   */
  unreachable(resident: number, dueWallMs: number): { verdict: 'disconnected' | 'shed'; detail: string } | null;
}

/**
 * `connections`: in order of time. `latenessMs`: wall time that a delivery may take. `isSlow`: true of residents who read slowly, so that
 * what they miss is their own doing. `cutMs`: when the run was cut short, Infinity where it went to its end.
 */
export function createPresence(
  connections: readonly ConnectionLine[],
  o: { latenessMs: number; isSlow: (resident: number) => boolean; cutMs: number },
): Presence {
  /** Wall times at which each resident came online, and when it last went offline (Infinity while online). */
  const intents = new Map<number, { onlineMs: number[]; offlineMs: number }>();
  const gone = new Set<number>();
  const last = new Map<number, ConnectionLine>();
  for (const line of connections) last.set(line.resident, line);

  return {
    meant(resident, online, wallMs) {
      let intent = intents.get(resident);
      if (intent === undefined) {
        intent = { onlineMs: [], offlineMs: Infinity };
        intents.set(resident, intent);
      }
      if (!online) intent.offlineMs = wallMs;
      else {
        intent.onlineMs.push(wallMs);
        intent.offlineMs = Infinity;
      }
    },
    left: (resident) => void gone.add(resident),
    reachableSinceMs(resident, wallMs) {
      if (o.isSlow(resident)) return wallMs;
      return intents.get(resident)?.onlineMs.findLast((ms) => ms <= wallMs) ?? -Infinity;
    },
    unreachable(resident, dueWallMs) {
      const intent = intents.get(resident);
      if (intent === undefined || intent.onlineMs.length === 0)
        return { verdict: 'disconnected', detail: 'never-connected' };
      if (o.isSlow(resident)) return { verdict: 'disconnected', detail: 'reads-slowly' };
      if (intent.offlineMs < dueWallMs + o.latenessMs) return { verdict: 'disconnected', detail: 'offline' };
      if (dueWallMs + o.latenessMs > o.cutMs) return { verdict: 'disconnected', detail: 'run-ended' };
      const line = last.get(resident);
      if (line === undefined || line.event === 'open' || line.intended || line.code === null) return null;
      // Nobody who left may come back for what was sent while its connection was broken.
      if (line.event === 'refused' && line.code === REFUSALS.forbidden && gone.has(resident))
        return { verdict: 'disconnected', detail: 'left' };
      return { verdict: 'shed', detail: `stream-${line.event}:${line.code}` };
    },
  };
}
